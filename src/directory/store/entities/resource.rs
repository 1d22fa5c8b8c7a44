//! What is occupied cell by cell: `seats` places side by side. `Day` resources have one cell a day (quota).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resource")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub venue_id: Uuid,
    pub code: String,
    pub seats: i32,
    pub cell: CellKind,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What one cell of a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum CellKind {
    #[sea_orm(string_value = "grid")]
    #[serde(rename = "grid")]
    Grid,
    #[sea_orm(string_value = "day")]
    #[serde(rename = "day")]
    Day,
}
