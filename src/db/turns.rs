//! Whoever would only wait for the same rows waits here, before taking a connection.
//!
//! A use case that waits for a row's lock keeps one of the few connections from those who could go on. So those of
//! one party come one after the other, first come first served. What must hold between two processes is held by the
//! locks of the store; where there is one process (SQLite) the turn itself is the lock, and belongs to the write.

use crate::db::connect::ACQUIRE_WITHIN;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

/// So many queues; two parties that share one wait for each other without need.
const QUEUES: usize = 512;

#[derive(Clone)]
pub(super) struct Turns(Arc<Inner>);

struct Inner {
    queues: Vec<Arc<Mutex<()>>>,
    hasher: RandomState,
}

/// A place at the head of some queues, until its last copy is dropped.
#[derive(Clone)]
pub struct Turn {
    _heads: Arc<Vec<OwnedMutexGuard<()>>>,
}

impl Default for Turns {
    fn default() -> Self {
        let queues = (0..QUEUES).map(|_| Arc::default()).collect();
        Self(Arc::new(Inner { queues, hasher: RandomState::new() }))
    }
}

impl Turns {
    /// Waits in the queues of all of `parties`; not for ever, and then it is none.
    pub async fn of(&self, parties: &[Uuid]) -> Option<Turn> {
        let number = |id: &Uuid| self.0.hasher.hash_one(id) as usize % QUEUES;
        let mut numbers: Vec<usize> = parties.iter().map(number).collect();
        // In one order, so that two do not wait for each other.
        numbers.sort_unstable();
        numbers.dedup();
        let heads = async {
            let mut heads = Vec::with_capacity(numbers.len());
            for queue in numbers.into_iter().filter_map(|number| self.0.queues.get(number)) {
                heads.push(Arc::clone(queue).lock_owned().await);
            }
            Turn { _heads: Arc::new(heads) }
        };
        tokio::time::timeout(ACQUIRE_WITHIN, heads).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn those_of_one_party_come_one_after_the_other_and_nobody_waits_for_ever() {
        let turns = Turns::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let first = turns.of(&[one, other]).await;
        assert!(first.is_some());
        let soon = Duration::from_millis(100);
        assert!(tokio::time::timeout(soon, turns.of(&[other])).await.is_err(), "it is not their turn");
        assert!(turns.of(&[one]).await.is_none(), "nobody waits longer than for a connection");
        drop(first);
        assert!(turns.of(&[other, one]).await.is_some());
    }
}
