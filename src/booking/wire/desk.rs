//! What officers do at the desk: they book for who calls or stands at the counter, and chiefs keep seats for that.

use crate::auth::Signed;
use crate::booking::Booking;
use crate::booking::service::{DeskAsked, DeskBooking, ExplainedWay, RequestForm};
use crate::booking::store::entities::booking::Channel;
use crate::booking::wire::dto::{
    BookingDto, DeskAlternativesDto, DeskWayDto, FieldValue, HindranceDto, SharesEffectDto, WantedStageDto,
};
use crate::booking::wire::refusals;
use crate::booking::wire::stages::{stage_offer, stages_at_sites, wanted_time};
use crate::directory::model::Shares;
use crate::http::{Body, Params, PathId, Refused, dated};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// By which way somebody reaches the desk.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeskChannel {
    /// They call.
    Phone,
    /// They stand there.
    Counter,
}

impl From<DeskChannel> for Channel {
    fn from(channel: DeskChannel) -> Self {
        match channel {
            DeskChannel::Phone => Self::Phone,
            DeskChannel::Counter => Self::Counter,
        }
    }
}

/// What an officer books for somebody.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDeskBooking {
    service_id: Uuid,
    channel: DeskChannel,
    /// The start of a slot; left out where there are `stages`.
    #[serde(default, deserialize_with = "dated")]
    starts_at: Option<DateTime<Utc>>,
    /// In order; all of them are booked, or none.
    #[serde(default)]
    #[schema(max_items = 3)]
    stages: Vec<WantedStageDto>,
    // Left out counts as empty: who may book at all is said first, and then in which field it is.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 60)]
    contact_name: String,
    /// May be left out at the counter.
    #[serde(default)]
    contact_mobile: String,
    /// For an enterprise that was let in, by its id or 统一社会信用代码.
    enterprise: Option<String>,
    /// Answers by field key, as far as there are some; what needs a consent is not asked at the desk.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, FieldValue>)]
    fields: Map<String, Value>,
    /// Codes of the warnings that were read out.
    #[serde(default)]
    acknowledged: Vec<String>,
    /// Take a second place at a time that they have booked already, instead of `already_yours`.
    #[serde(default)]
    anyway: bool,
    /// Why it is booked against the terms of the service; left out, they hold. Seats and opening hours always do.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Books for somebody who calls or stands at the counter: accepted at once, nothing is held. For officers.
#[utoipa::path(post, path = "/desk/bookings", tag = "office_day", operation_id = "book_at_desk",
    request_body = NewDeskBooking, responses((status = CREATED, body = BookingDto), refusals::BookAtDesk))]
pub async fn book_at_desk(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(new): Body<NewDeskBooking>,
) -> Result<(StatusCode, Json<BookingDto>), Refused<refusals::BookAtDesk>> {
    let NewDeskBooking { contact_name, contact_mobile, fields, acknowledged, .. } = new;
    let time = wanted_time(new.starts_at, new.stages);
    let new = DeskBooking {
        service_id: new.service_id,
        time,
        channel: new.channel.into(),
        form: RequestForm { contact_name, contact_mobile, fields, acknowledged, persons: Vec::new() },
        enterprise: new.enterprise,
        anyway: new.anyway,
        reason: new.reason,
    };
    let fresh = booking.take_at_desk(&actor, new).await?;
    Ok((StatusCode::CREATED, Json(booking.show(&actor, fresh.row).await?)))
}

/// What is to be had together, for whom, and from when on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeskAlternativesQuery {
    /// In their order, with commas between them; `@enterprise` behind one that is to take place there:
    /// `declaration,inspection@enterprise,release`.
    stages: String,
    #[serde(deserialize_with = "dated")]
    from: DateTime<Utc>,
    #[param(inline)]
    channel: DeskChannel,
    /// For an enterprise that was let in, by its id or 统一社会信用代码.
    enterprise: Option<String>,
    /// What the form's field `terms.category_field` is going to say, if that is known.
    category: Option<String>,
}

/// Ways to have some stages of a service together for somebody at the desk, and what the terms have against each for the
/// enterprise that is named: at most three that keep its lead time, and at most three sooner ones. For officers.
#[utoipa::path(get, path = "/services/{id}/desk-alternatives", tag = "office_day",
    operation_id = "list_desk_alternatives", params(("id" = Uuid, Path), DeskAlternativesQuery),
    responses((status = OK, body = DeskAlternativesDto), refusals::ListDeskAlternatives))]
pub async fn list_desk_alternatives(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Params(query): Params<DeskAlternativesQuery>,
) -> Result<Json<DeskAlternativesDto>, Refused<refusals::ListDeskAlternatives>> {
    let DeskAlternativesQuery { stages, from, channel, enterprise, category } = query;
    let asked = DeskAsked { channel: channel.into(), enterprise, category };
    let stages = stages_at_sites(&stages)?;
    let (question, ways) = booking.ways_at_desk(&actor, id, asked, &stages, from).await?;
    let (info, lead, enterprise) = (&question.info, question.lead(), question.whom.is_enterprise());
    let way = |(hindrances, way): ExplainedWay| DeskWayDto {
        stages: way.into_iter().map(stage_offer).collect(),
        hindrances: hindrances.iter().map(|one| HindranceDto::of(one, info, lead, enterprise)).collect(),
    };
    let alternatives = ways.into_iter().map(way).collect();
    Ok(Json(DeskAlternativesDto { zone: info.zone.name().to_owned(), alternatives }))
}

/// Which seats of each slot are to be kept, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewShares {
    /// For callers.
    #[serde(default)]
    #[schema(minimum = 0)]
    phone: i32,
    /// For who stands at the counter.
    #[serde(default)]
    #[schema(minimum = 0)]
    counter: i32,
    /// So long before a slot what is left of them is everybody's.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 44640)]
    released_minutes_before: i32,
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    reason: String,
}

/// Keeps seats of a service for callers and for the counter, until a set time before each slot. For chiefs.
#[utoipa::path(put, path = "/services/{id}/shares", tag = "office", operation_id = "set_shares",
    params(("id" = Uuid, Path)), request_body = NewShares, responses((status = OK, body = Shares), refusals::SetShares))]
pub async fn set_shares(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(new): Body<NewShares>,
) -> Result<Json<Shares>, Refused<refusals::SetShares>> {
    let NewShares { phone, counter, released_minutes_before, reason } = new;
    let to = Shares { phone, counter, released_minutes_before };
    Ok(Json(booking.set_shares(&actor, id, to, &reason).await?))
}

/// Shares that are not set yet. The fields stand here once more, because of a flattened part nobody would be told which of them
/// is wrong.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SharesTried {
    /// For callers.
    #[serde(default)]
    #[schema(minimum = 0)]
    phone: i32,
    /// For who stands at the counter.
    #[serde(default)]
    #[schema(minimum = 0)]
    counter: i32,
    /// So long before a slot what is left of them is everybody's.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 44640)]
    released_minutes_before: i32,
    /// Any date of the month that is meant; the next one, where it is not said.
    #[serde(default, deserialize_with = "dated")]
    month: Option<NaiveDate>,
}

/// What other shares would leave to those who book online, day by day, before they are set. For chiefs.
#[utoipa::path(post, path = "/services/{id}/shares/preview", tag = "office", operation_id = "preview_shares",
    params(("id" = Uuid, Path)), request_body = SharesTried,
    responses((status = OK, body = SharesEffectDto), refusals::PreviewShares))]
pub async fn preview_shares(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(tried): Body<SharesTried>,
) -> Result<Json<SharesEffectDto>, Refused<refusals::PreviewShares>> {
    let SharesTried { phone, counter, released_minutes_before, month } = tried;
    let to = Shares { phone, counter, released_minutes_before };
    Ok(Json(booking.preview_shares(&actor, id, to, month).await?.into()))
}
