//! What lies outside, who is seated where, and which stages cannot follow one another.

use super::*;
use crate::booking::model::slots::Opening;
use crate::directory::entities::opening_rule::DayKind;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Asia::Shanghai;
use proptest::prelude::*;

const SATURDAY: i32 = 1 << 5;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn hour(start: &str) -> Slot {
    Slot { starts_at: at(start), ends_at: at(start) + TimeDelta::hours(1) }
}

/// Monday to Friday and Saturday mornings at the venue, whatever the calendar says.
fn plan() -> Plan {
    let opening = |weekdays, to| Opening { days: DayKind::Any, weekdays, from: 540, to };
    Plan {
        zone: Shanghai,
        grid_minutes: 15,
        duration_minutes: 60,
        dense: false,
        openings: vec![opening(0b1_1111, 1020), opening(SATURDAY, 720)],
        extra: Vec::new(),
        closed: Vec::new(),
        office: [].into(),
        buffers: (0, 0),
    }
}

fn standing(slot: Slot) -> Standing {
    Standing {
        id: Uuid::from_u128(1),
        booking: Uuid::from_u128(2),
        slot,
        stage: None,
        site: Site::Office,
        begins: true,
        seats: vec![1],
        of_quota: vec![7],
        beside: Vec::new(),
    }
}

#[test]
fn what_would_not_be_given_any_more_says_why() {
    let plan = plan();
    let measure = |active, seats: i32, quota| {
        let inside = standing(hour("2026-11-28T01:00:00Z"));
        let staged = Standing { stage: Some(Stage::Inspection), beside: vec![1], ..inside.clone() };
        let late = standing(hour("2026-11-28T04:00:00Z"));
        let measure = Measure {
            active,
            plan: &plan,
            working: &|_| None,
            seats: &|_| seats,
            quota: &|_| quota,
            stages: &[(Stage::Declaration, None), (Stage::Inspection, Some(1))],
        };
        let other = Standing { stage: Some(Stage::Release), ..inside.clone() };
        [inside, staged, other, late].map(|one| measure.outside(&one))
    };
    use Outside::{Hours, Off, Quota, Seats};
    assert_eq!(measure(true, 2, Some(8)), [None, Some(Seats), Some(Outside::Stage), Some(Hours)]);
    assert_eq!(measure(true, 1, None), [Some(Seats), Some(Seats), Some(Outside::Stage), Some(Hours)]);
    assert_eq!(measure(true, 2, Some(7))[0], Some(Quota));
    assert_eq!(measure(false, 2, Some(8)), [Some(Off); 4]);
}

#[test]
fn a_year_of_which_nobody_knows_puts_nothing_outside() {
    let opening = Opening { days: DayKind::Working, weekdays: 127, from: 0, to: 60 };
    let plan = Plan { openings: vec![opening], ..plan() };
    let measure = |working: &dyn Fn(NaiveDate) -> Option<bool>| {
        let stages = [];
        let seats = |_: &Slot| 9;
        let measure =
            Measure { active: true, plan: &plan, working, seats: &seats, quota: &|_| None, stages: &stages };
        measure.outside(&standing(hour("2026-11-28T04:00:00Z")))
    };
    assert_eq!(measure(&|_| None), None);
    assert_eq!(measure(&|_| Some(true)), Some(Outside::Hours));
}

#[test]
fn a_rule_for_a_day_of_the_week_opens_that_day_alone() {
    let plan = plan();
    let slots = |date: &str| plan.slots_on(date.parse().unwrap(), |_| None).unwrap().len();
    // From Friday to Monday.
    assert_eq!(["2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30"].map(slots), [8, 3, 0, 8]);
}

#[test]
fn stages_that_can_never_follow_one_another_are_told() {
    let minutes = TimeDelta::minutes;
    let terms = |stage, gap: (i64, i64)| StageTerms {
        stage,
        duration_minutes: 60,
        gap: (minutes(gap.0), minutes(gap.1)),
        at_enterprise: false,
    };
    let slots = || vec![hour("2026-11-27T01:00:00Z"), hour("2026-11-27T02:00:00Z")];
    let both = |gap| [terms(Stage::Declaration, (0, 0)), terms(Stage::Release, gap)];
    assert_eq!(check_stages(&both((0, 60)), &[slots(), slots()]), Ok(()));
    assert_eq!(check_stages(&both((60, 90)), &[slots(), slots()]), Err(StageTrouble::NoWay(1)));
    assert_eq!(check_stages(&both((0, 60)), &[slots(), Vec::new()]), Err(StageTrouble::NoSlot(1)));
    assert_eq!(check_stages(&[], &[]), Ok(()));
}

proptest! {
    #[test]
    fn nobody_is_seated_where_somebody_sits(
        taken in prop::collection::vec((0i64..20, 1i64..5), 0..10),
        wanted in prop::collection::vec((0i64..20, 1i64..5, 1usize..4), 0..12),
    ) {
        let taken: Vec<_> = taken.iter().map(|&(from, long)| (from..from + long, 1)).collect();
        let first = seat_all(&[], &taken);
        let wanted: Vec<_> = wanted.iter().map(|&(from, long, count)| (from..from + long, count)).collect();
        let seated = seat_all(&first, &wanted);
        prop_assert!(seated.iter().zip(&wanted).all(|(one, (cells, count))| one.cells == *cells && one.seats.len() == *count));
        let all: Vec<Seated> = first.into_iter().chain(seated).collect();
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                let meet = one.cells.start < other.cells.end && other.cells.start < one.cells.end;
                prop_assert!(!meet || one.seats.iter().all(|seat| !other.seats.contains(seat)));
            }
        }
    }
}
