//! Bookings in stages: what can be had together, moving, and the clearance clock.

use crate::auth::{MaybeSigned, Signed};
use crate::base::words;
use crate::booking::Booking;
use crate::booking::model::stages::WantedStage;
use crate::booking::service::{ClockAction, StageOffer, WantedTime, Way};
use crate::booking::store::entities::appointment::Site;
use crate::booking::wire::dto::{
    BookingDto, HindranceDto, Rescheduling, StageAlternativesDto, StageOfferDto, StageWayDto, WantedStageDto,
};
use crate::booking::wire::refusals;
use crate::directory::entities::service_stage::Stage;
use crate::http::{Body, Params, PathId, Problem, Refused, dated};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// When somebody wants to come: at a slot of the service, or stage by stage. None if they say neither, or both.
pub(super) fn wanted_time(
    starts_at: Option<DateTime<Utc>>,
    stages: Vec<WantedStageDto>,
) -> Option<WantedTime> {
    let stage = |wanted: WantedStageDto| WantedStage {
        stage: wanted.stage,
        starts_at: wanted.starts_at,
        site: wanted.site,
    };
    match (starts_at, stages.is_empty()) {
        (Some(starts_at), true) => Some(WantedTime::Slot(starts_at)),
        (None, false) => Some(WantedTime::Stages(stages.into_iter().map(stage).collect())),
        _ => None,
    }
}

/// What is to be had together, and from when on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AlternativesQuery {
    /// In their order, with commas between them; `@enterprise` behind one that is to take place there:
    /// `declaration,inspection@enterprise,release`.
    stages: String,
    #[serde(deserialize_with = "dated")]
    from: DateTime<Utc>,
    /// A booking of the caller that is to be moved: what it has does not count.
    moving: Option<Uuid>,
}

/// Ways to have some stages of a service together, at most three.
#[utoipa::path(get, path = "/services/{id}/alternatives", tag = "services", operation_id = "list_stage_alternatives",
    params(("id" = Uuid, Path), AlternativesQuery),
    responses((status = OK, body = StageAlternativesDto), refusals::ListStageAlternatives))]
pub async fn list_stage_alternatives(
    MaybeSigned(caller): MaybeSigned,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Params(query): Params<AlternativesQuery>,
) -> Result<Json<StageAlternativesDto>, Refused<refusals::ListStageAlternatives>> {
    let stages = stages_at_sites(&query.stages)?;
    let (info, ways, excluded) =
        booking.stage_alternatives(caller.as_deref(), id, &stages, query.from, query.moving).await?;
    let way = |way: Way| StageWayDto { stages: way.into_iter().map(stage_offer).collect() };
    let alternatives = ways.into_iter().map(way).collect();
    let hindrances = HindranceDto::of_excluded(excluded);
    Ok(Json(StageAlternativesDto { zone: info.zone.name().to_owned(), alternatives, hindrances }))
}

/// `declaration,inspection@enterprise,release`, read.
pub(super) fn stages_at_sites(text: &str) -> Result<Vec<(Stage, Site)>, Problem> {
    let stages: Option<Vec<_>> = text.split(',').map(stage_at_site).collect();
    stages.ok_or_else(|| Problem::invalid("stages", words::booking::unknown_stage()))
}

fn stage_at_site(text: &str) -> Option<(Stage, Site)> {
    let (stage, site) = text.split_once('@').unwrap_or((text, "office"));
    let read = |word: &str| serde_json::Value::String(word.trim().to_owned());
    Some((serde_json::from_value(read(stage)).ok()?, serde_json::from_value(read(site)).ok()?))
}

pub(super) fn stage_offer(offer: StageOffer) -> StageOfferDto {
    StageOfferDto {
        stage: offer.stage,
        site: offer.site,
        starts_at: offer.slot.starts_at,
        ends_at: offer.slot.ends_at,
    }
}

/// Moves a booking to another time; the former place is given back in the same step. Where officers decide, the new
/// time of a booker is decided anew; an officer who moves it has decided, and says why.
#[utoipa::path(post, path = "/bookings/{id}/reschedule", tag = "bookings", operation_id = "reschedule_booking",
    params(("id" = Uuid, Path)), request_body = Rescheduling,
    responses((status = OK, body = BookingDto), refusals::RescheduleBooking))]
pub async fn reschedule_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(wish): Body<Rescheduling>,
) -> Result<Json<BookingDto>, Refused<refusals::RescheduleBooking>> {
    let time = wanted_time(wish.starts_at, wish.stages);
    let row = booking.reschedule(&actor, id, time, wish.anyway, wish.reason.as_deref()).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// An officer begins with a stage; the first that begins checks the booking in.
#[utoipa::path(post, path = "/bookings/{id}/stages/{stage}/begin", tag = "office_day", operation_id = "begin_stage",
    params(("id" = Uuid, Path), ("stage" = Stage, Path)),
    responses((status = OK, body = BookingDto), refusals::BeginStage))]
pub async fn begin_stage(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId((id, stage)): PathId<(Uuid, Stage)>,
) -> Result<Json<BookingDto>, Refused<refusals::BeginStage>> {
    let row = booking.clock(&actor, id, stage, ClockAction::Begin).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// A stage is done; the last one completes the booking.
#[utoipa::path(post, path = "/bookings/{id}/stages/{stage}/end", tag = "office_day", operation_id = "end_stage",
    params(("id" = Uuid, Path), ("stage" = Stage, Path)),
    responses((status = OK, body = BookingDto), refusals::EndStage))]
pub async fn end_stage(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId((id, stage)): PathId<(Uuid, Stage)>,
) -> Result<Json<BookingDto>, Refused<refusals::EndStage>> {
    let row = booking.clock(&actor, id, stage, ClockAction::End).await?;
    Ok(Json(booking.show(&actor, row).await?))
}
