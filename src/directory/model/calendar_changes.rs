//! What an import changes: the dates on which a year differs from what was in force before. Pure.

use crate::directory::model::calendar::{Calendar, DayClass};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a line of the calendar differs from the version before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Removed,
    /// It is there in both, with another kind or name.
    Changed,
}

/// A date of which a new version says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayChange {
    pub date: NaiveDate,
    pub change: ChangeKind,
    pub was: DayClass,
    pub is_now: DayClass,
    /// The holiday's name now; of a date that was taken out, as it was.
    pub name: String,
}

/// A date that became another kind of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reclassified {
    pub date: NaiveDate,
    pub was: DayClass,
    pub is_now: DayClass,
}

/// The dates of `years` that differ, in order. Dates of a plain week are not told, also where the year was not
/// published at all before.
pub fn changes(before: &Calendar, after: &Calendar, years: &BTreeSet<i32>) -> Vec<DayChange> {
    let told = |calendar: &Calendar| -> Vec<NaiveDate> {
        calendar.changes.keys().copied().filter(|date| years.contains(&date.year())).collect()
    };
    let dates: BTreeSet<NaiveDate> = told(before).into_iter().chain(told(after)).collect();
    let differs = |date: NaiveDate| {
        let (old, new) = (before.changes.get(&date), after.changes.get(&date));
        let change = match (old, new) {
            (None, Some(_)) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Removed,
            (Some(old), Some(new)) if old != new => ChangeKind::Changed,
            _ => return None,
        };
        let name = new.or(old).map(|(_, name)| name.clone()).unwrap_or_default();
        Some(DayChange { date, change, was: before.class(date), is_now: after.class(date), name })
    };
    dates.into_iter().filter_map(differs).collect()
}

/// Those that bookings can feel: what nothing was known about before was promised to nobody.
pub fn reclassified(changes: &[DayChange]) -> Vec<Reclassified> {
    let felt = |change: &&DayChange| change.was != change.is_now && change.was != DayClass::Unpublished;
    let told =
        |change: &DayChange| Reclassified { date: change.date, was: change.was, is_now: change.is_now };
    changes.iter().filter(felt).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::store::entities::calendar_day::CalendarKind::{self, Holiday, Workday};

    fn calendar(days: &[(&str, CalendarKind, &str)]) -> Calendar {
        let day = |(date, kind, name): &(&str, CalendarKind, &str)| {
            (date.parse().unwrap(), (*kind, (*name).to_owned()))
        };
        Calendar { published: [2027].into(), changes: days.iter().map(day).collect() }
    }

    #[test]
    fn what_was_added_taken_out_or_changed_is_told_and_what_stays_is_not() {
        let before = calendar(&[
            ("2027-02-08", Holiday, "春节"),
            ("2027-02-09", Holiday, "春节"),
            ("2027-02-20", Workday, "春节"),
            ("2027-05-03", Holiday, "劳动节"),
        ]);
        let after = calendar(&[
            ("2027-02-09", Holiday, "春节"),
            ("2027-02-20", Holiday, "春节"),
            ("2027-02-21", Workday, "春节"),
            ("2027-05-03", Holiday, "五一"),
        ]);
        let found = changes(&before, &after, &[2027].into());
        let told: Vec<_> =
            found.iter().map(|one| (one.date.to_string(), one.change, one.was, one.is_now)).collect();
        let day = |date: &str, change, was, is_now| (date.to_owned(), change, was, is_now);
        use ChangeKind::*;
        assert_eq!(
            told,
            [
                day("2027-02-08", Removed, DayClass::Holiday, DayClass::Workday),
                day("2027-02-20", Changed, DayClass::MakeupWorkday, DayClass::Holiday),
                day("2027-02-21", Added, DayClass::Weekend, DayClass::MakeupWorkday),
                day("2027-05-03", Changed, DayClass::Holiday, DayClass::Holiday),
            ]
        );
        assert_eq!(found[3].name, "五一");
        let felt: Vec<String> = reclassified(&found).iter().map(|one| one.date.to_string()).collect();
        assert_eq!(felt, ["2027-02-08", "2027-02-20", "2027-02-21"], "another name is no other day");
        assert_eq!(changes(&before, &after, &[2026].into()), []);
    }

    #[test]
    fn a_year_that_was_not_published_reclassifies_nothing() {
        let after = calendar(&[("2027-02-09", Holiday, "春节")]);
        let found = changes(&Calendar::default(), &after, &[2027].into());
        assert_eq!((found.len(), found[0].was), (1, DayClass::Unpublished));
        assert_eq!(reclassified(&found), []);
    }
}
