//! A stretch of a session that is not recorded, though it should be or because an officer paused it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "unrecorded_stretch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub session_id: Uuid,
    /// Of which publication; none: of all.
    pub publication_id: Option<Uuid>,
    pub cause: UnrecordedCause,
    /// `audio`, `video` or `both`.
    pub medium: String,
    pub began_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    /// Why it was paused, or why the session went on without being recorded.
    pub reason: Option<String>,
    /// The officer who said so, and when.
    pub noted_by: Option<Uuid>,
    pub noted_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Why it is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum UnrecordedCause {
    /// What came in did not reach the disk.
    #[sea_orm(string_value = "not_written")]
    #[serde(rename = "not_written")]
    NotWritten,
    /// An officer paused it.
    #[sea_orm(string_value = "paused")]
    #[serde(rename = "paused")]
    Paused,
}
