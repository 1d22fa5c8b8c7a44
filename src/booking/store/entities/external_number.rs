//! A number that another system gave to what is booked (单一窗口, the national booking), by which the booking is found.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "external_number")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub booking_id: Uuid,
    /// The question of the form that it answers.
    #[sea_orm(primary_key, auto_increment = false)]
    pub field: String,
    /// As the form keeps it.
    pub number: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
