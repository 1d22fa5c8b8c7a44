//! When somebody is reminded of a booking. Pure.

use crate::booking::store::entities::booking;
use chrono::{DateTime, TimeDelta, Utc};

/// So much later than its time a reminder still goes out: the program may not have run.
pub const LATE: TimeDelta = TimeDelta::minutes(60);

/// What is to be done about a reminder at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Its time has not come.
    NotYet,
    Send,
    /// It was accepted or moved after the time of the reminder, or that is long over.
    Skip,
}

/// What to do about the reminder that is due so long before a booking that stands.
pub fn turn(row: &booking::Model, lead: TimeDelta, now: DateTime<Utc>) -> Turn {
    let due = row.starts_at - lead;
    if now < due {
        Turn::NotYet
    } else if row.updated_at > due || now >= row.starts_at || now > due + LATE {
        Turn::Skip
    } else {
        Turn::Send
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::model::state::tests::row;
    use crate::booking::store::entities::booking::BookingState;

    #[test]
    fn a_reminder_goes_out_at_its_time_and_not_to_who_has_just_booked() {
        let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let hours = |hours| start - TimeDelta::hours(hours);
        for (accepted, now, expected) in [
            (hours(48), hours(25), Turn::NotYet),
            (hours(48), hours(24), Turn::Send),
            (hours(48), hours(23), Turn::Send),
            (hours(48), hours(22), Turn::Skip),
            (hours(24), hours(24), Turn::Send),
            (hours(20), hours(20), Turn::Skip),
        ] {
            let mut booking = row(BookingState::Accepted, start);
            booking.updated_at = accepted;
            assert_eq!(turn(&booking, TimeDelta::hours(24), now), expected, "{accepted} {now}");
        }
        let mut booking = row(BookingState::Accepted, start);
        booking.updated_at = hours(48);
        assert_eq!(turn(&booking, TimeDelta::minutes(30), start), Turn::Skip);
    }
}
