//! How the types of the use cases and tables of this feature look over the API.

use crate::http::words_in_json;
use crate::video::service::invite::InvitationState;
use crate::video::store::entities::participant::{ParticipantRole, ParticipantState};
use crate::video::store::entities::publication::Source;
use crate::video::store::entities::recording::RecordingState;
use crate::video::store::entities::unrecorded_stretch::UnrecordedCause;
use crate::video::store::entities::video_session::SessionState;

words_in_json! {
    /// Side of the table.
    ParticipantRole { Guest, Officer }

    /// How far somebody has come into the session.
    ParticipantState { Entered, Acknowledged, Waiting, Admitted, Left }

    /// What is sent: the camera (with its microphone), the screen or a document camera.
    Source { Camera, Screen, Document }

    /// State of a recording. `interrupted`: cut off when the service was killed; `partial`: broke off because it could
    /// not be written any more. What there is of both is kept, with its manifest. `failed`: there is nothing.
    RecordingState { Recording, Finalised, Interrupted, Partial, Failed }

    /// State of a video session.
    SessionState { Waiting, Open, Ended }

    /// Why something is not recorded: it does not reach the disk, or an officer paused the recording.
    UnrecordedCause { NotWritten, Paused }

    /// Whether a link can be used.
    InvitationState { Open, Taken, Withdrawn, Over }
}
