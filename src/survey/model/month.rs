//! Calendar months in a zone. Pure.

use crate::base::local_time::midnight;
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use std::fmt;

/// A calendar month, such as `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(NaiveDate);

impl Month {
    /// Reads `YYYY-MM` of the years 2000 to 2199: what lies outside is a slip of the hand.
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let (year, month) = text.split_once('-').filter(|_| shaped)?;
        let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)?;
        (year.len() == 4 && (2000..2200).contains(&first.year())).then_some(Self(first))
    }

    /// The month that a zone's calendars show at an instant.
    pub fn of(at: DateTime<Utc>, zone: Tz) -> Self {
        let date = at.with_timezone(&zone).date_naive();
        Self(date.with_day(1).unwrap_or(date))
    }

    pub fn next(self) -> Self {
        Self(self.0 + Months::new(1))
    }

    pub fn previous(self) -> Self {
        Self(self.0 - Months::new(1))
    }

    /// The month's first instant in a zone.
    pub fn start(self, zone: Tz) -> DateTime<Utc> {
        midnight(zone, self.0)
    }

    /// All months from this one to `last`, both included.
    pub fn until(self, last: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |month| Some(month.next())).take_while(move |month| *month <= last)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_years_and_months_that_exist_are_read() {
        for (text, month) in [
            ("2026-11", Some("2026-11")),
            ("2000-01", Some("2000-01")),
            ("2026-13", None),
            ("2026-00", None),
            ("1999-12", None),
            ("9999-12", None),
            ("2026-1", None),
            ("202-611", None),
            ("2026-11-01", None),
            ("+026-11", None),
            ("二〇-11", None),
            ("", None),
        ] {
            assert_eq!(Month::parse(text).map(|month| month.to_string()).as_deref(), month, "{text}");
        }
    }

    #[test]
    fn a_month_begins_at_midnight_of_the_zone() {
        let november = Month::parse("2026-11").unwrap();
        assert_eq!(november.start(chrono_tz::Asia::Shanghai).to_rfc3339(), "2026-10-31T16:00:00+00:00");
        assert_eq!(november.start(chrono_tz::Asia::Vladivostok).to_rfc3339(), "2026-10-31T14:00:00+00:00");
        // Clocks skipped midnight here.
        let april = Month::parse("2011-04").unwrap();
        assert_eq!(april.start(chrono_tz::Asia::Amman).to_rfc3339(), "2011-03-31T22:00:00+00:00");
        let year: Vec<String> =
            november.until(Month::parse("2027-02").unwrap()).map(|month| month.to_string()).collect();
        assert_eq!(year, ["2026-11", "2026-12", "2027-01", "2027-02"]);
        assert_eq!(november.next().until(november).count(), 0);
    }

    proptest! {
        #[test]
        fn each_instant_lies_in_the_month_that_it_is_of(
            seconds in 946_684_800..7_258_118_400_i64, which in any::<prop::sample::Index>(),
        ) {
            let zone = chrono_tz::TZ_VARIANTS[which.index(chrono_tz::TZ_VARIANTS.len())];
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let month = Month::of(at, zone);
            prop_assert!(month.start(zone) <= at && at < month.next().start(zone));
        }

        #[test]
        fn nothing_makes_reading_panic(text in any::<String>()) {
            let _ = Month::parse(&text);
        }
    }
}
