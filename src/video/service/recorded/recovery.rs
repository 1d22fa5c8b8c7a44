//! Recordings whose end nobody wrote down: what a killed process left, and what could not be closed in time.

use crate::video::engine::recording::{Reason, RecoverError, origin, recover_broken};
use crate::video::service::Video;
use crate::video::service::ending::everybody_out;
use crate::video::service::recorded::{Inbox, Outcome};
use crate::video::store;
use crate::video::store::entities::recording::{self, RecordingState};
use crate::video::store::entities::video_session::SessionState;
use sea_orm::DbErr;
use std::io::ErrorKind;
use std::path::Path;
use uuid::Uuid;

impl Video {
    /// Finalises what a killed process of this node left, and clears what was live. What other nodes have is theirs.
    /// To be called once, before serving.
    pub async fn recover(&self) -> Result<(), DbErr> {
        let conn = self.0.db.reader();
        let node = self.0.settings.node;
        let sessions = store::sessions_in(conn, node, SessionState::Open).await?;
        for session in &sessions {
            self.adopt_unknown(session.id).await?;
        }
        self.restore_pauses(&sessions).await?;
        let mut later = Vec::new();
        for row in store::media::unsettled(conn, node).await? {
            let id = row.id;
            if !self.settle(row, true).await? {
                later.push(id);
            }
        }
        // Nobody reads events before the program serves.
        if let Ok(mut inbox) = self.0.events.try_lock() {
            inbox.open.extend(later);
        }
        let now = self.0.clock.now();
        self.await_people().await?;
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    for session in &sessions {
                        store::media::clear_live(tx.conn(), session.id).await?;
                        everybody_out(tx, session, now).await?;
                    }
                    Ok::<_, DbErr>(())
                })
            })
            .await
    }

    /// Closes recordings that the engine has given up without an end: the disk did not take their last bytes,
    /// or their thread broke.
    pub(in crate::video) async fn close_abandoned(&self, inbox: &mut Inbox) {
        let given_up: Vec<Uuid> =
            inbox.open.iter().copied().filter(|id| !self.0.engine.has_recording(*id)).collect();
        // What the engine told before it gave one up is in the channel: that goes first.
        if !inbox.is_empty() {
            return;
        }
        for id in given_up {
            let settled = match store::media::recording(self.0.db.reader(), id).await {
                Ok(Some(row)) if row.state == RecordingState::Recording => self.settle(row, false).await,
                Ok(_) => Ok(true),
                Err(error) => Err(error),
            };
            match settled {
                Ok(true) => drop(inbox.open.remove(&id)),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, recording = %id, "a recording that nobody closed waits")
                }
            }
        }
    }

    /// Segments that began when no row could be written and were then cut off.
    async fn adopt_unknown(&self, session: Uuid) -> Result<(), DbErr> {
        let directory = self.0.settings.recordings_dir.join(session.to_string());
        let Ok(files) = std::fs::read_dir(&directory) else { return Ok(()) };
        for path in files.filter_map(|file| Some(file.ok()?.path())) {
            if path.extension().is_none_or(|kind| kind != "webm") {
                continue;
            }
            let name = path.file_stem().and_then(|name| name.to_str());
            let Some(id) = name.and_then(|name| name.parse::<Uuid>().ok()) else { continue };
            if store::media::recording(self.0.db.reader(), id).await?.is_some() {
                continue;
            }
            if let Ok(Some((publication, at))) = origin(&path) {
                tracing::warn!(recording = %id, "a recording without a row was found");
                self.recording_started(id, publication, at).await?;
            }
        }
        Ok(())
    }

    /// Brings a recording to its end by what is in its file. `killed`: the process that wrote it was killed.
    /// False if that cannot be done now.
    async fn settle(&self, row: recording::Model, killed: bool) -> Result<bool, DbErr> {
        let path = self.0.settings.recordings_dir.join(&row.file);
        let failed_before = row.state == RecordingState::Failed;
        // Of one that was known to have broken off the kill is not the reason.
        let reason = match (row.reason.as_deref(), killed) {
            (None, true) if !failed_before => None,
            _ => Some(Reason::Disk),
        };
        let found =
            tokio::task::spawn_blocking(move || (has_media(&path), recover_broken(&path, reason))).await;
        let outcome = match found {
            Ok((_, Ok(summary))) => Outcome::Kept(summary),
            Ok(_) | Err(_) if failed_before => return Ok(true), // still nothing
            Ok((_, Err(RecoverError::Io(error)))) if error.kind() != ErrorKind::NotFound => {
                // A disk that is full now will not always be: the next look tries it again.
                tracing::error!(recording = %row.id, %error, "a recording cannot be closed yet");
                return Ok(false);
            }
            Ok((had_media, Err(error))) => {
                tracing::warn!(recording = %row.id, %error, "a recording cannot be recovered");
                let empty = matches!(error, RecoverError::Empty | RecoverError::Io(_));
                let reason = match (row.started_at, had_media) {
                    (Some(_), _) => Reason::Unreadable,
                    (None, _) if !empty => Reason::Unreadable,
                    (None, true) if reason == Some(Reason::Disk) => Reason::Disk,
                    (None, true) => Reason::KilledAtStart,
                    (None, false) => Reason::NoMedia,
                };
                Outcome::Failed { reason, cut_off: killed && reason != Reason::NoMedia }
            }
            Err(error) => {
                tracing::error!(recording = %row.id, %error, "a recording's recovery broke");
                Outcome::Failed { reason: Reason::Unreadable, cut_off: killed }
            }
        };
        self.close_recording(row.id, outcome).await.map(|()| true)
    }
}

/// A recording's file is made when its first media comes.
fn has_media(path: &Path) -> bool {
    path.exists()
}
