//! SQLite's write-ahead log is kept small, and somebody is told when that does not succeed.
//!
//! SQLite copies the log into the database by itself, but begins it anew only when no reader is left in
//! it. Under constant reading that may never be so, and the file grows for ever.

use crate::db::health::Health;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// From here on the log is emptied by hand.
const EMPTY_FROM: u64 = 16 << 20;
/// From here on a reader that does not end is in the way, and an operator should know.
const ALARM_FROM: u64 = 128 << 20;
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// An attempt holds the writer up for a moment, so it is not made at each look.
const TRY_EVERY: Duration = Duration::from_secs(5);
const ALARM_EVERY: Duration = Duration::from_secs(60);

/// The log of one database.
pub(super) struct Wal {
    file: PathBuf,
    looked: Option<Instant>,
    tried: Option<Instant>,
    alarmed: Option<Instant>,
}

impl Wal {
    pub(super) fn of(url: &str) -> Self {
        let mut file = crate::db::connect::sqlite_file(url).into_os_string();
        file.push("-wal");
        Self { file: file.into(), looked: None, tried: None, alarmed: None }
    }

    /// Looks at the log between two groups, and empties it when it has grown.
    pub(super) async fn tend(&mut self, conn: &DatabaseTransaction, health: &Health) {
        if !is_due(&mut self.looked, LOOK_EVERY) {
            return;
        }
        let size = self.size().await;
        health.set_wal_bytes(size);
        if size < EMPTY_FROM || !is_due(&mut self.tried, TRY_EVERY) {
            return;
        }
        if let Err(error) = empty(conn).await {
            tracing::warn!(%error, "the write-ahead log could not be emptied");
        }
        let left = self.size().await;
        health.set_wal_bytes(left);
        if left >= ALARM_FROM && is_due(&mut self.alarmed, ALARM_EVERY) {
            tracing::error!(
                alarm = "wal",
                bytes = left,
                "the write-ahead log grows, because somebody has been reading for long: \
                 end backups and other programs that hold the database open"
            );
        }
    }

    async fn size(&self) -> u64 {
        tokio::fs::metadata(&self.file).await.map_or(0, |file| file.len())
    }
}

fn is_due(last: &mut Option<Instant>, every: Duration) -> bool {
    let due = last.is_none_or(|at| at.elapsed() >= every);
    if due {
        *last = Some(Instant::now());
    }
    due
}

/// Copies what readers allow, and cuts the file off when all of it was copied.
async fn empty(conn: &DatabaseTransaction) -> Result<(), DbErr> {
    let passive = checkpoint(conn, "pragma wal_checkpoint(passive)").await?;
    // While a reader stands in the middle, waiting for it would only hold the writers up.
    if passive.is_some_and(|(frames, copied)| frames == copied) {
        checkpoint(conn, "pragma wal_checkpoint(truncate)").await?;
    }
    Ok(())
}

/// Frames in the log, and how many of them were copied.
async fn checkpoint(conn: &DatabaseTransaction, pragma: &str) -> Result<Option<(i32, i32)>, DbErr> {
    let row = conn.query_one_raw(Statement::from_string(DbBackend::Sqlite, pragma)).await?;
    row.map(|row| Ok((row.try_get_by_index(1)?, row.try_get_by_index(2)?))).transpose()
}
