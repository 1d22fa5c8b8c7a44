//! Something a lower feature reports to a higher one (a completed booking starts a rating).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "feature_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub subject_id: Uuid,
    pub created_at: DateTimeUtc,
    pub done_at: Option<DateTimeUtc>,
    /// How often it was tried in vain.
    pub attempts: i32,
    pub next_at: Option<DateTimeUtc>,
    pub last_error: Option<String>,
    /// Nobody takes this kind: not tried any more until a start with somebody who does.
    pub parked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
