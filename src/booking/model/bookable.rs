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
    /// Whoever asks may book nothing of it, whichever day: the terms of the service exclude them.
    Terms,
    /// It could not be recorded: the disk is full of what is booked.
    RecordingSpace,
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

impl DayTotal {
    /// The same with nothing free of it, because of `reason`; what nobody can have anyway is told as it is.
    pub fn without(self, reason: DayReason) -> Self {
        let reason = if self.free > 0 { Some(reason) } else { self.reason };
        Self { free: 0, reason, ..self }
    }
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
mod tests;
