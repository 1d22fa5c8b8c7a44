//! The office's day, and what officers send.

use crate::booking::service::waiting::WaitingPerson;
use crate::booking::wire::dto::booking::{BookingDto, FieldValue};
use crate::directory::model::calendar::DayClass;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A booking on the office's lists: with contact and form. What happened to it is told by
/// `GET /bookings/{id}`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DayBooking)]
pub struct DayBookingDto {
    #[serde(flatten)]
    pub booking: BookingDto,
    pub contact_name: Option<String>,
    pub contact_mobile: Option<String>,
    /// Answers by field key. Sensitive ones are `"•••"`.
    #[schema(value_type = BTreeMap<String, FieldValue>)]
    pub fields: Value,
}

/// The office's day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfficeDay)]
pub struct OfficeDayDto {
    pub date: NaiveDate,
    pub kind: DayClass,
    pub name: Option<String>,
    pub now: DateTime<Utc>,
    /// What starts on the date; with `mine` only what lies on the reader's desk.
    pub bookings: Vec<DayBookingDto>,
    /// The requests that wait for a decision, soonest first: the first page of `GET /decisions`.
    pub undecided: Vec<DayBookingDto>,
    /// How many there are in all.
    pub undecided_total: u64,
    /// `cursor` for the next page of `GET /decisions`.
    pub undecided_next_cursor: Option<String>,
    /// Requests of the last days that ended because nobody decided in time.
    pub nobody_decided: u64,
    /// Of how many days those are counted.
    pub nobody_decided_days: i64,
    pub waiting: Vec<WaitingPerson>,
    /// Bookings that a correction of the calendar touched and that nobody has dealt with
    /// (`GET /calendar/touched`).
    pub touched_total: u64,
    /// For who brings in the calendar: the next year, where it is to be expected and missing.
    pub missing_year: Option<MissingYear>,
    /// Who waits for longer has waited too long.
    pub waiting_late_minutes: i64,
}

/// The calendar of a year is missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingYear {
    pub year: i32,
    /// Requests that were refused because of it so far.
    pub refused: i64,
}

/// Why the office says no.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Refusing {
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    pub reason: String,
}
