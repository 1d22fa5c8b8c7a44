//! What the clockwork and the store need to tell how they do: attempts of events, a row to try writes
//! with, and which keyring belongs to this store.

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
        let db = manager.get_connection();
        for statement in STATEMENTS {
            let statement = match manager.get_database_backend() {
                DbBackend::Postgres => statement.to_owned(),
                _ => statement.replace(" timestamptz", " datetime").replace(" bytea", " blob"),
            };
            db.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("a store is not taken back: it holds evidence".into()))
    }
}

const STATEMENTS: [&str; 6] = [
    "alter table feature_event add column attempts integer not null default 0",
    "alter table feature_event add column next_at timestamptz",
    "alter table feature_event add column last_error text",
    "alter table feature_event add column parked_at timestamptz",
    "create table store_probe (
        id integer not null,
        at timestamptz not null,
        constraint store_probe_pkey primary key (id)
    )",
    "create table store_identity (
        id integer not null,
        keyring_fingerprint bytea not null,
        created_at timestamptz not null,
        constraint store_identity_pkey primary key (id)
    )",
];
