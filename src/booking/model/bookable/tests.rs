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
        office: [].into(),
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
        assert_eq!(day(date, days, now, stock), DayTotal { free, total, reason }, "{date} {days:?} {now}");
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
        (Lacking(0, None, Lack::Officers), Some(SlotReason::NoOfficerFree), Some(DayReason::NoOfficerFree)),
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
