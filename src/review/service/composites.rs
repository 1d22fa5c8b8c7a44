//! One film of all recordings of a session: asked for through an opened playback, told of, cancelled, given out. How it
//! is made is in `making`.
//!
//! It is a derivative. It lies in a folder of its own, its entry names the originals and their digests, and nothing that
//! checks a case looks at it.

use super::making::Tools;
use super::{Review, Timeline, is_playable};
use crate::auth::{self, Actor, Right};
use crate::base::ids;
use crate::base::words::{self, Language};
use crate::booking::model::display_reference;
use crate::db::Tx;
use crate::db::jobs::enqueue;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::review::jobs::MakeComposite;
use crate::review::log::{Original, ReviewEntry};
use crate::review::model::{self, checks};
use crate::review::store::composites;
use crate::review::store::entities::composite::{self, CompositeState};
use crate::video;
use crate::video::entities::recording::RecordingState;
use crate::video::entities::video_session::SessionState;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use uuid::Uuid;

/// What of the disk is left alone: the recordings of today come first.
pub(super) const LEFT_FREE: u64 = 1_000_000_000;

/// Where films are made, and with what.
#[derive(Clone, Debug)]
pub struct CompositeSettings {
    /// A folder of their own beside the recordings.
    pub dir: PathBuf,
    /// The font of the settings, if one is named.
    pub font: Option<PathBuf>,
    /// The node that this process is.
    pub node: Uuid,
}

/// A film as somebody is told of it.
#[derive(Clone, Debug)]
pub struct Composite {
    pub row: composite::Model,
    /// Who asked for it.
    pub asked_by: Option<String>,
    /// How far it is, while it is being made.
    pub percent: Option<u8>,
    /// When it will be removed.
    pub kept_until: Option<DateTime<Utc>>,
    /// What it was made of, by its entry.
    pub originals: Vec<Original>,
}

/// A film's file, which is the one that was made.
#[derive(Debug)]
pub struct CompositeFile {
    pub file: File,
    pub length: u64,
    pub sha256: [u8; 32],
    /// What it is saved as.
    pub name: String,
}

impl Review {
    /// Asks for a film of a session, by somebody who has opened it for a purpose. One is made at a time.
    pub async fn ask_composite(
        &self,
        actor: &Actor,
        session: Uuid,
        playback: Uuid,
        language: Language,
    ) -> Result<Composite, Problem> {
        actor.may(Right::Review)?;
        let playback = self.playable(actor, playback).await?;
        if playback.session_id != session {
            return Err(Problem::not_found());
        }
        let (session, booking) = self.find(session).await?;
        let now = self.0.clock.now();
        let recordings = video::ask::recordings_of(self.0.db.reader(), &[session.id]).await?;
        let is_running = recordings.iter().any(|row| row.state == RecordingState::Recording);
        if session.state != SessionState::Ended || is_running {
            return Err(Problem::conflict(words::review::composite_not_yet()));
        }
        if !recordings.iter().any(is_playable) {
            return Err(Problem::conflict(words::review::composite_nothing()));
        }
        if Tools::find(self.0.composites.font.as_deref()).is_none() {
            return Err(Problem::conflict(words::review::composite_tools()));
        }
        let Timeline { duration_ms, tracks, .. } = self.timeline(&session, &booking, now).await?;
        let originals: i64 = tracks.iter().map(|track| track.recording.bytes).sum();
        let needed = model::film::most_bytes(duration_ms, originals);
        if self.0.composites.room().is_none_or(|room| room < needed.saturating_add(LEFT_FREE)) {
            return Err(Problem::conflict(words::review::composite_space()));
        }
        let row = composite::Model {
            id: ids::new_id(now),
            session_id: session.id,
            playback_id: playback.id,
            account_id: actor.account_id,
            language,
            state: CompositeState::Asked,
            asked_at: now,
            made_at: None,
            duration_ms: None,
            bytes: None,
            sha256: None,
            node_id: Some(self.0.composites.node),
        };
        let (new, who, case) = (row.clone(), actor.evidence(), booking.id);
        let write = self.0.db.write(move |tx| {
            let new = new.clone();
            Box::pin(async move {
                let what = ReviewEntry::CompositeAsked {
                    composite: new.id,
                    session: new.session_id,
                    playback: new.playback_id,
                };
                let job = MakeComposite { composite: new.id };
                composites::insert(tx, new).await.map_err(|error| {
                    if composites::UNDER_WAY.is_violated_by(&error) {
                        Problem::conflict(words::review::composite_under_way())
                    } else {
                        error.into()
                    }
                })?;
                evidence::append(tx, NewEntry::new(case, &what, who, now)).await?;
                enqueue(tx, now, &job).await?;
                Ok::<_, Problem>(())
            })
        });
        write.await?;
        let asked_by = Some(actor.name.clone());
        Ok(Composite { row, asked_by, percent: None, kept_until: None, originals: Vec::new() })
    }

    /// The films of a session, the latest first.
    pub async fn composites(&self, actor: &Actor, session: Uuid) -> Result<Vec<Composite>, Problem> {
        actor.may(Right::Review)?;
        let (session, booking) = self.find(session).await?;
        let conn = self.0.db.reader();
        let rows = composites::of_session(conn, session.id).await?;
        let people: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
        let people = auth::ask::accounts(conn, &people).await?;
        let entries = if rows.is_empty() { Vec::new() } else { evidence::entries(conn, booking.id).await? };
        let told = |row: composite::Model| Composite {
            asked_by: people.get(&row.account_id).map(|account| account.name.clone()),
            percent: self.0.making.percent(row.id),
            kept_until: row.made_at.map(|at| at + model::COMPOSITE_KEPT_FOR),
            originals: made(&entries, row.id).map(|(_, originals)| originals).unwrap_or_default(),
            row,
        };
        Ok(rows.into_iter().map(told).collect())
    }

    /// Ends the making of a film.
    pub async fn cancel_composite(&self, actor: &Actor, session: Uuid, id: Uuid) -> Result<(), Problem> {
        actor.may(Right::Review)?;
        let (session, booking) = self.find(session).await?;
        let (now, who, case) = (self.0.clock.now(), actor.evidence(), booking.id);
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let row = composites::lock(tx.conn(), id)
                    .await?
                    .filter(|row| row.session_id == session.id)
                    .ok_or_else(Problem::not_found)?;
                if row.state != CompositeState::Asked {
                    return Err(Problem::conflict(words::review::composite_over()));
                }
                let what = ReviewEntry::CompositeCancelled { composite: id, session: session.id };
                settle(tx, row, CompositeState::Cancelled, NewEntry::new(case, &what, who, now)).await
            })
        });
        write.await?;
        self.0.making.stop(id);
        Ok(())
    }

    /// A film's file, for who has opened the session, after all of it was compared with its entry.
    pub async fn composite_file(
        &self,
        actor: &Actor,
        session: Uuid,
        id: Uuid,
        playback: Uuid,
    ) -> Result<CompositeFile, Problem> {
        actor.may(Right::Review)?;
        let playback = self.playable(actor, playback).await?;
        let row = composites::composite(self.0.db.reader(), id)
            .await?
            .filter(|row| row.session_id == session && playback.session_id == session)
            .ok_or_else(Problem::not_found)?;
        let (_, booking) = self.find(session).await?;
        let gone = || Problem::new(crate::http::StatusCode::NOT_FOUND, words::review::composite_gone());
        if row.state != CompositeState::Made {
            return Err(gone());
        }
        // Not the row's digest: what is given is measured against the entry.
        let entries = evidence::entries(self.0.db.reader(), booking.id).await?;
        let sha256 = made(&entries, id).and_then(|(sha256, _)| checks::digest(&sha256));
        let changed = || Problem::conflict(words::review::composite_changed());
        let sha256 = sha256.ok_or_else(changed)?;
        let path = self.0.composites.file(id);
        let read = tokio::task::spawn_blocking(move || -> io::Result<_> {
            let mut file = File::open(path)?;
            let (found, length) = digest(&mut file)?;
            file.rewind()?;
            Ok((file, found, length))
        });
        let (file, found, length) =
            read.await.map_err(|_| Problem::for_panic())?.map_err(|error: io::Error| {
                tracing::warn!(composite = %id, %error, "the file of a composite cannot be read");
                gone()
            })?;
        if found != sha256 {
            tracing::warn!(composite = %id, "the file of a composite is not the one that was made");
            return Err(changed());
        }
        let reference = display_reference(&booking.reference).replace(' ', "-");
        Ok(CompositeFile { file, length, sha256, name: format!("{reference}-composite.mp4") })
    }
}

/// Writes what became of a film, with its entry.
pub(super) async fn settle(
    tx: &Tx,
    row: composite::Model,
    state: CompositeState,
    entry: NewEntry,
) -> Result<(), Problem> {
    composites::save(tx, composite::Model { state, ..row }).await?;
    evidence::append(tx, entry).await?;
    Ok(())
}

/// What the entry of a film's making says: its digest, and what it was made of.
fn made(entries: &[evidence::entities::entry::Model], id: Uuid) -> Option<(String, Vec<Original>)> {
    entries.iter().find_map(|row| match evidence::read::<ReviewEntry>(&row.bytes) {
        Some(ReviewEntry::CompositeMade { composite, sha256, originals, .. }) if composite == id => {
            Some((sha256, originals))
        }
        _ => None,
    })
}

/// The SHA-256 of a file and its length.
pub(super) fn digest(file: &mut File) -> io::Result<([u8; 32], u64)> {
    let (mut hash, mut chunk, mut length) = (Sha256::new(), vec![0; 1 << 16], 0);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((hash.finalize().into(), length)),
            read => {
                hash.update(&chunk[..read]);
                length += read as u64;
            }
        }
    }
}

impl CompositeSettings {
    /// Where a film lies.
    pub(super) fn file(&self, id: Uuid) -> PathBuf {
        self.dir.join(format!("{id}.mp4"))
    }

    /// Where it is made.
    pub(super) fn workshop(&self, id: Uuid) -> PathBuf {
        self.dir.join(format!("{id}.work"))
    }

    /// Bytes that the disk has left; none where that is not known.
    pub(super) fn room(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(self.dir.parent()?).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}
