//! Group commit for SQLite: one task, one connection, many use cases in one durable commit.
//!
//! `BEGIN`, savepoints and `COMMIT` are spoken here as statements ([`crate::db::carrier`]), and a statement cannot err
//! about what is open: `COMMIT` and `RELEASE` fail when nothing is, `BEGIN` when something is. After any failure of
//! one of them the connection is thrown away, and everybody in the group is told that nothing was kept.

use crate::db::carrier::Carrier;
use crate::db::fault::{self, StoreFault};
use crate::db::health::Health;
use crate::db::noted::Noted;
use crate::db::tx::{self, AfterCommit, Phase, Tx};
use crate::db::wal::Wal;
use crate::db::writer::{Answer, Job};
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::mpsc;

/// How many use cases share one commit at most. Larger groups brought nothing when measured.
pub(super) const GROUP: usize = 128;
/// Another process may hold the file for a moment (`mianqia demo`); its turn is waited for this often.
const TURNS: u32 = 4;

/// Each use case waits for those of its group.
const BEGIN_AND_COMMIT: u64 = 2;

/// The writer of a SQLite store.
pub(super) struct GroupWriter {
    pub url: String,
    pub health: Health,
    pub wal: Wal,
    noted: Noted,
    connection: Option<Carrier>,
}

impl GroupWriter {
    pub(super) async fn new(
        url: &str,
        pool: DatabaseConnection,
        health: Health,
        noted: Noted,
    ) -> Result<Self, DbErr> {
        let connection = Some(Carrier::on(pool).await?);
        Ok(Self { url: url.to_owned(), wal: Wal::of(url), health, noted, connection })
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
                self.wal.tend(&connection.conn(), &self.health).await;
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
            match run(&connection, &self.noted, job).await {
                Ok(done) => kept.push(done),
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
                    tx::follow(after_commit);
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
type Done = (Vec<AfterCommit>, Answer);

/// A connection that can no longer be trusted.
struct Broken {
    error: DbErr,
    is_disk: bool,
}

/// Runs one use case.
async fn run(connection: &Carrier, noted: &Noted, job: Box<dyn Job>) -> Result<Done, Broken> {
    let tx = Tx::in_group(connection.conn(), noted.clone());
    let (ended, answer) = job.run(&tx).await;
    let is_disk = matches!(ended, Err(Some(StoreFault::Unavailable(why))) if why != fault::BROKEN);
    let settled = match (ended, tx.phase()) {
        (Ok(()), Phase::Set) => connection.say("release use_case").await,
        // Nothing was written, or all of it and released.
        (Ok(()), _) => Ok(()),
        // A statement that fails for the sake of the store may end the transaction; a savepoint would show it.
        (Err(Some(_)), Phase::Apart) => Err(DbErr::Custom("the store failed under a use case".into())),
        (Err(None), Phase::Apart) => Ok(()),
        (Err(_), _) => connection.say("rollback to use_case; release use_case").await,
    };
    if tx.is_counted() {
        noted.sent(BEGIN_AND_COMMIT);
    }
    match (settled, ended) {
        (Ok(()), Ok(())) => Ok((tx.into_after_commit(), answer)),
        // A refusal may be about what others of the group have written: nobody hears of it before it stands.
        (Ok(()), Err(_)) => Ok((Vec::new(), answer)),
        (Err(error), _) => {
            answer(Err(fault::not_kept(&error)));
            Err(Broken { error, is_disk })
        }
    }
}
