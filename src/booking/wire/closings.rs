//! Days and hours on which a service is closed.

use crate::auth::Signed;
use crate::base::words::ByLanguage;
use crate::booking::Booking;
use crate::booking::service::announced::{AnnouncedShown, AnnouncedTimes};
use crate::booking::service::closings;
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

/// On these dates the service is closed within these minutes, whatever its rules and announced openings say.
#[derive(Debug, Serialize, ToSchema)]
pub struct Closing {
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
    /// What bookers read.
    text: ByLanguage,
    /// Why it was decided; for the office.
    reason: String,
    /// Who had booked then was moved to the next free time where there was one; else everybody's booking was cancelled.
    rebooks: bool,
    /// The name of who closed it.
    made_by: String,
    made_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
}

impl From<AnnouncedShown> for Closing {
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
            text: row.text.for_all(),
            reason: row.reason,
            rebooks: row.rebooks,
            made_by,
            made_at: row.made_at,
            withdrawn_at: row.withdrawn_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Closings {
    items: Vec<Closing>,
}

/// When what is to be closed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ClosingWish {
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
}

/// What is to be closed, and what becomes of who has booked then.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewClosing {
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
    /// What bookers read, in every language; at most 300 characters each.
    #[serde(default)]
    #[schema(required = true)]
    text: Option<ByLanguage>,
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    reason: String,
    /// Move who has booked then to the next free time; where there is none, or without it, bookings are cancelled.
    #[serde(default)]
    rebooks: bool,
}

/// What a closing would take away.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosingEffect {
    /// Slots that could be booked.
    slots: usize,
    /// Bookings that lie in it.
    bookings: usize,
}

/// Closings that are not over, by their first date, withdrawn ones too. For officers and chiefs.
#[utoipa::path(get, path = "/closings", tag = "office", operation_id = "list_closings",
    responses((status = OK, body = Closings), refusals::ListClosings))]
pub async fn list_closings(
    Signed(actor): Signed,
    State(booking): State<Booking>,
) -> Result<Json<Closings>, Refused<refusals::ListClosings>> {
    let items =
        booking.announced(&actor, AnnouncedKind::Closing).await?.into_iter().map(Closing::from).collect();
    Ok(Json(Closings { items }))
}

/// What a closing would take away. Nothing is changed. For chiefs.
#[utoipa::path(post, path = "/closings/preview", tag = "office", operation_id = "preview_closing",
    request_body = ClosingWish, responses((status = OK, body = ClosingEffect), refusals::PreviewClosing))]
pub async fn preview_closing(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(ClosingWish { service_id, date_from, date_to, from_minute, to_minute }): Body<ClosingWish>,
) -> Result<Json<ClosingEffect>, Refused<refusals::PreviewClosing>> {
    let times = AnnouncedTimes { service_id, dates: (date_from, date_to), minutes: (from_minute, to_minute) };
    let closings::ClosingEffect { slots, bookings } = booking.preview_closing(&actor, &times).await?;
    Ok(Json(ClosingEffect { slots, bookings }))
}

/// Closes a service at times: nobody can book then any more. Who has booked then is moved or their booking is cancelled,
/// within moments, and each is told by mail. For chiefs.
#[utoipa::path(post, path = "/closings", tag = "office", operation_id = "announce_closing",
    request_body = NewClosing, responses((status = CREATED, body = Closing), refusals::AnnounceClosing))]
pub async fn announce_closing(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(new): Body<NewClosing>,
) -> Result<(StatusCode, Json<Closing>), Refused<refusals::AnnounceClosing>> {
    let times = AnnouncedTimes {
        service_id: new.service_id,
        dates: (new.date_from, new.date_to),
        minutes: (new.from_minute, new.to_minute),
    };
    let text = new.text.unwrap_or_else(|| ByLanguage::same(""));
    let made = booking.close(&actor, &times, &text, &new.reason, new.rebooks).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Withdraws a closing: it can be booked then again. What was moved or cancelled stays so. A second time nothing happens.
/// For chiefs.
#[utoipa::path(post, path = "/closings/{id}/withdraw", tag = "office", operation_id = "withdraw_closing",
    params(("id" = Uuid, Path)), responses((status = NO_CONTENT), refusals::WithdrawClosing))]
pub async fn withdraw_closing(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<StatusCode, Refused<refusals::WithdrawClosing>> {
    booking.withdraw_closing(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
