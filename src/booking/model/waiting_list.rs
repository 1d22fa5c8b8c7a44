//! Who waits for a place, and who is offered one. Pure.

use crate::booking::model::slots::Slot;
use crate::booking::store::entities::booking::BookingState;
use crate::booking::store::entities::waiting_entry::{self, WaitingState};
use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

/// Somebody has at least so long to answer; what is nearer is not offered any more.
pub const SHORTEST_OFFER: TimeDelta = TimeDelta::minutes(10);
/// As many days can be waited for at a time.
pub const MOST_DAYS: i64 = 62;

/// What suits somebody who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suits {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// It has to begin in these minutes of the day.
    pub minutes: Option<(i32, i32)>,
    /// It has to begin before.
    pub before: Option<DateTime<Utc>>,
}

impl Suits {
    pub fn of(row: &waiting_entry::Model, before: Option<DateTime<Utc>>) -> Self {
        Self { from: row.from_date, to: row.to_date, minutes: row.from_minute.zip(row.to_minute), before }
    }

    /// Whether a slot does, by the clocks of the venue.
    pub fn fits(&self, zone: Tz, slot: &Slot) -> bool {
        let local = slot.starts_at.with_timezone(&zone);
        let minute = (local.hour() * 60 + local.minute()) as i32;
        (self.from..=self.to).contains(&local.date_naive())
            && self.minutes.is_none_or(|(from, to)| (from..to).contains(&minute))
            && self.before.is_none_or(|before| slot.starts_at < before)
    }
}

/// Until when a place is held for whoever is offered it: so long as the service says, half of what is left until it
/// cannot be booked any more, whichever is shorter. None if that is too short to answer.
pub fn offer_until(now: DateTime<Utc>, latest: DateTime<Utc>, usual: TimeDelta) -> Option<DateTime<Utc>> {
    let term = usual.min((latest - now) / 2);
    (term >= SHORTEST_OFFER).then(|| now + term)
}

/// Who is next to be offered a place: of those who wait, in their order, the first for whom there is one. `earliest` says
/// which that is.
pub fn next<'a, T, P>(
    waiting: impl IntoIterator<Item = &'a T>,
    earliest: impl Fn(&T) -> Option<P>,
) -> Option<(&'a T, P)> {
    waiting.into_iter().find_map(|one| Some((one, earliest(one)?)))
}

/// Where an entry stands, by the booking that holds what is offered, whether or not that was written down yet.
pub fn stands(state: WaitingState, offered: Option<(BookingState, bool)>) -> WaitingState {
    match (state, offered) {
        (WaitingState::Offered, Some((BookingState::Held, false))) => WaitingState::Offered,
        (WaitingState::Offered, Some((BookingState::Held, true) | (BookingState::Expired, _)) | None) => {
            WaitingState::Passed
        }
        (WaitingState::Offered, Some((BookingState::Cancelled, _))) => WaitingState::Declined,
        (WaitingState::Offered, Some(_)) => WaitingState::Taken,
        (state, _) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Shanghai;
    use proptest::prelude::*;

    fn slot(minutes: i64) -> Slot {
        let starts_at =
            DateTime::from_timestamp(1_790_000_100 / 900 * 900, 0).unwrap() + TimeDelta::minutes(minutes);
        Slot { starts_at, ends_at: starts_at + TimeDelta::minutes(15) }
    }

    #[test]
    fn a_slot_suits_by_the_day_and_the_clocks_of_the_venue() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let all_day = Suits { from: date("2026-11-24"), to: date("2026-11-25"), minutes: None, before: None };
        let evening = Suits { minutes: Some((18 * 60, 20 * 60)), ..all_day };
        let earlier = Suits { before: Some("2026-11-25T00:00:00Z".parse().unwrap()), ..all_day };
        for (at, in_days, in_evening, before) in [
            ("2026-11-23T15:59:00Z", false, false, false),
            ("2026-11-23T16:00:00Z", true, false, true),
            ("2026-11-24T09:59:00Z", true, false, true),
            ("2026-11-24T10:00:00Z", true, true, true),
            ("2026-11-24T12:00:00Z", true, false, true),
            ("2026-11-25T00:00:00Z", true, false, false),
            ("2026-11-25T16:00:00Z", false, false, false),
        ] {
            let starts_at: DateTime<Utc> = at.parse().unwrap();
            let slot = Slot { starts_at, ends_at: starts_at };
            let found = [all_day, evening, earlier].map(|suits| suits.fits(Shanghai, &slot));
            assert_eq!(found, [in_days, in_evening, before], "{at}");
        }
    }

    #[test]
    fn an_offer_ends_before_the_place_cannot_be_booked_any_more() {
        let now = slot(0).starts_at;
        let minutes = TimeDelta::minutes;
        for (left, expected) in
            [(600, Some(120)), (240, Some(120)), (100, Some(50)), (20, Some(10)), (19, None), (-5, None)]
        {
            let until = offer_until(now, now + minutes(left), minutes(120));
            assert_eq!(until, expected.map(|term| now + minutes(term)), "{left}");
        }
    }

    #[test]
    fn an_offer_stands_by_the_booking_that_holds_it() {
        use BookingState::{Accepted, Cancelled, Expired, Held, Requested};
        for (booking, expected) in [
            (Some((Held, false)), WaitingState::Offered),
            (Some((Held, true)), WaitingState::Passed),
            (Some((Expired, false)), WaitingState::Passed),
            (None, WaitingState::Passed),
            (Some((Cancelled, false)), WaitingState::Declined),
            (Some((Requested, false)), WaitingState::Taken),
            (Some((Accepted, false)), WaitingState::Taken),
        ] {
            assert_eq!(stands(WaitingState::Offered, booking), expected, "{booking:?}");
        }
        for state in [WaitingState::Waiting, WaitingState::Withdrawn, WaitingState::Ended] {
            assert_eq!(stands(state, Some((Held, true))), state);
        }
    }

    proptest! {
        /// Places are given one by one until nobody can be offered any; each wants some cells.
        #[test]
        fn nobody_is_offered_what_suits_somebody_who_came_before_and_waits(
            wants in prop::collection::vec(prop::collection::btree_set(0i64..8, 0..6), 0..8),
            places in prop::collection::vec(0u32..3, 8),
        ) {
            let (mut left, mut given) = (places.clone(), vec![None; wants.len()]);
            let number = |slot: &Slot| (slot.starts_at - self::slot(0).starts_at).num_minutes() / 15;
            let all: Vec<usize> = (0..wants.len()).collect();
            loop {
                let free: Vec<Slot> =
                    (0i64..8).filter(|cell| left[*cell as usize] > 0).map(|cell| slot(cell * 15)).collect();
                let waiting = all.iter().filter(|who| given[**who].is_none()).collect::<Vec<_>>();
                let suits = |who: &usize| free.iter().copied().find(|slot| wants[*who].contains(&number(slot)));
                let Some((who, slot)) = next(waiting, suits) else { break };
                left[number(&slot) as usize] -= 1;
                given[*who] = Some(number(&slot));
            }
            for cell in 0..8i64 {
                let taken = given.iter().filter(|given| **given == Some(cell)).count();
                prop_assert!(taken as u32 <= places[cell as usize]);
            }
            for (who, got) in given.iter().enumerate() {
                match got {
                    Some(cell) => prop_assert!(wants[who].contains(cell)),
                    None => {
                        let later = given[who..].iter().flatten().any(|cell| wants[who].contains(cell));
                        prop_assert!(!later, "{} waits while somebody later was offered {:?}", who, given);
                        prop_assert!(!wants[who].iter().any(|cell| left[*cell as usize] > 0));
                    }
                }
            }
        }
    }
}
