//! How good somebody's line was in some minutes of a call.

use crate::video::model::line::LinePath;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "line_quality")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub participant_id: Uuid,
    /// Where the stretch begins.
    #[sea_orm(primary_key, auto_increment = false)]
    pub began_at: DateTimeUtc,
    pub session_id: Uuid,
    /// How long it was measured.
    pub seconds: i32,
    /// And for how long nothing came back from the program.
    pub down_seconds: i32,
    /// Packets lost on the way to the program, in a thousand.
    pub loss_up: Option<i32>,
    pub loss_down: Option<i32>,
    /// The worst of any half minute, either way.
    pub worst_loss: Option<i32>,
    pub round_trip_ms: Option<i32>,
    pub worst_round_trip_ms: Option<i32>,
    pub kbps_up: Option<i32>,
    pub kbps_down: Option<i32>,
    /// By which it came last.
    pub path: Option<LinePath>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
