//! That what a service or venue is was changed: which parts of it, by whom and why. Its versions count up from 1.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "setup_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// A service or a venue.
    pub subject_id: Uuid,
    pub version: i32,
    /// `directory::model::settings::SetupPart`, those that are other than before.
    pub parts: Json,
    /// Why it was decided, for the office.
    pub reason: String,
    pub made_by: Uuid,
    pub made_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
