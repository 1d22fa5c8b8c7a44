//! Identifiers and random secrets.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use rand::RngExt;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};
use uuid::timestamp::context::ContextV7;
use uuid::{Timestamp, Uuid};

/// Counts within a millisecond, so that ids made one after the other also sort so.
static COUNTER: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// A UUIDv7 for a row made at `at`: ids sort by time, and within this process by creation.
pub fn new_id(at: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
    let counter = COUNTER.lock().unwrap_or_else(PoisonError::into_inner);
    Uuid::new_v7(Timestamp::from_unix(&*counter, seconds, at.timestamp_subsec_nanos()))
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
