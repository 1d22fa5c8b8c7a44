//! A service that can be booked. `spec` holds what the pages show and the fields asked for (`directory::model::ServiceSpec`).

use crate::base::words::ByLanguage;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub kind: ServiceKind,
    pub venue_id: Uuid,
    pub resource_id: Uuid,
    pub quota_resource_id: Option<Uuid>,
    pub name: ByLanguage,
    pub duration_minutes: i32,
    pub lead_minutes: i32,
    pub horizon_days: i32,
    pub hold_minutes: i32,
    pub needs_decision: bool,
    pub position: i32,
    pub active: bool,
    pub spec: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The three kinds of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ServiceKind {
    #[sea_orm(string_value = "after_hours")]
    #[serde(rename = "after_hours")]
    AfterHours,
    #[sea_orm(string_value = "health")]
    #[serde(rename = "health")]
    Health,
    #[sea_orm(string_value = "video")]
    #[serde(rename = "video")]
    Video,
}
