//! A stretch of a recording in which picture or sound is missing, in ms from its start.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recording_gap")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub recording_id: Uuid,
    pub from_ms: i64,
    pub to_ms: i64,
    pub cause: String,
    /// `audio`, `video` or `both`.
    pub medium: String,
    /// How much of the stretch is missing: losses that lie close together are one gap.
    pub missing_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
