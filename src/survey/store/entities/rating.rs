//! An answer: level 1 (very dissatisfied) to 5 (very satisfied) and an optional free text.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rating")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub invite_id: Uuid,
    pub level: i32,
    pub comment: Option<String>,
    pub answered_at: DateTimeUtc,
    /// With it an entry of the chain `system` commits to this answer; none before entries did.
    pub salt: Option<Vec<u8>>,
    /// That entry's number.
    pub entry_seq: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
