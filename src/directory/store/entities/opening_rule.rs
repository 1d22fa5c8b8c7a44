//! When a service is open: on days of `day_kind` on some `weekdays`, from and to in minutes after local midnight (`to` 1440 = midnight).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "opening_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub service_id: Uuid,
    pub day_kind: DayKind,
    /// A bit for each day of the week on which it applies, Monday's the lowest.
    pub weekdays: i32,
    pub from_minute: i32,
    pub to_minute: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The days an opening rule applies to. `Any` needs no official calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DayKind {
    #[sea_orm(string_value = "any")]
    #[serde(rename = "any")]
    Any,
    #[sea_orm(string_value = "working")]
    #[serde(rename = "working")]
    Working,
    #[sea_orm(string_value = "non_working")]
    #[serde(rename = "non_working")]
    NonWorking,
    /// Days off, and of working days what the venue's office hours leave.
    #[sea_orm(string_value = "after_hours")]
    #[serde(rename = "after_hours")]
    AfterHours,
}
