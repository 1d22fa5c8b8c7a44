//! The stores and the one write path.
//!
//! Reads go through a pool. Every write use case is one closure handed to [`Db::write`]: on SQLite
//! a single writer task commits many of them together (a savepoint each), on PostgreSQL each is a
//! transaction of its own. What must follow a commit (memory, pages that listen) is registered on
//! the [`Tx`] and runs even when the caller has gone away.
//!
//! Invariants: nothing networked inside a closure; a closure that fails leaves nothing behind; what was
//! answered well is durable; a closure ends at the first error of the store (PostgreSQL takes the `COMMIT`
//! of a transaction in which a statement failed, and keeps nothing); what was handed over to be told
//! ([`Told`]) is told, or nothing is written.

pub mod bus;
mod companion;
mod connect;
mod constraint;
pub mod entities;
mod fault;
mod group;
mod health;
pub mod jobs;
pub mod live;
pub mod nodes;
mod probe;
mod query;
mod told;
mod wal;
mod writer;
mod written;

pub use companion::{Companion, accompanied, is_repeated, repeated};
pub use connect::sqlite_file;
pub use constraint::UniqueKey;
pub use fault::{StoreFault, WriteError, fault_of, is_unique_violation};
pub use health::Health;
pub use probe::is_blank;
pub use query::{contains, snapshot};
pub use told::Told;
pub use writer::Tx;
pub use written::Written;

use bus::Bus;
use futures::future::BoxFuture;
use group::GroupWriter;
use migrations::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, DbErr};
use std::sync::Arc;
use tokio::sync::Notify;
use writer::Writer;

/// Connections to the store. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    reader: DatabaseConnection,
    writer: Writer,
    health: Health,
    /// Rung when there is something to do.
    bell: Arc<Notify>,
    bus: Bus,
}

impl Db {
    /// Connects to a `sqlite:` or `postgres:` URL, checks the SQLite version and migrates.
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        let health = Health::default();
        if is_sqlite(url) {
            let pool = connect::sqlite_writer(url).await?;
            connect::check_sqlite_version(&pool).await?;
            Migrator::up(&pool, None).await?;
            let writer = GroupWriter::new(url, pool, health.clone()).await?;
            let reader = connect::sqlite_readers(url).await?;
            return Ok(Self {
                reader,
                writer: Writer::grouped(writer),
                health,
                bell: Arc::default(),
                bus: Bus::default(),
            });
        }
        let pool = connect::postgres(url).await?;
        // Of several that start at once one changes the schema, and the others find it changed.
        let schema = nodes::lock_schema(url).await?;
        Migrator::up(&pool, None).await?;
        drop(schema);
        let writer = Writer::single(pool.clone(), health.clone());
        let bus = Bus::on(pool.clone());
        Ok(Self { reader: pool, writer, health, bell: Arc::default(), bus })
    }

    /// For queries. Nothing is written through it.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Runs one write use case in one durable transaction.
    ///
    /// An error rolls back what it did and nothing else. What the request at hand wants beside it
    /// ([`accompanied`]) is written first, in the same transaction. Where others were at the same rows
    /// (deadlock, serialisation) it is run again from the beginning, hence `Clone`.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Clone + Send + 'static,
        T: Send + 'static,
        E: WriteError,
    {
        let companion = companion::at_hand();
        let (bell, bus) = (Arc::clone(&self.bell), self.bus.clone());
        let written = self
            .writer
            .run(move |tx| {
                Box::pin(async move {
                    if let Some(companion) = companion {
                        companion.write(tx).await?;
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
                    Ok(done)
                })
            })
            .await;
        if written.is_ok() {
            Written::at_hand().set();
        }
        written
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

    /// How the store does.
    pub fn health(&self) -> &Health {
        &self.health
    }
}

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}
