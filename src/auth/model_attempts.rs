//! Slows down guessing: counts failed sign-ins per login. Pure.
//!
//! An attempt counts as failed from its beginning until it is proven right, so that guesses made at
//! the same time do not slip past the limit.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// So many failures within [`WINDOW`] lock a login until the oldest of them is past it.
pub const LIMIT: usize = 5;
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// As many logins are remembered. Each costs its guesser a password hash, so it takes long to fill.
const LOGINS: usize = 10_000;

/// What stands for a login here: its digest, as memory need not hold what people type.
pub type Key = [u8; 32];

/// The failures of late, by login.
#[derive(Debug, Default)]
pub struct Attempts(HashMap<Key, Vec<DateTime<Utc>>>);

impl Attempts {
    /// Until when a login is locked.
    pub fn locked_until(&self, key: &Key, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let recent: Vec<_> = self.0.get(key)?.iter().filter(|at| is_recent(**at, now)).collect();
        let oldest = recent.len().checked_sub(LIMIT)?;
        Some(*recent[oldest] + WINDOW)
    }

    /// Begins an attempt and tells how many there are of late; or until when the login is locked.
    pub fn begin(&mut self, key: Key, now: DateTime<Utc>) -> Result<usize, DateTime<Utc>> {
        if let Some(until) = self.locked_until(&key, now) {
            return Err(until);
        }
        if !self.0.contains_key(&key) && self.0.len() >= LOGINS {
            self.make_room(now);
        }
        let failures = self.0.entry(key).or_default();
        failures.retain(|at| is_recent(*at, now));
        failures.push(now);
        Ok(failures.len())
    }

    /// The password was right: what came before is forgiven.
    pub fn succeeded(&mut self, key: &Key) {
        self.0.remove(key);
    }

    /// Forgets what is past the window.
    pub fn sweep(&mut self, now: DateTime<Utc>) {
        self.0.retain(|_, failures| failures.iter().any(|at| is_recent(*at, now)));
    }

    fn make_room(&mut self, now: DateTime<Utc>) {
        self.sweep(now);
        if self.0.len() >= LOGINS {
            let stalest = self.0.iter().min_by_key(|(_, failures)| failures.last().copied());
            if let Some(key) = stalest.map(|(key, _)| *key) {
                self.0.remove(&key);
            }
        }
    }
}

fn is_recent(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < at + WINDOW
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = [1; 32];

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_790_000_000_000).unwrap() + TimeDelta::minutes(minutes)
    }

    #[test]
    fn the_sixth_guess_within_a_quarter_of_an_hour_waits() {
        let mut attempts = Attempts::default();
        for minute in 0..5 {
            assert_eq!(attempts.locked_until(&KEY, at(minute)), None);
            assert_eq!(attempts.begin(KEY, at(minute)), Ok(minute as usize + 1));
        }
        assert_eq!(attempts.begin(KEY, at(5)), Err(at(15)));
        assert_eq!(attempts.begin(KEY, at(14)), Err(at(15)));
        assert_eq!(attempts.begin([2; 32], at(14)), Ok(1));
        // The first failure is past the window: one more guess, then the second one counts.
        assert_eq!(attempts.begin(KEY, at(15)), Ok(5));
        assert_eq!(attempts.begin(KEY, at(15)), Err(at(16)));
    }

    #[test]
    fn a_right_password_forgives_what_came_before() {
        let mut attempts = Attempts::default();
        for _ in 0..LIMIT {
            attempts.begin(KEY, at(0)).unwrap();
        }
        attempts.succeeded(&KEY);
        assert_eq!(attempts.begin(KEY, at(0)), Ok(1));
    }

    #[test]
    fn memory_is_bounded_and_swept() {
        let mut attempts = Attempts::default();
        let key = |n: usize| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&n.to_be_bytes());
            key
        };
        for n in 0..LOGINS {
            attempts.begin(key(n), at(i64::from(n > 0))).unwrap();
        }
        attempts.begin(key(LOGINS), at(2)).unwrap();
        assert_eq!(attempts.0.len(), LOGINS);
        assert!(!attempts.0.contains_key(&key(0)), "the one whose last failure is longest ago made room");
        attempts.sweep(at(16));
        assert_eq!(attempts.0.len(), 1);
    }
}
