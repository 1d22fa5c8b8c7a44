//! Forgets the words of mails that were sent or withdrawn: in them are links that are keys.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = match manager.get_database_backend() {
            DbBackend::Postgres => {
                r#"update outbox set payload = payload || '{"text": "", "html": ""}'::jsonb
                   where state in ('sent', 'withdrawn')"#
            }
            _ => {
                "update outbox set payload = json_set(payload, '$.text', '', '$.html', '')
                 where state in ('sent', 'withdrawn')"
            }
        };
        manager.get_connection().execute_unprepared(statement).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("what was forgotten does not come back".into()))
    }
}
