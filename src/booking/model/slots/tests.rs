//! Days of all kinds in zones of all kinds.

use super::*;
use crate::directory::model::settings::EVERY_DAY;
use chrono::{Datelike, Days, Offset, TimeZone};
use chrono_tz::{America::New_York, Asia::Shanghai, Europe::Berlin};
use proptest::prelude::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn plan(zone: Tz, duration: i64, openings: &[(DayKind, i32, i32)]) -> Plan {
    let openings =
        openings.iter().map(|&(days, from, to)| Opening { days, weekdays: EVERY_DAY, from, to }).collect();
    Plan {
        zone,
        grid_minutes: 15,
        duration_minutes: duration,
        dense: false,
        openings,
        extra: Vec::new(),
        closed: Vec::new(),
        office: [].into(),
        buffers: (0, 0),
    }
}

fn starts(plan: &Plan, on: &str, working: Option<bool>) -> Vec<String> {
    let slots = plan.slots_on(date(on), |_| working).unwrap();
    slots.iter().map(|slot| slot.starts_at.with_timezone(&plan.zone).format("%H:%M").to_string()).collect()
}

fn after_hours() -> Plan {
    let office = [HoursOfDay { from_minute: 510, to_minute: 1020 }].into();
    Plan { office, ..plan(Shanghai, 60, &[(DayKind::AfterHours, 0, 1440)]) }
}

#[test]
fn other_office_hours_move_what_is_after_hours() {
    assert!(!starts(&after_hours(), "2026-03-02", Some(true)).contains(&"08:00".into()));
    let office = [HoursOfDay { from_minute: 600, to_minute: 900 }].into();
    let plan = Plan { office, ..after_hours() };
    let open = starts(&plan, "2026-03-02", Some(true));
    assert_eq!(
        (open.len(), open.contains(&"09:00".into()), open.contains(&"15:00".into())),
        (19, true, true)
    );
    assert_eq!(starts(&plan, "2026-03-01", Some(false)).len(), 24);
}

#[test]
fn a_make_up_saturday_is_open_in_the_evening_and_a_holiday_sunday_all_day() {
    let saturday = starts(&after_hours(), "2026-02-14", Some(true));
    assert_eq!(saturday.len(), 8 + 7);
    assert!(saturday.contains(&"17:00".into()) && saturday.contains(&"23:00".into()));
    assert!(!saturday.contains(&"12:00".into()));
    assert_eq!(starts(&after_hours(), "2026-02-15", Some(false)).len(), 24);
}

#[test]
fn the_last_slot_of_a_day_may_end_at_midnight_and_the_next_day_goes_on_by_itself() {
    let plan = after_hours();
    let evening = plan.slots_on(date("2026-03-02"), |_| Some(true)).unwrap();
    let morning = plan.slots_on(date("2026-03-03"), |_| Some(true)).unwrap();
    assert_eq!(evening.last().unwrap().ends_at, morning[0].starts_at);
    assert_eq!(evening.last().unwrap().ends_at.to_rfc3339(), "2026-03-02T16:00:00+00:00");
}

#[test]
fn an_unpublished_year_stops_only_rules_that_ask_the_calendar() {
    assert_eq!(after_hours().slots_on(date("2027-03-02"), |_| None), Err(YearUnpublished));
    let any = plan(Shanghai, 15, &[(DayKind::Any, 0, 1440)]);
    let slots = any.slots_on(date("2027-03-02"), |_| panic!("the calendar is not asked"));
    assert_eq!(slots.unwrap().len(), 96);
}

#[test]
fn a_lost_hour_and_a_doubled_hour_offer_what_the_wall_clock_shows_once() {
    let berlin = plan(Berlin, 30, &[(DayKind::Any, 60, 240)]);
    assert_eq!(starts(&berlin, "2026-03-29", None), ["01:00", "01:30", "03:00", "03:30"]);
    // 02:00 comes twice on that night; both are inside the rule.
    assert_eq!(starts(&berlin, "2026-10-25", None).len(), 8);
    let until_the_doubled = plan(Berlin, 30, &[(DayKind::Any, 60, 150), (DayKind::Any, 150, 240)]);
    let night = until_the_doubled.slots_on(date("2026-10-25"), |_| None).unwrap();
    assert!(night.windows(2).all(|pair| pair[0].ends_at <= pair[1].starts_at));
}

#[test]
fn a_rule_that_begins_in_the_lost_hour_begins_with_the_change() {
    let new_york = plan(New_York, 30, &[(DayKind::Any, 150, 240)]);
    let slots = new_york.slots_on(date("2026-03-08"), |_| None).unwrap();
    assert_eq!(slots[0].starts_at.to_rfc3339(), "2026-03-08T07:00:00+00:00");
    assert_eq!(slots.len(), 2);
}

#[test]
fn rules_that_overlap_are_one_and_rules_that_touch_are_two() {
    let overlap = plan(Shanghai, 60, &[(DayKind::Any, 540, 690), (DayKind::Any, 600, 720)]);
    assert_eq!(starts(&overlap, "2026-03-02", None), ["09:00", "10:00", "11:00"]);
    let touch = plan(Shanghai, 60, &[(DayKind::Any, 540, 690), (DayKind::Any, 690, 780)]);
    assert_eq!(starts(&touch, "2026-03-02", None), ["09:00", "10:00", "11:30"]);
}

#[test]
fn the_edges_of_time_make_no_slots_and_no_panic() {
    let any = plan(New_York, 15, &[(DayKind::Any, 0, 1440)]);
    for day in [NaiveDate::MIN, NaiveDate::MAX] {
        assert!(any.slots_on(day, |_| None).is_ok());
    }
}

#[test]
fn a_stage_goes_on_over_midnight_where_the_hours_do() {
    use DayKind::*;
    let night = Plan { dense: true, ..after_hours() };
    let late = |plan: &Plan, on: &str, working| -> Vec<String> {
        starts(plan, on, working).into_iter().filter(|start| start.as_str() >= "22:30").collect()
    };
    assert_eq!(
        late(&night, "2026-03-02", Some(true)),
        ["22:30", "22:45", "23:00", "23:15", "23:30", "23:45"]
    );
    // Closed from midnight on.
    let evenings = Plan { dense: true, ..plan(Shanghai, 60, &[(Any, 1020, 1440)]) };
    assert_eq!(late(&evenings, "2026-03-02", None), ["22:30", "22:45", "23:00"]);
    // Nobody knows what the morning after is.
    let slots = night.slots_on(date("2026-12-31"), |day| (day < date("2027-01-01")).then_some(true)).unwrap();
    assert_eq!(slots.last().unwrap().ends_at.to_rfc3339(), "2026-12-31T16:00:00+00:00");
    // Not over an hour in which nothing is open.
    let short = Plan { dense: true, ..plan(Shanghai, 60, &[(Any, 0, 15), (Any, 1380, 1440)]) };
    assert_eq!(late(&short, "2026-03-02", None), ["23:00", "23:15"]);
}

/// Every zone there is on the days around each change of its clocks in some years, gaps and folds.
#[test]
fn in_every_zone_around_every_change_of_the_clocks_slots_are_whole_and_inside_their_rules() {
    let openings: &[&[(DayKind, i32, i32)]] = &[
        &[(DayKind::Any, 0, 1440)],
        &[(DayKind::Any, 0, 95), (DayKind::Any, 95, 155), (DayKind::Any, 155, 1440)],
        &[(DayKind::Any, 60, 150), (DayKind::Any, 120, 210), (DayKind::Any, 1375, 1440)],
    ];
    let mut changes = 0;
    for zone in chrono_tz::TZ_VARIANTS {
        let offset = |date: NaiveDate| zone.offset_from_utc_date(&date).fix();
        let mut day = date("2025-01-01");
        while day < date("2027-07-01") {
            let next = day + Days::new(1);
            let is_change = offset(day) != offset(next);
            if is_change || day.ordinal() == 1 {
                // With each change other rules, so that a zone that has some sees them all.
                let index = changes % openings.len();
                changes += usize::from(is_change);
                for dense in [false, true] {
                    let plan = Plan { dense, ..plan(zone, [30, 45, 7][index], openings[index]) };
                    for around in [day - Days::new(1), day, next] {
                        whole_and_inside(&plan, around);
                    }
                }
            }
            day = next;
        }
    }
    assert!(changes > 500, "{changes}");
}

fn whole_and_inside(plan: &Plan, on: NaiveDate) {
    let slots = plan.slots_on(on, |_| None).unwrap();
    let told = |slot: &Slot| format!("{} {on} {slot:?}", plan.zone);
    for slot in &slots {
        let cells = plan.cells(slot);
        assert_eq!(cells.start * plan.grid_minutes * 60, slot.starts_at.timestamp(), "{}", told(slot));
        assert_eq!(
            slot.ends_at - slot.starts_at,
            TimeDelta::minutes(plan.duration_minutes),
            "{}",
            told(slot)
        );
        assert!(cells.end * plan.grid_minutes * 60 >= slot.ends_at.timestamp(), "{}", told(slot));
        let start = slot.starts_at.with_timezone(&plan.zone).naive_local();
        assert_eq!(start.date(), on, "{}", told(slot));
        for at in [slot.starts_at, slot.ends_at - TimeDelta::minutes(1)] {
            let local = at.with_timezone(&plan.zone).naive_local();
            let minute = minute_of_day(local);
            let open = plan.openings.iter().any(|rule| rule.from <= minute && minute < rule.to);
            assert!(open && (plan.dense || local.date() == on), "{}", told(slot));
        }
    }
    for pair in slots.windows(2) {
        let apart = if plan.dense {
            pair[0].starts_at < pair[1].starts_at
        } else {
            pair[0].ends_at <= pair[1].starts_at
        };
        assert!(apart, "{} {}", told(&pair[0]), told(&pair[1]));
        assert!(plan.dense || plan.cells(&pair[0]).end <= plan.cells(&pair[1]).start, "{}", told(&pair[1]));
    }
    let hours = plan.open_on(on, |_| None).unwrap();
    assert!(hours.windows(2).all(|pair| pair[0].end <= pair[1].start), "{} {on} {hours:?}", plan.zone);
}

#[test]
fn what_is_announced_is_open_beside_the_rules_on_its_dates_and_moves_none_of_their_slots() {
    let office = plan(Shanghai, 60, &[(DayKind::Working, 540, 720)]);
    let extra = |minutes: Range<i32>| DatedHours { dates: (date("2026-11-14"), date("2026-11-16")), minutes };
    let overtime = Plan { extra: vec![extra(510..660), extra(630..840)], ..office.clone() };
    for (day, working, expected) in [
        // A Saturday on which nothing would be open.
        ("2026-11-14", false, vec!["08:30", "09:30", "10:30", "11:30", "12:30"]),
        // On a working day the rule's slots stay, and what is around them is added.
        ("2026-11-16", true, vec!["09:00", "10:00", "11:00", "12:00", "13:00"]),
        ("2026-11-17", true, vec!["09:00", "10:00", "11:00"]),
        ("2026-11-13", false, vec![]),
    ] {
        assert_eq!(starts(&overtime, day, Some(working)), expected, "{day}");
    }
    assert_eq!(without(&(0..100), [10..20, 20..30, 90..200]), [0..10, 30..90]);
    assert_eq!(without(&(10..20), [0..15, 15..100]), Vec::<Range<i32>>::new());
}

fn zones() -> impl Strategy<Value = Tz> {
    prop::sample::select(&chrono_tz::TZ_VARIANTS[..])
}

proptest! {
    #[test]
    fn slots_never_overlap_lie_within_rules_and_have_exact_cells(
        zone in zones(),
        day in 0u64..1500,
        grid in prop::sample::select(vec![5i64, 10, 15]),
        duration in 5i64..180,
        rules in prop::collection::vec((0i32..1440, 1i32..700), 1..5),
    ) {
        let openings: Vec<Opening> = rules
            .iter()
            .map(|&(from, long)| Opening { days: DayKind::Any, weekdays: EVERY_DAY, from, to: (from + long).min(1440) })
            .collect();
        let plan = Plan { zone, grid_minutes: grid, duration_minutes: duration, dense: false, openings: openings.clone(), extra: Vec::new(), closed: Vec::new(), office: [].into(), buffers: (0, 0) };
        let date = date("2025-01-01") + Days::new(day);
        let slots = plan.slots_on(date, |_| None).unwrap();
        for slot in &slots {
            prop_assert_eq!(slot.ends_at - slot.starts_at, TimeDelta::minutes(duration));
            for at in [slot.starts_at, slot.ends_at - TimeDelta::minutes(1)] {
                let local = at.with_timezone(&zone).naive_local();
                prop_assert_eq!(local.date(), date);
                let minute = minute_of_day(local);
                prop_assert!(openings.iter().any(|rule| rule.from <= minute && minute < rule.to));
            }
            let cells = plan.cells(slot);
            prop_assert_eq!(cells.start * grid * 60, slot.starts_at.timestamp());
            prop_assert_eq!((cells.end - cells.start) * grid, plan.step_minutes());
            prop_assert!(cells.end * grid * 60 >= slot.ends_at.timestamp());
        }
        for pair in slots.windows(2) {
            prop_assert!(pair[0].ends_at <= pair[1].starts_at);
            prop_assert!(plan.cells(&pair[0]).end <= plan.cells(&pair[1]).start);
        }
    }

    #[test]
    fn whatever_starts_at_every_cell_lies_within_rules_on_both_of_its_days(
        zone in zones(), day in 0u64..1500, duration in 5i64..180, evening in 900i32..1440, morning in 1i32..500,
    ) {
        let openings = [(DayKind::Any, 0, morning), (DayKind::Any, evening, 1440)];
        let plan = Plan { dense: true, ..plan(zone, duration, &openings) };
        let date = date("2025-01-01") + Days::new(day);
        let slots = plan.slots_on(date, |_| None).unwrap();
        for slot in &slots {
            prop_assert_eq!(slot.starts_at.with_timezone(&zone).date_naive(), date);
            for at in [slot.starts_at, slot.ends_at - TimeDelta::minutes(1)] {
                let minute = minute_of_day(at.with_timezone(&zone).naive_local());
                prop_assert!(minute < morning || minute >= evening);
            }
        }
        prop_assert!(slots.windows(2).all(|pair| pair[0].starts_at < pair[1].starts_at));
    }

    #[test]
    fn a_day_and_the_next_never_share_a_cell(zone in zones(), day in 0u64..1500, duration in 5i64..180) {
        let plan = plan(zone, duration, &[(DayKind::Any, 0, 1440)]);
        let today = date("2025-01-01") + Days::new(day);
        let last = plan.slots_on(today, |_| None).unwrap().pop().unwrap();
        let first = plan.slots_on(today + Days::new(1), |_| None).unwrap()[0];
        prop_assert!(last.ends_at <= first.starts_at);
    }
}

#[test]
fn what_is_closed_takes_its_slots_away_and_leaves_the_others_where_they_are() {
    let mut plan = plan(Shanghai, 60, &[(DayKind::Any, 540, 720)]);
    let hours = |minutes: Range<i32>| DatedHours { dates: (date("2026-11-24"), date("2026-11-25")), minutes };
    let open = |plan: &Plan, on: &str| {
        let spans = plan.open_on(date(on), |_| None).unwrap();
        spans.iter().map(|span| (span.end - span.start).num_minutes()).collect::<Vec<_>>()
    };
    assert_eq!(starts(&plan, "2026-11-24", None), ["09:00", "10:00", "11:00"]);
    plan.closed = vec![hours(615..630)];
    assert_eq!(starts(&plan, "2026-11-24", None), ["09:00", "11:00"]);
    assert_eq!(open(&plan, "2026-11-24"), [75, 90]);
    assert_eq!(starts(&plan, "2026-11-26", None).len(), 3, "another date");
    // An announced opening does not open what is closed.
    plan.extra = vec![hours(540..780)];
    plan.closed = vec![hours(540..720)];
    assert_eq!(starts(&plan, "2026-11-25", None), ["12:00"]);
    let at = |minute: i32| instant(Shanghai, date("2026-11-25"), minute).unwrap();
    assert_eq!((plan.is_open(at(719), |_| None), plan.is_open(at(720), |_| None)), (Ok(false), Ok(true)));
    // Stages over midnight: the morning is closed.
    let mut night =
        Plan { dense: true, grid_minutes: 30, ..self::plan(Shanghai, 60, &[(DayKind::Any, 0, 1440)]) };
    night.closed = vec![DatedHours { dates: (date("2026-11-25"), date("2026-11-25")), minutes: 0..30 }];
    assert_eq!(starts(&night, "2026-11-24", None).last().map(String::as_str), Some("23:00"));
}
