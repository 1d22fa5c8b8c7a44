//! How long a session lives. Pure.

use chrono::{DateTime, TimeDelta, Utc};

/// A session that is not used for so long ends.
pub const IDLE: TimeDelta = TimeDelta::hours(2);
/// A session ends after so long in any case: a working day, not the night after it.
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// Use is noted at most so often, so that reading pages does not write all the time.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Whether a session that was last used and ends at these times is alive.
pub fn is_alive(last_seen_at: DateTime<Utc>, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < expires_at && now < last_seen_at + IDLE
}

/// Whether its use is to be noted now.
pub fn is_to_be_noted(last_seen_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now >= last_seen_at + NOTED_EVERY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_end_when_idle_and_at_their_end() {
        let start = DateTime::from_timestamp_millis(1_790_000_000_000).unwrap();
        for (seen_after_minutes, now_after_minutes, alive, noted) in [
            (0, 0, true, false),
            (0, 1, true, true),
            (0, 119, true, true),
            (0, 120, false, true),
            (119, 238, true, true),
            (700, 719, true, true),
            (719, 719, true, false),
            (719, 720, false, true),
        ] {
            let seen = start + TimeDelta::minutes(seen_after_minutes);
            let now = start + TimeDelta::minutes(now_after_minutes);
            assert_eq!(
                is_alive(seen, start + ABSOLUTE, now),
                alive,
                "{seen_after_minutes} {now_after_minutes}"
            );
            assert_eq!(is_to_be_noted(seen, now), noted, "{seen_after_minutes} {now_after_minutes}");
        }
    }
}
