//! An announced closing: from one date to another a service is not open within these minutes, whatever its rules and
//! announced openings say.

use crate::base::words::ByLanguage;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "closing")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub service_id: Uuid,
    /// At the venue; both dates are meant.
    pub date_from: Date,
    pub date_to: Date,
    /// Minutes after local midnight (`to_minute` 1440 = the midnight that ends the day).
    pub from_minute: i32,
    pub to_minute: i32,
    /// What bookers read of it.
    pub text: ByLanguage,
    /// Why it was decided, for the office.
    pub reason: String,
    /// Who has booked then is moved to the next time that is free; else it is cancelled.
    pub rebooks: bool,
    pub made_by: Uuid,
    pub made_at: DateTimeUtc,
    pub withdrawn_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
