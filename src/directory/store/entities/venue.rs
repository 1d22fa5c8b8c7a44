//! A place with a zone and a grid (minutes per cell).

use crate::base::words::ByLanguage;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "venue")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub name: ByLanguage,
    pub address: ByLanguage,
    pub zone: String,
    pub grid_minutes: i32,
    /// Under which somebody answers there; empty where that is the office's duty phone.
    pub phone: String,
    /// When somebody is there on working days (`directory::model::settings::HoursOfDay`, in order).
    pub office_hours: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
