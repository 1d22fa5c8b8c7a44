//! An appointment of a booking: one stage with its time, or the whole of it where it has no stages. Its cells are taken
//! in its name (`occupied.owner_id`).

use crate::directory::entities::service_stage::Stage;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "appointment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub booking_id: Uuid,
    pub position: i32,
    pub stage: Option<Stage>,
    pub site: Site,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    /// When an officer really began with it, and when it was done (the clearance clock).
    pub began_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    /// Who holds it, and is taken for its time as a place is.
    pub officer_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// By its clock it has begun and is not done.
    pub fn is_under_way(&self) -> bool {
        self.began_at.is_some() && self.ended_at.is_none()
    }
}

/// Where a stage takes place.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Site {
    /// At the service's venue.
    #[default]
    #[sea_orm(string_value = "office")]
    #[serde(rename = "office")]
    Office,
    /// At the enterprise: officers come (上门).
    #[sea_orm(string_value = "enterprise")]
    #[serde(rename = "enterprise")]
    Enterprise,
}
