//! What the operations on video sessions are refused for.

use crate::auth::refusals::BOOKERS;
use crate::http::{refusals, shared_refusals};

shared_refusals! {
    /// What the media engine cannot do now.
    ENGINE { SERVICE_UNAVAILABLE: "media_busy", "media_unavailable"; }
    /// What a peer's later words are refused for.
    AMENDING {
        UNAUTHORIZED: "bad_token";
        PRECONDITION_FAILED: "restarted_since";
        UNPROCESSABLE_ENTITY: "bad_sdp";
        PRECONDITION_REQUIRED: "tag_missing" ("`If-Match` has to name the ETag that holds, or `*`");
        TOO_MANY_REQUESTS: "too_many_offers";
    }
}

refusals! {
    EnterSession {
        ..BOOKERS;
        CONFLICT: "session_not_open", "session_ended", "session_full", "booking_not_accepted",
            "not_a_video_booking";
    }
    Session { ..BOOKERS; CONFLICT: "not_entered"; }
    AcknowledgeNotice { ..BOOKERS; CONFLICT: "not_entered", "session_ended", "notice_changed"; }
    WaitInSession { ..BOOKERS; CONFLICT: "not_entered", "session_ended", "not_acknowledged", "session_full"; }
    AdmitParticipant {
        FORBIDDEN: "forbidden";
        CONFLICT: "not_entered", "session_ended", "officer_not_in_session", "not_waiting";
    }
    LeaveSession { ..BOOKERS; CONFLICT: "not_entered", "session_ended"; }
    DeclineRecording {
        ..BOOKERS;
        CONFLICT: "not_entered", "session_ended", "guests_only";
        UNPROCESSABLE_ENTITY: "too_long";
    }
    EndSession { FORBIDDEN: "forbidden"; CONFLICT: "not_entered", "session_ended", "officer_not_in_session"; }
    SetMediaState { ..BOOKERS; CONFLICT: "not_entered", "session_ended"; }
    CheckInSession { FORBIDDEN: "forbidden"; CONFLICT: "not_entered", "session_ended", "officer_not_in_session"; }
    PauseRecording {
        FORBIDDEN: "forbidden";
        CONFLICT: "not_entered", "session_ended", "officer_not_in_session", "session_not_begun";
        UNPROCESSABLE_ENTITY: "reason_required", "too_long";
    }
    ResumeRecording { FORBIDDEN: "forbidden"; CONFLICT: "not_entered", "session_ended", "officer_not_in_session"; }
    NoteUnrecorded {
        FORBIDDEN: "forbidden";
        CONFLICT: "not_entered", "session_ended", "officer_not_in_session", "nothing_to_note";
        UNPROCESSABLE_ENTITY: "reason_required", "too_long";
    }
    MediaToken { ..BOOKERS; FORBIDDEN: "not_admitted"; CONFLICT: "not_entered"; }

    InviteToSession {
        ..BOOKERS;
        CONFLICT: "not_a_video_booking", "session_ended", "too_many_invitations";
        UNPROCESSABLE_ENTITY: "too_long";
    }
    SessionInvitations { ..BOOKERS; }
    WithdrawInvitation { ..BOOKERS; }
    AcceptInvitation {
        ..BOOKERS;
        CONFLICT: "invitation_used", "session_ended";
        GONE: "invitation_withdrawn";
    }

    LineChecks { ..BOOKERS; CONFLICT: "not_a_video_booking"; }
    TryLine {
        ..BOOKERS;
        ..ENGINE;
        CONFLICT: "not_a_video_booking", "session_ended";
        UNPROCESSABLE_ENTITY: "bad_sdp";
        TOO_MANY_REQUESTS: "too_many_line_checks";
    }
    KeepLineCheck {
        ..BOOKERS;
        CONFLICT: "not_a_video_booking", "session_ended";
        TOO_MANY_REQUESTS: "too_many_line_checks";
    }
    TellLine {
        ..BOOKERS;
        FORBIDDEN: "not_admitted";
        CONFLICT: "not_entered";
        TOO_MANY_REQUESTS: "too_many_line_reports";
    }

    WhipPublish {
        ..ENGINE;
        UNAUTHORIZED: "bad_token";
        FORBIDDEN: "not_admitted";
        CONFLICT: "taken_over";
        UNPROCESSABLE_ENTITY: "bad_sdp";
        TOO_MANY_REQUESTS: "too_many_offers";
    }
    WhepPlay {
        ..ENGINE;
        UNAUTHORIZED: "bad_token";
        FORBIDDEN: "not_admitted";
        CONFLICT: "nothing_published";
        UNPROCESSABLE_ENTITY: "bad_sdp";
        TOO_MANY_REQUESTS: "too_many_offers";
    }
    WhipAmend { ..AMENDING; }
    WhepAmend { ..AMENDING; }
    WhipClose { UNAUTHORIZED: "bad_token"; }
    WhepClose { UNAUTHORIZED: "bad_token"; }
}
