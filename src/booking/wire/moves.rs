//! Moving several bookings of the office's board at once.

use crate::auth::Signed;
use crate::base::words::Language;
use crate::booking::Booking;
use crate::booking::model::display_reference;
use crate::booking::model::moves::Shift;
use crate::booking::service::moves::{MoveOutcome, MovesAsked, Picked};
use crate::booking::wire::dto::{
    MoveOutcomeDto, MoveRefusalDto, MovedDto, MovesPreviewDto, MovesWishDto, NewMovesDto, PickedDto,
};
use crate::booking::wire::refusals;
use crate::http::{Body, Problem, Refused};
use axum::extract::State;
use axum::{Extension, Json};
use chrono::NaiveDate;

/// What would come of moving some bookings together: each one's new time, or why it cannot go there, by the rules by which
/// an officer moves one. What they free among themselves counts as free. Nothing is changed. For officers and chiefs.
#[utoipa::path(post, path = "/board/moves/preview", tag = "office_day", operation_id = "preview_moves",
    request_body = MovesWishDto, responses((status = OK, body = MovesPreviewDto), refusals::PreviewMoves))]
pub async fn preview_moves(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
    Body(wish): Body<MovesWishDto>,
) -> Result<Json<MovesPreviewDto>, Refused<refusals::PreviewMoves>> {
    let language = language.map(|Extension(language)| language).unwrap_or_default();
    let asked = asked(wish.bookings, wish.to_date, wish.by_minutes);
    let outcomes = booking.preview_moves(&actor, &asked).await?;
    let items = outcomes.into_iter().map(|one| MoveOutcomeDto::of(one, language)).collect();
    Ok(Json(MovesPreviewDto { items }))
}

/// Moves some bookings together, all of them or none. They stay as they were decided, and each booker is told why. For
/// officers and chiefs.
#[utoipa::path(post, path = "/board/moves", tag = "office_day", operation_id = "move_bookings",
    request_body = NewMovesDto, responses((status = OK, body = MovedDto), refusals::MoveBookings))]
pub async fn move_bookings(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(wish): Body<NewMovesDto>,
) -> Result<Json<MovedDto>, Refused<refusals::MoveBookings>> {
    let asked = asked(wish.bookings, wish.to_date, wish.by_minutes);
    let rows = booking.move_several(&actor, &asked, wish.anyway, Some(&wish.reason)).await?;
    Ok(Json(MovedDto { items: booking.show_all(&actor, &rows).await? }))
}

fn asked(bookings: Vec<PickedDto>, to_date: Option<NaiveDate>, by_minutes: Option<i32>) -> MovesAsked {
    let picked = |PickedDto { id, updated_at }: PickedDto| Picked { id, updated_at };
    let shift = match (to_date, by_minutes) {
        (Some(date), None) => Some(Shift::ToDate(date)),
        (None, Some(minutes)) => Some(Shift::ByMinutes(minutes)),
        _ => None,
    };
    MovesAsked { picked: bookings.into_iter().map(picked).collect(), shift }
}

impl MoveOutcomeDto {
    fn of(outcome: MoveOutcome, language: Language) -> Self {
        let passes_anyway = outcome.passes_anyway();
        let refusal = |problem: Problem| MoveRefusalDto {
            code: problem.code.to_owned(),
            text: problem.title.in_language(language),
            subject_id: problem.subject_id.map(|id| *id),
            passes_anyway,
        };
        Self {
            id: outcome.before.id,
            reference: display_reference(&outcome.before.reference),
            was: outcome.before.starts_at,
            starts_at: outcome.starts_at,
            ends_at: outcome.after.map(|row| row.ends_at),
            refusal: outcome.refusal.map(refusal),
        }
    }
}
