//! One process at a time has a data directory open. A second one would take the first one's calls for what a crash
//! left behind, end them, and leave recordings that do not fit what was said of them.
//!
//! A locked file tells of the data directory; an advisory lock of PostgreSQL, named by the node, of a copy of it on
//! another machine. Both end with the process, however it ends. Commands that only look need neither. Another data
//! directory on the same PostgreSQL is another node ([`super::nodes`]).

use crate::app::{StartError, nodes};
use crate::base::config::Settings;
use crate::db::nodes::{SoleLock, lock_sole};
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Beside the store; it holds nothing.
const FILE: &str = "mianqia.lock";
/// PostgreSQL may notice a little later that the former process has ended.
const ENDED_WITHIN: Duration = Duration::from_secs(5);

/// The right to have an office open; given back when dropped.
pub(super) struct OfficeLock {
    _file: File,
    _store: Option<SoleLock>,
}

impl OfficeLock {
    pub async fn take(settings: &Settings) -> Result<(Self, Uuid), StartError> {
        let dir = settings.data_dir.as_path();
        let file = lock(dir)?.ok_or_else(|| StartError::InUse(dir.display().to_string()))?;
        let node = nodes::name(dir)?;
        let begun = Instant::now();
        loop {
            match lock_sole(&settings.database_url, node).await? {
                Some(store) => return Ok((Self { _file: file, _store: store }, node)),
                None if begun.elapsed() < ENDED_WITHIN => {
                    tokio::time::sleep(Duration::from_millis(200)).await
                }
                None => return Err(StartError::NodeInUse(dir.join("node"))),
            }
        }
    }
}

/// None: another process has it.
fn lock(dir: &Path) -> Result<Option<File>, StartError> {
    let failed = |error| StartError::DataDir(dir.join(FILE), error);
    let open = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(dir.join(FILE));
    let file = open.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
