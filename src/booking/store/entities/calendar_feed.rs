//! A calendar of bookings behind a secret address.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_feed")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who made it: it shows no more than they may see when it is read.
    pub account_id: Uuid,
    /// Whose bookings it shows, where those are an enterprise's.
    pub enterprise_id: Option<Uuid>,
    /// Since when its maker belonged to it then.
    pub member_since: Option<DateTimeUtc>,
    pub covers: Covers,
    /// What it is for, in its maker's words.
    pub label: Option<String>,
    pub token_hash: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    /// To the hour.
    pub last_read_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Which bookings a calendar shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Covers {
    /// Those on an officer's own desk.
    #[sea_orm(string_value = "desk")]
    #[serde(rename = "desk")]
    Desk,
    /// Those of the whole office.
    #[sea_orm(string_value = "office")]
    #[serde(rename = "office")]
    Office,
    /// Those of the maker's enterprise.
    #[sea_orm(string_value = "enterprise")]
    #[serde(rename = "enterprise")]
    Enterprise,
    /// Those of somebody who books for themselves.
    #[sea_orm(string_value = "own")]
    #[serde(rename = "own")]
    Own,
}
