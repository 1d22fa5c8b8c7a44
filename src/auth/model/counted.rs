//! What is counted against somebody, as it is kept. Pure.

use chrono::{DateTime, TimeDelta, Utc};

/// A digest: what is kept need not hold what people type.
pub type Key = [u8; 32];

/// Nothing is counted for longer.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// What is counted against one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub key: Key,
    pub count: u32,
    pub last: DateTime<Utc>,
    /// The times of late, where that is the rule.
    pub recent: Vec<DateTime<Utc>>,
}

impl Counted {
    pub fn nothing(key: Key, now: DateTime<Utc>) -> Self {
        Self { key, count: 0, last: now, recent: Vec::new() }
    }
}
