//! The entries that sessions and recordings write.

use crate::base::words::{self, Said, Text};
use crate::evidence::{Logged, Names};
use crate::video::model::line::LineQuality;
use crate::video::store::entities::participant::{ParticipantRole, ParticipantState};
use crate::video::store::entities::publication::Source;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What people do in a session, and how it ends. Participants are told by id, never by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum SessionEntry {
    #[serde(rename = "session.created")]
    Created { session: Uuid },
    #[serde(rename = "session.entered")]
    Entered {
        participant: Uuid,
        role: ParticipantRole,
        /// Whether they had been in it before.
        #[serde(default)]
        again: bool,
        state: ParticipantState,
        /// When they had acknowledged the notice already.
        acknowledged_at: Option<DateTime<Utc>>,
    },
    #[serde(rename = "session.acknowledged")]
    Acknowledged { participant: Uuid, notice_version: i32 },
    #[serde(rename = "session.waiting")]
    Waiting { participant: Uuid },
    #[serde(rename = "session.admitted")]
    Admitted {
        participant: Uuid,
        role: ParticipantRole,
        /// The participant who let a guest in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Uuid>,
        /// Whether the session began with it.
        #[serde(default)]
        opens: bool,
    },
    #[serde(rename = "session.left")]
    Left {
        participant: Uuid,
        #[serde(default)]
        cause: LeftBecause,
    },
    #[serde(rename = "session.declined")]
    Declined { participant: Uuid, notice_version: i32 },
    #[serde(rename = "session.ended")]
    Ended {
        session: Uuid,
        /// Who was still in it.
        #[serde(default)]
        people: Vec<Uuid>,
        #[serde(default)]
        duration_ms: i64,
        #[serde(default)]
        cause: EndedBecause,
    },
    #[serde(rename = "session.invited")]
    Invited { invitation: Uuid },
    #[serde(rename = "session.invitation_accepted")]
    InvitationAccepted { invitation: Uuid },
    #[serde(rename = "session.invitation_withdrawn")]
    InvitationWithdrawn { invitation: Uuid },
    /// An officer noted that something was checked, or took that back.
    #[serde(rename = "session.checked")]
    Checked { participant: Uuid, check: String, done: bool },
    /// Somebody checked devices and line for the meeting, and this is how good their page found it.
    #[serde(rename = "session.line_checked")]
    LineChecked { check: Uuid, quality: LineQuality },
    /// What somebody sends has not reached the disk for three seconds.
    #[serde(rename = "session.unrecorded")]
    Unrecorded(Unwritten),
    /// An officer said why the session goes on, or went on, without it.
    #[serde(rename = "session.unrecorded_noted")]
    UnrecordedNoted { stretches: Vec<Uuid>, participant: Uuid },
    /// It reaches the disk again, or is not sent any more.
    #[serde(rename = "session.unrecorded_over")]
    UnrecordedOver {
        #[serde(flatten)]
        of: Unwritten,
        duration_ms: i64,
    },
    /// An officer paused the recording of everybody.
    #[serde(rename = "session.recording_paused")]
    RecordingPaused { stretch: Uuid, participant: Uuid },
    #[serde(rename = "session.recording_resumed")]
    RecordingResumed { stretch: Uuid, participant: Uuid, duration_ms: i64 },
}

/// What of whose publication does not reach the disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unwritten {
    pub stretch: Uuid,
    pub publication: Uuid,
    pub participant: Uuid,
    pub source: Source,
    pub medium: String,
}

/// Why somebody left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftBecause {
    #[default]
    Asked,
    /// Their page was gone for minutes.
    Away,
    Restart,
    /// Their invitation was withdrawn.
    Withdrawn,
}

impl LeftBecause {
    /// Whether the program put them out, so that they may go back to their place.
    pub fn resumes(self) -> bool {
        matches!(self, Self::Away | Self::Restart)
    }
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBecause {
    #[default]
    Asked,
    NoOfficer,
    /// Nobody was admitted until its time was over.
    NotOpened,
}

impl SessionEntry {
    /// The names of the entries that tell who was in the call, for queries.
    pub const IN_AND_OUT: [&str; 4] =
        ["session.admitted", "session.left", "session.declined", "session.ended"];
}

impl Logged for SessionEntry {
    /// That an officer sat down or a line broke is evidence, but no news of what became of the booking.
    fn is_for_booker(&self, by_program: bool) -> bool {
        match self {
            Self::Admitted { role, .. } => *role != ParticipantRole::Officer,
            Self::Left { .. } => !by_program,
            Self::Ended { cause, .. } => *cause != EndedBecause::NotOpened,
            Self::LineChecked { .. } => false,
            _ => true,
        }
    }

    fn words(&self, names: &Names) -> Text {
        let who = |participant: &Uuid| who(*participant, names);
        match self {
            Self::Created { .. } => words::log::session_created(),
            Self::Entered { participant, again: true, .. } => {
                words::log::session_entered_again(who(participant))
            }
            Self::Entered { participant, .. } => words::log::session_entered(who(participant)),
            Self::Acknowledged { participant, notice_version } => {
                words::log::session_acknowledged(who(participant), i64::from(*notice_version))
            }
            Self::Waiting { participant } => words::log::session_waiting(who(participant)),
            Self::Admitted { participant, role: ParticipantRole::Officer, .. } => {
                words::log::session_admitted_officer(who(participant))
            }
            Self::Admitted { participant, opens: true, .. } => {
                words::log::session_admitted_opens(who(participant))
            }
            Self::Admitted { participant, .. } => words::log::session_admitted(who(participant)),
            Self::Left { participant, cause: LeftBecause::Restart } => {
                words::log::session_left_restart(who(participant))
            }
            Self::Left { participant, cause: LeftBecause::Away } => {
                words::log::session_left_away(who(participant))
            }
            Self::Left { participant, .. } => words::log::session_left(who(participant)),
            Self::Declined { participant, .. } => words::log::session_declined(who(participant)),
            Self::Ended { cause: EndedBecause::NotOpened, .. } => words::log::session_ended_not_opened(),
            Self::Ended { cause: EndedBecause::NoOfficer, .. } => words::log::session_ended_no_officer(),
            Self::Ended { .. } => words::log::session_ended(),
            Self::Invited { .. } => words::log::session_invited(),
            Self::InvitationAccepted { .. } => words::log::session_invitation_accepted(),
            Self::InvitationWithdrawn { .. } => words::log::session_invitation_withdrawn(),
            Self::Checked { done: true, .. } => words::log::session_checked(),
            Self::Checked { .. } => words::log::session_unchecked(),
            Self::LineChecked { quality, .. } => match quality {
                LineQuality::Good => words::log::session_line_checked(),
                LineQuality::Usable => words::log::session_line_checked_usable(),
                LineQuality::Weak => words::log::session_line_checked_weak(),
                LineQuality::Down => words::log::session_line_checked_down(),
            },
            Self::Unrecorded(of) => {
                words::log::session_unrecorded(who(&of.participant), source(of.source), medium(&of.medium))
            }
            Self::UnrecordedNoted { .. } => words::log::session_unrecorded_noted(),
            Self::UnrecordedOver { of, duration_ms } => {
                let (who, what) = (who(&of.participant), source(of.source));
                words::log::session_unrecorded_over(seconds(*duration_ms), medium(&of.medium), who, what)
            }
            Self::RecordingPaused { .. } => words::log::session_recording_paused(),
            Self::RecordingResumed { duration_ms, .. } => {
                words::log::session_recording_resumed(seconds(*duration_ms))
            }
        }
    }
}

fn who(participant: Uuid, names: &Names) -> Said {
    names.get(&participant).map_or_else(|| words::log::somebody().into(), Said::from)
}

/// What becomes of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum RecordingEntry {
    /// Its first cluster is durable.
    #[serde(rename = "recording.started")]
    Started(Segment),
    /// Nothing can be written for now.
    #[serde(rename = "recording.stopped")]
    Stopped {
        #[serde(flatten)]
        segment: Segment,
        reason: String,
    },
    #[serde(rename = "recording.gap_began")]
    GapBegan {
        #[serde(flatten)]
        segment: Segment,
        from_ms: u64,
        cause: String,
        medium: String,
    },
    #[serde(rename = "recording.gap")]
    Gap {
        #[serde(flatten)]
        segment: Segment,
        from_ms: i64,
        to_ms: i64,
        cause: String,
        #[serde(default)]
        medium: Option<String>,
        #[serde(default)]
        missing_ms: Option<i64>,
    },
    /// Complete and indexed.
    #[serde(rename = "recording.finalised")]
    Finalised(Closed),
    /// Cut off by a failure of the process, and what there was is kept.
    #[serde(rename = "recording.interrupted")]
    Interrupted(Closed),
    /// Broken off for a reason, and what there was is kept.
    #[serde(rename = "recording.partial")]
    Partial(Closed),
    /// Nothing of it is kept.
    #[serde(rename = "recording.failed")]
    Failed {
        #[serde(flatten)]
        segment: Segment,
        #[serde(default)]
        had_media: Option<bool>,
        #[serde(default)]
        reason: Option<String>,
        #[serde(default)]
        ended_at: Option<DateTime<Utc>>,
    },
}

/// Which segment of whose publication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    pub recording: Uuid,
    pub publication: Uuid,
    pub participant: Uuid,
    pub source: Source,
    #[serde(default = "first")]
    pub segment: i32,
}

fn first() -> i32 {
    1
}

/// What a recording's file turned out to be: the truth to check it against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    #[serde(flatten)]
    pub segment: Segment,
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub ended_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub duration_ms: i64,
    pub bytes: i64,
    pub clusters: i64,
    #[serde(default)]
    pub gaps: u64,
    /// Of the index beside the file, in hexadecimal.
    pub manifest_sha256: String,
    #[serde(default)]
    pub reason: Option<String>,
    /// How far sound and pictures were at most from where the server's clock had them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_error_ms: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_error_ms: Option<i32>,
}

impl RecordingEntry {
    /// What it is about.
    pub fn segment(&self) -> &Segment {
        match self {
            Self::Started(segment)
            | Self::Stopped { segment, .. }
            | Self::GapBegan { segment, .. }
            | Self::Gap { segment, .. }
            | Self::Failed { segment, .. } => segment,
            Self::Finalised(closed) | Self::Interrupted(closed) | Self::Partial(closed) => &closed.segment,
        }
    }
}

impl Logged for RecordingEntry {
    fn words(&self, names: &Names) -> Text {
        let segment = self.segment();
        let (who, number) = (who(segment.participant, names), segment.segment);
        let what = source(segment.source);
        match self {
            Self::Started(_) => words::log::recording_started(who, what, number),
            Self::Stopped { reason: why, .. } => {
                words::log::recording_stopped(reason(Some(why)), who, what, number)
            }
            Self::GapBegan { cause: why, medium, .. } => {
                words::log::recording_gap_began(self::medium(medium), who, what, cause(why))
            }
            Self::Gap { from_ms, to_ms, cause: why, medium, missing_ms, .. } => {
                let missing = missing_ms.unwrap_or(to_ms - from_ms).max(0);
                let seconds = seconds(missing);
                match medium.as_deref() {
                    Some("audio") => words::log::gap_audio(seconds, who, what, cause(why)),
                    Some("video") => words::log::gap_video(seconds, who, what, cause(why)),
                    _ => words::log::gap(seconds, who, what, cause(why)),
                }
            }
            Self::Finalised(closed) => words::log::recording_finalised(who, what, number, closed.length()),
            Self::Interrupted(closed) => {
                words::log::recording_interrupted(who, what, number, closed.length())
            }
            Self::Partial(closed) => {
                let reason = reason(closed.reason.as_deref());
                words::log::recording_partial(reason, who, what, number, closed.length())
            }
            Self::Failed { had_media: Some(false), .. } => {
                words::log::recording_failed_nothing_came(who, what)
            }
            Self::Failed { reason: why, .. } => {
                words::log::recording_failed(reason(why.as_deref()), who, what, number)
            }
        }
    }
}

impl Closed {
    /// How long it is, in minutes and seconds.
    fn length(&self) -> String {
        let seconds = self.duration_ms / 1000;
        format!("{:02}:{:02}", seconds / 60, seconds % 60)
    }
}

/// What is sent, in words.
fn source(source: Source) -> Text {
    match source {
        Source::Camera => words::log::source_camera(),
        Source::Screen => words::log::source_screen(),
        Source::Document => words::log::source_document(),
    }
}

/// Sound, picture or both, in words.
fn medium(medium: &str) -> Text {
    match medium {
        "audio" => words::log::medium_audio(),
        "video" => words::log::medium_video(),
        _ => words::log::medium_both(),
    }
}

/// A length in seconds, with one digit behind the point.
fn seconds(ms: i64) -> String {
    let ms = ms.max(0);
    format!("{}.{}", ms / 1000, ms % 1000 / 100)
}

/// Why a stretch is missing, in words.
fn cause(cause: &str) -> Text {
    match cause {
        "loss" => words::log::cause_loss(),
        "publisher_silent" => words::log::cause_publisher_silent(),
        "disk" => words::log::cause_disk(),
        "audio_silent" => words::log::cause_audio_silent(),
        "video_silent" => words::log::cause_video_silent(),
        "camera_off" => words::log::cause_camera_off(),
        "microphone_off" => words::log::cause_microphone_off(),
        "paused" => words::log::cause_paused(),
        "digital_silence" => words::log::cause_digital_silence(),
        "still_picture" => words::log::cause_still_picture(),
        other => words::log::other(other),
    }
}

/// Why a recording broke off or holds nothing, in words.
fn reason(reason: Option<&str>) -> Text {
    match reason.unwrap_or_default() {
        "disk" => words::log::reason_disk(),
        "killed_at_start" => words::log::reason_killed_at_start(),
        "undecodable" => words::log::reason_undecodable(),
        "paused" => words::log::reason_paused(),
        "" => words::log::reason_unknown(),
        other => words::log::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;
    use serde_json::{Value, json};

    /// As it is read back from the bytes of an entry.
    fn said<E: Logged>(kind: &str, data: &Value) -> [String; 2] {
        let lin = Uuid::from_u128(1);
        let bytes = serde_json::to_vec(&json!({"v": 2, "kind": kind, "data": data})).unwrap();
        let text = crate::evidence::told::<E>(&bytes, &Names::from([(lin, "林女士".to_owned())])).unwrap();
        [Language::ZhCn, Language::En].map(|language| text.in_language(language))
    }

    #[test]
    fn what_people_do_is_told_in_every_language() {
        let lin = Uuid::from_u128(1);
        for (kind, data, zh, en) in [
            (
                "session.entered",
                json!({"participant": lin, "role": "guest", "state": "entered"}),
                "林女士进入页面",
                "林女士 entered",
            ),
            (
                "session.admitted",
                json!({"participant": lin, "role": "guest", "opens": true}),
                "林女士被接入，面洽开始",
                "林女士 was admitted; the meeting began",
            ),
            (
                "session.left",
                json!({"participant": Uuid::from_u128(2), "cause": "restart"}),
                "参加人因服务重启断开",
                "a participant was cut off by a restart of the service",
            ),
        ] {
            assert_eq!(said::<SessionEntry>(kind, &data), [zh, en], "{kind}");
        }
    }

    #[test]
    fn what_becomes_of_recordings_is_told_in_every_language() {
        let lin = Uuid::from_u128(1);
        let segment = json!({"recording": lin, "publication": lin, "participant": lin, "source": "camera", "segment": 1});
        let with = |more: Value| {
            let mut data = segment.clone();
            data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            data
        };
        let closed = |more: Value| {
            let mut data = with(json!({"bytes": 1, "clusters": 1, "manifest_sha256": "ab"}));
            data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            data
        };
        for (kind, data, zh, en) in [
            (
                // As older versions wrote it.
                "recording.gap",
                with(json!({"from_ms": 1000, "to_ms": 3450, "cause": "loss"})),
                "缺 2.4 秒：林女士的摄像头（网络丢失）",
                "2.4 s missing: 林女士, camera (lost on the network)",
            ),
            (
                "recording.gap",
                with(
                    json!({"from_ms": 1000, "to_ms": 9000, "cause": "loss", "medium": "audio", "missing_ms": 640}),
                ),
                "缺 0.6 秒声音：林女士的摄像头（网络丢失）",
                "0.6 s of sound missing: 林女士, camera (lost on the network)",
            ),
            (
                "recording.gap_began",
                with(json!({"from_ms": 1000, "cause": "camera_off", "medium": "video"})),
                "画面停了：林女士的摄像头（摄像头已关）",
                "No picture from here: 林女士, camera (the camera was off)",
            ),
            (
                "recording.stopped",
                with(json!({"reason": "disk"})),
                "录制停了（存储写不进去）：林女士的摄像头（第 1 段）",
                "Recording stopped (it could not be written): 林女士, camera (segment 1)",
            ),
            (
                "recording.partial",
                closed(json!({"duration_ms": 24_000, "reason": "disk"})),
                "录制中断（存储写不进去），已保全：林女士的摄像头（第 1 段，00:24）",
                "Recording broke off (it could not be written), what there was is kept: 林女士, camera (segment 1, 00:24)",
            ),
            (
                "recording.finalised",
                closed(json!({"duration_ms": 83_000, "source": "screen", "segment": 2})),
                "录制完成：林女士的共享屏幕（第 2 段，01:23）",
                "Recording complete: 林女士, screen (segment 2, 01:23)",
            ),
        ] {
            assert_eq!(said::<RecordingEntry>(kind, &data), [zh, en], "{kind}");
        }
    }
}
