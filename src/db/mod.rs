//! The stores and the one write path.
//!
//! Reads go through a pool. Every write use case is one closure handed to [`Db::write`]: on SQLite
//! a single writer task commits many of them together (a savepoint each), on PostgreSQL each is a
//! transaction of its own. What must follow a commit (memory, pages that listen) is registered on
//! the [`Tx`] and runs even when the caller has gone away.
//!
//! Invariants: nothing networked inside a closure; a closure that fails leaves nothing behind; what was
//! handed over to be told ([`Told`]) is told, or nothing is written.

mod companion;
mod constraint;
pub mod events;
mod told;
mod writer;
mod written;

pub use companion::{Companion, accompanied, is_repeated, repeated};
pub use constraint::UniqueKey;
pub use told::Told;
pub use writer::Tx;
pub use written::Written;

use futures::future::BoxFuture;
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, SqlErr};
use writer::Writer;

/// Connections to the store. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    reader: DatabaseConnection,
    writer: Writer,
}

impl Db {
    /// Connects to a `sqlite:` or `postgres:` URL, checks the SQLite version and migrates.
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        let sqlite = url.starts_with("sqlite:");
        if sqlite {
            let writer = Database::connect(sqlite_options(url, 1)).await?;
            check_sqlite_version(&writer).await?;
            Migrator::up(&writer, None).await?;
            let reader = Database::connect(sqlite_options(url, 4)).await?;
            return Ok(Self { reader, writer: Writer::grouped(writer) });
        }
        let mut options = ConnectOptions::new(url);
        options.max_connections(24).acquire_timeout(std::time::Duration::from_secs(20)).sqlx_logging(false);
        let pool = Database::connect(options).await?;
        Migrator::up(&pool, None).await?;
        Ok(Self { reader: pool.clone(), writer: Writer::single(pool) })
    }

    /// For queries. Nothing is written through it.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Runs one write use case in one durable transaction.
    ///
    /// The closure may run only once; its error rolls back what it did and nothing else. What the
    /// request at hand wants beside it ([`accompanied`]) is written first, in the same transaction.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'a> FnOnce(&'a Tx) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<DbErr> + Send + 'static,
    {
        let companion = companion::at_hand();
        let written = self
            .writer
            .run(move |tx| {
                Box::pin(async move {
                    if let Some(companion) = companion {
                        companion.write(tx).await?;
                    }
                    let done = work(tx).await?;
                    // An error of the program, not of a caller: tests of each use case come by here.
                    match tx.untold() {
                        None => Ok(done),
                        Some(table) => {
                            Err(DbErr::Custom(format!("no entry tells of a write to {table}")).into())
                        }
                    }
                })
            })
            .await;
        if written.is_ok() {
            Written::at_hand().set();
        }
        written
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.execute_unprepared("select 1").await.map(|_| ())
    }
}

/// Whether an error is the violation of a unique key.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

fn sqlite_options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .foreign_keys(true)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .busy_timeout(std::time::Duration::from_secs(10))
    });
    options
}

/// WAL files can be corrupted by SQLite before 3.51.3 (see its release notes).
async fn check_sqlite_version(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let statement = sea_orm::Statement::from_string(DbBackend::Sqlite, "select sqlite_version() as version");
    let row = connection.query_one_raw(statement).await?;
    let version: String = row.map(|row| row.try_get("", "version")).transpose()?.unwrap_or_default();
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < [3, 51, 3].as_slice() {
        return Err(DbErr::Custom(format!("SQLite {version} is linked; 3.51.3 or newer is needed")));
    }
    Ok(())
}
