//! The official calendar: which days are working days. Pure.
//!
//! Source: the State Council's yearly notice on public holidays, which also names make-up workdays
//! (调休). A year without a notice is unpublished: nothing about it is guessed.

use crate::directory::model::calendar_file::CalendarFile;
use crate::directory::store::entities::calendar_day::CalendarKind;
use chrono::{Datelike, NaiveDate, Weekday};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a date is by the official calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum DayClass {
    Workday,
    Weekend,
    Holiday,
    MakeupWorkday,
    /// The year's notice is not out; whether the date is worked is not known.
    Unpublished,
}

impl DayClass {
    /// Whether it is a working day; `None` in an unpublished year.
    pub fn is_working(self) -> Option<bool> {
        match self {
            Self::Workday | Self::MakeupWorkday => Some(true),
            Self::Weekend | Self::Holiday => Some(false),
            Self::Unpublished => None,
        }
    }
}

/// The published years and the days on which they differ from the week.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    pub published: BTreeSet<i32>,
    pub changes: BTreeMap<NaiveDate, (CalendarKind, String)>,
}

impl Calendar {
    pub fn class(&self, date: NaiveDate) -> DayClass {
        if !self.published.contains(&date.year()) {
            return DayClass::Unpublished;
        }
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        match self.changes.get(&date) {
            Some((CalendarKind::Holiday, _)) => DayClass::Holiday,
            Some((CalendarKind::Workday, _)) if weekend => DayClass::MakeupWorkday,
            None if weekend => DayClass::Weekend,
            _ => DayClass::Workday,
        }
    }

    /// Whether the date is a working day; `None` in an unpublished year.
    pub fn is_working(&self, date: NaiveDate) -> Option<bool> {
        self.class(date).is_working()
    }

    /// The calendar with the years of a file in place of what it says of them.
    #[must_use]
    pub fn with(&self, file: &CalendarFile) -> Self {
        let mut after = self.clone();
        after.changes.retain(|date, _| !file.years.contains(&date.year()));
        after.changes.extend(file.days.iter().map(|(date, day)| (*date, day.clone())));
        after.published.extend(&file.years);
        after
    }

    /// The name of the holiday that a date belongs to or is a make-up for.
    pub fn name(&self, date: NaiveDate) -> Option<&str> {
        self.changes.get(&date).map(|(_, name)| name.as_str())
    }
}

/// A term runs into a year whose calendar is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnpublishedYear(pub i32);

/// The last day of a term of `days` working days that begins on the day after `date`; of 0 it is
/// `date` itself.
pub fn add_working_days(
    calendar: &Calendar,
    date: NaiveDate,
    days: u32,
) -> Result<NaiveDate, UnpublishedYear> {
    let mut day = date;
    let mut left = days;
    while left > 0 {
        // No calendar is published up to the last date that can be written.
        day = day.succ_opt().ok_or(UnpublishedYear(day.year()))?;
        if calendar.is_working(day).ok_or(UnpublishedYear(day.year()))? {
            left -= 1;
        }
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::model::calendar_file;
    use chrono::Days;
    use proptest::prelude::*;

    fn calendar() -> Calendar {
        let file = calendar_file::read(include_bytes!("../data/cn_holidays.csv")).unwrap();
        Calendar { published: file.years, changes: file.days }
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_what_the_notice_says() {
        use DayClass::*;
        let calendar = calendar();
        for (day, class, working, name) in [
            ("2026-02-13", Workday, Some(true), None),
            ("2026-02-14", MakeupWorkday, Some(true), Some("春节")),
            ("2026-02-15", Holiday, Some(false), Some("春节")),
            ("2026-02-18", Holiday, Some(false), Some("春节")),
            ("2026-02-28", MakeupWorkday, Some(true), Some("春节")),
            ("2026-03-01", Weekend, Some(false), None),
            ("2026-09-20", MakeupWorkday, Some(true), Some("国庆节")),
            ("2026-12-31", Workday, Some(true), None),
            ("2027-01-01", Unpublished, None, None),
            ("2027-01-04", Unpublished, None, None),
            ("2023-12-29", Unpublished, None, None),
        ] {
            let day = date(day);
            assert_eq!(calendar.class(day), class, "{day}");
            assert_eq!(calendar.is_working(day), working, "{day}");
            assert_eq!(calendar.name(day), name, "{day}");
        }
    }

    proptest! {
        #[test]
        fn a_term_ends_on_the_working_day_that_is_its_last(day in 0..1000u64, first in 0..25u32, then in 0..25u32) {
            let calendar = calendar();
            let from = date("2024-01-01") + Days::new(day);
            let Ok(end) = add_working_days(&calendar, from, first) else {
                return Err(TestCaseError::fail("three years hold it"));
            };
            let counted = from.iter_days().skip(1).take_while(|day| *day <= end);
            let counted = counted.filter(|day| calendar.is_working(*day) == Some(true)).count();
            prop_assert_eq!(counted, first as usize);
            prop_assert!(first == 0 || calendar.is_working(end) == Some(true));
            // A term that begins where another one ends is as long as both.
            prop_assert_eq!(
                add_working_days(&calendar, end, then),
                add_working_days(&calendar, from, first + then)
            );
        }
    }

    #[test]
    fn terms_count_by_the_official_calendar() {
        let calendar = calendar();
        for (from, days, end) in [
            ("2026-03-02", 0, Ok("2026-03-02")),
            ("2026-03-02", 1, Ok("2026-03-03")),
            ("2026-03-06", 1, Ok("2026-03-09")),
            // Friday before the make-up Saturday; then nine days of holiday.
            ("2026-02-13", 1, Ok("2026-02-14")),
            ("2026-02-13", 2, Ok("2026-02-24")),
            ("2026-02-13", 5, Ok("2026-02-27")),
            ("2026-02-13", 6, Ok("2026-02-28")),
            ("2026-12-30", 1, Ok("2026-12-31")),
            ("2026-12-30", 2, Err(2027)),
            ("2023-12-29", 1, Err(2023)),
            ("2026-01-01", u32::MAX, Err(2027)),
        ] {
            let expected = end.map(date).map_err(UnpublishedYear);
            assert_eq!(add_working_days(&calendar, date(from), days), expected, "{from} + {days}");
        }
        assert_eq!(add_working_days(&calendar, NaiveDate::MAX, 1), Err(UnpublishedYear(262_142)));
    }
}
