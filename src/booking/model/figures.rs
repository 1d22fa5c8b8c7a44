//! Figures of operation: months, shares, and how long something took. Pure.

use crate::base::local_time::midnight;
use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;
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

/// For what people wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitKind {
    /// With a number that they drew, until it is called for the first time.
    Queue,
    /// For a place, until they take one that is offered.
    WaitingList,
    /// In front of a video meeting, until they are let in.
    WaitingRoom,
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
pub fn durations(took: Vec<TimeDelta>) -> Option<Durations> {
    durations_beside(0, took)
}

/// The same beside as many that took no time at all.
pub fn durations_beside(none: usize, mut took: Vec<TimeDelta>) -> Option<Durations> {
    took.sort_unstable();
    let n = none + took.len();
    let at = |percent: usize| {
        let rank = (n * percent).div_ceil(100);
        if n > 0 && rank <= none {
            Some(TimeDelta::zero())
        } else {
            took.get(rank.max(1) - 1 - none).copied()
        }
    };
    Some(Durations { n, median: at(50)?, most: at(90)? })
}

/// Of fewer than so many a share says little, and the 90 % point is but the greatest of them.
pub const FEW: i64 = 10;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub k: i64,
    pub n: i64,
}

impl Part {
    /// In per cent with one decimal, half up; none of nothing.
    pub fn percent(self) -> Option<f64> {
        let tenths = (self.n > 0).then(|| (self.k * 2000 + self.n).div_euclid(self.n * 2))?;
        #[expect(clippy::cast_precision_loss, reason = "a thousand at most")]
        Some(tenths as f64 / 10.0)
    }
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
        let beside = |none, minutes: &[i64]| {
            durations_beside(none, minutes.iter().map(|n| TimeDelta::minutes(*n)).collect())
        };
        assert_eq!(beside(0, &[]), None);
        assert_eq!(beside(3, &[]), is(3, 0, 0));
        for none in 0..12 {
            let minutes: Vec<i64> = (1..=9).rev().collect();
            let all = [vec![0; none], minutes.clone()].concat();
            assert_eq!(beside(none, &minutes), of(&all), "{none}");
        }
    }

    #[test]
    fn a_share_has_one_decimal_half_up() {
        for (k, n, percent) in [
            (0, 0, None),
            (0, 3, Some(0.0)),
            (1, 3, Some(33.3)),
            (2, 3, Some(66.7)),
            (1, 2000, Some(0.1)),
            (1, 2001, Some(0.0)),
            (7, 7, Some(100.0)),
        ] {
            assert_eq!(Part { k, n }.percent(), percent, "{k}/{n}");
        }
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
