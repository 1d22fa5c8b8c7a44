//! People's lines: checks ahead of a meeting, and how they were during it.

use crate::auth::Signed;
use crate::http::{Body, PathId, Refused};
use crate::video::model::line::{
    CHECK_SECONDS, DeviceFound, Figures, LinePath, LineQuality, LineTrouble, Told, judge,
};
use crate::video::service::Video;
use crate::video::service::line::{self, Found, Offers};
use crate::video::store::entities::line_check;
use crate::video::store::entities::participant::ParticipantRole;
use crate::video::wire::TAG;
use crate::video::wire::dto::{GuestBy, IceServer};
use crate::video::wire::refusals;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What somebody's page found of their devices and line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LineCheck {
    id: Uuid,
    /// On whose side of the table they are.
    role: ParticipantRole,
    /// For guests: why they may come.
    guest_by: Option<GuestBy>,
    /// Whether it is the caller's own.
    mine: bool,
    checked_at: DateTime<Utc>,
    camera: DeviceFound,
    microphone: DeviceFound,
    speaker: DeviceFound,
    /// Packets lost on the way to the program, in a thousand.
    loss_up_permille: Option<i32>,
    loss_down_permille: Option<i32>,
    round_trip_ms: Option<i32>,
    /// What got through, in thousands of bits a second.
    kbps_up: Option<i32>,
    kbps_down: Option<i32>,
    /// None: no media got through.
    path: Option<LinePath>,
    quality: LineQuality,
    wrong: Option<LineTrouble>,
}

/// The checks that are kept with a booking, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineChecks {
    /// Guests see their own.
    items: Vec<LineCheck>,
    /// For the `RTCPeerConnection`s of a check; empty where the service is reached directly.
    ice_servers: Vec<IceServer>,
}

/// What a check sends and plays, as SDP in base64.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewLineTry {
    /// An offer that sends, as for WHIP.
    publish_base64: String,
    /// An offer that receives what the other sends, as for WHEP.
    play_base64: String,
}

/// The answers to the offers of a check.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineTry {
    publish: String,
    play: String,
    /// After so long it is over by itself.
    seconds: u32,
}

/// What a page found. What could not be measured is left out.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewLineCheck {
    camera: DeviceFound,
    microphone: DeviceFound,
    speaker: DeviceFound,
    /// Packets lost on the way to the program, in a thousand.
    #[serde(default, deserialize_with = "up_to::<_, 1000>")]
    #[schema(minimum = 0, maximum = 1000)]
    loss_up_permille: Option<i32>,
    #[serde(default, deserialize_with = "up_to::<_, 1000>")]
    #[schema(minimum = 0, maximum = 1000)]
    loss_down_permille: Option<i32>,
    #[serde(default, deserialize_with = "up_to::<_, 60_000>")]
    #[schema(minimum = 0, maximum = 60000)]
    round_trip_ms: Option<i32>,
    #[serde(default, deserialize_with = "up_to::<_, 1_000_000>")]
    #[schema(minimum = 0, maximum = 1000000)]
    kbps_up: Option<i32>,
    #[serde(default, deserialize_with = "up_to::<_, 1_000_000>")]
    #[schema(minimum = 0, maximum = 1000000)]
    kbps_down: Option<i32>,
    /// None: no media got through.
    path: Option<LinePath>,
}

/// How the lines of a page in the call were lately, all of its connections together.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewLineReport {
    /// So long it was measured.
    #[serde(deserialize_with = "some_seconds::<_, 1>")]
    #[schema(minimum = 1, maximum = 120)]
    seconds: i32,
    /// For so long of it nothing came back.
    #[serde(deserialize_with = "some_seconds::<_, 0>")]
    #[schema(minimum = 0, maximum = 120)]
    down_seconds: i32,
    /// Packets lost on the way to the program, in a thousand.
    #[serde(default, deserialize_with = "up_to::<_, 1000>")]
    #[schema(minimum = 0, maximum = 1000)]
    loss_up_permille: Option<i32>,
    #[serde(default, deserialize_with = "up_to::<_, 1000>")]
    #[schema(minimum = 0, maximum = 1000)]
    loss_down_permille: Option<i32>,
    /// The median.
    #[serde(default, deserialize_with = "up_to::<_, 60_000>")]
    #[schema(minimum = 0, maximum = 60000)]
    round_trip_ms: Option<i32>,
    #[serde(default, deserialize_with = "up_to::<_, 60_000>")]
    #[schema(minimum = 0, maximum = 60000)]
    worst_round_trip_ms: Option<i32>,
    #[serde(default, deserialize_with = "up_to::<_, 1_000_000>")]
    #[schema(minimum = 0, maximum = 1000000)]
    kbps_up: Option<i32>,
    #[serde(default, deserialize_with = "up_to::<_, 1_000_000>")]
    #[schema(minimum = 0, maximum = 1000000)]
    kbps_down: Option<i32>,
    path: Option<LinePath>,
}

/// The checks of devices and line that are kept with a booking.
#[utoipa::path(get, path = "/bookings/{id}/line-checks", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = LineChecks), refusals::LineChecks))]
pub async fn line_checks(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Result<Json<LineChecks>, Refused<refusals::LineChecks>> {
    Ok(Json(video.line_checks(&actor, id).await?.into()))
}

/// Keeps what the caller's page found of devices and line with the booking.
#[utoipa::path(post, path = "/bookings/{id}/line-checks", tag = TAG, params(("id" = Uuid, Path)), request_body = NewLineCheck,
    responses((status = 201, body = LineChecks), refusals::KeepLineCheck))]
pub async fn keep_line_check(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<NewLineCheck>,
) -> Result<(StatusCode, Json<LineChecks>), Refused<refusals::KeepLineCheck>> {
    let kept = video.keep_line_check(&actor, id, body.into()).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// Sends media to the program and back over the way that a meeting takes, for some seconds. Nobody else sees or hears it,
/// and nothing is recorded.
#[utoipa::path(post, path = "/bookings/{id}/line-checks/media", tag = TAG, params(("id" = Uuid, Path)), request_body = NewLineTry,
    responses((status = 201, body = LineTry), refusals::TryLine))]
pub async fn try_line(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<NewLineTry>,
) -> Result<(StatusCode, Json<LineTry>), Refused<refusals::TryLine>> {
    let offers = Offers { publish: body.publish_base64, play: body.play_base64 };
    let line::Answers { publish, play } = video.try_line(&actor, id, offers).await?;
    Ok((StatusCode::CREATED, Json(LineTry { publish, play, seconds: CHECK_SECONDS })))
}

/// Tells how the lines of the caller's page in the call were lately.
#[utoipa::path(post, path = "/sessions/{id}/line", tag = TAG, params(("id" = Uuid, Path)), request_body = NewLineReport,
    responses((status = 204), refusals::TellLine))]
pub async fn tell_line(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<NewLineReport>,
) -> Result<StatusCode, Refused<refusals::TellLine>> {
    video.tell_line(&actor, id, body.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl LineCheck {
    pub fn of(row: line_check::Model, guest_by: Option<GuestBy>, me: Uuid) -> Self {
        let (quality, wrong) = judge(&Figures {
            loss_up: row.loss_up,
            loss_down: row.loss_down,
            round_trip_ms: row.round_trip_ms,
            kbps_up: row.kbps_up,
            kbps_down: row.kbps_down,
            path: row.path,
            down_seconds: 0,
        });
        Self {
            id: row.id,
            role: row.role,
            guest_by,
            mine: row.account_id == me,
            checked_at: row.checked_at,
            camera: row.camera,
            microphone: row.microphone,
            speaker: row.speaker,
            loss_up_permille: row.loss_up,
            loss_down_permille: row.loss_down,
            round_trip_ms: row.round_trip_ms,
            kbps_up: row.kbps_up,
            kbps_down: row.kbps_down,
            path: row.path,
            quality,
            wrong,
        }
    }
}

impl From<line::LineChecks> for LineChecks {
    fn from(found: line::LineChecks) -> Self {
        let line::LineChecks { booking, rows, invited, relay, account } = found;
        let check = |row: line_check::Model| {
            let by = (row.role == ParticipantRole::Guest)
                .then(|| GuestBy::of(row.account_id, booking.account_id, &invited));
            LineCheck::of(row, by, account)
        };
        Self {
            items: rows.into_iter().map(check).collect(),
            ice_servers: relay.map(IceServer::from).into_iter().collect(),
        }
    }
}

impl From<NewLineCheck> for Found {
    fn from(body: NewLineCheck) -> Self {
        Self {
            camera: body.camera,
            microphone: body.microphone,
            speaker: body.speaker,
            figures: Figures {
                loss_up: body.loss_up_permille,
                loss_down: body.loss_down_permille,
                round_trip_ms: body.round_trip_ms,
                kbps_up: body.kbps_up,
                kbps_down: body.kbps_down,
                path: body.path,
                down_seconds: 0,
            },
        }
    }
}

impl From<NewLineReport> for Told {
    fn from(body: NewLineReport) -> Self {
        Self {
            seconds: body.seconds,
            worst_round_trip_ms: body.worst_round_trip_ms,
            figures: Figures {
                loss_up: body.loss_up_permille,
                loss_down: body.loss_down_permille,
                round_trip_ms: body.round_trip_ms,
                kbps_up: body.kbps_up,
                kbps_down: body.kbps_down,
                path: body.path,
                down_seconds: body.down_seconds.min(body.seconds),
            },
        }
    }
}

/// A figure that may be left out, and is nothing beyond `MOST`.
fn up_to<'de, D: Deserializer<'de>, const MOST: i32>(deserializer: D) -> Result<Option<i32>, D::Error> {
    let value = Option::<i32>::deserialize(deserializer)?;
    value.map(|value| within::<D>(value, 0, MOST)).transpose()
}

/// A page tells twice a minute; one that was held up tells of somewhat longer.
fn some_seconds<'de, D: Deserializer<'de>, const LEAST: i32>(deserializer: D) -> Result<i32, D::Error> {
    within::<D>(i32::deserialize(deserializer)?, LEAST, 120)
}

fn within<'de, D: Deserializer<'de>>(value: i32, least: i32, most: i32) -> Result<i32, D::Error> {
    use serde::de::Error;
    if (least..=most).contains(&value) { Ok(value) } else { Err(D::Error::custom("out of range")) }
}
