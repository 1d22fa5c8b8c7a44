//! Group commit for SQLite, one transaction each for PostgreSQL.

use super::Told;
use futures::{FutureExt, future::BoxFuture};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// How many use cases share one commit at most. Larger groups brought nothing when measured.
const GROUP: usize = 128;
const QUEUE: usize = 1024;

/// An open transaction (on SQLite: a savepoint in the group's) and what is to follow its commit.
pub struct Tx {
    inner: DatabaseTransaction,
    after_commit: Mutex<Vec<AfterCommit>>,
    told: Mutex<Vec<Told>>,
}

type AfterCommit = Box<dyn FnOnce() + Send>;

impl Tx {
    fn new(inner: DatabaseTransaction) -> Self {
        Self { inner, after_commit: Mutex::default(), told: Mutex::default() }
    }

    /// The connection for queries of this transaction.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Runs `act` once the transaction is durable, and never if it is rolled back.
    pub fn after_commit(&self, act: impl FnOnce() + Send + 'static) {
        self.after_commit.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(act));
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

    fn into_parts(self) -> (DatabaseTransaction, Vec<AfterCommit>) {
        (self.inner, self.after_commit.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Tells the caller how it ended, once the commit is durable (or failed).
type Answer = Box<dyn FnOnce(Result<(), DbErr>) + Send>;
/// Does the work; says whether to keep it, and how to answer.
type Job = Box<dyn for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, (bool, Answer)> + Send>;

#[derive(Clone)]
pub(super) enum Writer {
    Grouped(mpsc::Sender<Job>),
    Single(DatabaseConnection),
}

impl Writer {
    pub(super) fn grouped(connection: DatabaseConnection) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(group_commits(connection, jobs));
        Self::Grouped(queue)
    }

    pub(super) fn single(pool: DatabaseConnection) -> Self {
        Self::Single(pool)
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<DbErr> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel::<Result<T, E>>();
        let job: Job = Box::new(move |tx| {
            async move {
                // A panic in one use case must not take the writer and its group with it.
                let outcome = AssertUnwindSafe(work(tx)).catch_unwind().await;
                let outcome =
                    outcome.unwrap_or_else(|_| Err(DbErr::Custom("a write panicked".into()).into()));
                let keep = outcome.is_ok();
                let answer: Answer = Box::new(move |committed| {
                    let result = match (outcome, committed) {
                        (Ok(value), Ok(())) => Ok(value),
                        (Ok(_), Err(error)) => Err(error.into()),
                        (Err(error), _) => Err(error),
                    };
                    // The caller may have gone away; the work stands all the same.
                    let _ = reply.send(result);
                });
                (keep, answer)
            }
            .boxed()
        });
        match self {
            Self::Grouped(queue) => {
                queue.send(job).await.map_err(|_| DbErr::Custom("the writer has stopped".into()))?;
            }
            // Spawned, so that a caller that goes away cannot tear a transaction in two.
            Self::Single(pool) => drop(tokio::spawn(run_alone(pool.clone(), job))),
        }
        answer.await.unwrap_or_else(|_| Err(DbErr::Custom("the writer gave no answer".into()).into()))
    }
}

async fn run_alone(pool: DatabaseConnection, job: Job) {
    let tx = match pool.begin().await {
        Ok(tx) => Tx::new(tx),
        // Dropping the job drops its reply: the caller hears that there was no answer.
        Err(error) => return tracing::error!(%error, "no transaction could be opened"),
    };
    let (keep, answer) = job(&tx).await;
    let (inner, after_commit) = tx.into_parts();
    let ended = if keep { inner.commit().await } else { inner.rollback().await };
    if keep && ended.is_ok() {
        after_commit.into_iter().for_each(|act| act());
    }
    answer(ended);
}

async fn group_commits(connection: DatabaseConnection, mut jobs: mpsc::Receiver<Job>) {
    let mut group = Vec::with_capacity(GROUP);
    while jobs.recv_many(&mut group, GROUP).await > 0 {
        if let Err(error) = commit_group(&connection, group.drain(..)).await {
            tracing::error!(%error, "a group of writes could not be opened");
        }
    }
}

/// Runs the jobs of one group, each in a savepoint, and commits them together.
async fn commit_group(connection: &DatabaseConnection, jobs: impl Iterator<Item = Job>) -> Result<(), DbErr> {
    // Immediate: a deferred transaction that first reads and then writes fails under contention.
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let outer = connection.begin_with_options(options).await?;
    let mut kept = Vec::new();
    for job in jobs {
        let tx = Tx::new(outer.begin().await?);
        let (keep, answer) = job(&tx).await;
        let (savepoint, after_commit) = tx.into_parts();
        if keep {
            match savepoint.commit().await {
                Ok(()) => kept.push((after_commit, answer)),
                Err(error) => answer(Err(error)),
            }
        } else {
            answer(savepoint.rollback().await);
        }
    }
    let committed = outer.commit().await;
    for (after_commit, answer) in kept {
        match &committed {
            Ok(()) => {
                after_commit.into_iter().for_each(|act| act());
                answer(Ok(()));
            }
            Err(error) => answer(Err(DbErr::Custom(format!("the commit failed: {error}")))),
        }
    }
    committed
}
