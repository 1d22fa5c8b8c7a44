//! A value read from the store that is kept for a while.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How old a kept value may get. Another process (the `demo` command, a second node) may have
/// changed the store behind it.
const LIFE: TimeDelta = TimeDelta::seconds(60);

/// Holds one value until it is too old or forgotten.
#[derive(Debug)]
pub struct Cached<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    value: Option<(Arc<T>, DateTime<Utc>)>,
    /// Counts the forgettings: what was read before one of them must not be kept after it.
    turn: u64,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(Mutex::new(State { value: None, turn: 0 }))
    }
}

impl<T> Cached<T> {
    /// The kept value, or the turn to give back to [`Cached::keep`] with a fresh one.
    pub fn get(&self, now: DateTime<Utc>) -> Result<Arc<T>, u64> {
        let state = self.lock();
        match &state.value {
            // A clock that was set back makes a value from the future: read it again too.
            Some((value, read_at)) if *read_at <= now && now - *read_at < LIFE => Ok(value.clone()),
            _ => Err(state.turn),
        }
    }

    /// Keeps a value that was read at `now` in `turn`, unless something was forgotten meanwhile.
    pub fn keep(&self, value: T, turn: u64, now: DateTime<Utc>) -> Arc<T> {
        let value = Arc::new(value);
        let mut state = self.lock();
        if state.turn == turn {
            state.value = Some((value.clone(), now));
        }
        value
    }

    pub fn forget(&self) {
        let mut state = self.lock();
        state.value = None;
        state.turn += 1;
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kept_for_its_life_and_dropped_when_forgotten() {
        let at = DateTime::from_timestamp_millis(1_790_000_000_000).unwrap();
        let cached = Cached::default();
        let turn = cached.get(at).unwrap_err();
        cached.keep(1, turn, at);
        assert_eq!(cached.get(at + TimeDelta::seconds(59)).as_deref(), Ok(&1));
        assert!(cached.get(at + TimeDelta::seconds(60)).is_err());
        assert!(cached.get(at - TimeDelta::seconds(1)).is_err());
        cached.forget();
        assert!(cached.get(at).is_err());
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let at = DateTime::from_timestamp_millis(1_790_000_000_000).unwrap();
        let cached = Cached::default();
        let turn = cached.get(at).unwrap_err();
        cached.forget();
        assert_eq!(*cached.keep(1, turn, at), 1);
        assert!(cached.get(at).is_err());
    }
}
