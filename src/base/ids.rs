//! Identifiers and random secrets.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use rand::RngExt;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::{Builder, Uuid};

/// Counts the ids of this process, so that those of one millisecond sort in the order of making.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A UUIDv7 for a row made at `at`: ids sort by time, and within this process by creation.
pub fn new_id(at: DateTime<Utc>) -> Uuid {
    let mut rest = random_bytes::<10>();
    // The version and variant bits that the builder sets lie over the top of the first and third byte;
    // 4 + 8 + 6 + 8 bits of the counter remain, which one millisecond does not use up.
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    rest[0] = (made >> 22) as u8 & 0x0f;
    rest[1] = (made >> 14) as u8;
    rest[2] = (made >> 8) as u8 & 0x3f;
    rest[3] = made as u8;
    v7(at, &rest)
}

/// A UUIDv7 that tells nothing but `at`: not even what was made before or after it.
pub fn unordered_id(at: DateTime<Utc>) -> Uuid {
    v7(at, &random_bytes())
}

fn v7(at: DateTime<Utc>, rest: &[u8; 10]) -> Uuid {
    Builder::from_unix_timestamp_millis(u64::try_from(at.timestamp_millis()).unwrap_or(0), rest).into_uuid()
}

/// A random secret of 256 bits, as 43 characters that are safe in a URL and a cookie.
pub fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// `N` bytes from the operating system's generator.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    rand::rng().random()
}

/// What is stored in place of a token.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_sort_as_they_were_made_and_carry_its_time() {
        let at = DateTime::from_timestamp_millis(1_790_000_000_123).unwrap();
        let ids: Vec<Uuid> = (0..5000).map(|_| new_id(at)).collect();
        assert!(ids.is_sorted());
        for id in [ids[0], unordered_id(at)] {
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.get_timestamp().unwrap().to_unix(), (1_790_000_000, 123_000_000));
        }
    }
}
