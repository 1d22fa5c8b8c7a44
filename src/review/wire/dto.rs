//! What goes over the wire.

use crate::base::hex::hex;
use crate::base::words::{self, ByLanguage, Language};
use crate::booking::entities::booking::BookingState;
use crate::booking::model::display_reference;
use crate::review::model::checks::{Fault, Subject};
use crate::review::model::millis;
use crate::review::service::cases::{CaseDetail, CaseRow};
use crate::review::service::integrity::{Integrity, Soundness};
use crate::review::service::{Detail, Line, Opened, Row, Track};
use crate::video::entities::participant::ParticipantRole;
use crate::video::entities::publication::Source;
use crate::video::entities::recording::RecordingState;
use crate::video::entities::{line_quality, recording_gap};
use crate::video::{LinePath, LineQuality, LineTrouble, STRETCH, judge_stretch};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A session in the auditor's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewRow {
    pub session_id: Uuid,
    pub booking_id: Uuid,
    pub reference: String,
    pub service: ByLanguage,
    pub enterprise_name: Option<String>,
    pub officers: Vec<String>,
    pub starts_at: DateTime<Utc>,
    pub opened_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// From the opening to the end (or to now); 0 when it never opened.
    pub duration_ms: i64,
    pub recordings: usize,
    /// Stretches of which nothing was recorded, each moment of a person's source counted once.
    pub gaps: usize,
    /// How long they are together.
    pub missing_ms: i64,
    pub interrupted: bool,
    pub plays: usize,
    /// Entries and rows against each other at this moment; the recorded files were not looked at.
    pub integrity: IntegrityState,
}

/// A session with its people and entries.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewDetail {
    #[serde(flatten)]
    pub row: ReviewRow,
    /// The venue's zone.
    pub zone: String,
    pub people: Vec<ReviewPerson>,
    /// How good people's lines were, by what their pages told, some minutes each, in the order of time.
    pub lines: Vec<ReviewLine>,
    pub entries: Vec<Entry>,
}

/// How good somebody's line was in some minutes of the call.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewLine {
    pub participant_id: Uuid,
    pub began_at: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// How long of it was measured, and for how long of that nothing came back.
    pub seconds: i32,
    pub down_seconds: i32,
    /// Packets lost on the way to the program, in a thousand.
    pub loss_up_permille: Option<i32>,
    pub loss_down_permille: Option<i32>,
    /// The worst of any half minute, either way.
    pub worst_loss_permille: Option<i32>,
    pub round_trip_ms: Option<i32>,
    pub worst_round_trip_ms: Option<i32>,
    pub kbps_up: Option<i32>,
    pub kbps_down: Option<i32>,
    pub path: Option<LinePath>,
    pub quality: LineQuality,
    pub wrong: Option<LineTrouble>,
}

impl From<line_quality::Model> for ReviewLine {
    fn from(row: line_quality::Model) -> Self {
        let (quality, wrong) = judge_stretch(&row);
        Self {
            participant_id: row.participant_id,
            began_at: row.began_at,
            until: row.began_at + STRETCH,
            seconds: row.seconds,
            down_seconds: row.down_seconds,
            loss_up_permille: row.loss_up,
            loss_down_permille: row.loss_down,
            worst_loss_permille: row.worst_loss,
            round_trip_ms: row.round_trip_ms,
            worst_round_trip_ms: row.worst_round_trip_ms,
            kbps_up: row.kbps_up,
            kbps_down: row.kbps_down,
            path: row.path,
            quality,
            wrong,
        }
    }
}

/// A case with documents in the auditor's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewCaseRow {
    pub booking_id: Uuid,
    /// Where people met in it; null where they did not.
    pub session_id: Option<Uuid>,
    pub reference: String,
    pub service: ByLanguage,
    pub enterprise_name: Option<String>,
    pub state: BookingState,
    pub starts_at: DateTime<Utc>,
    /// The venue's zone.
    pub zone: String,
    /// How many files there are.
    pub documents: i64,
    /// Entries and rows against each other at this moment; the files were not looked at.
    pub integrity: IntegrityState,
}

/// A case with documents and its entries.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewCase {
    #[serde(flatten)]
    pub row: ReviewCaseRow,
    pub entries: Vec<Entry>,
}

/// Somebody who took part.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewPerson {
    pub participant_id: Uuid,
    pub name: String,
    pub role: ParticipantRole,
}

/// An entry of the chain in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub kind: String,
    pub text: ByLanguage,
    /// Who did it, in the reader's language where it is no name.
    pub actor: String,
}

/// What a check found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Integrity)]
pub struct IntegrityBody {
    pub state: IntegrityState,
    pub checked_at: DateTime<Utc>,
    pub entries: usize,
    pub recordings: Vec<RecordingCheck>,
    pub compared: ComparedBody,
    /// The first thing that does not fit.
    pub fault: Option<IntegrityFault>,
    /// The end of the chain, in hexadecimal.
    pub head: String,
}

/// How much of the rows was compared with the entries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Compared)]
pub struct ComparedBody {
    /// Values of rows that are measured against an entry.
    pub values: usize,
    /// Values that no entry tells: written before entries told them, or erased. They were not compared.
    pub not_told: usize,
}

/// `incomplete`: nothing wrong so far, but a recording is still running.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntegrityState {
    Intact,
    Broken,
    Incomplete,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RecordingCheck {
    pub id: Uuid,
    pub clusters: i32,
    pub bytes: i64,
    pub state: RecordingState,
    /// What does not fit, in the reader's language.
    pub fault: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct IntegrityFault {
    #[serde(rename = "where")]
    pub about: FaultSubject,
    /// The number of an entry, or the id of a recording or row.
    pub id: String,
    pub text: ByLanguage,
    /// The table of a row.
    pub table: Option<String>,
    /// The column in it; null: the row as a whole.
    pub column: Option<String>,
    /// The number of the entry that tells otherwise.
    pub entry: Option<i64>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultSubject {
    Entry,
    Recording,
    Row,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct OpenPlayback {
    /// What it is opened for.
    #[schema(min_length = 4, max_length = 300)]
    pub purpose: String,
}

/// An opened session: all tracks on one timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Playback {
    pub id: Uuid,
    pub session_id: Uuid,
    /// Zero of the timeline.
    pub starts_at: DateTime<Utc>,
    pub duration_ms: i64,
    #[schema(value_type = IntegrityBody)]
    pub integrity: IntegrityBody,
    pub tracks: Vec<PlaybackTrack>,
    pub missing: Vec<MissingStretch>,
    pub marks: Vec<PlaybackMark>,
}

/// One recording on the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaybackTrack {
    pub recording_id: Uuid,
    pub participant_id: Uuid,
    pub name: String,
    pub role: ParticipantRole,
    pub source: Source,
    pub segment: i32,
    pub offset_ms: i64,
    pub duration_ms: i64,
    /// How far sound and pictures were at most from where the server's clock had them; null of what never came, and of a
    /// recording that was cut off.
    pub audio_error_ms: Option<i32>,
    pub video_error_ms: Option<i32>,
    pub url: String,
    pub gaps: Vec<TrackGap>,
}

/// A stretch in which something is missing, from the start of its track.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackGap {
    pub from_ms: i64,
    pub to_ms: i64,
    /// loss, publisher_silent, audio_silent, video_silent, camera_off, microphone_off, disk, paused, digital_silence or still_picture.
    pub cause: String,
    /// audio, video or both.
    pub medium: String,
    /// How much of the stretch is missing.
    pub missing_ms: i64,
}

impl From<recording_gap::Model> for TrackGap {
    fn from(gap: recording_gap::Model) -> Self {
        let recording_gap::Model { from_ms, to_ms, cause, medium, missing_ms, .. } = gap;
        Self { from_ms, to_ms, cause, medium, missing_ms }
    }
}

/// A stretch on the timeline of which nothing was recorded, though the person was in the call. No moment of
/// a person's source is in two of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingStretch {
    pub participant_id: Uuid,
    pub source: Source,
    pub from_ms: i64,
    pub to_ms: i64,
    /// That of a gap, or between_segments.
    pub cause: String,
    /// audio, video or both.
    pub medium: String,
    /// How much of the stretch is missing.
    pub missing_ms: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlaybackMark {
    pub at_ms: i64,
    pub kind: String,
    pub text: ByLanguage,
}

impl From<Row> for ReviewRow {
    fn from(row: Row) -> Self {
        Self {
            session_id: row.session.id,
            booking_id: row.booking.id,
            reference: display_reference(&row.booking.reference),
            service: row.service,
            enterprise_name: row.enterprise,
            officers: row.officers,
            starts_at: row.booking.starts_at,
            opened_at: row.session.opened_at,
            ended_at: row.session.ended_at,
            duration_ms: row.duration_ms,
            recordings: row.recordings,
            gaps: row.gaps,
            missing_ms: row.missing_ms,
            integrity: row.integrity.soundness.into(),
            interrupted: row.session.interrupted,
            plays: row.plays,
        }
    }
}

impl ReviewDetail {
    pub fn of(detail: Detail, language: Language) -> Self {
        let people = detail.people.into_iter().map(|person| ReviewPerson {
            participant_id: person.id,
            name: person.name,
            role: person.role,
        });
        Self {
            zone: detail.row.zone.clone(),
            people: people.collect(),
            lines: detail.lines.into_iter().map(ReviewLine::from).collect(),
            entries: in_words(detail.entries, language),
            row: detail.row.into(),
        }
    }
}

/// Entries as they are read; what nobody did the program did.
fn in_words(lines: Vec<Line>, language: Language) -> Vec<Entry> {
    let program = words::review::program().in_language(language);
    let entry = |line: Line| Entry {
        seq: line.seq,
        at: line.at,
        kind: line.kind,
        text: line.text.into(),
        actor: line.actor.unwrap_or_else(|| program.clone()),
    };
    lines.into_iter().map(entry).collect()
}

impl From<CaseRow> for ReviewCaseRow {
    fn from(row: CaseRow) -> Self {
        Self {
            booking_id: row.booking.id,
            session_id: row.session,
            reference: display_reference(&row.booking.reference),
            service: row.service,
            enterprise_name: row.enterprise,
            state: row.booking.state,
            starts_at: row.booking.starts_at,
            zone: row.zone,
            documents: row.documents,
            integrity: row.integrity.soundness.into(),
        }
    }
}

impl ReviewCase {
    pub fn of(CaseDetail { row, entries }: CaseDetail, language: Language) -> Self {
        Self { row: row.into(), entries: in_words(entries, language) }
    }
}

impl IntegrityBody {
    pub fn of(integrity: Integrity, checked_at: DateTime<Utc>, language: Language) -> Self {
        let recordings = integrity.recordings.into_iter().map(|checked| RecordingCheck {
            id: checked.row.id,
            clusters: checked.row.clusters,
            bytes: checked.row.bytes,
            state: checked.row.state,
            fault: checked.fault.map(|fault| fault.text.in_language(language)),
        });
        Self {
            state: integrity.soundness.into(),
            checked_at,
            entries: integrity.entries,
            recordings: recordings.collect(),
            compared: ComparedBody {
                values: integrity.compared.values,
                not_told: integrity.compared.not_told,
            },
            fault: integrity.fault.map(IntegrityFault::from),
            head: hex(&integrity.head),
        }
    }
}

impl From<Soundness> for IntegrityState {
    fn from(soundness: Soundness) -> Self {
        match soundness {
            Soundness::Intact => Self::Intact,
            Soundness::Broken => Self::Broken,
            Soundness::Incomplete => Self::Incomplete,
        }
    }
}

impl From<Fault> for IntegrityFault {
    fn from(fault: Fault) -> Self {
        let about = match fault.about {
            Subject::Entry => FaultSubject::Entry,
            Subject::Recording => FaultSubject::Recording,
            Subject::Row => FaultSubject::Row,
        };
        let (table, column, entry) =
            fault.row.map_or((None, None, None), |row| (Some(row.table), row.column, row.entry));
        Self { about, id: fault.id, text: fault.text.into(), table, column, entry }
    }
}

impl Playback {
    pub fn of(opened: Opened, language: Language) -> Self {
        let playback = opened.playback.id;
        let marks = opened.marks.into_iter();
        let (zero, length) = (opened.starts_at, opened.duration_ms);
        let missing = opened.missing.into_iter().map(|missing| MissingStretch {
            participant_id: missing.participant_id,
            source: missing.source,
            from_ms: millis(zero, missing.from).min(length),
            to_ms: millis(zero, missing.to).min(length),
            cause: missing.cause,
            medium: missing.medium,
            missing_ms: missing.missing_ms,
        });
        Self {
            id: playback,
            session_id: opened.playback.session_id,
            starts_at: opened.starts_at,
            duration_ms: opened.duration_ms,
            integrity: IntegrityBody::of(opened.integrity, opened.checked_at, language),
            tracks: opened.tracks.into_iter().map(|track| PlaybackTrack::of(track, playback)).collect(),
            missing: missing.collect(),
            marks: marks
                .map(|m| PlaybackMark { at_ms: m.at_ms, kind: m.kind, text: m.text.into() })
                .collect(),
        }
    }
}

impl PlaybackTrack {
    fn of(track: Track, playback: Uuid) -> Self {
        let recording = track.recording.id;
        let gaps = track.gaps.into_iter();
        Self {
            recording_id: recording,
            participant_id: track.person.id,
            name: track.person.name,
            role: track.person.role,
            source: track.publication.source,
            segment: track.recording.segment,
            offset_ms: track.offset_ms,
            duration_ms: track.recording.duration_ms,
            audio_error_ms: track.recording.audio_error_ms,
            video_error_ms: track.recording.video_error_ms,
            url: format!("/api/v1/review/playbacks/{playback}/recordings/{recording}"),
            gaps: gaps.map(TrackGap::from).collect(),
        }
    }
}
