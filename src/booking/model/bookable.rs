//! What can be booked when, seen from now: lead time, horizon, places and quota. Pure; the places
//! are asked through [`Free`].

use crate::base::local_time::local_date;
use crate::booking::model::shares::Kept;
use crate::booking::model::slots::{Plan, Slot, YearUnpublished};
use crate::directory::model::calendar::Calendar;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use std::ops::Range;

/// Answers how many places are free for somebody.
pub trait Free {
    /// In a slot, over its cells of the place.
    fn seats(&self, slot: &Slot, cells: Range<i64>) -> i32;
    /// What is left of the quota of a date; `None` where there is none.
    fn quota(&self, _: NaiveDate) -> Option<i32> {
        None
    }
    /// How many there are in all, where they are not as many as ever.
    fn all(&self, _: Range<i64>) -> Option<i32> {
        None
    }
    /// What the slot lacks in which they can have no place.
    fn lack(&self, _: &Slot, _: Range<i64>) -> Lack {
        Lack::Places
    }
}

/// Why nothing is free in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// They are taken, of the slot or of the day.
    Places,
    /// What is left is kept for others.
    Kept(Kept),
    /// There are places, and nobody who could hold the stage.
    Officers,
}

/// Why nothing can be booked on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayReason {
    Past,
    LeadTime,
    BeyondHorizon,
    Closed,
    Full,
    YearUnpublished,
    Quota,
    /// What is left is kept for who books in another way, until a set time.
    Reserved,
    /// Everybody who could hold the stage is busy.
    NoOfficerFree,
}

/// Why a slot cannot be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotReason {
    Past,
    LeadTime,
    Full,
    Quota,
    /// What is left is kept for who books in another way, until a set time.
    Reserved,
    /// Everybody who could hold the stage is busy.
    NoOfficerFree,
    /// Something else in the terms of the service, for the party that asks.
    Terms,
}

/// Why a service has no free time up to its horizon; what says most is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoneFree {
    /// There are no slots at all, or only such that it is too late for.
    Closed,
    /// The rest lies in a year whose official calendar is not published.
    YearUnpublished,
    /// Every place is taken.
    Full,
}

/// Whether a service is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenState {
    Open,
    Closed,
    /// The year's official calendar is not out: whether the day is worked is not known.
    Unpublished,
}

/// A slot as it can be booked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub slot: Slot,
    pub free: i32,
    pub reason: Option<SlotReason>,
    /// What is kept for others of a slot that is [`SlotReason::Reserved`].
    pub kept: Option<Kept>,
}

/// The terms of a service at an instant.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    pub plan: &'a Plan,
    pub calendar: &'a Calendar,
    pub lead: TimeDelta,
    pub horizon_days: i64,
    pub capacity: i32,
    pub now: DateTime<Utc>,
}

/// A day in numbers: places free, places in all, and why none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTotal {
    pub free: i32,
    pub total: i32,
    pub reason: Option<DayReason>,
}

impl Terms<'_> {
    pub fn today(&self) -> NaiveDate {
        local_date(self.plan.zone, self.now)
    }

    /// The last date that can be booked.
    pub fn last_date(&self) -> NaiveDate {
        let days = Days::new(u64::try_from(self.horizon_days).unwrap_or(0));
        self.today().checked_add_days(days).unwrap_or(NaiveDate::MAX)
    }

    /// The slots of a date, or why there are none to look at. An unpublished year is said before
    /// the horizon: until it is published, nobody knows the slots.
    pub fn slots(&self, date: NaiveDate) -> Result<Vec<Slot>, DayReason> {
        if date < self.today() {
            return Err(DayReason::Past);
        }
        if self.plan.uses_working_days() && self.calendar.is_working(date).is_none() {
            return Err(DayReason::YearUnpublished);
        }
        if date > self.last_date() {
            return Err(DayReason::BeyondHorizon);
        }
        match self.plan.slots_on(date, |date| self.calendar.is_working(date)) {
            Ok(slots) if slots.is_empty() => Err(DayReason::Closed),
            Ok(slots) => Ok(slots),
            Err(YearUnpublished) => Err(DayReason::YearUnpublished),
        }
    }

    /// Whether it is too late for a slot.
    pub fn too_late(&self, slot: &Slot) -> Option<SlotReason> {
        if slot.starts_at < self.now {
            Some(SlotReason::Past)
        } else if slot.starts_at - self.now < self.lead {
            Some(SlotReason::LeadTime)
        } else {
            None
        }
    }

    /// The slots of a date with what is free in each.
    pub fn offers(&self, date: NaiveDate, free: &(impl Free + ?Sized)) -> Result<Vec<Offer>, DayReason> {
        let slots = self.slots(date)?;
        let left = free.quota(date);
        let offer = |slot: Slot| {
            if let Some(reason) = self.too_late(&slot) {
                return Offer { slot, free: 0, reason: Some(reason), kept: None };
            }
            let cells = self.plan.cells(&slot);
            let seats = free.seats(&slot, cells.clone());
            let places = left.map_or(seats, |left| seats.min(left));
            if places > 0 {
                return Offer { slot, free: places, reason: None, kept: None };
            }
            let (reason, kept) = match free.lack(&slot, cells) {
                Lack::Kept(kept) => (SlotReason::Reserved, Some(kept)),
                Lack::Officers => (SlotReason::NoOfficerFree, None),
                Lack::Places if seats > 0 => (SlotReason::Quota, None),
                Lack::Places => (SlotReason::Full, None),
            };
            Offer { slot, free: 0, reason: Some(reason), kept }
        };
        Ok(slots.into_iter().map(offer).collect())
    }

    /// A date in numbers.
    pub fn day(&self, date: NaiveDate, quota: Option<i32>, free: &(impl Free + ?Sized)) -> DayTotal {
        let offers = match self.offers(date, free) {
            Ok(offers) => offers,
            Err(reason) => return DayTotal { free: 0, total: 0, reason: Some(reason) },
        };
        let within = |places: i32, quota: Option<i32>| quota.map_or(places, |quota| places.min(quota));
        let all = |offer: &Offer| free.all(self.plan.cells(&offer.slot)).unwrap_or(self.capacity);
        let places = offers.iter().fold(0, |sum: i32, offer| sum.saturating_add(all(offer)));
        let total = within(places, quota);
        let sum = offers.iter().fold(0, |sum: i32, offer| sum.saturating_add(offer.free));
        let free = within(sum, free.quota(date));
        let has = |reason| offers.iter().any(|offer| offer.reason == Some(reason));
        let reason = if free > 0 {
            None
        } else if has(SlotReason::Quota) {
            Some(DayReason::Quota)
        } else if has(SlotReason::Reserved) {
            Some(DayReason::Reserved)
        } else if has(SlotReason::NoOfficerFree) {
            Some(DayReason::NoOfficerFree)
        } else if has(SlotReason::Full) {
            Some(DayReason::Full)
        } else if has(SlotReason::LeadTime) {
            Some(DayReason::LeadTime)
        } else {
            Some(DayReason::Past)
        };
        DayTotal { free, total, reason }
    }

    /// The first slot with a free place up to the horizon, or why there is none.
    pub fn next_free(&self, free: &(impl Free + ?Sized)) -> Result<Slot, NoneFree> {
        let mut why = NoneFree::Closed;
        for date in self.dates() {
            let offers = match self.offers(date, free) {
                Ok(offers) => offers,
                Err(DayReason::YearUnpublished) => {
                    why = why.max(NoneFree::YearUnpublished);
                    continue;
                }
                Err(_) => continue,
            };
            if let Some(offer) = offers.iter().find(|offer| offer.reason.is_none()) {
                return Ok(offer.slot);
            }
            let gone = |offer: &Offer| {
                use SlotReason::{Full, NoOfficerFree, Quota, Reserved};
                matches!(offer.reason, Some(Full | Quota | Reserved | NoOfficerFree))
            };
            if offers.iter().any(gone) {
                why = NoneFree::Full;
            }
        }
        Err(why)
    }

    /// The first date up to the horizon of which nobody knows whether it is worked.
    pub fn unpublished_from(&self) -> Option<NaiveDate> {
        let mut dates = self.dates();
        let asks = self.plan.uses_working_days();
        dates.find(|date| asks && self.calendar.is_working(*date).is_none())
    }

    /// Whether the service is open now.
    pub fn open_now(&self) -> OpenState {
        match self.plan.is_open(self.now, |date| self.calendar.is_working(date)) {
            Ok(true) => OpenState::Open,
            Ok(false) => OpenState::Closed,
            Err(YearUnpublished) => OpenState::Unpublished,
        }
    }

    fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        let last = self.last_date();
        self.today().iter_days().take_while(move |date| *date <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::model::slots::Opening;
    use crate::directory::entities::opening_rule::DayKind;
    use crate::directory::model::settings::EVERY_DAY;
    use chrono_tz::Asia::Shanghai;

    struct Stock(i32, Option<i32>);

    impl Free for Stock {
        fn seats(&self, _: &Slot, _: Range<i64>) -> i32 {
            self.0
        }
        fn quota(&self, _: NaiveDate) -> Option<i32> {
            self.1
        }
    }

    /// So much of a place and of a quota, and what is lacking.
    struct Lacking(i32, Option<i32>, Lack);

    impl Free for Lacking {
        fn seats(&self, _: &Slot, _: Range<i64>) -> i32 {
            self.0
        }
        fn quota(&self, _: NaiveDate) -> Option<i32> {
            self.1
        }
        fn lack(&self, _: &Slot, _: Range<i64>) -> Lack {
            self.2
        }
    }

    fn plan(days: DayKind) -> Plan {
        let openings = vec![Opening { days, weekdays: EVERY_DAY, from: 540, to: 660 }];
        Plan {
            zone: Shanghai,
            grid_minutes: 15,
            duration_minutes: 60,
            dense: false,
            openings,
            extra: Vec::new(),
            closed: Vec::new(),
            buffers: (0, 0),
        }
    }

    fn day(date: &str, days: DayKind, now: &str, stock: Stock) -> DayTotal {
        let (plan, mut calendar) = (plan(days), Calendar::default());
        calendar.published.insert(2026);
        let terms = Terms {
            plan: &plan,
            calendar: &calendar,
            lead: TimeDelta::minutes(90),
            horizon_days: 30,
            capacity: 3,
            now: now.parse().unwrap(),
        };
        terms.day(date.parse().unwrap(), stock.1.map(|_| 5), &stock)
    }

    #[test]
    fn each_day_says_what_is_free_or_why_nothing_is() {
        use DayReason::*;
        let morning = "2026-12-14T00:00:00Z"; // Monday, 08:00 in Shanghai
        for (date, days, now, stock, expected) in [
            ("2026-12-15", DayKind::Any, morning, Stock(2, None), (4, 6, None)),
            ("2026-12-15", DayKind::Any, morning, Stock(2, Some(3)), (3, 5, None)),
            ("2026-12-15", DayKind::Any, morning, Stock(2, Some(0)), (0, 5, Some(Quota))),
            ("2026-12-15", DayKind::Any, morning, Stock(0, None), (0, 6, Some(Full))),
            // 09:00 is inside the lead time, 10:00 is not.
            ("2026-12-14", DayKind::Any, morning, Stock(2, None), (2, 6, None)),
            ("2026-12-14", DayKind::Any, "2026-12-14T01:30:00Z", Stock(2, None), (0, 6, Some(LeadTime))),
            ("2026-12-14", DayKind::Any, "2026-12-14T02:30:00Z", Stock(2, None), (0, 6, Some(Past))),
            ("2026-12-13", DayKind::Any, morning, Stock(2, None), (0, 0, Some(Past))),
            ("2026-12-19", DayKind::Working, morning, Stock(2, None), (0, 0, Some(Closed))),
            ("2027-01-13", DayKind::Any, morning, Stock(2, None), (4, 6, None)),
            ("2027-01-14", DayKind::Any, morning, Stock(2, None), (0, 0, Some(BeyondHorizon))),
            ("2027-01-13", DayKind::Working, morning, Stock(2, None), (0, 0, Some(YearUnpublished))),
        ] {
            let (free, total, reason) = expected;
            assert_eq!(
                day(date, days, now, stock),
                DayTotal { free, total, reason },
                "{date} {days:?} {now}"
            );
        }
    }

    #[test]
    fn a_slot_without_a_place_says_what_is_lacking() {
        let (plan, calendar) = (plan(DayKind::Any), Calendar::default());
        let now = "2026-12-14T00:00:00Z".parse().unwrap();
        let lead = TimeDelta::zero();
        let terms = Terms { plan: &plan, calendar: &calendar, lead, horizon_days: 30, capacity: 3, now };
        let kept = Kept { until: now, phone: 2, counter: 0 };
        let date = "2026-12-15".parse().unwrap();
        for (free, reason, of_day) in [
            (Lacking(2, Some(1), Lack::Kept(kept)), None, None),
            (Lacking(2, Some(0), Lack::Places), Some(SlotReason::Quota), Some(DayReason::Quota)),
            (Lacking(0, Some(3), Lack::Places), Some(SlotReason::Full), Some(DayReason::Full)),
            (Lacking(2, Some(0), Lack::Kept(kept)), Some(SlotReason::Reserved), Some(DayReason::Reserved)),
            (Lacking(0, None, Lack::Kept(kept)), Some(SlotReason::Reserved), Some(DayReason::Reserved)),
            (
                Lacking(0, None, Lack::Officers),
                Some(SlotReason::NoOfficerFree),
                Some(DayReason::NoOfficerFree),
            ),
        ] {
            let offer = terms.offers(date, &free).unwrap()[0];
            let told = (reason == Some(SlotReason::Reserved)).then_some(kept);
            assert_eq!((offer.reason, offer.kept), (reason, told));
            assert_eq!(terms.day(date, free.1, &free).reason, of_day);
        }
    }

    #[test]
    fn the_next_free_slot_is_looked_for_up_to_the_horizon() {
        let (plan, calendar) = (plan(DayKind::Any), Calendar::default());
        let now = "2026-12-14T02:30:00Z".parse().unwrap();
        let terms = Terms {
            plan: &plan,
            calendar: &calendar,
            lead: TimeDelta::zero(),
            horizon_days: 30,
            capacity: 1,
            now,
        };
        let next = terms.next_free(&Stock(1, None)).unwrap();
        assert_eq!(next.starts_at.to_rfc3339(), "2026-12-15T01:00:00+00:00");
        assert_eq!(terms.next_free(&Stock(0, None)), Err(NoneFree::Full));
        assert_eq!(terms.unpublished_from(), None);
    }

    #[test]
    fn an_unpublished_year_is_no_closed_day_and_neither_is_a_full_one() {
        let (working, unknown) = (plan(DayKind::Working), Calendar::default());
        let mut calendar = unknown.clone();
        calendar.published.insert(2026);
        let terms = |calendar, now: &str, horizon_days| Terms {
            plan: &working,
            calendar,
            lead: TimeDelta::zero(),
            horizon_days,
            capacity: 1,
            now: now.parse().unwrap(),
        };
        let new_year = "2027-01-04T01:30:00Z";
        let unpublished = terms(&unknown, new_year, 3);
        assert_eq!(unpublished.next_free(&Stock(1, None)), Err(NoneFree::YearUnpublished));
        assert_eq!(unpublished.open_now(), OpenState::Unpublished);
        assert_eq!(unpublished.unpublished_from(), NaiveDate::from_ymd_opt(2027, 1, 4));
        // Thursday the 31st is full, and what follows is not known.
        let edge = terms(&calendar, "2026-12-31T00:00:00Z", 5);
        assert_eq!(edge.next_free(&Stock(0, None)), Err(NoneFree::Full));
        assert_eq!(edge.unpublished_from(), NaiveDate::from_ymd_opt(2027, 1, 1));
        // A weekend without a slot.
        let weekend = terms(&calendar, "2026-12-19T01:30:00Z", 1);
        assert_eq!(weekend.next_free(&Stock(1, None)), Err(NoneFree::Closed));
        assert_eq!(weekend.open_now(), OpenState::Closed);
    }
}
