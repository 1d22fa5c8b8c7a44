//! Mails that are to be sent, or were given up, get the job that sends them.

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
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        manager.get_connection().execute_unprepared(statement).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("what is to be done is not forgotten again".into()))
    }
}

const POSTGRES: &str = "
insert into job (id, kind, key, payload, state, attempts, due_at, created_at)
    select id, 'mail.send', replace(thread_id::text, '-', '') || ' ' || to_address,
           jsonb_build_object('message_id', id),
           case state when 'failed' then 'failed' else 'waiting' end, attempts, next_at, created_at
    from outbox where state in ('pending', 'failed') order by thread_seq, id";

const SQLITE: &str = "
insert into job (id, kind, key, payload, state, attempts, due_at, created_at)
    select id, 'mail.send', case when thread_id is not null then lower(hex(thread_id)) || ' ' || to_address end,
           json_object('message_id', lower(hex(id))),
           case state when 'failed' then 'failed' else 'waiting' end, attempts, next_at, created_at
    from outbox where state in ('pending', 'failed') order by thread_seq, id";
