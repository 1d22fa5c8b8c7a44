//! A booking whose day a version of the official calendar made another kind of day, until staff have dealt with it.

use crate::directory::model::calendar::DayClass;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_touched")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// With `number` the version of the calendar.
    pub year: i32,
    pub number: i32,
    pub booking_id: Uuid,
    /// The booking's day at the venue.
    pub date: Date,
    pub was: DayClass,
    pub is_now: DayClass,
    /// Whether it could still be booked by the service's opening hours.
    pub is_open: bool,
    pub found_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
    /// Nobody, where a later version took its place.
    pub settled_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
