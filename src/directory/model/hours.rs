//! When an opening rule opens on a day. What is after hours is said here and nowhere else: what the venue's office hours
//! leave of a working day, and the whole of a day off.

use crate::directory::model::settings::HoursOfDay;
use crate::directory::store::entities::opening_rule::DayKind;
use std::ops::Range;

/// When a rule for days of a kind opens between two minutes of a day, in order. `is_working` is none where no rule asks.
pub fn opened(
    days: DayKind,
    minutes: Range<i32>,
    is_working: Option<bool>,
    office: &[HoursOfDay],
) -> Vec<Range<i32>> {
    match (days, is_working) {
        (DayKind::Any, _)
        | (DayKind::Working, Some(true))
        | (DayKind::NonWorking | DayKind::AfterHours, Some(false)) => vec![minutes],
        (DayKind::AfterHours, Some(true)) => without(&minutes, office.iter().map(|one| one.minutes())),
        _ => Vec::new(),
    }
}

/// What of some hours is in none of the others, which are in order.
pub fn without(hours: &Range<i32>, others: impl IntoIterator<Item = Range<i32>>) -> Vec<Range<i32>> {
    let (mut left, mut from) = (Vec::new(), hours.start);
    for other in others.into_iter().filter(|other| other.start < hours.end && hours.start < other.end) {
        left.push(from..other.start);
        from = other.end;
    }
    left.push(from..hours.end);
    left.retain(|hours| !hours.is_empty());
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_hours_is_what_office_hours_leave_of_a_working_day_and_the_whole_of_a_day_off() {
        let hours = |from_minute, to_minute| HoursOfDay { from_minute, to_minute };
        let office = [hours(510, 720), hours(780, 1020)];
        let spans =
            |all: Vec<Range<i32>>| all.into_iter().map(|one| (one.start, one.end)).collect::<Vec<_>>();
        for (days, minutes, is_working, expected) in [
            (DayKind::AfterHours, 0..1440, Some(true), vec![(0, 510), (720, 780), (1020, 1440)]),
            (DayKind::AfterHours, 0..1440, Some(false), vec![(0, 1440)]),
            // Within a frame of the day.
            (DayKind::AfterHours, 1000..1320, Some(true), vec![(1020, 1320)]),
            (DayKind::AfterHours, 600..700, Some(true), vec![]),
            (DayKind::AfterHours, 600..700, Some(false), vec![(600, 700)]),
            (DayKind::AfterHours, 600..700, None, vec![]),
            (DayKind::Working, 600..700, Some(true), vec![(600, 700)]),
            (DayKind::Working, 600..700, Some(false), vec![]),
            (DayKind::NonWorking, 600..700, Some(false), vec![(600, 700)]),
            (DayKind::Any, 600..700, None, vec![(600, 700)]),
        ] {
            let found = spans(opened(days, minutes.clone(), is_working, &office));
            assert_eq!(found, expected, "{days:?} {minutes:?} {is_working:?}");
        }
        // Where nobody is there on working days, it is after hours all day.
        assert_eq!(spans(opened(DayKind::AfterHours, 0..60, Some(true), &[])), [(0, 60)]);
    }
}
