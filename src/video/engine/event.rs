//! What the engine tells its owner.

use super::recording::{GapCause, RecordingSummary};
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
    /// A recording got its first media.
    RecordingStarted { recording: Uuid, at: DateTime<Utc> },
    /// A stretch of the recording is missing.
    RecordingGap { recording: Uuid, from_ms: u64, to_ms: u64, cause: GapCause },
    /// A recording is complete and indexed.
    RecordingFinalised { recording: Uuid, summary: RecordingSummary },
    /// A recording could not be made or goes on no more; told at once. If something of it could
    /// be kept, [`Self::RecordingFinalised`] follows when it is closed; if not, recovery may help.
    RecordingFailed { recording: Uuid, error: String },
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
