//! A day on which the official calendar differs from the week: a public holiday or a make-up workday (调休).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_day")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub date: Date,
    pub kind: CalendarKind,
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How a day differs from its weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum CalendarKind {
    #[sea_orm(string_value = "holiday")]
    #[serde(rename = "holiday")]
    Holiday,
    #[sea_orm(string_value = "workday")]
    #[serde(rename = "workday")]
    Workday,
}
