//! How many requests were refused on a date because the calendar of a year was missing.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_refusal")]
pub struct Model {
    /// The year that was asked for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// When, in the office's zone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub date: Date,
    pub refused: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
