//! Bookings, and what their bookers send.

use crate::base::words::ByLanguage;
use crate::booking::model::answers::Answer;
use crate::booking::model::consent::ConsentWords;
use crate::booking::model::group::Person;
use crate::booking::model::state::ExpiredBecause;
use crate::booking::model::steps::StepKind;
use crate::booking::model::warnings::FormWarning;
use crate::booking::service::waiting::SessionGlance;
use crate::booking::store::entities::appointment::Site;
use crate::booking::store::entities::booking::{BookingState, Channel};
use crate::booking::wire::dto::results::ResultsDto;
use crate::directory::entities::service::ServiceKind;
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::forms::FormerLabel;
use crate::http::dated;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// A booking as its booker and the office see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Booking)]
pub struct BookingDto {
    pub id: Uuid,
    /// To be read out: `MQ 2611 4K7P-X`.
    pub reference: String,
    pub state: BookingState,
    /// By which way it came.
    pub channel: Channel,
    pub kind: ServiceKind,
    pub service: ServiceRef,
    pub venue: VenueRef,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// Its stages in order; none where it is not booked in stages.
    pub stages: Vec<BookedStageDto>,
    /// Until when a held place is kept.
    pub hold_expires_at: Option<DateTime<Utc>>,
    pub enterprise: Option<EnterpriseRef>,
    pub booker_name: String,
    /// What it is about in one line: the subject that was chosen, else the first words of the form.
    pub topic: Option<ByLanguage>,
    /// The first answers of the form, nothing sensitive among them.
    pub about: Vec<Answer>,
    pub officer: Option<OfficerRef>,
    /// Why it was refused, cancelled or moved by the office.
    pub reason: Option<String>,
    /// Why it is `expired`.
    pub expired_because: Option<ExpiredBecause>,
    pub can: Can,
    /// Until when a no-show can be taken back.
    pub reopen_until: Option<DateTime<Utc>>,
    /// Whether an officer decides about the request.
    /// How many come, each with a place: more than one of a group.
    pub people: i32,
    pub needs_decision: bool,
    /// What is still before it, the next step first; empty when it came to nothing.
    pub next_steps: Vec<StepKind>,
    /// When the session page opens (video).
    pub join_from: Option<DateTime<Utc>>,
    /// Until when it can be entered (video); an open session stays open.
    pub join_until: Option<DateTime<Utc>>,
    /// Its session at a glance: who waits since when, since when it is recorded (video).
    pub session: Option<SessionGlance>,
    /// For the booker: their other live bookings at the same time. For an officer: what they have
    /// accepted themselves at the same time or hold a stage of, so that nobody is in two places at once.
    pub overlaps: Vec<OverlapDto>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// It was cancelled late: until then a written explanation is due.
    pub explain_by: Option<DateTime<Utc>>,
    pub explanation: Option<String>,
    pub explained_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServiceRef {
    pub id: Uuid,
    pub code: String,
    pub name: ByLanguage,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VenueRef {
    pub name: ByLanguage,
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
    /// Move it to another time.
    pub reschedule: bool,
    pub join: bool,
    pub accept: bool,
    pub refuse: bool,
    pub check_in: bool,
    pub complete: bool,
    pub no_show: bool,
    /// Take a no-show back.
    pub reopen: bool,
    /// Explain in writing why it was cancelled late.
    pub explain: bool,
    /// Book the same service anew: this one is over or came to nothing.
    pub book_again: bool,
}

/// A stage of a booking, with its clearance clock.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BookedStage)]
pub struct BookedStageDto {
    pub stage: Stage,
    pub site: Site,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// When an officer really began with it.
    pub began_at: Option<DateTime<Utc>>,
    /// When it was really done.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who holds it; for officers and chiefs.
    pub officer: Option<OfficerRef>,
    /// Of who holds it, for the booker, once the booking is accepted: by that they know who comes.
    pub badge_no: Option<String>,
    /// Whether the caller can have somebody else hold it.
    pub can_hand_over: bool,
}

/// Whose a booking is that is at the same time as another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverlapOf {
    /// Of the same person.
    Booker,
    /// Of somebody else of the same enterprise.
    Colleague,
    /// Of the officer who asks: it lies on their desk.
    Officer,
}

/// Another booking at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Overlap)]
pub struct OverlapDto {
    pub id: Uuid,
    pub whose: OverlapOf,
    pub reference: String,
    pub state: BookingState,
    pub service: ByLanguage,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// A booking with its form and what happened to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BookingDetail)]
pub struct BookingDetailDto {
    #[serde(flatten)]
    pub booking: BookingDto,
    pub contact_name: Option<String>,
    pub contact_mobile: Option<String>,
    /// Answers by field key. Sensitive ones are `"•••"` in the office's day, and for colleagues of who gave them.
    #[schema(value_type = BTreeMap<String, FieldValue>)]
    pub fields: Value,
    /// What questions and options were called when it was answered, where they are called otherwise now.
    pub labels_then: Vec<FormerLabel>,
    /// Who comes with a group; for who booked it and for officers.
    pub persons: Vec<Person>,
    /// Questions that were answered, but the key under which the answer is kept is missing. The operator has been told.
    pub unreadable_fields: Vec<String>,
    pub consent: Option<ConsentDto>,
    /// What is promised of results; null where none are.
    pub results: Option<ResultsDto>,
    /// What the caller owes who cancels it; null where nothing follows whenever they do.
    pub cancelling: Option<LateCancellingDto>,
    pub history: Vec<HistoryItem>,
}

/// What follows from cancelling a booking late, by the terms of its service.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = LateCancelling)]
pub struct LateCancellingDto {
    /// Cancelled later than then, it has to be explained in writing; and so it has to be when it was moved later than then
    /// and is cancelled afterwards.
    pub free_until: DateTime<Utc>,
    /// It was moved late, from this start: cancelled, it counts as cancelled late.
    pub moved_late_from: Option<DateTime<Utc>>,
    pub explain_within_working_days: i32,
    /// The last day for the explanation, at the venue, if it is cancelled today; null where the official calendar of that
    /// time is not published.
    pub explain_until: Option<NaiveDate>,
    /// Without the explanation the service cannot be booked for so many days.
    pub blocked_days: i32,
}

/// A separate consent, and the words that it was given to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentDto {
    pub given_at: DateTime<Utc>,
    /// Made of the words: other words have another one.
    pub version: String,
    pub words: Vec<ConsentWords>,
    /// When it was taken back; the answers that it was about were deleted then.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Whether the caller can take it back.
    pub can_withdraw: bool,
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
    /// What the program did it for: `undecided` beside `booking.expired` when nobody decided in time.
    pub cause: Option<String>,
    /// The stage that it tells of: beside `booking.stage_begun` and `booking.stage_ended`.
    pub stage: Option<Stage>,
    /// Beside `booking.rescheduled`; older entries do not tell.
    pub moved: Option<HistoryMove>,
}

/// From which start to which a booking was moved.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct HistoryMove {
    pub was: DateTime<Utc>,
    pub is: DateTime<Utc>,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistorySide {
    Booker,
    Officer,
    System,
}

/// The place somebody wants: a slot of the service, or its stages one by one.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewBooking)]
pub struct NewBookingDto {
    pub service_id: Uuid,
    /// The start of a slot; left out where there are `stages`.
    #[serde(default, deserialize_with = "dated")]
    pub starts_at: Option<DateTime<Utc>>,
    /// In order; all of them are booked, or none.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub stages: Vec<WantedStageDto>,
    /// Take a second place at a time that one has booked already, instead of `already_yours`.
    #[serde(default)]
    pub anyway: bool,
    /// Where all is known: it is requested in the same step, and nothing is held.
    pub request: Option<BookingRequest>,
}

/// A stage that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = WantedStage)]
pub struct WantedStageDto {
    pub stage: Stage,
    #[serde(deserialize_with = "dated")]
    pub starts_at: DateTime<Utc>,
    #[serde(default)]
    pub site: Site,
}

/// Another time for a booking.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Rescheduling {
    /// The start of a slot; left out where there are `stages`.
    #[serde(default, deserialize_with = "dated")]
    pub starts_at: Option<DateTime<Utc>>,
    /// In order; all of them are booked, or none.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub stages: Vec<WantedStageDto>,
    /// Take a second place at a time that one has booked already, instead of `already_yours`.
    #[serde(default)]
    pub anyway: bool,
    /// Needed from an officer: the booker reads it.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// A filled-in form.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BookingRequest {
    // Left out counts as empty: who may ask at all is said first, and then in which field it is.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 60)]
    pub contact_name: String,
    #[serde(default)]
    #[schema(required = true)]
    pub contact_mobile: String,
    /// Answers by field key; what is left out or null is no answer.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, FieldValue>)]
    pub fields: Map<String, Value>,
    /// Codes of the warnings that were read (`POST /bookings/{id}/check` tells them).
    #[serde(default)]
    pub acknowledged: Vec<String>,
}

/// What a form would be warned of.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormCheck {
    pub warnings: Vec<FormWarning>,
}

/// The bookings that something was found of.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundBookings {
    pub bookings: Vec<BookingDto>,
}

/// What a form can be filled in with beforehand.
#[derive(Debug, Serialize, ToSchema)]
pub struct Prefill {
    /// As in the last request of this person, else as in their account.
    pub contact_name: Option<String>,
    pub contact_mobile: Option<String>,
    /// Their last answers for this service, as far as they still fit its form; nothing sensitive, no consent.
    #[schema(value_type = BTreeMap<String, FieldValue>)]
    pub last_answers: Map<String, Value>,
    /// The booking from which the answers are.
    pub from_reference: Option<String>,
}

/// Why the booker does not come.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct Cancelling {
    /// Needed unless the place is only held.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// Why a booking was cancelled late.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Explaining {
    #[schema(min_length = 1, max_length = 2000)]
    pub explanation: String,
}
