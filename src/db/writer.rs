//! The one write path: a use case, its transaction, and trying again when others were at the same rows.

use crate::db::Told;
use crate::db::fault::{self, StoreFault, WriteError};
use crate::db::group::{GROUP, GroupWriter};
use crate::db::health::Health;
use futures::{FutureExt, future::BoxFuture};
use rand::RngExt;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

const QUEUE: usize = 8 * GROUP;
/// How often a use case is tried in all when others are at the same rows.
const TRIES: u32 = 5;

/// An open transaction (on SQLite: a savepoint in the group's) and what is to follow its commit.
pub struct Tx {
    inner: Arc<DatabaseTransaction>,
    after_commit: Mutex<Vec<AfterCommit>>,
    told: Mutex<Vec<Told>>,
    wakes_workers: AtomicBool,
}

pub(super) type AfterCommit = Box<dyn FnOnce() + Send>;

impl Tx {
    pub(super) fn new(inner: Arc<DatabaseTransaction>) -> Self {
        Self {
            inner,
            after_commit: Mutex::default(),
            told: Mutex::default(),
            wakes_workers: AtomicBool::default(),
        }
    }

    /// The connection for queries of this transaction.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Runs `act` once the transaction is durable, and never if it is rolled back.
    pub fn after_commit(&self, act: impl FnOnce() + Send + 'static) {
        self.after_commit.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(act));
    }

    /// The commit wakes the workers: there is something to do ([`super::jobs`]).
    pub(super) fn wake_workers(&self) {
        self.wakes_workers.store(true, Ordering::Relaxed);
    }

    pub(super) fn wakes_workers(&self) -> bool {
        self.wakes_workers.load(Ordering::Relaxed)
    }

    /// Hands over a row that was written: the next entry tells what it holds.
    pub fn tell(&self, row: Told) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // Of a row that is written twice before an entry the last word counts.
        match told.iter_mut().find(|old| old.table == row.table && old.id == row.id) {
            Some(old) => old.overwrite(row),
            None => told.push(row),
        }
    }

    /// What was handed over since the last entry.
    pub fn take_told(&self) -> Vec<Told> {
        std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The table of something that no entry has told of.
    pub(super) fn untold(&self) -> Option<&'static str> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).first().map(|row| row.table)
    }

    pub(super) fn into_after_commit(self) -> Vec<AfterCommit> {
        self.after_commit.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the caller how it ended, once the commit is durable (or failed).
pub(super) type Answer = Box<dyn FnOnce(Result<(), DbErr>) + Send>;
/// Whether to keep what a use case did; of one that failed, what the store said.
pub(super) type Ended = Result<(), Option<StoreFault>>;

/// One try of a use case, its types forgotten, so that many kinds can stand in one queue.
pub(super) trait Job: Send {
    fn run<'a>(self: Box<Self>, tx: &'a Tx) -> BoxFuture<'a, (Ended, Answer)>;
    /// Answers without having run it.
    fn refuse(self: Box<Self>, error: DbErr);
}

struct Queued<T, E, F> {
    work: F,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Queued<T, E, F>
where
    F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: WriteError,
{
    fn run<'a>(self: Box<Self>, tx: &'a Tx) -> BoxFuture<'a, (Ended, Answer)> {
        async move {
            let Self { work, reply } = *self;
            let outcome = caught(work, tx).await;
            let ended = outcome.as_ref().map(drop).map_err(WriteError::store_fault);
            let answer: Answer = Box::new(move |committed| {
                // The caller may have gone away; the work stands all the same.
                let _ = reply.send(settle(outcome, committed));
            });
            (ended, answer)
        }
        .boxed()
    }

    fn refuse(self: Box<Self>, error: DbErr) {
        let _ = self.reply.send(Err(error.into()));
    }
}

/// A panic in one use case must not take the writer and its group with it.
async fn caught<T, E, F>(work: F, tx: &Tx) -> Result<T, E>
where
    F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>>,
    E: WriteError,
{
    let outcome = AssertUnwindSafe(async { work(tx).await }).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(DbErr::Custom("a write panicked".into()).into()))
}

/// The outcome of a use case, and of ending its transaction, in one.
fn settle<T, E: WriteError>(outcome: Result<T, E>, ended: Result<(), DbErr>) -> Result<T, E> {
    match (outcome, ended) {
        (Ok(value), Ok(())) => Ok(value),
        (Ok(_), Err(error)) => Err(error.into()),
        (Err(error), _) => Err(error),
    }
}

#[derive(Clone)]
pub(super) enum Writer {
    Grouped(mpsc::Sender<Box<dyn Job>>),
    Single(DatabaseConnection, Health),
}

impl Writer {
    pub(super) fn grouped(writer: GroupWriter) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(writer.run(jobs));
        Self::Grouped(queue)
    }

    pub(super) fn single(pool: DatabaseConnection, health: Health) -> Self {
        Self::Single(pool, health)
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: WriteError,
    {
        match self {
            // Conflicts are with other processes here, and the writer waits for its turn itself.
            Self::Grouped(queue) => {
                let (reply, answer) = oneshot::channel();
                let job = Box::new(Queued { work, reply });
                queue.send(job).await.map_err(|_| DbErr::Custom("the writer has stopped".into()))?;
                let gone = |_| Err(DbErr::Custom("the writer gave no answer".into()).into());
                answer.await.unwrap_or_else(gone)
            }
            // Spawned, so that a caller that goes away cannot tear a transaction in two.
            Self::Single(pool, health) => {
                let run = tokio::spawn(until_done(pool.clone(), health.clone(), work));
                run.await.unwrap_or_else(|_| Err(DbErr::Custom("a write broke".into()).into()))
            }
        }
    }
}

/// Runs a use case in a transaction of its own, again while others are at the same rows.
async fn until_done<T, E, F>(pool: DatabaseConnection, health: Health, work: F) -> Result<T, E>
where
    F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
    T: Send + 'static,
    E: WriteError,
{
    let mut tries = 1;
    loop {
        match alone(&pool, &health, work.clone()).await {
            Err(error) if error.store_fault() == Some(StoreFault::Conflict) && tries < TRIES => {
                health.tried_again();
                pause(tries).await;
                tries += 1;
            }
            outcome => return outcome,
        }
    }
}

async fn alone<T, E, F>(pool: &DatabaseConnection, health: &Health, work: F) -> Result<T, E>
where
    F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: WriteError,
{
    let tx = match pool.begin().await {
        Ok(tx) => Tx::new(Arc::new(tx)),
        Err(error) => {
            health.failed(fault::fault_of(&error), &error);
            return Err(error.into());
        }
    };
    let outcome = caught(work, &tx).await;
    let inner = Arc::clone(&tx.inner);
    let after_commit = tx.into_after_commit();
    // A use case sees its transaction by reference only, so nobody else has it.
    let Some(inner) = Arc::into_inner(inner) else {
        return Err(DbErr::Custom("a transaction was kept beyond its use case".into()).into());
    };
    if let Err(error) = &outcome {
        health.failed(error.store_fault(), &"a statement was refused");
        if let Err(error) = inner.rollback().await {
            health.failed(fault::fault_of(&error), &error);
        }
        return outcome;
    }
    match inner.commit().await {
        Ok(()) => {
            health.kept();
            after_commit.into_iter().for_each(|act| act());
            outcome
        }
        Err(error) => {
            let error = fault::of_commit(&error);
            health.failed(fault::fault_of(&error), &error);
            settle(outcome, Err(error))
        }
    }
}

/// Waits a moment that differs from the others' before the next try.
pub(super) async fn pause(tries: u32) {
    let longest = 20 * u64::from(tries);
    let ms = rand::rng().random_range(2..=longest);
    tokio::time::sleep(Duration::from_millis(ms)).await;
}
