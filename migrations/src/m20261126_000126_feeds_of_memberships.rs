//! In which membership somebody made a calendar: a later one does not bring it back.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kind = match manager.get_database_backend() {
            DbBackend::Postgres => "timestamptz",
            _ => "datetime",
        };
        let add = format!("alter table calendar_feed add column member_since {kind}");
        manager.get_connection().execute_unprepared(&add).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("addresses that people have in their calendars are not taken back".into()))
    }
}
