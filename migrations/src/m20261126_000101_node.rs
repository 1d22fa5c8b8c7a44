//! The processes that have an office open, and which of them has a session and the bytes of a recording.

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
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        for statement in STATEMENTS {
            let statement = match postgres {
                true => statement.to_owned(),
                false => statement.replace(" timestamptz", " datetime").replace(" uuid", " blob"),
            };
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("where a recording lies is not forgotten again".into()))
    }
}

const STATEMENTS: [&str; 5] = [
    "create table node (
        id uuid not null,
        address text,
        version text not null,
        started_at timestamptz not null,
        heartbeat_at timestamptz not null,
        ended_at timestamptz,
        constraint node_pkey primary key (id)
    )",
    "alter table video_session add column node_id uuid",
    "alter table recording add column node_id uuid",
    "create index video_session_node_id_idx on video_session (node_id)",
    "create index recording_node_id_idx on recording (node_id)",
];
