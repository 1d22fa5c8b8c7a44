//! What a service is and asks for. Pure.

pub mod calendar;
pub mod calendar_changes;
pub mod calendar_file;
pub mod credit;
pub mod customs;
pub mod documents;
pub mod festivals;
pub mod forms;
pub mod hours;
pub mod identifiers;
pub mod office;
pub mod plausible;
pub mod settings;
mod settings_changed;
pub mod terms;
pub mod text_file;

use crate::base::words::ByLanguage;
use crate::directory::model::documents::{DocumentSpec, DocumentWay};
use crate::directory::model::terms::ServiceTerms;
use serde::{Deserialize, Serialize};

/// The part of a service that only its pages and forms need; stored as JSON in `service.spec`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ServiceSpec {
    /// In a sentence, what it is.
    pub summary: ByLanguage,
    /// Who it is for.
    pub who: ByLanguage,
    /// What to bring or have at hand.
    pub bring: Vec<ByLanguage>,
    /// The rules in plain words.
    pub rules: Vec<ByLanguage>,
    /// What the booking form asks for, in order.
    pub fields: Vec<FieldSpec>,
    /// What an officer checks of the people in a session, in order.
    #[serde(default)]
    pub checks: Vec<CheckSpec>,
    /// Only to get to know the program: a door does not advertise it as the next free time.
    #[serde(default)]
    pub trial: bool,
    /// How much of it one party may have booked at a time.
    #[serde(default)]
    pub limits: Limits,
    /// What a booker is warned of before requesting.
    #[serde(default)]
    pub warnings: Vec<WarningRule>,
    /// Who can book it when.
    #[serde(default)]
    pub terms: ServiceTerms,
    /// How places that come free are offered to who waits.
    #[serde(default)]
    pub waiting: WaitingTerms,
    /// When bookers are reminded.
    #[serde(default)]
    pub reminders: ReminderTerms,
    /// Which of its seats are kept for which way of booking.
    #[serde(default)]
    pub shares: Shares,
    /// What of its daily quota is; none where nothing is.
    #[serde(default)]
    pub quota_shares: Option<QuotaShares>,
    /// Of a service with stages: it is not booked as a whole, which takes neither their places nor their officers.
    #[serde(default)]
    pub stages_only: bool,
    /// Whether groups are taken, and how.
    #[serde(default)]
    pub groups: Option<GroupTerms>,
    /// How to prepare, in a sentence: with an empty stomach.
    #[serde(default)]
    pub prepare: Option<ByLanguage>,
    /// Results are promised after so many working days.
    #[serde(default)]
    pub results_after_days: Option<u32>,
    /// The documents to bring or to upload when booking, in order.
    #[serde(default)]
    pub documents: Vec<DocumentSpec>,
    /// What was asked once, for the answers that were given then ([`forms::remembered`]).
    #[serde(default)]
    pub former_fields: Vec<FieldSpec>,
    #[serde(default)]
    pub former_documents: Vec<DocumentSpec>,
    /// What questions and options were called, the oldest first.
    #[serde(default)]
    pub former_labels: Vec<forms::FormerLabel>,
}

impl ServiceSpec {
    /// What nobody can request without.
    pub fn required_uploads(&self) -> impl Iterator<Item = &DocumentSpec> {
        self.documents.iter().filter(|spec| spec.required && spec.way == DocumentWay::Upload)
    }
}

/// How groups are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupTerms {
    pub most_people: u32,
    /// A group is booked so many days ahead at least.
    pub lead_days: u32,
}

/// How many live bookings of one service (held ones included) a party may have at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Somebody who books for themselves.
    pub person: u32,
    /// All members of an enterprise together.
    pub enterprise: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { person: 5, enterprise: 20 }
    }
}

/// Seats that are kept for callers and for the counter, side by side in each slot; the rest is everybody's. What nobody
/// has taken is released to all at a set time before the slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    pub phone: i32,
    pub counter: i32,
    pub released_minutes_before: i32,
}

impl Shares {
    pub fn kept_for(&self) -> KeptFor {
        KeptFor { phone: self.phone, counter: self.counter }
    }

    /// How many are kept in all.
    pub fn kept(&self) -> i32 {
        self.kept_for().all()
    }
}

/// Of a day's quota, what is kept for callers and for the counter; the rest is everybody's. What nobody has taken is
/// released to all at one time for the whole day, by the clocks of the venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaShares {
    pub phone: i32,
    pub counter: i32,
    /// On the day itself where it is 0.
    pub released_days_before: i32,
    /// After midnight of that day.
    pub released_at_minute: i32,
}

impl QuotaShares {
    pub fn kept_for(&self) -> KeptFor {
        KeptFor { phone: self.phone, counter: self.counter }
    }
}

/// So many are kept for callers, and so many for the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptFor {
    pub phone: i32,
    pub counter: i32,
}

impl KeptFor {
    pub fn all(&self) -> i32 {
        self.phone.max(0).saturating_add(self.counter.max(0))
    }
}

/// How places that come free are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingTerms {
    /// So long a place is held for whoever is offered it; shorter when it is near.
    pub offer_minutes: u32,
}

impl Default for WaitingTerms {
    fn default() -> Self {
        Self { offer_minutes: 120 }
    }
}

/// So many hours before their start bookers are reminded; never where none is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderTerms {
    pub day_hours: Option<u32>,
    /// Once more, with the link to the meeting.
    pub video_hours: Option<u32>,
}

impl Default for ReminderTerms {
    fn default() -> Self {
        Self { day_hours: Some(24), video_hours: Some(2) }
    }
}

/// A warning about the dates of a form: the answer to `field` is earlier than `days` after the day
/// of the appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WarningRule {
    /// Stable; what is acknowledged.
    pub code: String,
    /// A field of kind `date`.
    pub field: String,
    pub days: u32,
    /// Applies only with this answer.
    pub when: Option<WarningCondition>,
    pub text: ByLanguage,
}

/// The answer with which a [`WarningRule`] applies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WarningCondition {
    pub field: String,
    pub value: String,
}

/// One thing to check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckSpec {
    pub key: String,
    pub label: ByLanguage,
}

/// One question of a booking form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldSpec {
    pub key: String,
    pub kind: FieldKind,
    pub label: ByLanguage,
    pub hint: Option<ByLanguage>,
    pub required: bool,
    /// For `choice`: what can be chosen.
    pub options: Option<Vec<FieldOption>>,
    /// Sensitive personal information (health): masked on lists, asked for with its own consent.
    pub sensitive: bool,
    /// Longest text in characters.
    pub max_length: Option<u32>,
    /// For `choice`: what is chosen until somebody chooses.
    #[serde(default)]
    pub default: Option<String>,
    /// Not asked of who books stage by stage: the stages tell it.
    #[serde(default)]
    pub without_stages: bool,
    /// For numbers of other systems: where one is looked up there, over TLS.
    #[serde(default)]
    pub link: Option<String>,
}

/// One option of a `choice`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldOption {
    pub value: String,
    pub label: ByLanguage,
}

/// How a field is filled in and checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    LongText,
    Choice,
    /// 4-digit customs code (关区代码).
    PortCode,
    /// One or more HS codes of 4 to 10 digits, separated by commas or spaces.
    HsCodes,
    /// 18 digits (报关单号).
    DeclarationNo,
    /// A number that another system gave: 单一窗口, the national booking.
    ExternalNo,
    Date,
    Number,
    /// A box that must be ticked when required.
    Consent,
}
