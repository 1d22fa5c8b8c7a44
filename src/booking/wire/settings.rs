//! Chiefs see and set what services are. Here and not in `directory`, which may not know who is calling.

use crate::auth::Signed;
use crate::base::words::{ByLanguage, Language};
use crate::booking::Booking;
use crate::booking::service::settings::{NewService, SetService};
use crate::booking::wire::dto::{ServiceSetupDto, ServiceSetupList, SettingsEffectDto};
use crate::booking::wire::refusals;
use crate::directory::model::settings::ServiceSettings;
use crate::http::{Body, PathId, Refused, dated};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A service that is to be like another one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewServiceSettings {
    /// The service after which it is made: what it asks for, its terms and texts are taken over.
    like: Uuid,
    venue_id: Uuid,
    /// In every language; at most 60 characters each.
    name: ByLanguage,
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    reason: String,
}

/// Other settings, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SetServiceSettings {
    /// That from which they were begun: with another one it is refused, and nobody's change is lost.
    version: i32,
    settings: ServiceSettings,
    /// Why they are changed; it is kept with the entry.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    reason: String,
    /// Also if bookings that stand would lie outside; they stay as they are.
    #[serde(default)]
    anyway: bool,
}

/// Settings that are to be tried.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TryServiceSettings {
    settings: ServiceSettings,
    /// Any date of the month that is to be shown; the next one, if left out.
    #[serde(default, deserialize_with = "dated")]
    month: Option<NaiveDate>,
}

/// Every service as it is set, those that are not offered too. For chiefs.
#[utoipa::path(get, path = "/service-settings", tag = "office", operation_id = "list_service_settings",
    responses((status = OK, body = ServiceSetupList), refusals::ListServiceSettings))]
pub async fn list_service_settings(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
) -> Result<Json<ServiceSetupList>, Refused<refusals::ListServiceSettings>> {
    let setups = booking.service_setups(&actor).await?.into_iter();
    let items = setups.map(|setup| ServiceSetupDto::of(setup, spoken(language))).collect();
    Ok(Json(ServiceSetupList { items }))
}

/// Makes a service after another one, switched off until it is set. For chiefs.
#[utoipa::path(post, path = "/service-settings", tag = "office", operation_id = "make_service",
    request_body = NewServiceSettings, responses((status = CREATED, body = ServiceSetupDto), refusals::MakeService))]
pub async fn make_service(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
    Body(new): Body<NewServiceSettings>,
) -> Result<(StatusCode, Json<ServiceSetupDto>), Refused<refusals::MakeService>> {
    let NewServiceSettings { like, venue_id, name, reason } = new;
    let made = booking.make_service(&actor, NewService { like, venue_id, name, reason }).await?;
    Ok((StatusCode::CREATED, Json(ServiceSetupDto::of(made, spoken(language)))))
}

/// A service as it is set, with its latest changes. For chiefs.
#[utoipa::path(get, path = "/service-settings/{id}", tag = "office", operation_id = "get_service_settings",
    params(("id" = Uuid, Path)), responses((status = OK, body = ServiceSetupDto), refusals::GetServiceSettings))]
pub async fn get_service_settings(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
    PathId(id): PathId,
) -> Result<Json<ServiceSetupDto>, Refused<refusals::GetServiceSettings>> {
    let setup = booking.service_setup(&actor, id).await?;
    Ok(Json(ServiceSetupDto::of(setup, spoken(language))))
}

/// Sets what a service is, at once. What is booked stays as it is; the same again changes nothing. For chiefs.
#[utoipa::path(put, path = "/service-settings/{id}", tag = "office", operation_id = "set_service",
    params(("id" = Uuid, Path)), request_body = SetServiceSettings,
    responses((status = OK, body = ServiceSetupDto), refusals::SetService))]
pub async fn set_service(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
    PathId(id): PathId,
    Body(SetServiceSettings { version, settings, reason, anyway }): Body<SetServiceSettings>,
) -> Result<Json<ServiceSetupDto>, Refused<refusals::SetService>> {
    let set = SetService { version, settings, reason, anyway };
    let setup = booking.set_service(&actor, id, set).await?;
    Ok(Json(ServiceSetupDto::of(setup, spoken(language))))
}

fn spoken(language: Option<Extension<Language>>) -> Language {
    language.map(|Extension(language)| language).unwrap_or_default()
}

/// What other settings would do: to each day of a month, and to what is booked. Nothing is changed. For chiefs.
#[utoipa::path(post, path = "/service-settings/{id}/preview", tag = "office", operation_id = "preview_settings",
    params(("id" = Uuid, Path)), request_body = TryServiceSettings,
    responses((status = OK, body = SettingsEffectDto), refusals::PreviewSettings))]
pub async fn preview_settings(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(TryServiceSettings { settings, month }): Body<TryServiceSettings>,
) -> Result<Json<SettingsEffectDto>, Refused<refusals::PreviewSettings>> {
    Ok(Json(booking.preview_settings(&actor, id, &settings, month).await?.into()))
}
