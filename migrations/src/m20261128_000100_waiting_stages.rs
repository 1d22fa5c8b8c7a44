//! Which stages somebody waits for; who waited before waits for the service as a whole.

use crate::m20261123_000001_first::in_dialect;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = in_dialect(manager.get_database_backend(), STATEMENT);
        manager.get_connection().execute_unprepared(&statement).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("who waits for stages would wait for something else".into()))
    }
}

const STATEMENT: &str = "alter table waiting_entry add column stages jsonb not null default '[]'";
