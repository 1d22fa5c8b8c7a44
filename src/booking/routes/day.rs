//! The office's day, and what officers decide.

use crate::auth::{Right, Signed};
use crate::booking::Booking;
use crate::booking::dto::{BookingDto, OfficeDayDto, Refusing};
use crate::http::{Body, Params, PathId, Problem, ProblemBody};
use crate::live::Topic;
use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use chrono::NaiveDate;
use futures::{Stream, StreamExt, future, stream};
use serde::Deserialize;
use std::convert::Infallible;
use tokio_stream::wrappers::BroadcastStream;
use utoipa::IntoParams;

/// The date asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DayQuery {
    /// Today in the office's zone, if left out.
    date: Option<NaiveDate>,
}

/// The bookings of a day, what is undecided, and who waits.
#[utoipa::path(get, path = "/day", tag = "office_day", operation_id = "get_day", params(DayQuery), responses(
    (status = OK, body = OfficeDayDto),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
    (status = UNPROCESSABLE_ENTITY, body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn get_day(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Params(query): Params<DayQuery>,
) -> Result<Json<OfficeDayDto>, Problem> {
    Ok(Json(booking.day(&actor, query.date).await?))
}

/// Server-sent events: `changed` at connect and whenever the day has changed; then ask for it anew.
#[utoipa::path(get, path = "/day/events", tag = "office_day", operation_id = "day_events", responses(
    (status = OK, body = String, content_type = "text/event-stream"),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn day_events(
    Signed(actor): Signed,
    State(booking): State<Booking>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    actor.may(Right::HandleBookings)?;
    // Listening begins before the first event goes out, so no change falls in between.
    let topics = BroadcastStream::new(booking.live().listen());
    let changes = topics
        .take_while(|topic| future::ready(!matches!(topic, Ok(Topic::Stopping))))
        // Whoever was too slow has missed topics, and one of them may have been ours.
        .filter(|topic| future::ready(matches!(topic, Ok(Topic::Day) | Err(_))))
        .map(|_| ());
    let events = stream::iter([()]).chain(changes).map(|()| Ok(Event::default().event("changed").data("{}")));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// Accepts a request; whoever does becomes the booking's officer.
#[utoipa::path(post, path = "/bookings/{id}/accept", tag = "office_day", operation_id = "accept_booking",
    params(("id" = Uuid, Path)), responses(
    (status = OK, body = BookingDto),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
    (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`, `too_late`"),
))]
pub async fn accept_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Problem> {
    let row = booking.accept(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// Refuses a request with a reason that the booker reads.
#[utoipa::path(post, path = "/bookings/{id}/refuse", tag = "office_day", operation_id = "refuse_booking",
    params(("id" = Uuid, Path)), request_body = Refusing, responses(
    (status = OK, body = BookingDto),
    (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
    (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`"),
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
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`"),
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
    (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_state`, `too_early`"),
))]
pub async fn mark_no_show(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Problem> {
    let row = booking.no_show(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}
