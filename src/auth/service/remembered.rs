//! Who is behind a token, kept in memory for some seconds: otherwise every request would ask the store for it.
//!
//! What ends a sign-in or changes anybody's account or enterprise is told on the bus when it is committed, before
//! its caller has an answer, and what was told is heard before anything kept is used. So it counts at once.

use crate::auth::Actor;
use crate::auth::model::session;
use crate::db::live::{Live, Topic};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

/// How old something kept may get: another process may have changed the store.
const LIFE: TimeDelta = TimeDelta::seconds(5);
/// As many are kept. Then all are dropped: those who are there are known again with their next request.
const MOST: usize = 10_000;

/// The sign-ins that were used lately.
pub struct Remembered(Mutex<State>);

struct State {
    topics: Receiver<Topic>,
    kept: HashMap<Vec<u8>, Kept>,
    /// Counts what was told: what was read before that must not be kept after it.
    turn: u64,
}

/// Somebody behind a token.
#[derive(Clone, Debug)]
pub struct Kept {
    pub actor: Arc<Actor>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub read_at: DateTime<Utc>,
}

impl Kept {
    fn stands(&self, now: DateTime<Utc>) -> bool {
        let age = now - self.read_at;
        // A clock that was set back makes something kept from the future: it is read again too.
        (TimeDelta::zero()..LIFE).contains(&age)
            && session::is_alive(self.last_seen_at, self.expires_at, now)
            && !session::is_to_be_noted(self.last_seen_at, now)
    }
}

impl Remembered {
    pub fn new(live: &Live) -> Self {
        Self(Mutex::new(State { topics: live.listen(), kept: HashMap::new(), turn: 0 }))
    }

    /// Who is behind a token's hash, or the turn to give back to [`Remembered::keep`].
    pub fn get(&self, token_hash: &[u8], now: DateTime<Utc>) -> Result<Arc<Actor>, u64> {
        let mut state = self.lock();
        state.hear();
        match state.kept.get(token_hash) {
            Some(kept) if kept.stands(now) => Ok(Arc::clone(&kept.actor)),
            _ => Err(state.turn),
        }
    }

    /// Keeps somebody who was read in `turn`, unless something was told meanwhile.
    pub fn keep(&self, token_hash: Vec<u8>, kept: Kept, turn: u64) {
        let mut state = self.lock();
        state.hear();
        if state.turn != turn {
            return;
        }
        if state.kept.len() >= MOST {
            state.kept.clear();
        }
        state.kept.insert(token_hash, kept);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn hear(&mut self) {
        loop {
            match self.topics.try_recv() {
                Ok(Topic::SignInEnded(id)) => {
                    self.turn += 1;
                    self.kept.retain(|_, kept| kept.actor.sign_in_id != id);
                }
                // Missed some: they may have been about anybody.
                Ok(Topic::PeopleChanged) | Err(TryRecvError::Lagged(_)) => {
                    self.turn += 1;
                    self.kept.clear();
                }
                Ok(_) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::entities::account::Role;
    use crate::base::words::Language;
    use uuid::Uuid;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    fn somebody(sign_in: u128) -> Kept {
        let actor = Actor {
            sign_in_id: Uuid::from_u128(sign_in),
            account_id: Uuid::nil(),
            name: "somebody".into(),
            login: "somebody".into(),
            role: Role::Traveller,
            locale: Language::En,
            badge_no: None,
            mobile: None,
            news_to: None,
            enterprise: None,
            joining: None,
        };
        Kept { actor: Arc::new(actor), last_seen_at: at(0), expires_at: at(3600), read_at: at(0) }
    }

    fn knows(remembered: &Remembered, token: u8, seconds: i64) -> bool {
        remembered.get(&[token], at(seconds)).is_ok()
    }

    #[test]
    fn somebody_is_known_for_some_seconds_and_not_beyond_their_sign_in() {
        let remembered = Remembered::new(&Live::default());
        let turn = remembered.get(&[1], at(0)).unwrap_err();
        remembered.keep(vec![1], somebody(1), turn);
        remembered.keep(vec![2], Kept { expires_at: at(3), ..somebody(2) }, turn);
        assert_eq!([0, 4, 5].map(|after| knows(&remembered, 1, after)), [true, true, false]);
        assert_eq!([0, 2, 3].map(|after| knows(&remembered, 2, after)), [true, true, false]);
        assert!(!knows(&remembered, 1, -1), "the clock was set back");
    }

    #[test]
    fn what_is_told_counts_at_once_and_for_what_is_just_being_read() {
        let live = Live::default();
        let remembered = Remembered::new(&live);
        let turn = remembered.get(&[1], at(0)).unwrap_err();
        remembered.keep(vec![1], somebody(1), turn);
        remembered.keep(vec![2], somebody(2), turn);
        live.tell(Topic::SignInEnded(Uuid::from_u128(1)));
        assert_eq!([1, 2].map(|token| knows(&remembered, token, 1)), [false, true]);
        remembered.keep(vec![1], somebody(1), turn);
        assert!(!knows(&remembered, 1, 1), "read before it was told");
        live.tell(Topic::PeopleChanged);
        assert!(!knows(&remembered, 2, 1));
        let turn = remembered.get(&[2], at(1)).unwrap_err();
        remembered.keep(vec![2], somebody(2), turn);
        (0..1000).for_each(|_| live.tell(Topic::Day));
        assert!(!knows(&remembered, 2, 1), "nobody knows what was missed");
    }
}
