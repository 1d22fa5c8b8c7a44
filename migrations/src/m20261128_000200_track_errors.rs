//! How far the tracks of a recording were from the server's clock. Of those that ended before nobody measured it.

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
        let backend = manager.get_database_backend();
        for statement in STATEMENTS.split(';').map(str::trim).filter(|s| !s.is_empty()) {
            manager.get_connection().execute_unprepared(&in_dialect(backend, statement)).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("entries tell what was measured".into()))
    }
}

const STATEMENTS: &str = "
alter table recording add column audio_error_ms integer;
alter table recording add column video_error_ms integer;
";
