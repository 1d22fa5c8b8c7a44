//! Slows down guessing. Pure.
//!
//! A login is never locked by strangers: each wrong password makes the next attempt from devices that the login
//! does not know wait longer, up to an hour, so that all of them together guess some two dozen times a day; a
//! device that the person signed in on before is counted for itself and passes. Addresses and their networks are
//! counted too, whatever logins they try. An attempt counts as failed from its beginning until it is proven
//! right, so that guesses made at the same time do not slip past the limit.

use crate::auth::model::counted::{Counted, Key};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use uuid::Uuid;

/// So many wrong passwords cost no waiting.
pub const FREE: u32 = 5;
/// What is waited after the last free one and each further one, in minutes; the last goes on for ever.
const WAITS: [i64; 6] = [1, 2, 5, 15, 30, 60];
/// Failures of a login or device are forgotten when there was none for so long.
pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(24);
/// So many failures of an address within [`WINDOW`]: an office full of people who mistype stays below.
pub const PER_ADDRESS: usize = 50;
/// And so many of the network that it is in.
pub const PER_NETWORK: usize = 200;
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// How failures of a subject count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    /// Each one makes the next wait longer.
    Growing,
    /// At most so many within the window.
    Within(usize),
}

/// What failures are counted for. Only its digest is held: nothing need hold what people type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    key: Key,
    bound: Bound,
}

impl Subject {
    /// A login, tried from devices that it does not know; spellings that mean the same count together.
    pub fn login(login: &str) -> Self {
        Self::of(b"login\0", login.trim().to_ascii_lowercase().as_bytes(), Bound::Growing)
    }

    /// A device on which the login was signed in before.
    pub fn device(device: Uuid) -> Self {
        Self::of(b"device\0", device.as_bytes(), Bound::Growing)
    }

    /// A sign-in whose owner is asked for the password once more.
    pub fn sign_in(id: Uuid) -> Self {
        Self::of(b"sign-in\0", id.as_bytes(), Bound::Growing)
    }

    /// Somebody who has the link of a registration and asks whether logins are taken.
    pub fn link(token: &str) -> Self {
        Self::of(b"link\0", token.as_bytes(), Bound::Growing)
    }

    /// An address and the network that it is in: 32 and 24 bits of IPv4; of IPv6 the 64 bits that one person
    /// has and the 48 that one site has.
    pub fn addresses(address: IpAddr) -> [Self; 2] {
        let of = |near: &[u8], wide: &[u8]| {
            [
                Self::of(b"address\0", near, Bound::Within(PER_ADDRESS)),
                Self::of(b"network\0", wide, Bound::Within(PER_NETWORK)),
            ]
        };
        match address.to_canonical() {
            IpAddr::V4(v4) => of(&v4.octets(), &v4.octets()[..3]),
            IpAddr::V6(v6) => of(&v6.octets()[..8], &v6.octets()[..6]),
        }
    }

    pub fn key(&self) -> Key {
        self.key
    }

    fn of(kind: &[u8], value: &[u8], bound: Bound) -> Self {
        Self { key: Sha256::new().chain_update(kind).chain_update(value).finalize().into(), bound }
    }
}

/// An attempt that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The how-manieth it is of late for the first subject.
    pub number: u32,
    /// Should it fail: how many more may be made before one has to wait.
    pub left: u32,
    /// Should it fail: how long the next one has to wait, or will when none is left.
    pub wait: TimeDelta,
}

/// The failures of late, of the subjects at hand.
#[derive(Debug, Default)]
pub struct Attempts(HashMap<Key, Counted>);

impl Attempts {
    /// What is kept of them.
    pub fn of(counted: impl IntoIterator<Item = Counted>) -> Self {
        Self(counted.into_iter().map(|one| (one.key, one)).collect())
    }

    /// What is to be kept.
    pub fn counted(self) -> Vec<Counted> {
        self.0.into_values().collect()
    }

    /// Until when one of them has to wait.
    pub fn waits_until(&self, subjects: &[Subject], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = |subject: &Subject| {
            let failures = self.0.get(&subject.key)?;
            match subject.bound {
                Bound::Growing if is_forgotten(failures.last, now) => None,
                Bound::Growing => Some(failures.last + wait_after(failures.count)),
                Bound::Within(limit) => {
                    let recent: Vec<_> = failures.recent.iter().filter(|at| is_recent(**at, now)).collect();
                    let oldest = recent.len().checked_sub(limit)?;
                    Some(*recent[oldest] + WINDOW)
                }
            }
        };
        subjects.iter().filter_map(until).filter(|until| *until > now).max()
    }

    /// Begins an attempt, or tells until when one of the subjects has to wait. What is told is about the first.
    pub fn begin(&mut self, subjects: &[Subject], now: DateTime<Utc>) -> Result<Begun, DateTime<Utc>> {
        if let Some(until) = self.waits_until(subjects, now) {
            return Err(until);
        }
        let mut number = 0;
        for (place, Subject { key, bound }) in subjects.iter().enumerate() {
            let failures = self.0.entry(*key).or_insert_with(|| Counted::nothing(*key, now));
            if is_forgotten(failures.last, now) {
                failures.count = 0;
            }
            failures.count = failures.count.saturating_add(1);
            failures.last = now;
            if let Bound::Within(_) = bound {
                failures.recent.retain(|at| is_recent(*at, now));
                failures.recent.push(now);
            }
            if place == 0 {
                number = failures.count;
            }
        }
        Ok(Begun { number, left: FREE.saturating_sub(number), wait: wait_after(number.max(FREE)) })
    }

    /// The password was right. What failed before for this login or device is forgiven; an address is forgiven
    /// this attempt only, or one account of one's own would open the way to guess at all others.
    pub fn succeeded(&mut self, subjects: &[Subject]) {
        for Subject { key, bound } in subjects {
            match bound {
                Bound::Growing => {
                    if let Some(failures) = self.0.get_mut(key) {
                        failures.count = 0;
                    }
                }
                Bound::Within(_) => {
                    if let Some(failures) = self.0.get_mut(key) {
                        failures.recent.pop();
                    }
                }
            }
        }
    }
}

/// How long the next attempt waits after so many failures.
fn wait_after(failures: u32) -> TimeDelta {
    match failures.checked_sub(FREE) {
        None => TimeDelta::zero(),
        Some(beyond) => TimeDelta::minutes(WAITS[(beyond as usize).min(WAITS.len() - 1)]),
    }
}

fn is_recent(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < at + WINDOW
}

fn is_forgotten(last: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now >= last + FORGOTTEN_AFTER
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
    fn the_wait_grows_with_each_wrong_password_and_is_told_before() {
        let mut attempts = Attempts::default();
        for (number, left) in [(1, 4), (2, 3), (3, 2), (4, 1), (5, 0)] {
            let begun = attempts.begin(&lin(), at(0)).unwrap();
            assert_eq!(begun, Begun { number, left, wait: TimeDelta::minutes(1) });
        }
        let mut minute = 0;
        for wait in [1, 2, 5, 15, 30, 60, 60] {
            assert_eq!(attempts.begin(&[Subject::login(" LIN ")], at(minute)), Err(at(minute + wait)));
            // What is refused does not make it longer.
            assert_eq!(attempts.waits_until(&lin(), at(minute)), Some(at(minute + wait)));
            minute += wait;
            attempts.begin(&lin(), at(minute)).unwrap();
        }
        assert_eq!(attempts.begin(&[Subject::login("gao")], at(minute)).unwrap().number, 1);
        assert_eq!(attempts.begin(&lin(), at(minute + 24 * 60)).unwrap().number, 1, "forgotten after a day");
    }

    #[test]
    fn a_day_of_guessing_at_one_login_is_some_two_dozen_guesses() {
        let mut attempts = Attempts::default();
        let guesses = (0..24 * 60 * 4).filter(|quarter| {
            let now = at(0) + TimeDelta::seconds(quarter * 15);
            attempts.begin(&lin(), now).is_ok()
        });
        assert!((25..40).contains(&guesses.count()));
    }

    #[test]
    fn strangers_keep_nobody_from_a_device_that_is_known() {
        let mut attempts = Attempts::default();
        while attempts.begin(&lin(), at(0)).is_ok() {}
        let device = [Subject::device(Uuid::from_u128(7))];
        assert_eq!(attempts.begin(&device, at(0)).unwrap().number, 1);
        attempts.succeeded(&device);
        assert!(attempts.begin(&lin(), at(0)).is_err(), "and gets them no more guesses");
        while attempts.begin(&device, at(0)).is_ok() {}
        assert!(attempts.begin(&[Subject::device(Uuid::from_u128(8))], at(0)).is_ok());
    }

    #[test]
    fn a_right_password_forgives_what_came_before() {
        let mut attempts = Attempts::default();
        while attempts.begin(&lin(), at(0)).is_ok() {}
        attempts.succeeded(&lin());
        assert_eq!(attempts.begin(&lin(), at(0)).unwrap().number, 1);
    }

    #[test]
    fn an_address_may_not_guess_at_ever_new_logins() {
        let [here, _] = Subject::addresses("203.0.113.7".parse().unwrap());
        let guess = |n: usize| [Subject::login(&format!("login{n}")), here];
        let mut attempts = Attempts::default();
        for n in 0..PER_ADDRESS {
            assert_eq!(attempts.begin(&guess(n), at(0)).unwrap().number, 1);
        }
        assert_eq!(attempts.begin(&guess(99), at(1)), Err(at(15)));
        // A right password in between gives back its own attempt and no more.
        attempts.succeeded(&guess(0));
        assert!(attempts.begin(&guess(99), at(1)).is_ok());
        assert_eq!(attempts.begin(&guess(98), at(1)), Err(at(15)));
        let [elsewhere, _] = Subject::addresses("203.0.113.8".parse().unwrap());
        assert!(attempts.begin(&[Subject::login("login98"), elsewhere], at(1)).is_ok());
    }

    #[test]
    fn a_network_may_not_guess_from_ever_new_addresses() {
        let mut attempts = Attempts::default();
        let guess = |n: usize| {
            let [address, network] = Subject::addresses(format!("203.0.113.{}", n % 250).parse().unwrap());
            [Subject::login(&format!("login{n}")), address, network]
        };
        for n in 0..PER_NETWORK {
            assert!(attempts.begin(&guess(n), at(0)).is_ok());
        }
        assert_eq!(attempts.begin(&guess(201), at(1)), Err(at(15)));
    }

    #[test]
    fn who_has_a_network_has_one_address() {
        let of = |text: &str| Subject::addresses(text.parse().unwrap())[0];
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
        assert_ne!(of("203.0.113.7"), of("203.0.113.8"));
        let wide = |text: &str| Subject::addresses(text.parse().unwrap())[1];
        assert_eq!(wide("203.0.113.7"), wide("203.0.113.8"));
        assert_eq!(wide("2001:db8:1:2::3"), wide("2001:db8:1:3::3"));
    }

    #[test]
    fn what_was_kept_goes_on_counting() {
        let mut attempts = Attempts::default();
        for _ in 0..6 {
            attempts = Attempts::of(attempts.counted());
            let _ = attempts.begin(&lin(), at(0));
        }
        assert_eq!(attempts.begin(&lin(), at(0)), Err(at(1)));
        // Of whom nothing was counted nothing is waited for.
        let fresh = Attempts::of([Counted::nothing(lin()[0].key(), at(0))]);
        assert_eq!(fresh.waits_until(&lin(), at(0)), None);
    }
}
