//! Composites: one film of all recordings of a session, made on request. Of a session one is under way at a time.

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
        Err(DbErr::Migration("entries tell of composites".into()))
    }
}

const STATEMENTS: &str = "
create table composite (
    id uuid not null,
    session_id uuid not null references video_session (id),
    playback_id uuid not null references playback (id),
    account_id uuid not null references account (id),
    language text not null,
    state text not null constraint composite_state_check check (state in ('asked', 'made', 'cancelled', 'failed', 'removed')),
    asked_at timestamptz not null,
    made_at timestamptz,
    duration_ms bigint,
    bytes bigint,
    sha256 bytea,
    node_id uuid,
    constraint composite_pkey primary key (id)
);
create index composite_session_id_idx on composite (session_id);
create unique index composite_under_way_key on composite (session_id) where state = 'asked';
";
