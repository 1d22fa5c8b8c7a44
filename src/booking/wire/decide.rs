//! What officers decide about bookings.

use crate::auth::Signed;
use crate::booking::Booking;
use crate::booking::wire::dto::{BookingDto, Refusing};
use crate::booking::wire::refusals;
use crate::http::{Body, Params, PathId, Refused};
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
    params(("id" = Uuid, Path), AcceptQuery), responses((status = OK, body = BookingDto), refusals::AcceptBooking))]
pub async fn accept_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Params(query): Params<AcceptQuery>,
) -> Result<Json<BookingDto>, Refused<refusals::AcceptBooking>> {
    let row = booking.accept(&actor, id, query.anyway).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// Refuses a request with a reason that the booker reads.
#[utoipa::path(post, path = "/bookings/{id}/refuse", tag = "office_day", operation_id = "refuse_booking",
    params(("id" = Uuid, Path)), request_body = Refusing, responses((status = OK, body = BookingDto), refusals::RefuseBooking))]
pub async fn refuse_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(refusing): Body<Refusing>,
) -> Result<Json<BookingDto>, Refused<refusals::RefuseBooking>> {
    let row = booking.refuse(&actor, id, &refusing.reason).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// The booker is here; possible from 60 minutes before the start.
#[utoipa::path(post, path = "/bookings/{id}/check-in", tag = "office_day", operation_id = "check_in_booking",
    params(("id" = Uuid, Path)), responses((status = OK, body = BookingDto), refusals::CheckInBooking))]
pub async fn check_in_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Refused<refusals::CheckInBooking>> {
    let row = booking.check_in_at_desk(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// The matter is dealt with.
#[utoipa::path(post, path = "/bookings/{id}/complete", tag = "office_day", operation_id = "complete_booking",
    params(("id" = Uuid, Path)), responses((status = OK, body = BookingDto), refusals::CompleteBooking))]
pub async fn complete_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Refused<refusals::CompleteBooking>> {
    let row = booking.complete_at_desk(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// The booker did not come; possible from the start on.
#[utoipa::path(post, path = "/bookings/{id}/no-show", tag = "office_day", operation_id = "mark_no_show",
    params(("id" = Uuid, Path)), responses((status = OK, body = BookingDto), refusals::MarkNoShow))]
pub async fn mark_no_show(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Refused<refusals::MarkNoShow>> {
    let row = booking.no_show(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// Takes a no-show back within 30 minutes; the booking is accepted again.
#[utoipa::path(post, path = "/bookings/{id}/reopen", tag = "office_day", operation_id = "reopen_booking",
    params(("id" = Uuid, Path)), responses((status = OK, body = BookingDto), refusals::ReopenBooking))]
pub async fn reopen_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Refused<refusals::ReopenBooking>> {
    let row = booking.reopen(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}
