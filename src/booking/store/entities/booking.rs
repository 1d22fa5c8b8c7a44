//! A booking: the root of a case.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "booking")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub reference: String,
    pub service_id: Uuid,
    pub account_id: Uuid,
    pub enterprise_id: Option<Uuid>,
    pub state: BookingState,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    pub hold_expires_at: Option<DateTimeUtc>,
    pub contact_name: Option<String>,
    pub contact_mobile: Option<String>,
    pub fields: Json,
    pub officer_id: Option<Uuid>,
    pub reason: Option<String>,
    pub sequence: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// It was cancelled late: until then a written explanation is due.
    pub explain_by: Option<DateTimeUtc>,
    pub explanation: Option<String>,
    pub explained_at: Option<DateTimeUtc>,
    pub channel: Channel,
    /// Of the words that were agreed to (`consent_text`).
    pub consent_version: Option<String>,
    pub consented_at: Option<DateTimeUtc>,
    pub consent_withdrawn_at: Option<DateTimeUtc>,
    /// Of a group: how many come, each with a place. None is one.
    pub people: Option<i32>,
    /// An officer has said that the results of the examination can be had.
    pub results_ready_at: Option<DateTimeUtc>,
    /// Since when the office is asked: of what was moved, for its new time.
    pub requested_at: Option<DateTimeUtc>,
    /// When it was accepted or refused, by the program or an officer.
    pub decided_at: Option<DateTimeUtc>,
    /// Its booker moved it away from this start when it was late to cancel; of several the earliest.
    pub late_from: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// By which way a booking came.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Channel {
    /// Its booker took it.
    #[default]
    #[sea_orm(string_value = "online")]
    #[serde(rename = "online")]
    Online,
    /// An officer took it for somebody who called.
    #[sea_orm(string_value = "phone")]
    #[serde(rename = "phone")]
    Phone,
    /// An officer took it for somebody at the counter.
    #[sea_orm(string_value = "counter")]
    #[serde(rename = "counter")]
    Counter,
}

/// State of a booking (contracts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum BookingState {
    #[sea_orm(string_value = "held")]
    #[serde(rename = "held")]
    Held,
    #[sea_orm(string_value = "requested")]
    #[serde(rename = "requested")]
    Requested,
    #[sea_orm(string_value = "accepted")]
    #[serde(rename = "accepted")]
    Accepted,
    #[sea_orm(string_value = "refused")]
    #[serde(rename = "refused")]
    Refused,
    #[sea_orm(string_value = "checked_in")]
    #[serde(rename = "checked_in")]
    CheckedIn,
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "no_show")]
    #[serde(rename = "no_show")]
    NoShow,
    #[sea_orm(string_value = "cancelled")]
    #[serde(rename = "cancelled")]
    Cancelled,
    #[sea_orm(string_value = "expired")]
    #[serde(rename = "expired")]
    Expired,
}
