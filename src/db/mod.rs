//! The stores and the one write path.
//!
//! Reads go through a pool. Every write use case is one closure handed to [`Db::write`]: on SQLite
//! a single writer task commits many of them together (a savepoint each that writes), on PostgreSQL each
//! is a transaction of its own, begun when something needs one. What must follow a commit (memory, pages that
//! listen) is registered on the [`Tx`] and runs even when the caller has gone away.
//!
//! Invariants: nothing networked inside a closure; a closure that fails leaves nothing behind; what was
//! answered well is durable; a closure ends at the first error of the store (PostgreSQL takes the `COMMIT`
//! of a transaction in which a statement failed, and keeps nothing); what was handed over to be told
//! ([`Told`]) is told, or nothing is written.

mod aside;
pub mod bus;
mod carrier;
mod companion;
mod connect;
mod constraint;
mod data_keys;
pub mod entities;
mod fault;
mod group;
mod health;
pub mod jobs;
pub mod live;
pub mod nodes;
mod noted;
mod probe;
mod query;
mod told;
mod turns;
mod tx;
mod wal;
mod writer;
mod written;

pub use companion::{Companion, accompanied, is_repeated, repeated};
pub use connect::sqlite_file;
pub use constraint::UniqueKey;
pub use data_keys::forget_data_key;
pub use fault::{StoreFault, WriteError, fault_of, is_unique_violation, overtaken};
pub use health::Health;
pub use noted::of_request;
pub use probe::is_blank;
pub use query::{contains, snapshot};
pub use told::Told;
pub use turns::Turn;
pub use tx::Tx;
pub use written::Written;

use bus::Bus;
use futures::future::BoxFuture;
use group::GroupWriter;
use migrations::{Migrator, MigratorTrait};
use noted::Noted;
use sea_orm::error::ConnAcquireErr;
use sea_orm::{DatabaseConnection, DbErr};
use std::sync::Arc;
use tokio::sync::Notify;
use turns::Turns;
use uuid::Uuid;
use writer::Writer;

/// Connections to the store. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    reader: DatabaseConnection,
    writer: Writer,
    health: Health,
    noted: Noted,
    turns: Turns,
    /// Rung when there is something to do.
    bell: Arc<Notify>,
    /// Rung when it is not known whether something was kept.
    doubt: Arc<Notify>,
    bus: Bus,
}

impl Db {
    /// Connects to a `sqlite:` or `postgres:` URL, checks the SQLite version and migrates.
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        let (health, noted, turns) = (Health::default(), Noted::default(), Turns::default());
        if is_sqlite(url) {
            let pool = connect::sqlite_writer(url).await?;
            connect::check_sqlite_version(&pool).await?;
            Migrator::up(&pool, None).await?;
            let writer = GroupWriter::new(url, pool, health.clone(), noted.clone()).await?;
            let reader = counted(connect::sqlite_readers(url).await?, &noted);
            return Ok(Self {
                reader,
                writer: Writer::grouped(writer),
                health,
                noted,
                turns,
                bell: Arc::default(),
                doubt: Arc::default(),
                bus: Bus::default(),
            });
        }
        let pool = connect::postgres(url).await?;
        // Of several that start at once one changes the schema, and the others find it changed.
        let schema = nodes::lock_schema(url).await?;
        Migrator::up(&pool, None).await?;
        drop(schema);
        let bus = Bus::on(pool.clone());
        let writer = Writer::single(url, health.clone(), noted.clone());
        Ok(Self {
            reader: counted(pool, &noted),
            writer,
            health,
            noted,
            turns,
            bell: Arc::default(),
            doubt: Arc::default(),
            bus,
        })
    }

    /// For queries. Nothing is written through it.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Runs one write use case in one durable transaction.
    ///
    /// An error rolls back what it did and nothing else. What the request at hand wants beside it
    /// ([`accompanied`]) is written in the same transaction. Where others were at the same rows
    /// (deadlock, serialisation) it is run again from the beginning, hence `Clone`.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: WriteError,
    {
        let work = self.use_case(work);
        self.written(self.writer.run(work).await)
    }

    /// The same for a use case that locks nothing, because its writes find out whether what it read still stands
    /// (a key that only one can have, an entry [behind a head](crate::evidence::append_behind)).
    ///
    /// Where one task writes for all (SQLite) it reads beside that task, and only what it has put aside waits for
    /// it. One that cannot go on like this is run again in its turn, and so is one that was overtaken.
    pub async fn write_ahead<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: WriteError,
    {
        let work = self.use_case(work);
        let ahead = Tx::ahead(self.reader.clone(), self.noted.clone());
        self.written(self.writer.run_ahead(ahead, work).await)
    }

    /// Like [`Db::write_ahead`] for whoever has the turn of those of whom something is counted, like [`Db::write`]
    /// for whoever relies on locks. The turn belongs to the write: a caller that goes away does not give it back
    /// before what it began has its end.
    pub async fn write_in<T, E, F>(&self, turn: Option<&Turn>, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: WriteError,
    {
        let Some(turn) = turn.cloned() else { return self.write(work).await };
        self.write_ahead(move |tx| {
            tx.after_commit(move || drop(turn));
            work(tx)
        })
        .await
    }

    /// A use case with all that goes with it.
    fn use_case<T, E, F>(
        &self,
        work: F,
    ) -> impl for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + use<T, E, F>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: WriteError,
    {
        let (companion, is_counted) = (companion::at_hand(), noted::is_of_request());
        let (bell, bus) = (Arc::clone(&self.bell), self.bus.clone());
        move |tx: &Tx| {
            Box::pin(async move {
                if is_counted {
                    tx.count();
                }
                if let Some(companion) = companion {
                    companion.write(tx);
                }
                let done = work(tx).await?;
                // An error of the program, not of a caller: tests of each use case come by here.
                if let Some(table) = tx.untold() {
                    return Err(DbErr::Custom(format!("no entry tells of a write to {table}")).into());
                }
                if tx.wakes_workers() {
                    tx.after_commit(move || {
                        bell.notify_one();
                        bus.tell(jobs::WORD);
                    });
                }
                tx.finish().await?;
                Ok(done)
            })
        }
    }

    fn written<T, E: WriteError>(&self, outcome: Result<T, E>) -> Result<T, E> {
        match &outcome {
            Ok(_) => Written::at_hand().set(),
            // It may stand, and what was to follow it did not.
            Err(error) if error.store_fault() == Some(StoreFault::Unknown) => self.doubt.notify_one(),
            Err(_) => {}
        }
        outcome
    }

    /// Waits until it is not known of a write whether it stands: what is kept in memory of the store is in doubt then.
    pub async fn doubted(&self) {
        self.doubt.notified().await;
    }

    /// Rings for the workers of this process: there may be something to do.
    pub fn wake_workers(&self) {
        self.bell.notify_one();
    }

    async fn woken(&self) {
        self.bell.notified().await;
    }

    /// What the other processes on this store are told.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Calls `told` after each commit that has changed or deleted rows of a table: whoever keeps something of them
    /// in memory drops it. By statements of this process only.
    pub fn watch(&self, table: &str, told: impl Fn() + Send + Sync + 'static) {
        self.noted.watch(table, Arc::new(told));
    }

    /// Waits until nobody else of this process writes for one of `parties`, so that nobody waits for the locks of
    /// their rows with a connection in hand, and so that what is counted of theirs stays true where only this process
    /// writes. None: it took too long, and the locks of the store do (PostgreSQL). An error: there are none (SQLite).
    pub async fn turn(&self, parties: &[Uuid]) -> Result<Option<Turn>, DbErr> {
        match (self.turns.of(parties).await, &self.writer) {
            (None, Writer::Grouped(_)) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
            (turn, _) => Ok(turn),
        }
    }

    /// How many statements requests have waited for since the start, one after the other, `BEGIN` and `COMMIT`
    /// included.
    pub fn statements(&self) -> u64 {
        self.noted.count()
    }

    /// How the store does.
    pub fn health(&self) -> &Health {
        &self.health
    }
}

fn counted(mut reader: DatabaseConnection, noted: &Noted) -> DatabaseConnection {
    let noted = noted.clone();
    reader.set_metric_callback(move |_| {
        if noted::is_of_request() {
            noted.sent(1);
        }
    });
    reader
}

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}
