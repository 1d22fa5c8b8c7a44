//! What the operations on ratings are refused for.

use crate::auth::refusals::BOOKERS;
use crate::http::refusals;

refusals! {
    AnswerRating {
        CONFLICT: "rating_answered";
        GONE: "rating_expired";
        UNPROCESSABLE_ENTITY: "invalid_level", "comment_too_long";
    }
    GetBookingRating { ..BOOKERS; }
    ListAnswers { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "invalid_month"; }
    RatingFigures { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "invalid_month", "invalid_range"; }
}
