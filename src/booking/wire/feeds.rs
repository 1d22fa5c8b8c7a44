//! Calendars to subscribe to, and what is read by their addresses.

use crate::auth::Signed;
use crate::base::hex::hex;
use crate::booking::Booking;
use crate::booking::model::feeds::{MOST_FEEDS, may_have};
use crate::booking::service::feeds::{FeedMade, FeedShown};
use crate::booking::store::entities::calendar_feed::Covers;
use crate::booking::wire::refusals;
use crate::http::{Body, PathId, PathText, Problem, Refused};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

const TAG: &str = "calendars";

/// A calendar to subscribe to, without its address.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarFeed {
    id: Uuid,
    covers: Covers,
    /// What it is for, in its maker's words.
    label: Option<String>,
    /// The name of who made it.
    made_by: String,
    created_at: DateTime<Utc>,
    /// To the hour; null as long as nobody has.
    last_read_at: Option<DateTime<Utc>>,
}

impl From<FeedShown> for CalendarFeed {
    fn from(FeedShown { row, made_by }: FeedShown) -> Self {
        Self {
            id: row.id,
            covers: row.covers,
            label: row.label,
            made_by,
            created_at: row.created_at,
            last_read_at: row.last_read_at,
        }
    }
}

/// The calendars of one's own, or those of one's enterprise.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarFeeds {
    items: Vec<CalendarFeed>,
    /// What one can make, the usual first.
    may_cover: Vec<Covers>,
    /// So many of one's own making may stand at a time.
    most: u64,
}

/// What is to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewCalendarFeed {
    /// What somebody of one's role usually has, unless it is said.
    covers: Option<Covers>,
    /// What it is for, such as "my telephone"; need not be given.
    #[schema(max_length = 40)]
    label: Option<String>,
}

/// A calendar with its address.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarFeedMade {
    #[serde(flatten)]
    feed: CalendarFeed,
    /// The secret address, told this once: whoever has it reads the calendar.
    url: String,
}

impl From<FeedMade> for CalendarFeedMade {
    fn from(made: FeedMade) -> Self {
        Self { feed: made.feed.into(), url: made.url }
    }
}

/// The calendars of one's own, or all that show the bookings of one's enterprise, oldest first. None is told with its
/// address.
#[utoipa::path(get, path = "/calendar-feeds", tag = TAG, operation_id = "list_calendar_feeds",
    responses((status = OK, body = CalendarFeeds), refusals::ListCalendarFeeds))]
pub async fn list_calendar_feeds(
    Signed(actor): Signed,
    State(booking): State<Booking>,
) -> Result<Json<CalendarFeeds>, Refused<refusals::ListCalendarFeeds>> {
    let items = booking.feeds(&actor).await?.into_iter().map(CalendarFeed::from).collect();
    let may_cover = may_have(actor.role, actor.enterprise.is_some());
    Ok(Json(CalendarFeeds { items, may_cover, most: MOST_FEEDS }))
}

/// Makes an address that calendars can be subscribed to by.
#[utoipa::path(post, path = "/calendar-feeds", tag = TAG, operation_id = "make_calendar_feed",
    request_body = NewCalendarFeed, responses((status = CREATED, body = CalendarFeedMade), refusals::MakeCalendarFeed))]
pub async fn make_calendar_feed(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(new): Body<NewCalendarFeed>,
) -> Result<(StatusCode, Json<CalendarFeedMade>), Refused<refusals::MakeCalendarFeed>> {
    let made = booking.make_feed(&actor, new.covers, new.label).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Makes a new address in place of one that answers nobody from then on.
#[utoipa::path(post, path = "/calendar-feeds/{id}/renew", tag = TAG, operation_id = "renew_calendar_feed",
    params(("id" = Uuid, Path)), responses((status = CREATED, body = CalendarFeedMade), refusals::RenewCalendarFeed))]
pub async fn renew_calendar_feed(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<(StatusCode, Json<CalendarFeedMade>), Refused<refusals::RenewCalendarFeed>> {
    Ok((StatusCode::CREATED, Json(booking.renew_feed(&actor, id).await?.into())))
}

/// Ends an address at once.
#[utoipa::path(delete, path = "/calendar-feeds/{id}", tag = TAG, operation_id = "revoke_calendar_feed",
    params(("id" = Uuid, Path)), responses((status = NO_CONTENT), refusals::RevokeCalendarFeed))]
pub async fn revoke_calendar_feed(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<StatusCode, Refused<refusals::RevokeCalendarFeed>> {
    booking.revoke_feed(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The calendar behind an address, as iCalendar. The address is the key; `file` is the token and `.ics`.
#[utoipa::path(get, path = "/calendar/{file}", tag = TAG, operation_id = "get_calendar_feed",
    params(
        ("file" = String, Path, description = "The token and `.ics`."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what one has."),
    ),
    responses(
        (status = OK, body = String, content_type = "text/calendar"),
        (status = NOT_MODIFIED, description = "Nothing was changed since."),
        refusals::GetCalendarFeed))]
pub async fn get_calendar_feed(
    State(booking): State<Booking>,
    PathText(file): PathText,
    asked: HeaderMap,
) -> Result<Response, Refused<refusals::GetCalendarFeed>> {
    let token = file.strip_suffix(".ics").ok_or_else(Problem::not_found)?;
    let calendar = booking.read_feed(token).await?;
    // Weak: on its way it may be packed.
    let tag = format!("W/\"{:.32}\"", hex(&Sha256::digest(calendar.as_bytes())));
    let kept = [
        (header::ETAG, tag.clone()),
        // Nobody on the way keeps it, and whoever reads it asks whether it still holds.
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    if is_known(&asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let file = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        // Not by the name in the address, which would leave the key among the downloads.
        (header::CONTENT_DISPOSITION, "attachment; filename=\"mianqia.ics\""),
    ];
    Ok((kept, file, calendar).into_response())
}

/// Whether who asks has this already (RFC 9110, 13.1.2).
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|one| one.trim() == "*" || bare(one) == bare(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_has_is_known_by_its_tag() {
        for (asked, known) in [
            (&["W/\"a1\""][..], true),
            (&["\"a1\""], true),
            (&["*"], true),
            (&["\"b\", W/\"a1\" , \"c\""], true),
            (&["\"b\"", "W/\"a1\""], true),
            (&["\"b\""], false),
            (&["a1"], false),
            (&[], false),
        ] {
            let mut headers = HeaderMap::new();
            for value in asked {
                headers.append(header::IF_NONE_MATCH, value.parse().unwrap());
            }
            assert_eq!(is_known(&headers, "W/\"a1\""), known, "{asked:?}");
        }
    }
}
