//! The one write path: a use case, its transaction, and trying again when others were at the same rows.

use crate::db::carrier::Carriers;
use crate::db::fault::{self, StoreFault, WriteError};
use crate::db::group::{GROUP, GroupWriter};
use crate::db::health::Health;
use crate::db::noted::Noted;
use crate::db::tx::{self, Phase, Ready, Tx};
use futures::{FutureExt, future::BoxFuture};
use rand::RngExt;
use sea_orm::DbErr;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

const QUEUE: usize = 8 * GROUP;
/// How often a use case is tried in all when others are at the same rows.
const TRIES: u32 = 5;

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
            ended(caught(work, tx).await, reply)
        }
        .boxed()
    }

    fn refuse(self: Box<Self>, error: DbErr) {
        let _ = self.reply.send(Err(error.into()));
    }
}

/// What a use case that ran ahead of its turn has made ready.
struct Prepared<T, E> {
    value: T,
    ready: Ready,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T: Send + 'static, E: WriteError> Job for Prepared<T, E> {
    fn run<'a>(self: Box<Self>, tx: &'a Tx) -> BoxFuture<'a, (Ended, Answer)> {
        async move {
            let Self { value, ready, reply } = *self;
            ended(tx.write_ready(ready).await.map(|()| value).map_err(E::from), reply)
        }
        .boxed()
    }

    fn refuse(self: Box<Self>, error: DbErr) {
        let _ = self.reply.send(Err(error.into()));
    }
}

/// What became of one try, and how its caller hears of that.
fn ended<T, E>(outcome: Result<T, E>, reply: oneshot::Sender<Result<T, E>>) -> (Ended, Answer)
where
    T: Send + 'static,
    E: WriteError,
{
    let ended = outcome.as_ref().map(drop).map_err(WriteError::store_fault);
    let answer: Answer = Box::new(move |committed| {
        // The caller may have gone away; the work stands all the same.
        let _ = reply.send(settle(outcome, committed));
    });
    (ended, answer)
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
    Single(Carriers, Health, Noted),
}

impl Writer {
    pub(super) fn grouped(writer: GroupWriter) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(writer.run(jobs));
        Self::Grouped(queue)
    }

    pub(super) fn single(url: &str, health: Health, noted: Noted) -> Self {
        Self::Single(Carriers::new(url), health, noted)
    }

    /// Like [`Writer::run`]; in a group only what is to be written waits for its turn, all of it in one statement.
    pub(super) async fn run_ahead<T, E, F>(&self, ahead: Tx, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: WriteError,
    {
        let Self::Grouped(queue) = self else { return self.run(work).await };
        let outcome = caught(work.clone(), &ahead).await;
        if ahead.is_out_of_turn() {
            return self.run(work).await;
        }
        let (value, ready) = (outcome?, ahead.into_ready());
        match in_group(queue, |reply| Box::new(Prepared { value, ready, reply })).await {
            // What it read is no longer so: once more, where nobody can be faster.
            Err(error) if WriteError::store_fault(&error) == Some(StoreFault::Conflict) => {
                self.run(work).await
            }
            outcome => outcome,
        }
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: WriteError,
    {
        match self {
            // Conflicts are with other processes here, and the writer waits for its turn itself.
            Self::Grouped(queue) => in_group(queue, |reply| Box::new(Queued { work, reply })).await,
            // Spawned, so that a caller that goes away cannot tear a transaction in two.
            Self::Single(carriers, health, noted) => {
                let run = tokio::spawn(until_done(carriers.clone(), health.clone(), noted.clone(), work));
                run.await.unwrap_or_else(|_| Err(DbErr::Custom("a write broke".into()).into()))
            }
        }
    }
}

/// Has a job done in the next group.
async fn in_group<T, E: WriteError>(
    queue: &mpsc::Sender<Box<dyn Job>>,
    job: impl FnOnce(oneshot::Sender<Result<T, E>>) -> Box<dyn Job>,
) -> Result<T, E> {
    let (reply, answer) = oneshot::channel();
    queue.send(job(reply)).await.map_err(|_| DbErr::Custom("the writer has stopped".into()))?;
    let gone = |_| Err(DbErr::Custom("the writer gave no answer".into()).into());
    answer.await.unwrap_or_else(gone)
}

/// Runs a use case in a transaction of its own, again while others are at the same rows.
async fn until_done<T, E, F>(carriers: Carriers, health: Health, noted: Noted, work: F) -> Result<T, E>
where
    F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
    T: Send + 'static,
    E: WriteError,
{
    let mut tries = 1;
    loop {
        match alone(&carriers, &health, &noted, work.clone()).await {
            Err(error) if error.store_fault() == Some(StoreFault::Conflict) && tries < TRIES => {
                health.tried_again();
                pause(tries).await;
                tries += 1;
            }
            outcome => return outcome,
        }
    }
}

async fn alone<T, E, F>(carriers: &Carriers, health: &Health, noted: &Noted, work: F) -> Result<T, E>
where
    F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: WriteError,
{
    let turn = match carriers.take().await {
        Ok(turn) => turn,
        Err(error) => {
            health.failed(fault::fault_of(&error), &error);
            return Err(error.into());
        }
    };
    let tx = Tx::alone(turn.carrier.conn(), noted.clone());
    let outcome = caught(work, &tx).await;
    let is_open = tx.phase() == Phase::Open;
    if is_open && tx.is_counted() {
        noted.sent(1); // `COMMIT` or `ROLLBACK`
    }
    let after_commit = tx.into_after_commit();
    if let Err(error) = &outcome {
        let fault = error.store_fault();
        health.failed(fault, &"a statement was refused");
        // After an error for the sake of the store its connection is not trusted.
        let is_trusted = match fault {
            Some(StoreFault::Unavailable(_) | StoreFault::Unknown) => false,
            _ => !is_open || turn.carrier.say("rollback").await.is_ok(),
        };
        if is_trusted {
            carriers.give_back(turn)
        } else {
            carriers.discard(turn).await
        }
        return outcome;
    }
    match if is_open { turn.carrier.say("commit").await } else { Ok(()) } {
        Ok(()) => {
            carriers.give_back(turn);
            health.kept();
            tx::follow(after_commit);
            outcome
        }
        Err(error) => {
            carriers.discard(turn).await;
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
