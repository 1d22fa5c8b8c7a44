//! How many registrations are taken in a time. Pure.

use crate::auth::model::counted::{Counted, Key};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;

/// What is counted: for whom, how many, within what time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    key: Key,
    most: usize,
    within: TimeDelta,
}

/// Everybody together: more than a day of any office brings.
const ALL: usize = 300;
const PER_ADDRESS: usize = 10;
const PER_NETWORK: usize = 40;
/// Each registration sends a mail to an address that somebody typed.
const PER_EMAIL: usize = 5;
const HOUR: TimeDelta = TimeDelta::hours(1);
const DAY: TimeDelta = TimeDelta::hours(24);

impl Share {
    pub fn key(&self) -> Key {
        self.key
    }
}

/// The shares that a registration takes of.
pub fn shares(email: &str, address: Option<IpAddr>) -> Vec<Share> {
    let of = |kind: &[u8], value: &[u8], most, within| Share {
        key: Sha256::new().chain_update(kind).chain_update(value).finalize().into(),
        most,
        within,
    };
    let mut shares =
        vec![of(b"all", b"", ALL, HOUR), of(b"email\0", email.to_lowercase().as_bytes(), PER_EMAIL, DAY)];
    let (near, wide) = match address.map(|address| address.to_canonical()) {
        None => return shares,
        Some(IpAddr::V4(v4)) => (v4.octets().to_vec(), v4.octets()[..3].to_vec()),
        Some(IpAddr::V6(v6)) => (v6.octets()[..8].to_vec(), v6.octets()[..6].to_vec()),
    };
    shares.push(of(b"address\0", &near, PER_ADDRESS, HOUR));
    shares.push(of(b"network\0", &wide, PER_NETWORK, HOUR));
    shares
}

/// What was taken of late.
#[derive(Debug, Default)]
pub struct Budget(HashMap<Key, Counted>);

impl Budget {
    /// What is kept of the shares at hand.
    pub fn of(counted: impl IntoIterator<Item = Counted>) -> Self {
        Self(counted.into_iter().map(|one| (one.key, one)).collect())
    }

    /// What is to be kept.
    pub fn counted(self) -> Vec<Counted> {
        self.0.into_values().collect()
    }

    /// Takes of all shares, or tells when there will be something of each again; then nothing is taken.
    pub fn take(&mut self, shares: &[Share], now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        let free_at = |share: &Share| {
            let taken = &self.0.get(&share.key)?.recent;
            let of_late: Vec<_> = taken.iter().filter(|at| now < **at + share.within).collect();
            let oldest = of_late.len().checked_sub(share.most)?;
            Some(*of_late[oldest] + share.within)
        };
        if let Some(at) = shares.iter().filter_map(free_at).max() {
            return Err(at);
        }
        for share in shares {
            let taken = self.0.entry(share.key).or_insert_with(|| Counted::nothing(share.key, now));
            taken.last = now;
            taken.recent.retain(|at| now < *at + share.within);
            taken.recent.push(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_790_000_000_000).unwrap() + TimeDelta::minutes(minutes)
    }

    fn from(address: &str, n: usize) -> Vec<Share> {
        shares(&format!("a{n}@example.com"), Some(address.parse().unwrap()))
    }

    #[test]
    fn an_address_registers_ten_an_hour() {
        let mut budget = Budget::default();
        for n in 0..PER_ADDRESS {
            assert_eq!(budget.take(&from("203.0.113.7", n), at(n as i64)), Ok(()));
        }
        assert_eq!(budget.take(&from("203.0.113.7", 10), at(20)), Err(at(60)));
        assert_eq!(budget.take(&from("203.0.113.8", 11), at(20)), Ok(()));
        assert_eq!(budget.take(&from("203.0.113.7", 10), at(60)), Ok(()));
    }

    #[test]
    fn so_do_a_network_everybody_and_an_e_mail() {
        let mut budget = Budget::default();
        let taken = (0..100).filter(|n| budget.take(&from(&format!("203.0.113.{n}"), *n), at(0)).is_ok());
        assert_eq!(taken.count(), PER_NETWORK);
        let taken = (0..400)
            .filter(|n| budget.take(&from(&format!("10.{}.{}.7", n / 200, n % 200), *n), at(0)).is_ok());
        assert_eq!(taken.count(), ALL - PER_NETWORK);
        let mut budget = Budget::default();
        let taken = (0..9).filter(|_| budget.take(&shares("Lin@example.com", None), at(0)).is_ok()).count();
        assert_eq!(taken, PER_EMAIL);
        assert_eq!(budget.take(&shares("lin@EXAMPLE.com", None), at(61)), Err(at(24 * 60)));
        let mut kept = Budget::of(budget.counted());
        assert_eq!(kept.take(&shares("lin@example.com", None), at(61)), Err(at(24 * 60)));
    }
}
