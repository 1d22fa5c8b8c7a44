//! Figures of operation: how many bookings came to what, and how long the stages of clearance took. Pure.

use crate::base::local_time::midnight;
use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use std::ops::Range;

/// As many months are given at a time.
pub const MOST_MONTHS: u32 = 36;

/// The last `count` months by a zone's clocks up to the one of `now`, the earliest first: the first day of each, and
/// from when until when it lasts.
pub fn months(zone: Tz, now: DateTime<Utc>, count: u32) -> Vec<(NaiveDate, Range<DateTime<Utc>>)> {
    let today = now.with_timezone(&zone).date_naive();
    let this = today.with_day(1).unwrap_or(today);
    let month = |back: u32| {
        let first = this.checked_sub_months(Months::new(back))?;
        let next = first.checked_add_months(Months::new(1))?;
        Some((first, midnight(zone, first)..midnight(zone, next)))
    };
    (0..count).rev().filter_map(month).collect()
}

/// How long something took, of `n` times that it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durations {
    pub n: usize,
    /// Half of them took no longer.
    pub median: TimeDelta,
    /// Nine of ten took no longer.
    pub most: TimeDelta,
}

/// Median and 90 % point by the nearest rank: the smallest measured value that at least that share does not exceed.
/// None of nothing.
pub fn durations(mut took: Vec<TimeDelta>) -> Option<Durations> {
    took.sort_unstable();
    let n = took.len();
    let at = |percent: usize| took.get((n * percent).div_ceil(100).max(1) - 1).copied();
    Some(Durations { n, median: at(50)?, most: at(90)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Shanghai;

    #[test]
    fn median_and_ninety_percent_are_values_that_were_measured() {
        let of = |minutes: &[i64]| durations(minutes.iter().map(|n| TimeDelta::minutes(*n)).collect());
        let is = |n, median, most| {
            Some(Durations { n, median: TimeDelta::minutes(median), most: TimeDelta::minutes(most) })
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[7]), is(1, 7, 7));
        assert_eq!(of(&[30, 10]), is(2, 10, 30));
        assert_eq!(of(&[3, 1, 2]), is(3, 2, 3));
        assert_eq!(of(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]), is(10, 5, 9));
    }

    #[test]
    fn months_are_those_of_the_office_and_meet() {
        // Already December in Shanghai.
        let now = "2026-11-30T16:30:00Z".parse().unwrap();
        let found = months(Shanghai, now, 3);
        let firsts: Vec<String> = found.iter().map(|(first, _)| first.to_string()).collect();
        assert_eq!(firsts, ["2026-10-01", "2026-11-01", "2026-12-01"]);
        assert!(found.windows(2).all(|pair| pair[0].1.end == pair[1].1.start));
        assert!(found[2].1.contains(&now));
        assert_eq!(found[2].1.start.to_rfc3339(), "2026-11-30T16:00:00+00:00");
    }
}
