//! Several bookings that are moved alike: to another day at the same hours, or by so many minutes. Pure.

use crate::base::local_time::{instant, local_date};
use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

/// As many bookings are moved at once at most.
pub const MOST_MOVED: usize = 50;
/// By so many minutes at most: further away it is another day.
pub const MOST_MINUTES: u32 = 24 * 60;

/// To when all of them are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// To this day at the same hours, by the clocks of the venue.
    ToDate(NaiveDate),
    /// Later, or earlier by less than nothing.
    ByMinutes(i32),
}

impl Shift {
    /// When an appointment is to start of a booking that starts `first`; none where no calendar goes so far, or where the
    /// clocks skip that time. What goes on after midnight goes on the next day again.
    pub fn of(self, zone: Tz, first: DateTime<Utc>, starts_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::ByMinutes(minutes) => starts_at.checked_add_signed(TimeDelta::minutes(i64::from(minutes))),
            Self::ToDate(date) => {
                let days = local_date(zone, starts_at) - local_date(zone, first);
                let local = starts_at.with_timezone(&zone).time();
                let minute = i32::try_from(local.hour() * 60 + local.minute()).ok()?;
                let moved = instant(zone, date.checked_add_signed(days)?, minute)?;
                // A skipped time stands for the moment of the change, which is another hour.
                (moved.with_timezone(&zone).time() == local).then_some(moved)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_same_hours_on_another_day_are_those_of_the_clocks_there() {
        let shanghai = chrono_tz::Asia::Shanghai;
        let to = Shift::ToDate(date("2026-11-27"));
        // 23:00 in Shanghai, and a stage after midnight.
        let first = at("2026-11-24T15:00:00Z");
        assert_eq!(to.of(shanghai, first, first), Some(at("2026-11-27T15:00:00Z")));
        let second = at("2026-11-24T16:30:00Z");
        assert_eq!(to.of(shanghai, first, second), Some(at("2026-11-27T16:30:00Z")));
        // Clocks that were set back in between: nine o'clock stays nine o'clock.
        let berlin = chrono_tz::Europe::Berlin;
        let summer = at("2026-10-24T07:00:00Z");
        let winter = Shift::ToDate(date("2026-10-26")).of(berlin, summer, summer);
        assert_eq!(winter, Some(at("2026-10-26T08:00:00Z")));
        // Half past two does not exist on the day on which they are set forward.
        let night = at("2026-03-28T01:30:00Z");
        assert_eq!(Shift::ToDate(date("2026-03-29")).of(berlin, night, night), None);
        assert_eq!(Shift::ToDate(NaiveDate::MAX).of(berlin, night, night), None);
    }

    #[test]
    fn minutes_are_those_of_a_watch() {
        let zone = chrono_tz::Europe::Berlin;
        let before = at("2026-03-29T00:30:00Z");
        assert_eq!(Shift::ByMinutes(60).of(zone, before, before), Some(at("2026-03-29T01:30:00Z")));
        assert_eq!(Shift::ByMinutes(-90).of(zone, before, before), Some(at("2026-03-28T23:00:00Z")));
        let end = DateTime::<Utc>::MAX_UTC;
        assert_eq!(Shift::ByMinutes(1).of(zone, end, end), None);
    }
}
