//! Stretches of a session that are not recorded: what did not reach the disk, and what an officer paused.

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
        Err(DbErr::Migration("why something was not recorded is not taken back: it is evidence".into()))
    }
}

const STATEMENTS: &str = "
create table unrecorded_stretch (
    id uuid not null,
    session_id uuid not null references video_session (id),
    publication_id uuid references publication (id),
    cause text not null constraint unrecorded_stretch_cause_check check (cause in ('not_written', 'paused')),
    medium text not null constraint unrecorded_stretch_medium_check check (medium in ('audio', 'video', 'both')),
    began_at timestamptz not null,
    ended_at timestamptz,
    reason text,
    noted_by uuid references account (id),
    noted_at timestamptz,
    constraint unrecorded_stretch_pkey primary key (id)
);
create index unrecorded_stretch_session_id_idx on unrecorded_stretch (session_id);
";
