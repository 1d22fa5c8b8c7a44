//! How often somebody may offer media, and tell of their line. Pure: time comes in.
//!
//! Every offer costs a handshake and, on publishing, a file and an entry. A page needs a handful at the
//! beginning and one after each break.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// After so many seconds one may try again in any case.
pub const RETRY_AFTER_SECONDS: u32 = 5;
/// Beyond this many people those who have been quiet for long are forgotten.
const REMEMBERED: usize = 4096;

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offering {
    ToPublish,
    ToPlay,
    /// A check of the line, by an account.
    ToCheck,
    /// What a check found.
    OfCheck,
    /// How the lines of a call were.
    OfLine,
}

impl Offering {
    /// So many at once, and then one each so many milliseconds. Who enters a full session plays all others.
    const fn rate(self) -> (i32, i64) {
        match self {
            Self::ToPublish => (10, 2500),
            Self::ToPlay => (40, 500),
            Self::ToCheck | Self::OfCheck => (6, 20_000),
            // Twice a minute, and at the end.
            Self::OfLine => (6, 12_000),
        }
    }
}

/// A bucket as the time at which it would be full again.
#[derive(Debug, Default)]
pub struct Limits(HashMap<(Uuid, Offering), DateTime<Utc>>);

impl Limits {
    /// Counts an offer of a participant; false if it is one too many.
    pub fn take(&mut self, participant: Uuid, offering: Offering, now: DateTime<Utc>) -> bool {
        if self.0.len() >= REMEMBERED {
            self.0.retain(|_, full_at| *full_at > now);
        }
        let (burst, each) = offering.rate();
        let each = TimeDelta::milliseconds(each);
        let full_at = self.0.entry((participant, offering)).or_insert(now);
        let next = (*full_at).max(now) + each;
        if next > now + each * burst {
            return false;
        }
        *full_at = next;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handful_at_once_and_then_a_trickle() {
        let (mut limits, somebody) = (Limits::default(), Uuid::from_u128(1));
        let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let mut taken = |after_ms: i64, who, offering| {
            limits.take(who, offering, start + TimeDelta::milliseconds(after_ms))
        };
        assert_eq!((0..100).filter(|_| taken(0, somebody, Offering::ToPublish)).count(), 10);
        // Each counts by itself.
        assert_eq!((0..100).filter(|_| taken(0, somebody, Offering::ToPlay)).count(), 40);
        assert!(taken(0, Uuid::from_u128(2), Offering::ToPublish));
        let retry = i64::from(RETRY_AFTER_SECONDS) * 1000;
        assert!(taken(retry, somebody, Offering::ToPublish));
        let hour = 3_600_000;
        let all =
            (0..hour).step_by(100).filter(|ms| taken(retry + ms, somebody, Offering::ToPublish)).count();
        assert!((1430..1450).contains(&all), "{all}");
    }

    #[test]
    fn the_quiet_are_forgotten() {
        let mut limits = Limits::default();
        let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        for who in 0..10_000u128 {
            limits.take(Uuid::from_u128(who), Offering::ToPlay, start + TimeDelta::seconds(who as i64));
        }
        assert!(limits.0.len() <= REMEMBERED);
    }
}
