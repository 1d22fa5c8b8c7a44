//! What is to be done later, or again and again: rows of one table, whatever feature they are of.
//!
//! A feature says in its `jobs.rs` what can be done ([`Job`]: a kind and what is stored of it) and how ([`Run`]).
//! [`enqueue`] writes the row in the transaction of its cause; `app` names the kinds that it takes ([`Kinds`]) and
//! runs one [`Worker`] a process. A worker claims jobs with a lease, so that of several processes one does each; of
//! one that died over it the lease ends, and another takes it over.
//!
//! Invariants: a job stands if and only if its cause was committed; it is done, or ends as `failed` where staff see
//! it, and is never dropped; whoever lost the lease settles nothing; a kind that fails or is slow holds up no other;
//! jobs of one kind with one key are done one after the other, in the order in which they were enqueued; of a kind
//! that comes again there is one row, whatever number of processes run; a kind that a process does not know is left
//! for one that does.

mod kinds;
mod store;
mod worker;

pub use crate::db::entities::job::JobState;
pub use kinds::{Kinds, NotDone, Run, backoff};
pub use store::{Figures, drop_all, failed, figures, release, retry};
pub use worker::Worker;

use crate::base::ids;
use crate::db::Tx;
use crate::db::entities::job;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DbErr, EntityTrait, QueryTrait};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

/// The word by which other processes hear that there is something to do.
pub const WORD: &str = "jobs";

/// Something to be done later: what is stored of it.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// By what its rows are known, for ever: `feature.what`.
    const KIND: &'static str;

    /// Jobs of this kind with the same key are done one after the other.
    fn key(&self) -> Option<String> {
        None
    }

    /// The id of its row, where something else is to find it.
    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// Puts a job aside in the caller's transaction. It is due at once, and a worker is woken by the commit.
pub async fn enqueue<J: Job + Sync>(tx: &Tx, at: DateTime<Utc>, job: &J) -> Result<(), DbErr> {
    enqueue_for(tx, at, at, job).await
}

/// The same for a job that is not due before `due_at`.
pub async fn enqueue_for<J: Job + Sync>(
    tx: &Tx,
    at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    what: &J,
) -> Result<(), DbErr> {
    let id = what.id().unwrap_or_else(|| ids::new_id(at));
    let payload = serde_json::to_value(what).map_err(|error| DbErr::Json(error.to_string()))?;
    let row = job::waiting(id, J::KIND, what.key(), payload, at, due_at);
    tx.put(job::Entity::insert(row).into_query());
    tx.wake_workers();
    Ok(())
}

/// The right to do a job, until its lease ends.
#[derive(Clone, Debug)]
pub struct Claim {
    pub id: Uuid,
    pub kind: &'static str,
    /// Which try this is, from 1 on. Whoever claims it after the lease has another number.
    pub attempt: i32,
    every: Option<TimeDelta>,
    settled: Arc<AtomicBool>,
}

impl Claim {
    /// Marks the job as done in the transaction of what it did. Somebody else's by now: an error, so that nothing is
    /// done twice.
    pub async fn done(&self, tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
        match self.done_if_mine(tx, now).await? {
            true => Ok(()),
            false => Err(DbErr::Custom(format!("the lease of a job ({}) was lost", self.kind))),
        }
    }

    /// The same where what was done cannot be taken back: says whether the lease still stood.
    pub async fn done_if_mine(&self, tx: &Tx, now: DateTime<Utc>) -> Result<bool, DbErr> {
        let mine = store::finish(tx, self, now).await?;
        self.note(tx);
        Ok(mine)
    }

    /// Puts it off in the transaction of what was found out.
    pub async fn again(&self, tx: &Tx, at: DateTime<Utc>, error: Option<&str>) -> Result<(), DbErr> {
        store::put_off(tx, self, at, error, true).await?;
        self.note(tx);
        Ok(())
    }

    /// Gives it up in the transaction of what was found out: it stands as failed.
    pub async fn give_up(&self, tx: &Tx, error: &str) -> Result<(), DbErr> {
        store::give_up(tx, self, error).await?;
        self.note(tx);
        Ok(())
    }

    fn note(&self, tx: &Tx) {
        let settled = Arc::clone(&self.settled);
        tx.after_commit(move || settled.store(true, Ordering::Release));
    }

    fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire)
    }
}
