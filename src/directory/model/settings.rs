//! What a chief sets of services and venues, and what is wrong with it. Pure; whether stages at their times fit into the
//! hours is worked out by `booking/model/settled`, from the slots that would be there.

mod checks;
mod faults;

pub(super) use checks::TEXT_LENGTH;
pub use checks::{LONGEST_BOOKING, MOST_LINES, MOST_QUOTA, MOST_SEATS};
pub(super) use faults::{Checked, Faults, fault, in_range};
pub use faults::{SettingsFault, SettingsFaultKind, name, text};

use crate::base::words::ByLanguage;
use crate::directory::model::documents::DocumentSpec;
use crate::directory::model::{FieldSpec, QuotaShares, Shares, WarningRule, terms::ServiceTerms};
use crate::directory::store::entities::opening_rule::DayKind;
use crate::directory::store::entities::service_stage::Stage;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;

/// The bits of a whole week (`opening_rule.weekdays`).
pub const EVERY_DAY: i32 = 0b111_1111;

/// What a service is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceSettings {
    pub name: ByLanguage,
    pub summary: ByLanguage,
    pub who: ByLanguage,
    pub bring: Vec<ByLanguage>,
    /// In plain words.
    pub rules: Vec<ByLanguage>,
    #[serde(default)]
    pub prepare: Option<ByLanguage>,
    pub duration_minutes: i32,
    pub lead_minutes: i32,
    pub horizon_days: i32,
    pub hold_minutes: i32,
    pub needs_decision: bool,
    pub seats: i32,
    #[serde(default)]
    pub daily_quota: Option<i32>,
    #[serde(default)]
    pub quota_shares: Option<QuotaShares>,
    pub opening_rules: Vec<RuleSettings>,
    pub stages: Vec<StageSettings>,
    /// What the booking form asks for, in order.
    pub fields: Vec<FieldSpec>,
    /// The documents to bring or to upload, in order.
    pub documents: Vec<DocumentSpec>,
    pub active: bool,
}

/// When it is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSettings {
    pub day_kind: DayKind,
    /// 1 is Monday, 7 is Sunday; in order.
    pub weekdays: Vec<i32>,
    pub from_minute: i32,
    pub to_minute: i32,
}

/// A stage of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSettings {
    pub stage: Stage,
    pub duration_minutes: i32,
    pub gap_least_minutes: i32,
    pub gap_most_minutes: i32,
    pub at_enterprise: bool,
    /// Of what it takes at the office beside a seat of the service.
    #[serde(default)]
    pub seats: Option<i32>,
    /// Of whom one is taken for its time beside, the usual first; whether they are officers, `booking` asks.
    #[serde(default)]
    pub officers: Vec<Uuid>,
}

/// What a venue is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VenueSettings {
    pub name: ByLanguage,
    pub address: ByLanguage,
    pub zone: String,
    pub grid_minutes: i32,
    /// Empty where it is the office's duty phone.
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub office_hours: Vec<HoursOfDay>,
}

/// From when until when, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursOfDay {
    pub from_minute: i32,
    pub to_minute: i32,
}

/// A part of a service or venue that somebody changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupPart {
    Name,
    Texts,
    /// How long it takes, how far ahead it is booked, whether somebody decides.
    Booking,
    Seats,
    Hours,
    Stages,
    /// What the booking form asks for.
    Form,
    Documents,
    Active,
    Address,
    Contact,
    Grid,
}

/// What settings of a service are checked against.
#[derive(Clone, Copy, Debug)]
pub struct SettingsContext<'a> {
    /// What was asked until now, and what was once.
    pub asked: &'a [FieldSpec],
    pub former: &'a [FieldSpec],
    pub warnings: &'a [WarningRule],
    pub terms: &'a ServiceTerms,
    pub shares: Shares,
    pub grid_minutes: i32,
}

impl ServiceSettings {
    /// What is other than in `before`.
    pub fn parts_changed_since(&self, before: &Self) -> Vec<SetupPart> {
        let texts = |of: &Self| {
            (of.summary.clone(), of.who.clone(), of.bring.clone(), of.rules.clone(), of.prepare.clone())
        };
        let booking = |of: &Self| {
            (of.duration_minutes, of.lead_minutes, of.horizon_days, of.hold_minutes, of.needs_decision)
        };
        let seats = |of: &Self| (of.seats, of.daily_quota, of.quota_shares);
        let all = [
            (SetupPart::Name, self.name != before.name),
            (SetupPart::Texts, texts(self) != texts(before)),
            (SetupPart::Booking, booking(self) != booking(before)),
            (SetupPart::Seats, seats(self) != seats(before)),
            (SetupPart::Hours, self.opening_rules != before.opening_rules),
            (SetupPart::Stages, self.stages != before.stages),
            (SetupPart::Form, self.fields != before.fields),
            (SetupPart::Documents, self.documents != before.documents),
            (SetupPart::Active, self.active != before.active),
        ];
        all.into_iter().filter(|(_, changed)| *changed).map(|(part, _)| part).collect()
    }
}

impl RuleSettings {
    /// The days of the week as bits.
    pub fn bits(&self) -> i32 {
        self.weekdays.iter().filter(|day| (1..=7).contains(*day)).fold(0, |bits, day| bits | 1 << (day - 1))
    }

    /// The days of the week of some bits, in order.
    pub fn weekdays_of(bits: i32) -> Vec<i32> {
        (1..=7).filter(|day| bits & 1 << (day - 1) != 0).collect()
    }
}

impl VenueSettings {
    /// What is other than in `before`.
    pub fn parts_changed_since(&self, before: &Self) -> Vec<SetupPart> {
        let all = [
            (SetupPart::Name, self.name != before.name),
            (SetupPart::Address, self.address != before.address),
            (SetupPart::Grid, (&self.zone, self.grid_minutes) != (&before.zone, before.grid_minutes)),
            (SetupPart::Contact, self.phone != before.phone),
            (SetupPart::Hours, self.office_hours != before.office_hours),
        ];
        all.into_iter().filter(|(_, changed)| *changed).map(|(part, _)| part).collect()
    }
}
