//! Connections to the stores, and what they must be able to.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Whoever waits longer for a connection is told that the store is not available.
pub(super) const ACQUIRE_WITHIN: Duration = Duration::from_millis(1800);
/// How long a file that somebody else is at is waited for.
const TURN_WITHIN: Duration = Duration::from_secs(5);
/// At the start the store may be starting too.
const START_WITHIN: Duration = Duration::from_secs(20);
/// Those that read; what writes has connections of its own (`carrier`).
const POSTGRES_READERS: u32 = 16;
/// A connection that was used so lately need not be asked whether it stands.
const BELIEVED_FOR: Duration = Duration::from_secs(1);
const SQLITE_READERS: u32 = 4;
/// How much of a checkpointed write-ahead log stays on the disk for the next round.
const WAL_KEPT: &str = "16777216";

/// The connection that writes, one of its kind.
pub(super) async fn sqlite_writer(url: &str) -> Result<DatabaseConnection, DbErr> {
    // A short wait for another process: the writer counts its turns itself.
    let options = sqlite_options(url, 1, Duration::from_millis(250));
    let begun = Instant::now();
    loop {
        match Database::connect(options.clone()).await {
            // Switching the log on needs the file for itself, and who has just left may still be closing it.
            Err(error)
                if crate::db::fault_of(&error) == Some(crate::db::StoreFault::Conflict)
                    && begun.elapsed() < TURN_WITHIN =>
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            other => return other,
        }
    }
}

pub(super) async fn sqlite_readers(url: &str) -> Result<DatabaseConnection, DbErr> {
    Database::connect(sqlite_options(url, SQLITE_READERS, Duration::from_secs(2))).await
}

/// A pool of PostgreSQL connections; waits a while for a server that is just starting.
pub(super) async fn postgres(url: &str) -> Result<DatabaseConnection, DbErr> {
    postgres_pool(url, POSTGRES_READERS).await
}

/// A single session.
pub(super) async fn postgres_session(url: &str) -> Result<DatabaseConnection, DbErr> {
    postgres_pool(url, 1).await
}

/// The same, of a server that should be there.
pub(super) async fn postgres_now(url: &str) -> Result<DatabaseConnection, DbErr> {
    Database::connect(postgres_options(url, 1)).await
}

fn postgres_options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .connect_timeout(ACQUIRE_WITHIN)
        .acquire_timeout(ACQUIRE_WITHIN)
        .test_before_acquire_if_idle_for(BELIEVED_FOR)
        .sqlx_logging(false);
    options
}

async fn postgres_pool(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let options = postgres_options(url, connections);
    let begun = Instant::now();
    loop {
        match Database::connect(options.clone()).await {
            Err(error)
                if matches!(crate::db::fault_of(&error), Some(crate::db::StoreFault::Unavailable(_)))
                    && begun.elapsed() < START_WITHIN =>
            {
                tracing::warn!(%error, "the store does not answer yet");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            other => return other,
        }
    }
}

fn sqlite_options(url: &str, connections: u32, busy: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_WITHIN)
        .test_before_acquire_if_idle_for(BELIEVED_FOR)
        .sqlx_logging(false);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .create_if_missing(true)
            .foreign_keys(true)
            .pragma("journal_mode", "WAL")
            .pragma("journal_size_limit", WAL_KEPT)
            .pragma("synchronous", "FULL")
            .busy_timeout(busy)
    });
    options
}

/// The file behind a `sqlite:` URL.
pub fn sqlite_file(url: &str) -> PathBuf {
    let path = url.trim_start_matches("sqlite:");
    let path = path.strip_prefix("//").unwrap_or(path);
    path.split('?').next().unwrap_or_default().into()
}

/// WAL files can be corrupted by SQLite before 3.51.3 (see its release notes).
pub(super) async fn check_sqlite_version(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, "select sqlite_version() as version");
    let row = connection.query_one_raw(statement).await?;
    let version: String = row.map(|row| row.try_get("", "version")).transpose()?.unwrap_or_default();
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < [3, 51, 3].as_slice() {
        return Err(DbErr::Custom(format!("SQLite {version} is linked; 3.51.3 or newer is needed")));
    }
    Ok(())
}
