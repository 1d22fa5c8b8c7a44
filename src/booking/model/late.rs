//! What is cancelled late has to be explained in writing, and moving it away first is no way around that. Pure.

use crate::booking::model::state::Side;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::directory::model::terms::CancellingTerms;
use chrono::{DateTime, TimeDelta, Utc};

/// Until when a booking can be cancelled with nothing to follow; none where nothing follows whenever it is. What its booker
/// moved late counts by the start that it had, whether or not anybody has accepted its new one.
pub fn free_until(row: &booking::Model, terms: &CancellingTerms) -> Option<DateTime<Utc>> {
    let start = match (row.state, row.late_from) {
        (BookingState::Requested | BookingState::Accepted, Some(from)) => from.min(row.starts_at),
        (BookingState::Accepted, None) => row.starts_at,
        _ => return None,
    };
    Some(start - TimeDelta::minutes(i64::from(terms.free_until_minutes)))
}

/// Whether it would be cancelled late now.
pub fn is_late(row: &booking::Model, terms: &CancellingTerms, now: DateTime<Utc>) -> bool {
    free_until(row, terms).is_some_and(|until| until < now)
}

/// The start to remember once a booking has been moved away from the one that it has. What the office moves counts by its
/// new time alone: it is the office that could not keep the former one.
pub fn late_from(
    row: &booking::Model,
    terms: Option<&CancellingTerms>,
    side: Side,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    if side != Side::Booker {
        return None;
    }
    let is_late = terms.is_some_and(|terms| is_late(row, terms, now));
    let own = is_late.then_some(row.starts_at);
    row.late_from.into_iter().chain(own).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::model::state::tests::row;
    use BookingState::{Accepted, Held, Requested};

    const TERMS: CancellingTerms =
        CancellingTerms { free_until_minutes: 60, explain_within_working_days: 5, blocked_days: 14 };

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
    }

    fn booked(state: BookingState, starts_at: i64, late_from: Option<i64>) -> booking::Model {
        booking::Model { late_from: late_from.map(at), ..row(state, at(starts_at)) }
    }

    #[test]
    fn what_was_moved_late_is_cancelled_late_whenever_it_is() {
        // State, start and the start that it was moved from late; now; whether that is late.
        for (state, starts_at, from, now, late) in [
            (Accepted, 200, None, 140, false),
            (Accepted, 200, None, 141, true),
            // Nobody counts on it yet.
            (Requested, 200, None, 199, false),
            (Held, 200, None, 199, false),
            // Moved at 41 from 100: days before its new start it is late all the same, accepted anew or not.
            (Accepted, 5000, Some(100), 41, true),
            (Requested, 5000, Some(100), 41, true),
            (Requested, 5000, Some(100), 4999, true),
            // By terms that were loosened since it would not have been.
            (Accepted, 5000, Some(100), 40, false),
            // Moved to an earlier time than it had.
            (Accepted, 90, Some(100), 31, true),
        ] {
            let row = booked(state, starts_at, from);
            assert_eq!(is_late(&row, &TERMS, at(now)), late, "{state:?} {starts_at} {from:?} at {now}");
        }
    }

    #[test]
    fn the_earliest_start_that_a_booker_left_late_is_remembered_until_the_office_moves_it() {
        for (state, starts_at, from, side, now, remembered) in [
            (Accepted, 200, None, Side::Booker, 140, None),
            (Accepted, 200, None, Side::Booker, 141, Some(200)),
            (Requested, 200, None, Side::Booker, 150, None),
            // Once more, in time or late: the first one stands.
            (Accepted, 900, Some(200), Side::Booker, 300, Some(200)),
            (Accepted, 190, Some(200), Side::Booker, 150, Some(190)),
            (Requested, 900, Some(200), Side::Booker, 300, Some(200)),
            (Accepted, 900, Some(200), Side::Officer, 300, None),
            (Accepted, 200, None, Side::Officer, 199, None),
        ] {
            let row = booked(state, starts_at, from);
            let found = late_from(&row, Some(&TERMS), side, at(now));
            assert_eq!(found, remembered.map(at), "{state:?} {starts_at} {from:?} {side:?} at {now}");
            assert_eq!(
                late_from(&row, None, side, at(now)).is_some(),
                from.is_some() && side == Side::Booker
            );
        }
    }
}
