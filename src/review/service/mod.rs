//! What an auditor does: search, look at one session, check it, open it for playing.

mod answers;
pub mod cases;
pub mod composites;
mod ffmpeg;
pub mod integrity;
mod making;
mod plan;
pub mod report;
mod system;
mod workshop;

use crate::auth::{self, Actor, Right};
use crate::base::clock::Clock;
use crate::base::ids;
use crate::base::words::{self, ByLanguage, Text};
use crate::booking::Booking;
use crate::booking::entities::booking;
use crate::db::Db;
use crate::directory::Directory;
use crate::evidence::entities::entry;
use crate::evidence::{self, Names, NewEntry};
use crate::http::Problem;
use crate::review::log::ReviewEntry;
use crate::review::model::checks;
use crate::review::model::missing::{self, Missing, SessionRows};
use crate::review::model::{self, Search};
use crate::review::service::integrity::{DataDir, Integrity, file_of};
use crate::review::store::entities::playback;
use crate::review::store::{self, case};
use crate::review::words::entry_text;
use crate::video;
use crate::video::entities::recording::{self, RecordingState};
use crate::video::entities::{line_quality, participant, publication, recording_gap, video_session};
use crate::video::log::{RecordingEntry, SessionEntry};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;

/// Reviewing sessions. Cheap to clone.
#[derive(Clone)]
pub struct Review(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    booking: Booking,
    directory: Directory,
    data_dir: DataDir,
    composites: composites::CompositeSettings,
    making: making::Making,
}

/// A session in the list.
#[derive(Clone, Debug)]
pub struct Row {
    pub session: video_session::Model,
    pub booking: booking::Model,
    pub service: ByLanguage,
    pub zone: String,
    pub enterprise: Option<String>,
    pub officers: Vec<String>,
    pub duration_ms: i64,
    pub recordings: usize,
    /// How many stretches are missing, and how long they are together.
    pub gaps: usize,
    pub missing_ms: i64,
    pub plays: usize,
    /// Entries and rows against each other; the files were not looked at.
    pub integrity: Integrity,
}

/// One session with its people and entries.
#[derive(Clone, Debug)]
pub struct Detail {
    pub row: Row,
    pub people: Vec<participant::Model>,
    /// How good their lines were, in the order of time.
    pub lines: Vec<line_quality::Model>,
    pub entries: Vec<Line>,
}

/// An entry in words.
#[derive(Clone, Debug)]
pub struct Line {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub kind: String,
    pub text: Text,
    /// Who did it; nobody: the program.
    pub actor: Option<String>,
}

/// An opened session.
#[derive(Clone, Debug)]
pub struct Opened {
    pub playback: playback::Model,
    /// Timeline zero.
    pub starts_at: DateTime<Utc>,
    pub duration_ms: i64,
    pub checked_at: DateTime<Utc>,
    pub integrity: Integrity,
    pub tracks: Vec<Track>,
    pub missing: Vec<Missing>,
    pub marks: Vec<Mark>,
}

/// All recordings of a session on one timeline.
struct Timeline {
    /// Timeline zero.
    starts_at: DateTime<Utc>,
    duration_ms: i64,
    tracks: Vec<Track>,
    missing: Vec<Missing>,
    marks: Vec<Mark>,
    entries: Vec<entry::Model>,
}

/// One recording on the timeline.
#[derive(Clone, Debug)]
pub struct Track {
    pub recording: recording::Model,
    pub publication: publication::Model,
    pub person: participant::Model,
    pub offset_ms: i64,
    pub gaps: Vec<recording_gap::Model>,
}

/// An entry on the timeline.
#[derive(Clone, Debug)]
pub struct Mark {
    pub at_ms: i64,
    pub kind: String,
    pub text: Text,
}

/// A recorded file that the caller may read.
#[derive(Clone, Debug)]
pub struct MediaFile {
    pub recording: Uuid,
    pub path: PathBuf,
    /// The digest that the chain holds of the recording: stands for the content that may be served.
    pub manifest: [u8; 32],
}

impl Review {
    pub fn new(
        db: Db,
        clock: Clock,
        booking: Booking,
        directory: Directory,
        data_dir: DataDir,
        composites: composites::CompositeSettings,
    ) -> Self {
        let making = making::Making::default();
        Self(Arc::new(Inner { db, clock, booking, directory, data_dir, composites, making }))
    }

    /// Sessions that fit, latest first: one more than a page.
    pub async fn search(
        &self,
        actor: &Actor,
        search: Search,
        after: Option<(DateTime<Utc>, Uuid)>,
    ) -> Result<Vec<Row>, Problem> {
        actor.may(Right::Review)?;
        if let (Some(from), Some(to)) = (search.from, search.to)
            && from > to
        {
            return Err(Problem::invalid("to", words::review::invalid_range()));
        }
        let pairs = store::search(self.0.db.reader(), &search, after).await?;
        self.rows(pairs).await
    }

    /// One session.
    pub async fn detail(&self, actor: &Actor, id: Uuid) -> Result<Detail, Problem> {
        actor.may(Right::Review)?;
        let (session, booking) = self.find(id).await?;
        self.note_visit(actor, session.booking_id, ReviewEntry::Opened { session: session.id }).await?;
        let conn = self.0.db.reader();
        let entries = evidence::entries(conn, booking.id).await?;
        let people = video::ask::people(conn, id).await?;
        let lines = video::ask::qualities(conn, id).await?;
        let mut rows = self.rows(vec![(session, booking)]).await?;
        let row = rows.pop().ok_or_else(Problem::not_found)?;
        let entries = self.lines(&entries, &names(&people)).await?;
        Ok(Detail { row, people, lines, entries })
    }

    /// Entries in words, with who did what they tell.
    async fn lines(&self, entries: &[entry::Model], names: &Names) -> Result<Vec<Line>, Problem> {
        let actor_of = |row: &entry::Model| evidence::model::actor_of(&row.bytes).0;
        let actors: Vec<Uuid> = entries.iter().filter_map(actor_of).collect();
        let accounts = auth::ask::accounts(self.0.db.reader(), &actors).await?;
        let told = |row| {
            let actor = actor_of(row).and_then(|id| accounts.get(&id)).map(|account| account.name.clone());
            line(row, names, actor)
        };
        Ok(entries.iter().map(told).collect())
    }

    /// Checks the case of a session.
    pub async fn integrity(&self, actor: &Actor, id: Uuid) -> Result<(DateTime<Utc>, Integrity), Problem> {
        actor.may(Right::Review)?;
        let (session, booking) = self.find(id).await?;
        self.note_visit(actor, session.booking_id, ReviewEntry::Opened { session: session.id }).await?;
        let now = self.0.clock.now();
        Ok((now, integrity::check_case(&self.0.db, &self.0.data_dir, booking.id).await?))
    }

    /// Writes down that somebody looks at a case, once a visit. Nothing is shown before that is durable.
    async fn note_visit(&self, actor: &Actor, case_id: Uuid, what: ReviewEntry) -> Result<(), Problem> {
        let (now, account) = (self.0.clock.now(), actor.account_id);
        let entry = NewEntry::new(case_id, &what, actor.evidence(), now);
        let since = now - model::VISIT;
        if case::opened_since(self.0.db.reader(), case_id, &entry.kind, account, since).await? {
            return Ok(());
        }
        let write = self.0.db.write(move |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                if !case::opened_since(tx.conn(), case_id, &entry.kind, account, since).await? {
                    evidence::append(tx, entry).await?;
                }
                Ok::<_, Problem>(())
            })
        });
        write.await
    }

    /// Opens a session for playing, for a purpose; that itself goes into the chain.
    pub async fn open(&self, actor: &Actor, id: Uuid, purpose: &str) -> Result<Opened, Problem> {
        actor.may(Right::Review)?;
        let (session, booking) = self.find(id).await?;
        let purpose = checked_purpose(purpose)?;
        let now = self.0.clock.now();
        let playback = playback::Model {
            id: ids::new_id(now),
            session_id: session.id,
            account_id: actor.account_id,
            purpose,
            at: now,
        };
        let (row, who, case_id) = (playback.clone(), actor.evidence(), booking.id);
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let what = ReviewEntry::PlaybackOpened { playback: row.id, session: row.session_id };
                    case::insert_playback(tx, row).await?;
                    let entry = NewEntry::new(case_id, &what, who, now);
                    evidence::append(tx, entry).await?;
                    Ok::<_, Problem>(())
                })
            })
            .await?;
        let integrity = integrity::check_case(&self.0.db, &self.0.data_dir, booking.id).await?;
        let Timeline { starts_at, duration_ms, tracks, missing, marks, .. } =
            self.timeline(&session, &booking, now).await?;
        Ok(Opened { playback, starts_at, duration_ms, checked_at: now, integrity, tracks, missing, marks })
    }

    /// What of a session can be played, and what is missing of it.
    async fn timeline(
        &self,
        session: &video_session::Model,
        booking: &booking::Model,
        now: DateTime<Utc>,
    ) -> Result<Timeline, Problem> {
        let (conn, id) = (self.0.db.reader(), session.id);
        let mut recordings = video::ask::recordings_of(conn, &[id]).await?;
        recordings.retain(is_playable);
        let people = video::ask::people(conn, id).await?;
        let entries = evidence::entries(conn, booking.id).await?;
        let starts_at = model::timeline_zero(session.opened_at, &recordings).unwrap_or(booking.starts_at);
        let duration_ms = model::timeline_length(starts_at, session.ended_at, &recordings);
        let marks = marks(&entries, &names(&people), &recordings, starts_at, duration_ms);
        let publications = video::ask::publications(conn, id).await?;
        let ids: Vec<Uuid> = recordings.iter().map(|row| row.id).collect();
        let gaps = video::ask::gaps_of(conn, ids.iter().copied()).await?;
        let missing = missing::missing(&SessionRows {
            session,
            entries: &entries,
            publications: &publications,
            recordings: &recordings,
            gaps: &gaps,
            now,
        });
        let tracks = tracks(recordings, publications, gaps, people, starts_at);
        Ok(Timeline { starts_at, duration_ms, tracks, missing, marks, entries })
    }

    /// The file of a recording, for the one who opened the playback, while it may be played.
    pub async fn media(&self, actor: &Actor, playback: Uuid, recording: Uuid) -> Result<MediaFile, Problem> {
        actor.may(Right::Review)?;
        let conn = self.0.db.reader();
        let playback = self.playable(actor, playback).await?;
        let row = video::ask::recording(conn, recording)
            .await?
            .filter(|row| row.session_id == playback.session_id && is_playable(row))
            .ok_or_else(Problem::not_found)?;
        let path = file_of(&self.0.data_dir.recordings, &row).ok_or_else(Problem::not_found)?;
        // Not the row's digest: what is served is measured against the entry.
        let (_, booking) = self.find(row.session_id).await?;
        let entries = evidence::entries(conn, booking.id).await?;
        let claims = checks::claims(&entries);
        let claimed = claims.closed.get(&row.id).and_then(|claimed| checks::digest(&claimed.manifest_sha256));
        let manifest = claimed.ok_or_else(|| changed(&checks::manifest_fault(row.id)))?;
        Ok(MediaFile { recording: row.id, path, manifest })
    }

    /// An opening of the caller's, while what was opened may be played.
    async fn playable(&self, actor: &Actor, playback: Uuid) -> Result<playback::Model, Problem> {
        let playback = case::playback(self.0.db.reader(), playback)
            .await?
            .filter(|row| row.account_id == actor.account_id)
            .ok_or_else(Problem::not_found)?;
        if self.0.clock.now() >= playback.at + model::PLAYABLE_FOR {
            return Err(Problem::conflict(words::review::playback_expired()));
        }
        Ok(playback)
    }

    async fn find(&self, session: Uuid) -> Result<(video_session::Model, booking::Model), Problem> {
        let session =
            video::ask::session(self.0.db.reader(), session).await?.ok_or_else(Problem::not_found)?;
        let booking = self.0.booking.find(session.booking_id).await?.ok_or_else(Problem::not_found)?;
        Ok((session, booking))
    }

    async fn rows(&self, pairs: Vec<store::Pair>) -> Result<Vec<Row>, Problem> {
        let now = self.0.clock.now();
        let enterprises: Vec<Uuid> = pairs.iter().filter_map(|(_, booking)| booking.enterprise_id).collect();
        let mut related = store::related_rows(self.0.db.reader(), &pairs).await?;
        let enterprises = auth::ask::enterprises(self.0.db.reader(), &enterprises).await?;
        let checked = pairs.iter().map(|(_, booking)| booking.id);
        let checked = integrity::check_rows_of(&self.0.db, checked).await?;
        let mut rows = Vec::with_capacity(pairs.len());
        for ((session, booking), integrity) in pairs.into_iter().zip(checked) {
            let Some(service) = self.0.directory.service(booking.service_id).await? else { continue };
            let until = session.ended_at.unwrap_or(now);
            let enterprise = booking.enterprise_id.and_then(|id| enterprises.get(&id));
            let recordings = related.recordings.remove(&session.id).unwrap_or_default();
            let missing = missing::missing(&SessionRows {
                session: &session,
                entries: related.entries.get(&booking.id).map(Vec::as_slice).unwrap_or_default(),
                publications: related.publications.get(&session.id).map(Vec::as_slice).unwrap_or_default(),
                recordings: &recordings,
                gaps: &related.gaps,
                now,
            });
            let (gaps, missing_ms) = missing::total(&missing);
            rows.push(Row {
                integrity,
                missing_ms,
                service: service.name(),
                zone: service.zone.name().to_owned(),
                enterprise: enterprise.map(|enterprise| enterprise.name.clone()),
                officers: related.officers.remove(&session.id).unwrap_or_default(),
                duration_ms: session.opened_at.map_or(0, |opened| model::millis(opened, until)),
                recordings: recordings.len(),
                gaps,
                plays: related.plays.get(&session.id).copied().unwrap_or_default(),
                session,
                booking,
            });
        }
        Ok(rows)
    }
}

/// The recordings on one timeline, each with whose it is and its gaps.
fn tracks(
    recordings: Vec<recording::Model>,
    publications: Vec<publication::Model>,
    gaps: Vec<recording_gap::Model>,
    people: Vec<participant::Model>,
    zero: DateTime<Utc>,
) -> Vec<Track> {
    let publications: HashMap<Uuid, publication::Model> =
        publications.into_iter().map(|row| (row.id, row)).collect();
    let mut of_recording: HashMap<Uuid, Vec<recording_gap::Model>> = HashMap::new();
    for gap in gaps {
        of_recording.entry(gap.recording_id).or_default().push(gap);
    }
    let tracks = recordings.into_iter().filter_map(|recording| {
        let publication = publications.get(&recording.publication_id)?.clone();
        let person = people.iter().find(|person| person.id == publication.participant_id)?.clone();
        Some(Track {
            offset_ms: model::millis(zero, recording.started_at?),
            gaps: of_recording.remove(&recording.id).unwrap_or_default(),
            recording,
            publication,
            person,
        })
    });
    tracks.collect()
}

/// What is not any more what was recorded is not played.
pub(super) fn changed(fault: &checks::Fault) -> Problem {
    Problem::conflict(words::review::recording_changed(fault.text.clone()))
}

fn is_playable(row: &recording::Model) -> bool {
    matches!(row.state, RecordingState::Finalised | RecordingState::Interrupted | RecordingState::Partial)
        && row.clusters > 0
}

fn checked_purpose(purpose: &str) -> Result<String, Problem> {
    let purpose = purpose.trim();
    let length = purpose.chars().count();
    if model::PURPOSE.contains(&length) {
        return Ok(purpose.to_owned());
    }
    Err(Problem::invalid(
        "purpose",
        words::review::purpose_required(*model::PURPOSE.start(), *model::PURPOSE.end()),
    ))
}

fn names(people: &[participant::Model]) -> Names {
    people.iter().map(|person| (person.id, person.name.clone())).collect()
}

fn line(row: &entry::Model, names: &Names, actor: Option<String>) -> Line {
    let text = entry_text(row, names);
    Line { seq: row.seq, at: row.at, kind: row.kind.clone(), text, actor }
}

/// The entries that happened while the recordings run, by time.
fn marks(
    entries: &[entry::Model],
    names: &Names,
    recordings: &[recording::Model],
    zero: DateTime<Utc>,
    duration_ms: i64,
) -> Vec<Mark> {
    let mut marks: Vec<Mark> = entries
        .iter()
        .filter_map(|row| {
            let told_late = |id: Uuid, within: Option<i64>| {
                let track = recordings.iter().find(|track| track.id == id)?;
                let within = within.unwrap_or(track.duration_ms);
                Some(model::millis(zero, track.started_at?).saturating_add(within))
            };
            let at_ms = match evidence::read::<RecordingEntry>(&row.bytes) {
                // Told some moments after the end, and tells nothing about what is seen.
                Some(RecordingEntry::Finalised(_)) => return None,
                // These are told later than they happened.
                Some(RecordingEntry::Gap { segment, from_ms, .. }) => {
                    told_late(segment.recording, Some(from_ms))?
                }
                Some(RecordingEntry::Interrupted(closed)) => told_late(closed.segment.recording, None)?,
                Some(_) => (row.at - zero).num_milliseconds(),
                None => {
                    evidence::read::<SessionEntry>(&row.bytes)?;
                    (row.at - zero).num_milliseconds()
                }
            };
            let text = entry_text(row, names);
            (0..=duration_ms).contains(&at_ms).then(|| Mark { at_ms, kind: row.kind.clone(), text })
        })
        .collect();
    marks.sort_by_key(|mark| mark.at_ms);
    marks
}
