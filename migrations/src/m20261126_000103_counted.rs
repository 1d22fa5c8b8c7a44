//! What is counted against whoever gives passwords or registers, so that all processes count together.

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
        for statement in STATEMENTS {
            let statement = match manager.get_database_backend() {
                DbBackend::Postgres => statement.to_owned(),
                _ => statement
                    .replace(" timestamptz", " datetime")
                    .replace(" bytea", " blob")
                    .replace(" jsonb", " text"),
            };
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("what was guessed is not forgotten again".into()))
    }
}

const STATEMENTS: [&str; 2] = [
    "create table counted (
        subject bytea not null,
        count integer not null,
        last_at timestamptz not null,
        recent jsonb not null,
        constraint counted_pkey primary key (subject)
    )",
    "create index counted_last_at_idx on counted (last_at)",
];
