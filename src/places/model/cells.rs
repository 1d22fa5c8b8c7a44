//! How cells are numbered.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::ops::Range;

/// The cells of a span of time on a grid: floor(epoch minutes / grid). Begun cells count whole.
pub fn of_span(grid_minutes: i64, span: &Range<DateTime<Utc>>) -> Range<i64> {
    let grid = grid_minutes.max(1);
    let minute = |at: DateTime<Utc>| at.timestamp().div_euclid(60);
    minute(span.start).div_euclid(grid)..(minute(span.end) + grid - 1).div_euclid(grid)
}

/// The cells of a person are as fine as the finest grid, because they may be wanted at several venues.
const PERSON_MINUTES: i64 = 5;

/// The cells of a person over a span of time.
pub fn of_person(span: &Range<DateTime<Utc>>) -> Range<i64> {
    of_span(PERSON_MINUTES, span)
}

/// The cell of a day's quota: its number of days from the common era.
pub fn of_day(date: NaiveDate) -> Range<i64> {
    let day = i64::from(date.num_days_from_ce());
    day..day + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_cell_counts_whole_before_the_epoch_too() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!(of_span(15, &(at(0)..at(1800))), 0..2);
        assert_eq!(of_span(15, &(at(60)..at(1860))), 0..3);
        assert_eq!(of_span(15, &(at(-60)..at(60))), -1..1);
        let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
        assert_eq!(of_day(first), 1..2);
    }
}
