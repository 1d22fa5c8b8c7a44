//! Taking a consent back.

use crate::auth::Signed;
use crate::booking::Booking;
use crate::booking::wire::dto::BookingDetailDto;
use crate::booking::wire::refusals;
use crate::http::{PathId, Refused};
use axum::Json;
use axum::extract::State;

/// Takes back the consent to the use of health information: those answers are deleted, and the booking stands. Doing it
/// again changes nothing.
#[utoipa::path(post, path = "/bookings/{id}/withdraw-consent", tag = "bookings", operation_id = "withdraw_consent",
    params(("id" = Uuid, Path)), responses((status = OK, body = BookingDetailDto), refusals::WithdrawConsent))]
pub async fn withdraw_consent(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDetailDto>, Refused<refusals::WithdrawConsent>> {
    booking.withdraw_consent(&actor, id).await?;
    Ok(Json(booking.detail(&actor, id).await?))
}
