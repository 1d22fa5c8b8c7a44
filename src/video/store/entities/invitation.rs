//! A link with which one other person may come into the session of a booking.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub booking_id: Uuid,
    pub token_hash: Vec<u8>,
    /// Whom it is for, in the booker's words.
    pub label: Option<String>,
    pub invited_by: Uuid,
    pub created_at: DateTimeUtc,
    /// Who took it; from then on it is theirs alone.
    pub account_id: Option<Uuid>,
    pub accepted_at: Option<DateTimeUtc>,
    pub withdrawn_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
