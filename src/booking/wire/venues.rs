//! Chiefs see and set what venues are.

use crate::auth::Signed;
use crate::booking::Booking;
use crate::booking::service::venues::SetVenue;
use crate::booking::wire::dto::{VenueEffectDto, VenueSetupDto, VenueSetupList};
use crate::booking::wire::refusals;
use crate::directory::model::settings::VenueSettings;
use crate::http::{Body, PathId, Refused, dated};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

/// A venue more, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewVenue {
    settings: VenueSettings,
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    reason: String,
}

/// Other settings of a venue, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SetVenueSettings {
    /// That from which they were begun: with another one it is refused, and nobody's change is lost.
    version: i32,
    settings: VenueSettings,
    /// Why they are changed; it is kept with the entry.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    reason: String,
    /// Also if bookings that stand would lie outside; they stay as they are.
    #[serde(default)]
    anyway: bool,
}

/// Settings of a venue that are to be tried.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TryVenueSettings {
    settings: VenueSettings,
    /// Any date of the month that is to be shown; the next one, if left out.
    #[serde(default, deserialize_with = "dated")]
    month: Option<NaiveDate>,
}

/// Every venue as it is set. For chiefs.
#[utoipa::path(get, path = "/venues", tag = "office", operation_id = "list_venues",
    responses((status = OK, body = VenueSetupList), refusals::ListVenues))]
pub async fn list_venues(
    Signed(actor): Signed,
    State(booking): State<Booking>,
) -> Result<Json<VenueSetupList>, Refused<refusals::ListVenues>> {
    let items = booking.venue_setups(&actor).await?.into_iter().map(VenueSetupDto::from).collect();
    Ok(Json(VenueSetupList { items }))
}

/// Makes a venue. For chiefs.
#[utoipa::path(post, path = "/venues", tag = "office", operation_id = "make_venue",
    request_body = NewVenue, responses((status = CREATED, body = VenueSetupDto), refusals::MakeVenue))]
pub async fn make_venue(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(NewVenue { settings, reason }): Body<NewVenue>,
) -> Result<(StatusCode, Json<VenueSetupDto>), Refused<refusals::MakeVenue>> {
    let made = booking.make_venue(&actor, settings, &reason).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Sets what a venue is, at once; its zone and grid only while nothing is offered there and nothing was booked. For chiefs.
#[utoipa::path(put, path = "/venues/{id}", tag = "office", operation_id = "set_venue",
    params(("id" = Uuid, Path)), request_body = SetVenueSettings,
    responses((status = OK, body = VenueSetupDto), refusals::SetVenue))]
pub async fn set_venue(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(SetVenueSettings { version, settings, reason, anyway }): Body<SetVenueSettings>,
) -> Result<Json<VenueSetupDto>, Refused<refusals::SetVenue>> {
    let set = SetVenue { version, settings, reason, anyway };
    Ok(Json(booking.set_venue(&actor, id, set).await?.into()))
}

/// What other office hours of a venue would do to the services there that go by them: to each day of a month, and to what
/// is booked. Nothing is changed. For chiefs.
#[utoipa::path(post, path = "/venues/{id}/preview", tag = "office", operation_id = "preview_venue",
    params(("id" = Uuid, Path)), request_body = TryVenueSettings,
    responses((status = OK, body = VenueEffectDto), refusals::PreviewVenue))]
pub async fn preview_venue(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(TryVenueSettings { settings, month }): Body<TryVenueSettings>,
) -> Result<Json<VenueEffectDto>, Refused<refusals::PreviewVenue>> {
    Ok(Json(booking.preview_venue(&actor, id, &settings, month).await?.into()))
}
