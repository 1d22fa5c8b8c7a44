//! The table `node`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "node")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where other nodes reach it: `http://HOST:PORT`.
    pub address: Option<String>,
    pub version: String,
    pub started_at: DateTimeUtc,
    /// By the clock of the store, as the other times here.
    pub heartbeat_at: DateTimeUtc,
    /// When it left, or was taken for dead and its work was taken over.
    pub ended_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
