//! A wrong password for an account. Kept until its owner was told and it no longer slows anybody down.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_failure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub at: DateTimeUtc,
    /// Whether it counts against devices that the account does not know.
    pub counts: bool,
    /// Whether the owner was told at a later sign-in.
    pub told: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
