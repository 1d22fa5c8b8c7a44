//! One film of all recordings of a session: a derivative, whose file lies beside the recordings and never among them.

use crate::base::words::Language;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "composite")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub session_id: Uuid,
    /// The opening, with its purpose, through which it was asked for.
    pub playback_id: Uuid,
    pub account_id: Uuid,
    /// In which its cards are.
    pub language: Language,
    pub state: CompositeState,
    pub asked_at: DateTimeUtc,
    pub made_at: Option<DateTimeUtc>,
    pub duration_ms: Option<i64>,
    pub bytes: Option<i64>,
    pub sha256: Option<Vec<u8>>,
    /// On which node it is made, and its file lies: the one that has the recordings.
    pub node_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What became of a composite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum CompositeState {
    /// It waits for its turn, or is being made.
    #[sea_orm(string_value = "asked")]
    #[serde(rename = "asked")]
    Asked,
    #[sea_orm(string_value = "made")]
    #[serde(rename = "made")]
    Made,
    #[sea_orm(string_value = "cancelled")]
    #[serde(rename = "cancelled")]
    Cancelled,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
    /// Its time was over.
    #[sea_orm(string_value = "removed")]
    #[serde(rename = "removed")]
    Removed,
}
