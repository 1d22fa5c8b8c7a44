//! Which officers may hold a stage, and who holds the stage of a booking.

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
        let statements = in_dialect(manager.get_database_backend(), STATEMENTS);
        for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("who holds which stage would be lost".into()))
    }
}

// An officer is pointed at by nothing, as a place is not: a reference would lock their row for every booking of theirs.
const STATEMENTS: &str = "
alter table service_stage add column officers jsonb not null default '[]';
alter table appointment add column officer_id uuid;
create index appointment_officer_id_idx on appointment (officer_id, starts_at) where officer_id is not null;
";
