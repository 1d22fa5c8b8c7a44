//! What goes over the wire.

use super::model::window::{DayReason, SlotReason};
use super::waiting::WaitingPerson;
use crate::directory::calendar::DayClass;
use crate::directory::model::FieldSpec;
use crate::entity::booking::BookingState;
use crate::entity::service::ServiceKind;
use crate::text::Text;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that can be booked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Service)]
pub struct ServiceDto {
    pub id: Uuid,
    pub code: String,
    pub kind: ServiceKind,
    pub name: Text,
    pub summary: Text,
    pub who: Text,
    pub bring: Vec<Text>,
    pub rules: Vec<Text>,
    pub duration_minutes: i32,
    /// Places side by side in each slot.
    pub capacity: i32,
    pub lead_minutes: i32,
    pub horizon_days: i32,
    pub hold_minutes: i32,
    /// Whether an officer decides about each request.
    pub needs_decision: bool,
    /// Whether it depends on the official calendar; then unpublished years cannot be booked.
    pub uses_working_days: bool,
    pub daily_quota: Option<i32>,
    /// Whether the session is recorded.
    pub recorded: bool,
    pub fields: Vec<FieldSpec>,
    pub venue: VenueDto,
    pub now: ServiceNowDto,
}

/// Where a service is given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Venue)]
pub struct VenueDto {
    pub id: Uuid,
    pub name: Text,
    pub address: Text,
    pub zone: String,
    pub grid_minutes: i32,
}

/// The service at this moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceNow)]
pub struct ServiceNowDto {
    pub open: bool,
    pub next_free_at: Option<DateTime<Utc>>,
    pub next_free_until: Option<DateTime<Utc>>,
}

/// The services that are offered.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceList {
    pub items: Vec<ServiceDto>,
}

/// What is free day by day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceDays)]
pub struct DaysDto {
    pub service_id: Uuid,
    pub zone: String,
    pub days: Vec<DayOfPlacesDto>,
}

/// A date with its free places.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceDay)]
pub struct DayOfPlacesDto {
    pub date: NaiveDate,
    pub kind: DayClass,
    pub name: Option<String>,
    pub free: i32,
    pub total: i32,
    /// Why nothing is free.
    pub reason: Option<DayReason>,
}

/// The slots of a date.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceSlots)]
pub struct SlotsDto {
    pub date: NaiveDate,
    pub zone: String,
    pub slots: Vec<SlotDto>,
    /// Why nothing is free on the whole day.
    pub reason: Option<DayReason>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Slot)]
pub struct SlotDto {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub free: i32,
    pub capacity: i32,
    pub reason: Option<SlotReason>,
}

/// A booking as its booker and the office see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Booking)]
pub struct BookingDto {
    pub id: Uuid,
    /// To be read out: `MQ 2611 4K7P-X`.
    pub reference: String,
    pub state: BookingState,
    pub kind: ServiceKind,
    pub service: ServiceRef,
    pub venue: VenueRef,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// Until when a held place is kept.
    pub hold_expires_at: Option<DateTime<Utc>>,
    pub enterprise: Option<EnterpriseRef>,
    pub booker_name: String,
    pub officer: Option<OfficerRef>,
    /// Why it was refused or cancelled.
    pub reason: Option<String>,
    pub can: Can,
    /// When the session page opens (video).
    pub join_from: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServiceRef {
    pub id: Uuid,
    pub code: String,
    pub name: Text,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VenueRef {
    pub name: Text,
    pub zone: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EnterpriseRef {
    pub id: Uuid,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfficerRef {
    pub id: Uuid,
    pub name: String,
    pub badge_no: Option<String>,
}

/// What the reader can do with a booking now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Can {
    pub request: bool,
    pub cancel: bool,
    pub join: bool,
    pub accept: bool,
    pub refuse: bool,
    pub check_in: bool,
    pub complete: bool,
    pub no_show: bool,
}

/// A booking with its form and what happened to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BookingDetail)]
pub struct BookingDetailDto {
    #[serde(flatten)]
    pub booking: BookingDto,
    pub contact_name: Option<String>,
    pub contact_mobile: Option<String>,
    /// Answers by field key. Sensitive ones are `"•••"` in the office's day.
    #[schema(value_type = BTreeMap<String, FieldValue>)]
    pub fields: Value,
    pub history: Vec<HistoryItem>,
}

/// The answer to a field of a form.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum FieldValue {
    Text(String),
    Tick(bool),
    Number(f64),
}

/// Something that happened to a booking.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryItem {
    pub at: DateTime<Utc>,
    /// Kind of the evidence entry, such as `booking.accepted`.
    pub kind: String,
    pub actor: HistorySide,
    pub name: Option<String>,
    /// The reason that was given.
    pub text: Option<String>,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistorySide {
    Booker,
    Officer,
    System,
}

/// The office's day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfficeDay)]
pub struct OfficeDayDto {
    pub date: NaiveDate,
    pub kind: DayClass,
    pub name: Option<String>,
    pub now: DateTime<Utc>,
    pub bookings: Vec<BookingDetailDto>,
    pub undecided: Vec<BookingDetailDto>,
    pub waiting: Vec<WaitingPerson>,
}

/// The place somebody wants.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewBooking {
    pub service_id: Uuid,
    pub starts_at: DateTime<Utc>,
}

/// A filled-in form.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BookingRequest {
    // Left out counts as empty: who may ask at all is said first, and then in which field it is.
    #[serde(default)]
    #[schema(required = true)]
    pub contact_name: String,
    #[serde(default)]
    #[schema(required = true)]
    pub contact_mobile: String,
    /// Answers by field key; what is left out or null is no answer.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, FieldValue>)]
    pub fields: Map<String, Value>,
}

/// Why the booker does not come.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct Cancelling {
    /// Needed unless the place is only held.
    pub reason: Option<String>,
}

/// Why the office says no.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Refusing {
    #[serde(default)]
    #[schema(required = true)]
    pub reason: String,
}
