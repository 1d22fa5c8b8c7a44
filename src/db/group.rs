//! Group commit for SQLite: one task, one connection, many use cases in one durable commit.
//!
//! `BEGIN`, savepoints and `COMMIT` are spoken here as statements. The library's own count of nested
//! transactions goes on counting when SQLite has rolled everything back by itself (a full disk does that),
//! and what is "committed" afterwards is never written. A statement cannot err that way: `COMMIT` and
//! `RELEASE` fail when nothing is open, `BEGIN` when something is. After any failure of one of them the
//! connection is thrown away, and everybody in the group is told that nothing was kept.

use crate::db::fault::{self, StoreFault};
use crate::db::health::Health;
use crate::db::wal::Wal;
use crate::db::writer::{Answer, Job, Tx};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How many use cases share one commit at most. Larger groups brought nothing when measured.
pub(super) const GROUP: usize = 128;
/// Another process may hold the file for a moment (`mianqia demo`); its turn is waited for this often.
const TURNS: u32 = 4;
/// How long a broken connection may take to close before it is left to itself.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// The writer of a SQLite store.
pub(super) struct GroupWriter {
    pub url: String,
    pub health: Health,
    pub wal: Wal,
    connection: Option<Carrier>,
}

impl GroupWriter {
    pub(super) async fn new(url: &str, pool: DatabaseConnection, health: Health) -> Result<Self, DbErr> {
        let connection = Some(Carrier::on(pool).await?);
        Ok(Self { url: url.to_owned(), wal: Wal::of(url), health, connection })
    }

    pub(super) async fn run(mut self, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
        let mut group = Vec::with_capacity(GROUP);
        while jobs.recv_many(&mut group, GROUP).await > 0 {
            // What could not be run because another broke the connection is run on the next one.
            let mut rest = self.commit(std::mem::take(&mut group)).await;
            while !rest.is_empty() {
                rest = self.commit(rest).await;
            }
            if let Some(connection) = &self.connection {
                self.wal.tend(&connection.conn, &self.health).await;
            }
        }
    }

    /// Commits a group; gives back what did not get its turn.
    async fn commit(&mut self, jobs: Vec<Box<dyn Job>>) -> Vec<Box<dyn Job>> {
        if let Err(error) = self.begin().await {
            self.health.broke(&error);
            let told = fault::not_kept(&error);
            jobs.into_iter().for_each(|job| job.refuse(told.clone()));
            return Vec::new();
        }
        let Some(connection) = self.connection.take() else { return jobs };
        let mut kept = Vec::new();
        let mut jobs = jobs.into_iter();
        while let Some(job) = jobs.next() {
            match connection.run(job).await {
                Ok(None) => {}
                Ok(Some(done)) => kept.push(done),
                Err(broken) => {
                    self.health.broke(&broken.error);
                    let told = fault::not_kept(&broken.error);
                    kept.into_iter().for_each(|(_, answer): Done| answer(Err(told.clone())));
                    if broken.is_disk {
                        // The others would meet the same disk, one broken connection after the other.
                        jobs.by_ref().for_each(|job| job.refuse(told.clone()));
                    }
                    connection.discard().await;
                    return jobs.collect();
                }
            }
        }
        match connection.say("commit").await {
            Ok(()) => {
                self.health.kept();
                for (after_commit, answer) in kept {
                    after_commit.into_iter().for_each(|act| act());
                    answer(Ok(()));
                }
                self.connection = Some(connection);
            }
            Err(error) => {
                self.health.broke(&error);
                let told = fault::of_commit(&error);
                kept.into_iter().for_each(|(_, answer)| answer(Err(told.clone())));
                connection.discard().await;
            }
        }
        Vec::new()
    }

    /// Opens a transaction, on a new connection where the old one is gone or does not take it.
    async fn begin(&mut self) -> Result<(), DbErr> {
        let mut turn = 0;
        let mut renewed = false;
        loop {
            let connection = match self.connection.take() {
                Some(connection) => connection,
                None => {
                    renewed = true;
                    Carrier::on(crate::db::connect::sqlite_writer(&self.url).await?).await?
                }
            };
            // Immediate: a deferred transaction that first reads and then writes fails under contention.
            let Err(error) = connection.say("begin immediate").await else {
                self.connection = Some(connection);
                return Ok(());
            };
            if fault::fault_of(&error) == Some(StoreFault::Conflict) {
                self.connection = Some(connection);
                turn += 1;
                if turn >= TURNS {
                    return Err(error);
                }
                self.health.tried_again();
                crate::db::writer::pause(turn).await;
                continue;
            }
            connection.discard().await;
            if renewed {
                return Err(error);
            }
        }
    }
}

/// What is to follow the commit, and how to answer.
type Done = (Vec<crate::db::writer::AfterCommit>, Answer);

/// A connection that can no longer be trusted.
struct Broken {
    error: DbErr,
    is_disk: bool,
}

/// The one connection, kept out of its pool for good: all statements of all groups go through it.
struct Carrier {
    pool: DatabaseConnection,
    conn: Arc<DatabaseTransaction>,
}

impl Carrier {
    /// Use cases are given a transaction of the library, because that is what queries run on. It is ended
    /// at once underneath; from then on the statements of this module count.
    async fn on(pool: DatabaseConnection) -> Result<Self, DbErr> {
        let conn = Arc::new(pool.begin().await?);
        let this = Self { pool, conn };
        this.say("rollback").await?;
        Ok(this)
    }

    async fn say(&self, statement: &str) -> Result<(), DbErr> {
        self.conn.execute_unprepared(statement).await.map(|_| ())
    }

    /// Runs one use case in a savepoint. `None`: it was refused, and has been answered.
    async fn run(&self, job: Box<dyn Job>) -> Result<Option<Done>, Broken> {
        if let Err(error) = self.say("savepoint use_case").await {
            job.refuse(fault::not_kept(&error));
            return Err(Broken { error, is_disk: false });
        }
        let tx = Tx::new(Arc::clone(&self.conn));
        let (ended, answer) = job.run(&tx).await;
        let statement = match ended {
            Ok(()) => "release use_case",
            Err(_) => "rollback to use_case; release use_case",
        };
        match (self.say(statement).await, ended) {
            (Ok(()), Ok(())) => Ok(Some((tx.into_after_commit(), answer))),
            (Ok(()), Err(_)) => {
                answer(Ok(()));
                Ok(None)
            }
            (Err(error), ended) => {
                answer(Err(fault::not_kept(&error)));
                let is_disk = matches!(ended, Err(Some(StoreFault::Unavailable(_))));
                Err(Broken { error, is_disk })
            }
        }
    }

    /// Closes the connection, and with it whatever is open on it.
    async fn discard(self) {
        drop(self.conn);
        if tokio::time::timeout(CLOSE_WITHIN, self.pool.close_by_ref()).await.is_err() {
            tracing::warn!("a broken connection to the store did not close");
        }
    }
}
