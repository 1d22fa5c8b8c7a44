//! What the engine tells its owner.

use crate::video::engine::recording::{Gap, GapCause, Medium, Reason, RecordingSummary};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Told through the channel given to `Engine::start`, in order per resource.
#[derive(Clone, Debug)]
pub enum EngineEvent {
    /// The connection of a resource is up.
    Connected { resource: Uuid },
    /// The first media of a publication arrived (once per publisher's connection).
    MediaStarted { publication: Uuid },
    /// A resource is gone; if it published, its recording is finalised by now.
    ResourceClosed { resource: Uuid, publication: Uuid, cause: CloseCause },
    /// What a publication does has changed: its media, or whether it is being written. Nothing to keep:
    /// `Engine::publications` tells how it is now.
    PublicationChanged { session: Uuid, publication: Uuid },
    /// The first cluster of a recording is durable; `at` is when its first media came. After a failure of
    /// the disk it is a segment that began by itself, and nobody has heard of it before.
    RecordingStarted { recording: Uuid, publication: Uuid, at: DateTime<Utc> },
    /// From here on something is missing; the gap is told when it is over.
    RecordingGapBegan { recording: Uuid, from_ms: u64, cause: GapCause, medium: Medium },
    /// Something is missing in a stretch of the recording.
    RecordingGap { recording: Uuid, gap: Gap },
    /// A recording cannot be written any more; told at once. It is closed, and goes on in a new segment,
    /// when the disk lets it.
    RecordingStopped { recording: Uuid, reason: Reason },
    /// Of a publication that sends, sound or pictures have not reached the disk for three seconds.
    Unwritten { session: Uuid, publication: Uuid, medium: Medium, at: DateTime<Utc> },
    /// They reach it again, it is paused, or the publication sends no more.
    UnwrittenOver { publication: Uuid, at: DateTime<Utc> },
    /// A recording is closed and indexed; the summary says whether it broke off.
    RecordingFinalised { recording: Uuid, summary: RecordingSummary },
    /// Nothing of a recording is kept.
    RecordingFailed { recording: Uuid, reason: Reason },
}

/// Why a resource was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCause {
    /// Its owner closed it, or its participant or session was closed.
    Asked,
    /// The same publication was published again.
    Replaced,
    /// It played a publication that ended.
    PublicationEnded,
    /// The other side said good-bye.
    PeerLeft,
    /// Nothing was heard of the other side any more.
    PeerLost,
    /// The other side never connected.
    NeverConnected,
}

impl CloseCause {
    /// A stable name for logs and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Replaced => "replaced",
            Self::PublicationEnded => "publication_ended",
            Self::PeerLeft => "peer_left",
            Self::PeerLost => "peer_lost",
            Self::NeverConnected => "never_connected",
        }
    }
}
