//! When a ticket was called for the first time: until then its holder waited, however often it was called again.

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
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        for statement in STATEMENTS.split(';').map(str::trim).filter(|s| !s.is_empty()) {
            db.execute_unprepared(&in_dialect(backend, statement)).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("how long people waited would be lost".into()))
    }
}

// Not filled for older tickets: no entry of theirs would tell it. Of those that were called once it is the one call.
const STATEMENTS: &str = "
alter table queue_ticket add column first_called_at timestamptz;
create index queue_ticket_called_at_idx on queue_ticket (called_at);
create index participant_admitted_at_idx on participant (admitted_at);
create index waiting_entry_state_updated_at_idx on waiting_entry (state, updated_at);
";
