//! Who waits for a place.

use crate::booking::store::entities::appointment::Site;
use crate::booking::store::entities::waiting_entry::WaitingState;
use crate::booking::wire::dto::{BookingDto, ServiceRef, StageOfferDto, VenueRef};
use crate::directory::entities::service_stage::Stage;
use crate::http::dated;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What somebody waits for: a place on some days, or one earlier than that of a booking.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewWaiting {
    /// The first day that suits, at the venue; left out where it is about a booking.
    #[serde(default, deserialize_with = "dated")]
    pub from: Option<NaiveDate>,
    /// The last one.
    #[serde(default, deserialize_with = "dated")]
    pub to: Option<NaiveDate>,
    /// The time of day from which it may begin, in minutes after midnight; the whole day where none is said.
    #[schema(minimum = 0, maximum = 1440)]
    pub from_minute: Option<i32>,
    /// Before which it has to begin.
    #[schema(minimum = 0, maximum = 1440)]
    pub to_minute: Option<i32>,
    /// The stages that are wanted together, in their order; left out for the service as a whole, and where it is about a
    /// booking, whose stages these are then. Days and time of day are those of the first.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub stages: Vec<WaitedStageDto>,
    /// The booking that is to be earlier.
    pub earlier_than_id: Option<Uuid>,
}

/// A stage for which somebody waits.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = WaitedStage)]
pub struct WaitedStageDto {
    pub stage: Stage,
    /// Where it is to take place.
    #[serde(default)]
    pub site: Site,
}

/// One's place in a waiting list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingEntry)]
pub struct WaitingEntryDto {
    pub id: Uuid,
    pub state: WaitingState,
    pub service: ServiceRef,
    pub venue: VenueRef,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub from_minute: Option<i32>,
    pub to_minute: Option<i32>,
    /// Empty where it is the service as a whole.
    pub stages: Vec<WaitedStageDto>,
    /// The booking that is to be earlier: it is moved when the offer is taken.
    pub earlier_than_id: Option<Uuid>,
    /// Which one is next: 1 is the first. Null unless `waiting`.
    pub position: Option<u64>,
    /// The place that is or was offered.
    pub offer: Option<WaitingOfferDto>,
    /// Whether an officer decides about the request that follows.
    pub needs_decision: bool,
    pub created_at: DateTime<Utc>,
}

/// A place that is held for somebody who waits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingOffer)]
pub struct WaitingOfferDto {
    /// The booking that holds it.
    pub booking_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// Each at its time, where there are some.
    pub stages: Vec<StageOfferDto>,
    /// Until when it is held.
    pub until: Option<DateTime<Utc>>,
}

/// What somebody waits for.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingEntries {
    pub items: Vec<WaitingEntryDto>,
}

/// An offer that was taken, and the booking that came of it: held for the form, or moved to the earlier time.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingTaken {
    pub entry: WaitingEntryDto,
    pub booking: BookingDto,
}

/// The waiting list of a service, without names.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingList {
    /// How many wait.
    pub waiting: usize,
    /// To how many a place is offered at this moment.
    pub offered: usize,
    pub items: Vec<WaitingLineDto>,
}

/// A line of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingLine)]
pub struct WaitingLineDto {
    /// Null while a place is offered.
    pub position: Option<u64>,
    pub state: WaitingState,
    pub since: DateTime<Utc>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub from_minute: Option<i32>,
    pub to_minute: Option<i32>,
    /// Empty where it is the service as a whole.
    pub stages: Vec<WaitedStageDto>,
    /// They have a booking and want to come earlier.
    pub earlier: bool,
    pub offer_until: Option<DateTime<Utc>>,
}
