//! Several bookings that are moved alike.

use crate::booking::wire::dto::booking::BookingDto;
use crate::http::dated;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A booking as whoever picked it saw it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = PickedBooking)]
pub struct PickedDto {
    pub id: Uuid,
    /// As it was read: a booking that has changed since is refused.
    #[serde(deserialize_with = "dated")]
    pub updated_at: DateTime<Utc>,
}

/// Which bookings are to be moved, and to when: `to_date` or `by_minutes`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MovesWish)]
pub struct MovesWishDto {
    #[serde(default)]
    #[schema(required = true, min_items = 1, max_items = 50)]
    pub bookings: Vec<PickedDto>,
    /// To this day at the same hours, by the clocks of each one's venue.
    #[serde(default, deserialize_with = "dated")]
    pub to_date: Option<NaiveDate>,
    /// Later, or earlier by less than nothing; at most a day.
    #[schema(minimum = -1440, maximum = 1440)]
    pub by_minutes: Option<i32>,
}

/// Bookings that are moved, all of them or none.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewMoves)]
pub struct NewMovesDto {
    #[serde(default)]
    #[schema(required = true, min_items = 1, max_items = 50)]
    pub bookings: Vec<PickedDto>,
    /// To this day at the same hours, by the clocks of each one's venue.
    #[serde(default, deserialize_with = "dated")]
    pub to_date: Option<NaiveDate>,
    /// Later, or earlier by less than nothing; at most a day.
    #[schema(minimum = -1440, maximum = 1440)]
    pub by_minutes: Option<i32>,
    /// Although an officer or a booker has something else then: what the preview tells as `passes_anyway`.
    #[serde(default)]
    #[schema(required = false)]
    pub anyway: bool,
    /// Each booker reads it.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What would come of moving some bookings together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MovesPreview)]
pub struct MovesPreviewDto {
    /// By their new starts.
    pub items: Vec<MoveOutcomeDto>,
}

/// What would come of one of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MoveOutcome)]
pub struct MoveOutcomeDto {
    pub id: Uuid,
    pub reference: String,
    /// When it starts now.
    pub was: DateTime<Utc>,
    /// When it would start; null where there is no such time.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it would end, if it can be moved there.
    pub ends_at: Option<DateTime<Utc>>,
    /// Why it cannot, or what there is beside it.
    pub refusal: Option<MoveRefusalDto>,
}

/// Why a booking cannot be moved together with the others.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MoveRefusal)]
pub struct MoveRefusalDto {
    /// As it would be refused alone.
    pub code: String,
    /// In the reader's language.
    pub text: String,
    /// The booking that is there, where it is one.
    pub subject_id: Option<Uuid>,
    /// It is moved all the same by who says `anyway`.
    pub passes_anyway: bool,
}

/// Bookings that were moved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MovedBookings)]
pub struct MovedDto {
    pub items: Vec<BookingDto>,
}
