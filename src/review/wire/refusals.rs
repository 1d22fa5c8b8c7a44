//! What the operations of the review are refused for.

use crate::http::refusals;

refusals! {
    ReviewSessions { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "invalid_range", "date_out_of_range"; }
    ReviewCases { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "invalid_range", "date_out_of_range"; }
    ReviewCase { FORBIDDEN: "forbidden"; }
    ReviewSession { FORBIDDEN: "forbidden"; }
    SessionIntegrity { FORBIDDEN: "forbidden"; }
    OpenPlayback { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "purpose_required"; }
    RecordingMedia {
        FORBIDDEN: "forbidden";
        NOT_FOUND: "recording_missing";
        CONFLICT: "playback_expired", "recording_changed";
        RANGE_NOT_SATISFIABLE: "range_not_satisfiable";
    }
}
