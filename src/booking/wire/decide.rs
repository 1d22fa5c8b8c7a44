//! What officers decide about bookings.

use crate::auth::Signed;
use crate::booking::Booking;
use crate::booking::wire::dto::{BookingDto, Refusing};
use crate::http::{Body, Params, PathId, Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AcceptQuery {
    /// The caller has another appointment at that time (`overlaps` of the booking) and wants this one too.
    #[serde(default)]
    #[param(required = false)]
    anyway: bool,
}

/// Accepts a request; whoever does becomes the booking's officer.
#[utoipa::path(post, path = "/bookings/{id}/accept", tag = "office_day", operation_id = "accept_booking",
    params(("id" = Uuid, Path), AcceptQuery), responses(
    (status = OK, body = BookingDto),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
    (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`, `too_late`; `officer_busy` with the other booking as `subject_id`, unless `anyway`"),
    (status = UNPROCESSABLE_ENTITY, body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn accept_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Params(query): Params<AcceptQuery>,
) -> Result<Json<BookingDto>, Problem> {
    let row = booking.accept(&actor, id, query.anyway).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// Refuses a request with a reason that the booker reads.
#[utoipa::path(post, path = "/bookings/{id}/refuse", tag = "office_day", operation_id = "refuse_booking",
    params(("id" = Uuid, Path)), request_body = Refusing, responses(
    (status = OK, body = BookingDto),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
    (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`, `too_late`"),
    (status = UNPROCESSABLE_ENTITY, body = ProblemBody, content_type = "application/problem+json", description = "`reason_required`"),
))]
pub async fn refuse_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(refusing): Body<Refusing>,
) -> Result<Json<BookingDto>, Problem> {
    let row = booking.refuse(&actor, id, &refusing.reason).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// The booker is here; possible from 60 minutes before the start.
#[utoipa::path(post, path = "/bookings/{id}/check-in", tag = "office_day", operation_id = "check_in_booking",
    params(("id" = Uuid, Path)), responses(
    (status = OK, body = BookingDto),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
    (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`, `too_early`"),
))]
pub async fn check_in_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Problem> {
    let row = booking.check_in_at_desk(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// The matter is dealt with.
#[utoipa::path(post, path = "/bookings/{id}/complete", tag = "office_day", operation_id = "complete_booking",
    params(("id" = Uuid, Path)), responses(
    (status = OK, body = BookingDto),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
    (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`; `session_open`: the video meeting must be ended first"),
))]
pub async fn complete_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Problem> {
    let row = booking.complete_at_desk(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// The booker did not come; possible from the start on.
#[utoipa::path(post, path = "/bookings/{id}/no-show", tag = "office_day", operation_id = "mark_no_show",
    params(("id" = Uuid, Path)), responses(
    (status = OK, body = BookingDto),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
    (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`, `too_early`; `somebody_came`: they wait or are in the video meeting"),
))]
pub async fn mark_no_show(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Problem> {
    let row = booking.no_show(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// Takes a no-show back within 30 minutes; the booking is accepted again.
#[utoipa::path(post, path = "/bookings/{id}/reopen", tag = "office_day", operation_id = "reopen_booking",
    params(("id" = Uuid, Path)), responses(
    (status = OK, body = BookingDto),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
    (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`, `too_late`"),
))]
pub async fn reopen_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Problem> {
    let row = booking.reopen(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}
