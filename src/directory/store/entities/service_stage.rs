//! A stage of a service that is booked in stages (申报 → 查验 → 放行), in their order by `position`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service_stage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub service_id: Uuid,
    pub position: i32,
    pub stage: Stage,
    pub duration_minutes: i32,
    /// What it takes at the office beside a seat of the service's own resource.
    pub resource_id: Option<Uuid>,
    /// So much time may lie between the end of the stage before and its start.
    pub gap_least_minutes: i32,
    pub gap_most_minutes: i32,
    /// Whether officers may come to the enterprise for it (上门).
    pub at_enterprise: bool,
    /// The accounts of those who may hold it, the usual first; where there are none nobody in particular does.
    pub officers: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The stages of clearance: 申报, 查验, 放行.
/// In the order in which they come.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Stage {
    #[sea_orm(string_value = "declaration")]
    #[serde(rename = "declaration")]
    Declaration,
    #[sea_orm(string_value = "inspection")]
    #[serde(rename = "inspection")]
    Inspection,
    #[sea_orm(string_value = "release")]
    #[serde(rename = "release")]
    Release,
}
