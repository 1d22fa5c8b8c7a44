//! What goes over the wire.

use crate::base::words::ByLanguage;
use crate::booking::model::display_reference;
use crate::video::engine::{Flow, PublicationStatus, Writing};
use crate::video::model::NO_OFFICER;
use crate::video::model::relay::Relay;
use crate::video::service::SessionView;
use crate::video::store::entities::participant::{self, ParticipantRole, ParticipantState};
use crate::video::store::entities::publication::{self, Source};
use crate::video::store::entities::unrecorded_stretch::{self, UnrecordedCause};
use crate::video::store::entities::video_session::SessionState;
use crate::video::wire::line::LineCheck;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// A video session as one of its people sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    pub id: Uuid,
    pub booking_id: Uuid,
    pub reference: String,
    pub service: ByLanguage,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The venue's zone.
    pub zone: String,
    pub state: SessionState,
    pub opened_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// What is sent is being recorded at this moment: it is on the disk.
    pub recording: bool,
    pub recording_state: RecordingNow,
    /// What is not being recorded now, with what was not and no officer has said anything about yet; oldest first.
    pub unrecorded: Vec<Unrecorded>,
    /// A recording was cut off by a failure of the service.
    pub interrupted: bool,
    /// The recording notice to acknowledge.
    pub notice_version: i32,
    pub me: Participant,
    pub people: Vec<Participant>,
    pub publications: Vec<Publication>,
    pub line: Line,
    pub media: Media,
    pub can: SessionCan,
    /// The program put the caller out (a dead line, a restart): entering once more brings them back to their place.
    pub resumes: bool,
    /// An open session that no officer is in for so long ends by itself.
    pub ends_without_officer_minutes: i64,
    /// What the service wants to have checked of the people; told to officers only.
    pub checks: Vec<SessionCheck>,
}

/// A stretch of the session that is not recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unrecorded {
    pub id: Uuid,
    pub cause: UnrecordedCause,
    /// Whose; none: everybody's.
    pub participant_id: Option<Uuid>,
    pub publication_id: Option<Uuid>,
    /// `audio`, `video` or `both`.
    pub medium: String,
    pub began_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// What an officer said about it, and when.
    pub reason: Option<String>,
    pub noted_at: Option<DateTime<Utc>>,
}

/// Something to check of the people.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionCheck {
    pub key: String,
    pub label: ByLanguage,
    /// When it was noted as done.
    pub checked_at: Option<DateTime<Utc>>,
}

/// By what right somebody sits on the guests' side.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GuestBy {
    /// Booked it.
    Booking,
    /// Is of the same enterprise.
    Enterprise,
    /// Was invited by a link.
    Invitation,
}

impl GuestBy {
    pub fn of(guest: Uuid, booker: Uuid, invited: &HashSet<Uuid>) -> Self {
        match guest {
            guest if guest == booker => Self::Booking,
            guest if invited.contains(&guest) => Self::Invitation,
            _ => Self::Enterprise,
        }
    }
}

/// Somebody in the session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Participant {
    pub id: Uuid,
    pub name: String,
    pub role: ParticipantRole,
    pub badge_no: Option<String>,
    /// For guests: why they may be here.
    pub guest_by: Option<GuestBy>,
    pub state: ParticipantState,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub waiting_since: Option<DateTime<Utc>>,
    pub admitted_at: Option<DateTime<Utc>>,
    pub microphone: bool,
    pub camera: bool,
    /// Whether their page is open at this moment: a waiting guest may have put the phone away.
    pub present: bool,
    /// Whether this is the caller.
    pub me: bool,
    /// What was found of their devices and line last; only officers are told.
    pub line_check: Option<LineCheck>,
}

/// What somebody sends from one source.
#[derive(Debug, Serialize, ToSchema)]
pub struct Publication {
    pub id: Uuid,
    pub participant_id: Uuid,
    pub source: Source,
    /// Media flows; it can be played.
    pub live: bool,
    pub audio: MediumState,
    pub video: MediumState,
    /// Whether this one is being recorded; its sound; its pictures.
    pub recording: RecordingNow,
    pub audio_recording: RecordingNow,
    pub video_recording: RecordingNow,
}

/// Whether a medium comes in at this moment: `stopped` when it came before and has not for some seconds, `lifeless`
/// when a device that is on has given nothing but digital silence, or a picture that is black or hangs, for half a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediumState {
    None,
    Flowing,
    Lifeless,
    Stopped,
}

/// Whether what is sent is on the disk at this moment. `stopped`: it cannot be written; it is tried again until
/// it can. `paused`: an officer has paused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingNow {
    /// Nothing is sent.
    Off,
    Starting,
    On,
    Stopped,
    Paused,
}

/// The place in line.
#[derive(Debug, Serialize, ToSchema)]
pub struct Line {
    /// People who wait at the same service today and began to earlier.
    pub ahead: u32,
}

/// How to connect.
#[derive(Debug, Serialize, ToSchema)]
pub struct Media {
    /// For `RTCPeerConnection`; empty where the service is reached directly.
    pub ice_servers: Vec<IceServer>,
}

/// A TURN server, as `RTCPeerConnection` takes one.
#[derive(Debug, Serialize, ToSchema)]
pub struct IceServer {
    pub urls: Vec<String>,
    pub username: String,
    pub credential: String,
}

impl From<Relay> for IceServer {
    fn from(Relay { urls, username, credential }: Relay) -> Self {
        Self { urls, username, credential }
    }
}

/// What the caller may do now.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionCan {
    pub admit: bool,
    pub end: bool,
    pub pause: bool,
    pub resume: bool,
    /// Something was not recorded, and nobody has said why the session goes on.
    pub note: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Acknowledge {
    /// The version of the notice that was read.
    pub notice_version: i32,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Decline {
    /// In one's own words; need not be given.
    #[schema(max_length = 300)]
    pub reason: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct MediaState {
    pub microphone: bool,
    pub camera: bool,
}

/// Why something is not recorded.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NotRecording {
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Whether something was checked.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Check {
    pub done: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MediaTokenBody {
    pub token: String,
    pub expires_at: DateTime<Utc>,
}

impl Session {
    pub fn of(view: SessionView) -> Self {
        let (me, writing) = (view.me.id, view.writing());
        let resumes = view.me.resumes
            && view.me.state == ParticipantState::Left
            && view.session.state != SessionState::Ended;
        let checks = match view.me.role {
            ParticipantRole::Officer => checks_of(&view),
            ParticipantRole::Guest => Vec::new(),
        };
        let people: Vec<Participant> =
            view.people.iter().map(|person| Participant::of(person.clone(), me, &view)).collect();
        let of_me = Participant::of(view.me.clone(), me, &view);
        let officer_inside = view.me.role == ParticipantRole::Officer
            && view.me.state == ParticipantState::Admitted
            && view.session.state != SessionState::Ended;
        let is_open = view.session.state == SessionState::Open;
        let recording_state = match writing {
            _ if view.paused && is_open => RecordingNow::Paused,
            writing => writing.map_or(RecordingNow::Off, RecordingNow::from),
        };
        let is_paused = recording_state == RecordingNow::Paused;
        let unnoted = view.unrecorded.iter().any(|row| row.noted_at.is_none());
        let can = SessionCan {
            admit: officer_inside,
            end: officer_inside,
            pause: officer_inside && is_open && !is_paused,
            resume: officer_inside && is_paused,
            note: officer_inside && unnoted,
        };
        let unrecorded = unrecorded(view.unrecorded, &view.publications);
        Self {
            id: view.session.id,
            booking_id: view.booking.id,
            reference: display_reference(&view.booking.reference),
            service: view.service.name(),
            starts_at: view.booking.starts_at,
            ends_at: view.booking.ends_at,
            zone: view.service.zone.name().to_owned(),
            state: view.session.state,
            opened_at: view.session.opened_at,
            ended_at: view.session.ended_at,
            recording: writing == Some(Writing::On),
            recording_state,
            unrecorded,
            interrupted: view.session.interrupted,
            notice_version: view.notice_version,
            me: of_me,
            people,
            publications: publications(view.publications, &view.media),
            line: Line { ahead: view.ahead },
            media: Media { ice_servers: view.relay.map(IceServer::from).into_iter().collect() },
            can,
            resumes,
            ends_without_officer_minutes: NO_OFFICER.num_minutes(),
            checks,
        }
    }
}

fn checks_of(view: &SessionView) -> Vec<SessionCheck> {
    let done: HashMap<&str, DateTime<Utc>> =
        view.checks.iter().map(|check| (check.key.as_str(), check.checked_at)).collect();
    let wanted = view.service.spec.checks.iter();
    wanted
        .map(|check| SessionCheck {
            key: check.key.clone(),
            label: check.label.clone(),
            checked_at: done.get(check.key.as_str()).copied(),
        })
        .collect()
}

impl Participant {
    fn of(person: participant::Model, me: Uuid, view: &SessionView) -> Self {
        let guest_by = (person.role == ParticipantRole::Guest)
            .then(|| GuestBy::of(person.account_id, view.booking.account_id, &view.invited));
        let checked = view.line_checks.iter().find(|check| check.account_id == person.account_id);
        Self {
            id: person.id,
            role: person.role,
            badge_no: view.badges.get(&person.account_id).cloned(),
            line_check: checked.map(|check| LineCheck::of(check.clone(), guest_by, view.me.account_id)),
            guest_by,
            state: person.state,
            acknowledged_at: person.acknowledged_at,
            waiting_since: person.waiting_since,
            admitted_at: person.admitted_at,
            microphone: person.microphone,
            camera: person.camera,
            present: view.here.contains(&person.id),
            me: person.id == me,
            name: person.name,
        }
    }
}

fn publications(rows: Vec<publication::Model>, media: &HashMap<Uuid, PublicationStatus>) -> Vec<Publication> {
    let publication = |row: publication::Model| {
        let now = media.get(&row.id);
        Publication {
            live: now.is_some_and(PublicationStatus::is_live),
            audio: now.map_or(MediumState::None, |now| now.audio.into()),
            video: now.map_or(MediumState::None, |now| now.video.into()),
            recording: now
                .filter(|now| now.is_live())
                .map_or(RecordingNow::Off, |now| RecordingNow::from(now.writing)),
            audio_recording: of_track(now.map(|now| (now.audio, now.audio_writing))),
            video_recording: of_track(now.map(|now| (now.video, now.video_writing))),
            id: row.id,
            participant_id: row.participant_id,
            source: row.source,
        }
    };
    rows.into_iter().map(publication).collect()
}

/// Whether a medium that comes in is being recorded.
fn of_track(track: Option<(Flow, Writing)>) -> RecordingNow {
    track.filter(|(flow, _)| *flow != Flow::None).map_or(RecordingNow::Off, |(_, writing)| writing.into())
}

fn unrecorded(rows: Vec<unrecorded_stretch::Model>, publications: &[publication::Model]) -> Vec<Unrecorded> {
    let whose = |id: Uuid| publications.iter().find(|row| row.id == id).map(|row| row.participant_id);
    let shown = |row: unrecorded_stretch::Model| Unrecorded {
        participant_id: row.publication_id.and_then(whose),
        id: row.id,
        cause: row.cause,
        publication_id: row.publication_id,
        medium: row.medium,
        began_at: row.began_at,
        ended_at: row.ended_at,
        reason: row.reason,
        noted_at: row.noted_at,
    };
    rows.into_iter().map(shown).collect()
}

impl From<Flow> for MediumState {
    fn from(flow: Flow) -> Self {
        match flow {
            Flow::None => Self::None,
            Flow::Flowing => Self::Flowing,
            Flow::Lifeless => Self::Lifeless,
            Flow::Stopped => Self::Stopped,
        }
    }
}

impl From<Writing> for RecordingNow {
    fn from(writing: Writing) -> Self {
        match writing {
            Writing::Starting => Self::Starting,
            Writing::On => Self::On,
            Writing::Stopped => Self::Stopped,
            Writing::Paused => Self::Paused,
        }
    }
}
