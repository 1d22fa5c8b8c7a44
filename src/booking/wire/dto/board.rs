//! The office's board.

use crate::base::words::ByLanguage;
use crate::booking::wire::dto::booking::BookingDto;
use crate::directory::entities::service::ServiceKind;
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::calendar::DayClass;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Some days of the office.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Board)]
pub struct BoardDto {
    pub now: DateTime<Utc>,
    /// The office's, in which its days are counted.
    pub zone: String,
    pub days: Vec<BoardDayDto>,
    /// What is offered, by position, and behind it what is no more but has bookings here.
    pub services: Vec<BoardServiceDto>,
    /// What stands and touches these days, by its start.
    pub bookings: Vec<BoardBookingDto>,
    /// There are more bookings than one board takes.
    pub is_cut_short: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardDay)]
pub struct BoardDayDto {
    pub date: NaiveDate,
    pub kind: DayClass,
    pub name: Option<String>,
}

/// A service with the times at which it is open.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardService)]
pub struct BoardServiceDto {
    pub id: Uuid,
    pub code: String,
    pub kind: ServiceKind,
    pub name: ByLanguage,
    pub zone: String,
    /// Whose seats its bookings take.
    pub resource_id: Uuid,
    /// Places side by side.
    pub seats: i32,
    pub grid_minutes: i32,
    /// In order and disjoint; none on dates whose official calendar is not published.
    pub open: Vec<OpenSpanDto>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenSpan)]
pub struct OpenSpanDto {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// A booking on the board: nothing of its form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardBooking)]
pub struct BoardBookingDto {
    #[serde(flatten)]
    pub booking: BookingDto,
    /// The seats it has, in the order of its appointments.
    pub places: Vec<BoardPlaceDto>,
}

/// A seat of a resource that a booking has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardPlace)]
pub struct BoardPlaceDto {
    /// For which of its stages, where it has some.
    pub stage: Option<Stage>,
    pub resource_id: Uuid,
    /// Counted from 0.
    pub seat: i32,
}
