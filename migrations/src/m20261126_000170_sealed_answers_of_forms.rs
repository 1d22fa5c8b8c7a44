//! Sensitive answers of forms are kept encrypted: which keys there are and how far each has come through the bookings;
//! and what somebody consented to, when, and when they took it back.

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
        Err(DbErr::Migration("nobody would know which keys are needed".into()))
    }
}

const STATEMENTS: &str = "
create table data_key (
    id text not null,
    created_at timestamptz not null,
    sealed_up_to uuid,
    sealed_at timestamptz,
    constraint data_key_pkey primary key (id)
);
create table consent_text (
    version text not null,
    text jsonb not null,
    created_at timestamptz not null,
    constraint consent_text_pkey primary key (version)
);
alter table booking add column consent_version text;
alter table booking add column consented_at timestamptz;
alter table booking add column consent_withdrawn_at timestamptz;
";
