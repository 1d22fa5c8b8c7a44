//! What a service is and asks for. Pure.

use crate::text::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The part of a service that only its pages and forms need; stored as JSON in `service.spec`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceSpec {
    /// In a sentence, what it is.
    pub summary: Text,
    /// Who it is for.
    pub who: Text,
    /// What to bring or have at hand.
    pub bring: Vec<Text>,
    /// The rules in plain words.
    pub rules: Vec<Text>,
    /// What the booking form asks for, in order.
    pub fields: Vec<FieldSpec>,
    /// What an officer checks of the people in a session, in order.
    #[serde(default)]
    pub checks: Vec<CheckSpec>,
}

/// One thing to check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckSpec {
    pub key: String,
    pub label: Text,
}

/// One question of a booking form.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldSpec {
    pub key: String,
    pub kind: FieldKind,
    pub label: Text,
    pub hint: Option<Text>,
    pub required: bool,
    /// For `choice`: what can be chosen.
    pub options: Option<Vec<FieldOption>>,
    /// Sensitive personal information (health): masked on lists, asked for with its own consent.
    pub sensitive: bool,
    /// Longest text in characters.
    pub max_length: Option<u32>,
}

/// One option of a `choice`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldOption {
    pub value: String,
    pub label: Text,
}

/// How a field is filled in and checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    Date,
    Number,
    /// A box that must be ticked when required.
    Consent,
}
