//! Announced overtime days and surge plans.

use crate::auth::Signed;
use crate::base::words::ByLanguage;
use crate::booking::Booking;
use crate::booking::service::announced::{AnnouncedShown, AnnouncedTimes};
use crate::booking::service::openings::ExtraPlaces;
use crate::booking::wire::refusals;
use crate::directory::entities::announced_hours::AnnouncedKind;
use crate::http::{Body, PathId, Refused, dated};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// On these dates the service is open within these minutes beside its rules, and has so many places more.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExtraOpening {
    id: Uuid,
    service_id: Uuid,
    service_name: ByLanguage,
    /// The venue's, in which dates and minutes are counted.
    zone: String,
    date_from: NaiveDate,
    /// The last one.
    date_to: NaiveDate,
    from_minute: i32,
    to_minute: i32,
    extra_seats: i32,
    /// More of the daily quota on each of the dates.
    extra_quota: i32,
    /// What bookers read.
    text: ByLanguage,
    /// Why it was decided; for the office.
    reason: String,
    /// The name of who announced it.
    made_by: String,
    made_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
}

impl From<AnnouncedShown> for ExtraOpening {
    fn from(AnnouncedShown { row, info, made_by }: AnnouncedShown) -> Self {
        Self {
            id: row.id,
            service_id: row.service_id,
            service_name: info.name(),
            zone: info.zone.name().to_owned(),
            date_from: row.date_from,
            date_to: row.date_to,
            from_minute: row.from_minute,
            to_minute: row.to_minute,
            extra_seats: row.extra_seats,
            extra_quota: row.extra_quota,
            text: row.text.for_all(),
            reason: row.reason,
            made_by,
            made_at: row.made_at,
            withdrawn_at: row.withdrawn_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExtraOpenings {
    items: Vec<ExtraOpening>,
}

/// When what is to be opened.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExtraOpeningTimes {
    service_id: Uuid,
    #[serde(deserialize_with = "dated")]
    date_from: NaiveDate,
    /// The last one, not more than 30 days later.
    #[serde(deserialize_with = "dated")]
    date_to: NaiveDate,
    /// After midnight at the venue.
    #[schema(minimum = 0, maximum = 1439)]
    from_minute: i32,
    /// 1440 is the midnight that ends the day.
    #[schema(minimum = 1, maximum = 1440)]
    to_minute: i32,
    /// Places more than usual, side by side.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 50)]
    extra_seats: i32,
    /// More of the daily quota on each of the dates, of a service that has one.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1000)]
    extra_quota: i32,
}

/// What is to be announced.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewExtraOpening {
    service_id: Uuid,
    #[serde(deserialize_with = "dated")]
    date_from: NaiveDate,
    /// The last one, not more than 30 days later.
    #[serde(deserialize_with = "dated")]
    date_to: NaiveDate,
    /// After midnight at the venue.
    #[schema(minimum = 0, maximum = 1439)]
    from_minute: i32,
    /// 1440 is the midnight that ends the day.
    #[schema(minimum = 1, maximum = 1440)]
    to_minute: i32,
    /// Places more than usual, side by side.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 50)]
    extra_seats: i32,
    /// More of the daily quota on each of the dates, of a service that has one.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1000)]
    extra_quota: i32,
    /// What bookers read, in every language; at most 300 characters each.
    #[serde(default)]
    #[schema(required = true)]
    text: Option<ByLanguage>,
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    reason: String,
}

/// What an opening would bring.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExtraOpeningEffect {
    /// More slots than without it.
    slots: i64,
    /// More places in all slots together, as far as the daily quota goes.
    places: i64,
    /// On some of its days the slots have more places than may be booked on a day.
    limited_by_quota: bool,
}

/// Overtime days and surge plans that are not over, by their first date, withdrawn ones too. For officers and chiefs.
#[utoipa::path(get, path = "/openings", tag = "office", operation_id = "list_openings",
    responses((status = OK, body = ExtraOpenings), refusals::ListOpenings))]
pub async fn list_openings(
    Signed(actor): Signed,
    State(booking): State<Booking>,
) -> Result<Json<ExtraOpenings>, Refused<refusals::ListOpenings>> {
    let items = booking
        .announced(&actor, AnnouncedKind::Opening)
        .await?
        .into_iter()
        .map(ExtraOpening::from)
        .collect();
    Ok(Json(ExtraOpenings { items }))
}

/// What an opening would bring. Nothing is changed. For chiefs.
#[utoipa::path(post, path = "/openings/preview", tag = "office", operation_id = "preview_opening",
    request_body = ExtraOpeningTimes, responses((status = OK, body = ExtraOpeningEffect), refusals::PreviewOpening))]
pub async fn preview_opening(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(wish): Body<ExtraOpeningTimes>,
) -> Result<Json<ExtraOpeningEffect>, Refused<refusals::PreviewOpening>> {
    let ExtraOpeningTimes {
        service_id,
        date_from,
        date_to,
        from_minute,
        to_minute,
        extra_seats,
        extra_quota,
    } = wish;
    let times = AnnouncedTimes { service_id, dates: (date_from, date_to), minutes: (from_minute, to_minute) };
    let effect = booking
        .preview_opening(&actor, &times, ExtraPlaces { seats: extra_seats, quota: extra_quota })
        .await?;
    Ok(Json(ExtraOpeningEffect {
        slots: effect.slots,
        places: effect.places,
        limited_by_quota: effect.limited_by_quota,
    }))
}

/// Announces an overtime day or surge plan: it can be booked and read of at once. For chiefs.
#[utoipa::path(post, path = "/openings", tag = "office", operation_id = "announce_opening",
    request_body = NewExtraOpening, responses((status = CREATED, body = ExtraOpening), refusals::AnnounceOpening))]
pub async fn announce_opening(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(new): Body<NewExtraOpening>,
) -> Result<(StatusCode, Json<ExtraOpening>), Refused<refusals::AnnounceOpening>> {
    let NewExtraOpening {
        service_id,
        date_from,
        date_to,
        from_minute,
        to_minute,
        extra_seats,
        extra_quota,
        text,
        reason,
    } = new;
    let times = AnnouncedTimes { service_id, dates: (date_from, date_to), minutes: (from_minute, to_minute) };
    let text = text.unwrap_or_else(|| ByLanguage::same(""));
    let extra = ExtraPlaces { seats: extra_seats, quota: extra_quota };
    let made = booking.announce_opening(&actor, &times, extra, &text, &reason).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Withdraws what nobody has booked in. A second time nothing happens. For chiefs.
#[utoipa::path(post, path = "/openings/{id}/withdraw", tag = "office", operation_id = "withdraw_opening",
    params(("id" = Uuid, Path)), responses((status = NO_CONTENT), refusals::WithdrawOpening))]
pub async fn withdraw_opening(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<StatusCode, Refused<refusals::WithdrawOpening>> {
    booking.withdraw_opening(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
