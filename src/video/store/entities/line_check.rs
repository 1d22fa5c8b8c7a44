//! What a page found when somebody checked devices and line for a booking.

use crate::video::model::line::{DeviceFound, LinePath};
use crate::video::store::entities::participant::ParticipantRole;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "line_check")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub booking_id: Uuid,
    pub account_id: Uuid,
    pub role: ParticipantRole,
    pub checked_at: DateTimeUtc,
    pub camera: DeviceFound,
    pub microphone: DeviceFound,
    pub speaker: DeviceFound,
    /// Packets lost on the way to the program, in a thousand.
    pub loss_up: Option<i32>,
    pub loss_down: Option<i32>,
    pub round_trip_ms: Option<i32>,
    /// What got through.
    pub kbps_up: Option<i32>,
    pub kbps_down: Option<i32>,
    /// None: no media got through.
    pub path: Option<LinePath>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
