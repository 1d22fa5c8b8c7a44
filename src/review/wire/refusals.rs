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
    ListComposites { FORBIDDEN: "forbidden"; }
    AskComposite {
        FORBIDDEN: "forbidden";
        CONFLICT:
            "playback_expired", "composite_not_yet", "composite_nothing", "composite_under_way", "composite_tools",
            "composite_space";
    }
    CancelComposite { FORBIDDEN: "forbidden"; CONFLICT: "composite_over"; }
    CompositeFile {
        FORBIDDEN: "forbidden";
        NOT_FOUND: "composite_gone";
        CONFLICT: "playback_expired", "composite_changed";
        RANGE_NOT_SATISFIABLE: "range_not_satisfiable";
    }
}
