//! Results of examinations: that they are ready, and which are due.

use crate::auth::Signed;
use crate::booking::Booking;
use crate::booking::wire::dto::{BookingDto, ResultsDueList};
use crate::booking::wire::refusals;
use crate::http::{PathId, Refused};
use axum::Json;
use axum::extract::State;

/// The results of a completed booking can be had: the booker is told by mail, without a word about health.
#[utoipa::path(post, path = "/bookings/{id}/results-ready", tag = "office_day", operation_id = "mark_results_ready",
    params(("id" = Uuid, Path)), responses((status = OK, body = BookingDto), refusals::MarkResultsReady))]
pub async fn mark_results_ready(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDto>, Refused<refusals::MarkResultsReady>> {
    let row = booking.results_ready(&actor, id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// Completed bookings whose results are promised and not ready, the oldest first; at most 200.
#[utoipa::path(get, path = "/results", tag = "office_day", operation_id = "list_results_due",
    responses((status = OK, body = ResultsDueList), refusals::ListResultsDue))]
pub async fn list_results_due(
    Signed(actor): Signed,
    State(booking): State<Booking>,
) -> Result<Json<ResultsDueList>, Refused<refusals::ListResultsDue>> {
    Ok(Json(ResultsDueList { items: booking.results_due(&actor).await? }))
}
