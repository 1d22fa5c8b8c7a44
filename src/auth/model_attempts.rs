//! Slows down guessing: counts failed sign-ins per login and per address. Pure.
//!
//! An attempt counts as failed from its beginning until it is proven right, so that guesses made at
//! the same time do not slip past the limit.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;

/// So many failures within [`WINDOW`] lock a login until the oldest of them is past it.
pub const PER_LOGIN: usize = 5;
/// And so many an address, whatever logins they were for: an office full of people who mistype stays below.
pub const PER_ADDRESS: usize = 50;
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// As many subjects are remembered. Each costs its guesser a password hash, so it takes long to fill.
const SUBJECTS: usize = 10_000;

/// What failures are counted for. Only its digest is held: memory need not hold what people type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    key: [u8; 32],
    limit: usize,
}

impl Subject {
    /// A login; spellings that mean the same count together.
    pub fn login(login: &str) -> Self {
        let key = Sha256::new().chain_update(b"login\0").chain_update(login.trim().to_ascii_lowercase());
        Self { key: key.finalize().into(), limit: PER_LOGIN }
    }

    /// An address. Of IPv6 the network of 64 bits, which is what one person has.
    pub fn address(address: IpAddr) -> Self {
        let key = Sha256::new().chain_update(b"address\0");
        let key = match address.to_canonical() {
            IpAddr::V4(v4) => key.chain_update(v4.octets()),
            IpAddr::V6(v6) => key.chain_update(&v6.octets()[..8]),
        };
        Self { key: key.finalize().into(), limit: PER_ADDRESS }
    }
}

/// The failures of late.
#[derive(Debug, Default)]
pub struct Attempts(HashMap<[u8; 32], Vec<DateTime<Utc>>>);

impl Attempts {
    /// Until when one of them is locked.
    pub fn locked_until(&self, subjects: &[Subject], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = |subject: &Subject| {
            let recent: Vec<_> = self.0.get(&subject.key)?.iter().filter(|at| is_recent(**at, now)).collect();
            let oldest = recent.len().checked_sub(subject.limit)?;
            Some(*recent[oldest] + WINDOW)
        };
        subjects.iter().filter_map(until).max()
    }

    /// Begins an attempt and tells how many there are of late for the first of them; or until when one of
    /// them is locked.
    pub fn begin(&mut self, subjects: &[Subject], now: DateTime<Utc>) -> Result<usize, DateTime<Utc>> {
        if let Some(until) = self.locked_until(subjects, now) {
            return Err(until);
        }
        let mut counts = Vec::with_capacity(subjects.len());
        for Subject { key, .. } in subjects {
            if !self.0.contains_key(key) && self.0.len() >= SUBJECTS {
                self.make_room(now);
            }
            let failures = self.0.entry(*key).or_default();
            failures.retain(|at| is_recent(*at, now));
            failures.push(now);
            counts.push(failures.len());
        }
        Ok(counts.first().copied().unwrap_or_default())
    }

    /// The password was right. What failed before for this login is forgiven; an address is forgiven this
    /// attempt only, or one account of one's own would open the way to guess at all others.
    pub fn succeeded(&mut self, subjects: &[Subject]) {
        for subject in subjects {
            if subject.limit == PER_LOGIN {
                self.0.remove(&subject.key);
            } else if let Some(failures) = self.0.get_mut(&subject.key) {
                failures.pop();
            }
        }
    }

    /// Forgets what is past the window.
    pub fn sweep(&mut self, now: DateTime<Utc>) {
        self.0.retain(|_, failures| failures.iter().any(|at| is_recent(*at, now)));
    }

    fn make_room(&mut self, now: DateTime<Utc>) {
        self.sweep(now);
        if self.0.len() >= SUBJECTS {
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

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_790_000_000_000).unwrap() + TimeDelta::minutes(minutes)
    }

    fn lin() -> [Subject; 1] {
        [Subject::login("lin")]
    }

    #[test]
    fn the_sixth_guess_within_a_quarter_of_an_hour_waits() {
        let mut attempts = Attempts::default();
        for minute in 0..5 {
            assert_eq!(attempts.locked_until(&lin(), at(minute)), None);
            assert_eq!(attempts.begin(&lin(), at(minute)), Ok(minute as usize + 1));
        }
        assert_eq!(attempts.begin(&[Subject::login(" LIN ")], at(5)), Err(at(15)));
        assert_eq!(attempts.begin(&lin(), at(14)), Err(at(15)));
        assert_eq!(attempts.begin(&[Subject::login("gao")], at(14)), Ok(1));
        // The first failure is past the window: one more guess, then the second one counts.
        assert_eq!(attempts.begin(&lin(), at(15)), Ok(5));
        assert_eq!(attempts.begin(&lin(), at(15)), Err(at(16)));
    }

    #[test]
    fn a_right_password_forgives_what_came_before() {
        let mut attempts = Attempts::default();
        for _ in 0..PER_LOGIN {
            attempts.begin(&lin(), at(0)).unwrap();
        }
        attempts.succeeded(&lin());
        assert_eq!(attempts.begin(&lin(), at(0)), Ok(1));
    }

    #[test]
    fn an_address_may_not_guess_at_ever_new_logins() {
        let here = Subject::address("203.0.113.7".parse().unwrap());
        let guess = |n: usize| [Subject::login(&format!("login{n}")), here];
        let mut attempts = Attempts::default();
        for n in 0..PER_ADDRESS {
            assert_eq!(attempts.begin(&guess(n), at(0)), Ok(1));
        }
        assert_eq!(attempts.begin(&guess(99), at(1)), Err(at(15)));
        // A right password in between gives back its own attempt and no more.
        attempts.succeeded(&guess(0));
        assert_eq!(attempts.begin(&guess(99), at(1)), Ok(1));
        assert_eq!(attempts.begin(&guess(98), at(1)), Err(at(15)));
        let elsewhere = Subject::address("203.0.113.8".parse().unwrap());
        assert_eq!(attempts.begin(&[Subject::login("login98"), elsewhere], at(1)), Ok(1));
    }

    #[test]
    fn who_has_a_network_has_one_address() {
        let of = |text: &str| Subject::address(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
        assert_ne!(of("203.0.113.7"), of("203.0.113.8"));
    }

    #[test]
    fn memory_is_bounded_and_swept() {
        let mut attempts = Attempts::default();
        let subject = |n: usize| [Subject::login(&n.to_string())];
        for n in 0..SUBJECTS {
            attempts.begin(&subject(n), at(i64::from(n > 0))).unwrap();
        }
        attempts.begin(&subject(SUBJECTS), at(2)).unwrap();
        assert_eq!(attempts.0.len(), SUBJECTS);
        let first = subject(0)[0].key;
        assert!(!attempts.0.contains_key(&first), "the one whose last failure is longest ago made room");
        attempts.sweep(at(16));
        assert_eq!(attempts.0.len(), 1);
    }
}
