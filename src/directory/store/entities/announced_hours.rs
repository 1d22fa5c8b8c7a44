//! Hours that were announced beside a service's rules: from one date to another it is open (an overtime day, a surge
//! plan) or closed within these minutes.

use crate::base::words::ByLanguage;
use sea_orm::entity::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum AnnouncedKind {
    /// Open beside the rules, with so many seats more.
    #[sea_orm(string_value = "opening")]
    Opening,
    /// Not open, whatever the rules and the openings say.
    #[sea_orm(string_value = "closing")]
    Closing,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "announced_hours")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: AnnouncedKind,
    pub service_id: Uuid,
    /// At the venue; both dates are meant.
    pub date_from: Date,
    pub date_to: Date,
    /// Minutes after local midnight (`to_minute` 1440 = the midnight that ends the day).
    pub from_minute: i32,
    pub to_minute: i32,
    /// Of an opening.
    pub extra_seats: i32,
    /// Of an opening: so much more may be booked on each of its days, where there is a daily quota.
    pub extra_quota: i32,
    /// Of a closing: who has booked then is moved to the next time that is free; else it is cancelled.
    pub rebooks: bool,
    /// What bookers read of it.
    pub text: ByLanguage,
    /// Why it was decided, for the office.
    pub reason: String,
    pub made_by: Uuid,
    pub made_at: DateTimeUtc,
    pub withdrawn_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
