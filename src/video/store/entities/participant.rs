//! Somebody in a video session.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "participant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub session_id: Uuid,
    pub account_id: Uuid,
    pub name: String,
    pub role: ParticipantRole,
    pub state: ParticipantState,
    pub notice_version: Option<i32>,
    pub acknowledged_at: Option<DateTimeUtc>,
    pub waiting_since: Option<DateTimeUtc>,
    pub admitted_at: Option<DateTimeUtc>,
    pub admitted_by: Option<Uuid>,
    pub left_at: Option<DateTimeUtc>,
    /// The program put them out, not they themselves: entering again brings them back to their place.
    pub resumes: bool,
    pub microphone: bool,
    pub camera: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Side of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ParticipantRole {
    #[sea_orm(string_value = "guest")]
    #[serde(rename = "guest")]
    Guest,
    #[sea_orm(string_value = "officer")]
    #[serde(rename = "officer")]
    Officer,
}

/// How far somebody has come into the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ParticipantState {
    #[sea_orm(string_value = "entered")]
    #[serde(rename = "entered")]
    Entered,
    #[sea_orm(string_value = "acknowledged")]
    #[serde(rename = "acknowledged")]
    Acknowledged,
    #[sea_orm(string_value = "waiting")]
    #[serde(rename = "waiting")]
    Waiting,
    #[sea_orm(string_value = "admitted")]
    #[serde(rename = "admitted")]
    Admitted,
    #[sea_orm(string_value = "left")]
    #[serde(rename = "left")]
    Left,
}
