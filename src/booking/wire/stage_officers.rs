//! Who holds the stages of bookings. Officers alone see and change it.

use crate::auth::Signed;
use crate::booking::Booking;
use crate::booking::service::StageOfficer;
use crate::booking::wire::dto::{BookingDto, OfficerRef};
use crate::booking::wire::refusals;
use crate::directory::entities::service_stage::Stage;
use crate::http::{Body, PathId, Refused};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Everybody who handles bookings, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Officers {
    items: Vec<OfficerRef>,
}

/// Who may hold a stage, the usual first.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageOfficers {
    items: Vec<StageOfficerDto>,
}

/// Somebody who may hold a stage.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StageOfficer)]
pub struct StageOfficerDto {
    id: Uuid,
    name: String,
    badge_no: Option<String>,
    /// Whether they have nothing else at its time; of who holds it that is no.
    free: bool,
    /// They hold it.
    holds: bool,
}

/// Who is to hold a stage.
#[derive(Debug, Deserialize, ToSchema)]
pub struct StageHolder {
    officer_id: Uuid,
}

/// Everybody who can be named for a stage, by name. For officers and chiefs.
#[utoipa::path(get, path = "/officers", tag = "office", operation_id = "list_officers",
    responses((status = OK, body = Officers), refusals::ListOfficers))]
pub async fn list_officers(
    Signed(actor): Signed,
    State(booking): State<Booking>,
) -> Result<Json<Officers>, Refused<refusals::ListOfficers>> {
    let items = booking.officers(&actor).await?.into_iter();
    let items = items.map(|one| OfficerRef { id: one.id, name: one.name, badge_no: one.badge_no });
    Ok(Json(Officers { items: items.collect() }))
}

/// Who may hold a stage of a booking, and who of them is free then. For officers and chiefs.
#[utoipa::path(get, path = "/bookings/{id}/stages/{stage}/officers", tag = "office_day",
    operation_id = "list_stage_officers", params(("id" = Uuid, Path), ("stage" = Stage, Path)),
    responses((status = OK, body = StageOfficers), refusals::ListStageOfficers))]
pub async fn list_stage_officers(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId((id, stage)): PathId<(Uuid, Stage)>,
) -> Result<Json<StageOfficers>, Refused<refusals::ListStageOfficers>> {
    let shown = |StageOfficer { id, name, badge_no, free, holds }| StageOfficerDto {
        id,
        name,
        badge_no,
        free,
        holds,
    };
    let items = booking.stage_officers(&actor, id, stage).await?.into_iter().map(shown).collect();
    Ok(Json(StageOfficers { items }))
}

/// Has an officer hold a stage of a booking; whoever held it is free then. For officers and chiefs.
#[utoipa::path(put, path = "/bookings/{id}/stages/{stage}/officer", tag = "office_day",
    operation_id = "set_stage_officer", params(("id" = Uuid, Path), ("stage" = Stage, Path)),
    request_body = StageHolder, responses((status = OK, body = BookingDto), refusals::SetStageOfficer))]
pub async fn set_stage_officer(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId((id, stage)): PathId<(Uuid, Stage)>,
    Body(StageHolder { officer_id }): Body<StageHolder>,
) -> Result<Json<BookingDto>, Refused<refusals::SetStageOfficer>> {
    let row = booking.set_stage_officer(&actor, id, stage, officer_id).await?;
    Ok(Json(booking.show(&actor, row).await?))
}
