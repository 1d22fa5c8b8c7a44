//! How the types of the use cases and tables of this feature look over the API.

use crate::http::words_in_json;
use crate::video::model::line::{DeviceFound, LinePath, LineQuality, LineTrouble};
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

    /// By what media comes to the program: directly by UDP or TCP, or by a TURN server.
    LinePath { Udp, Tcp, Relay }

    /// What a page found of a device.
    DeviceFound { Works, Fails, NotTried }

    /// How good a line is for a meeting. `usable`: it can be held, with some faults. `down`: nothing gets through.
    LineQuality { Good, Usable, Weak, Down }

    /// What is wrong with a line: packets lost on the way to the program or from it, a long round trip, little that gets
    /// through either way, TCP where UDP is blocked, that it was gone for some time, or that nothing gets through.
    LineTrouble { LossUp, LossDown, Delay, SlowUp, SlowDown, Tcp, Breaks, NotThrough }

    /// Whether a link can be used.
    InvitationState { Open, Taken, Withdrawn, Over }
}
