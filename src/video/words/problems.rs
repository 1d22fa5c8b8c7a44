//! What the session refuses, in words.

use crate::base::words;
use crate::http::Problem;
use crate::video::engine::{EngineError, OfferFault};
use crate::video::model::line::CHECK_SECONDS;
use crate::video::model::{self, MAX_GUESTS, StepRefused};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub fn stopping() -> Problem {
    Problem::unavailable(words::video::stopping())
}

pub fn not_a_video_booking() -> Problem {
    Problem::conflict(words::video::not_a_video_booking())
}

pub fn not_accepted() -> Problem {
    Problem::conflict(words::video::booking_not_accepted())
}

pub fn not_open(window: (DateTime<Utc>, DateTime<Utc>), zone: Tz) -> Problem {
    Problem::conflict(words::video::session_not_open(model::window_words(window, zone)))
}

pub fn ended() -> Problem {
    Problem::conflict(words::video::session_ended())
}

pub fn full() -> Problem {
    Problem::conflict(words::video::session_full(MAX_GUESTS))
}

pub fn notice_changed(current: i32) -> Problem {
    Problem::conflict(words::video::notice_changed(current))
}

pub fn refused(refusal: StepRefused) -> Problem {
    match refusal {
        StepRefused::Outside => Problem::conflict(words::video::not_entered()),
        StepRefused::Unacknowledged => Problem::conflict(words::video::not_acknowledged()),
        StepRefused::NotWaiting => Problem::conflict(words::video::not_waiting()),
    }
}

pub fn officer_not_admitted() -> Problem {
    Problem::conflict(words::video::officer_not_in_session())
}

/// Nobody was admitted yet: nothing is recorded that could be paused.
pub fn not_begun() -> Problem {
    Problem::conflict(words::video::session_not_begun())
}

/// All that was not recorded has been noted.
pub fn nothing_to_note() -> Problem {
    Problem::conflict(words::video::nothing_to_note())
}

pub fn guests_only() -> Problem {
    Problem::conflict(words::video::guests_only())
}

/// 403: no media before notice, admission and the opening of the session.
pub fn not_admitted() -> Problem {
    Problem::forbidden().saying(words::video::not_admitted())
}

/// 401 for a media token that is missing, not ours, of another session, or past its end.
pub fn bad_token() -> Problem {
    Problem::not_signed_in().saying(words::video::bad_token())
}

/// 422 for an offer that cannot be taken, with what whoever wrote the program that offers has to mend.
pub fn bad_sdp(fault: OfferFault) -> Problem {
    let fault = match fault {
        OfferFault::NotUtf8 => words::video::offer_not_utf8(),
        OfferFault::TooLong => words::video::offer_too_long(),
        OfferFault::NotSdp => words::video::offer_not_sdp(),
        OfferFault::BadLine => words::video::offer_bad_line(),
        OfferFault::TooManySections => words::video::offer_too_many_sections(),
        OfferFault::NoOpus => words::video::offer_no_opus(),
        OfferFault::NoVp8 => words::video::offer_no_vp8(),
        OfferFault::SendsNothing => words::video::offer_sends_nothing(),
        OfferFault::ReceivesNothing => words::video::offer_receives_nothing(),
        OfferFault::Simulcast => words::video::offer_simulcast(),
        OfferFault::NoCredentials => words::video::offer_no_credentials(),
        OfferFault::UnknownRole => words::video::offer_unknown_role(),
        OfferFault::Malformed => words::video::offer_malformed(),
        OfferFault::NoCodec => words::video::offer_no_codec(),
        OfferFault::TooSlow => words::video::offer_too_slow(),
    };
    Problem { field: None, ..Problem::invalid("", words::video::bad_sdp(fault)) }
}

/// 412 for words of a peer that are not meant for the ICE session that holds.
pub fn restarted_since() -> Problem {
    Problem::precondition_failed(words::video::restarted_since())
}

/// 428 for words of a peer that do not say for which ICE session they are meant.
pub fn tag_missing() -> Problem {
    Problem::precondition_required(words::video::tag_missing())
}

/// 409 for a page whose publication another page of the same person has taken over.
pub fn taken_over() -> Problem {
    Problem::conflict(words::video::taken_over())
}

/// 429 for too many offers.
pub fn too_many_offers() -> Problem {
    Problem::too_many(words::video::too_many_offers())
}

/// 429 for checks of the line, or their results, that come too fast.
pub fn too_many_line_checks() -> Problem {
    let again = Some(CHECK_SECONDS);
    Problem { retry_after: again, ..Problem::too_many(words::video::too_many_line_checks()) }
}

/// 429 for a page that tells of its line too often.
pub fn too_many_line_reports() -> Problem {
    Problem::too_many(words::video::too_many_line_reports())
}

pub fn busy() -> Problem {
    Problem::unavailable(words::video::media_busy())
}

/// What the engine refuses. Its own words are for the log.
pub fn engine(error: EngineError) -> Problem {
    match error {
        EngineError::BadOffer(fault) => {
            tracing::debug!(%fault, "an offer was refused");
            bad_sdp(fault)
        }
        EngineError::Outdated => restarted_since(),
        EngineError::NothingPublished => Problem::conflict(words::video::nothing_published()),
        EngineError::TooMany => busy(),
        EngineError::ShuttingDown => stopping(),
        error => {
            tracing::error!(%error, "the media engine failed");
            Problem::unavailable(words::video::media_unavailable())
        }
    }
}

pub fn nobody_more_invited(most: usize) -> Problem {
    Problem::conflict(words::video::too_many_invitations(most))
}

pub fn invitation_over() -> Problem {
    Problem::gone(words::video::invitation_withdrawn())
}

pub fn invitation_used() -> Problem {
    Problem::conflict(words::video::invitation_used())
}
