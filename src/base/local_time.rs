//! Days and times by the clocks of a zone. Pure.
//!
//! A wall-clock time that a change of the clocks skips stands for the instant of the change, one that happens twice
//! for its first instant.

use chrono::{DateTime, Datelike, Days, NaiveDate, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The local date of an instant.
pub fn local_date(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The instants at which a date begins and ends; none for dates too far away to matter.
pub fn day_bounds(zone: Tz, date: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    Some((instant(zone, date, 0)?, instant(zone, date, 1440)?))
}

/// The instant of a wall-clock minute of a date (1440: the next midnight).
pub fn instant(zone: Tz, date: NaiveDate, minute: i32) -> Option<DateTime<Utc>> {
    // Far from our time there are no offices, and chrono's arithmetic ends.
    if !(1900..=9999).contains(&date.year()) {
        return None;
    }
    let midnight = date.and_hms_opt(0, 0, 0)?;
    let naive = midnight.checked_add_signed(TimeDelta::minutes(i64::from(minute)))?;
    if let Some(at) = zone.from_local_datetime(&naive).earliest() {
        return Some(at.with_timezone(&Utc));
    }
    // A skipped time. With the offset of before the change it falls right behind the change by as
    // much as it was skipped; walking back there finds the first instant of the new offset.
    let before = zone.offset_from_local_datetime(&naive.checked_sub_days(Days::new(2))?).earliest()?.fix();
    let mut at = naive.checked_sub_offset(before)?.and_utc();
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let after = offset(at);
    while offset(at - TimeDelta::minutes(1)) == after {
        at -= TimeDelta::minutes(1);
    }
    Some(at)
}

/// The first instant of a date; of dates too far away to matter the same by UTC.
pub fn midnight(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    instant(zone, date, 0).unwrap_or_else(|| date.and_time(chrono::NaiveTime::MIN).and_utc())
}

/// The local date that `at` falls on, as a half-open stretch of time.
pub fn day_around(zone: Tz, at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let date = local_date(zone, at);
    (midnight(zone, date), midnight(zone, date.succ_opt().unwrap_or(date)))
}
