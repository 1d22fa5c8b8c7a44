//! Calendars of bookings that others fetch by a secret address, of which only the hash is kept.

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
        let backend = manager.get_database_backend();
        for statement in STATEMENTS.split(';').map(str::trim).filter(|s| !s.is_empty()) {
            db.execute_unprepared(&in_dialect(backend, statement)).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("addresses that people have in their calendars are not taken back".into()))
    }
}

/// The column types below are PostgreSQL's; SQLite stores the same values under its own names.
fn in_dialect(backend: DbBackend, statement: &str) -> String {
    match backend {
        DbBackend::Postgres => statement.to_owned(),
        _ => statement
            .replace(" timestamptz", " datetime")
            .replace(" bytea", " blob")
            .replace(" uuid", " blob"),
    }
}

const STATEMENTS: &str = "
create table calendar_feed (
    id uuid not null,
    account_id uuid not null references account (id),
    enterprise_id uuid references enterprise (id),
    covers text not null check (covers in ('desk', 'office', 'enterprise', 'own')),
    label text,
    token_hash bytea not null constraint calendar_feed_token_hash_key unique,
    created_at timestamptz not null,
    revoked_at timestamptz,
    last_read_at timestamptz,
    constraint calendar_feed_pkey primary key (id)
);
create index calendar_feed_account_id_idx on calendar_feed (account_id);
create index calendar_feed_enterprise_id_idx on calendar_feed (enterprise_id);
";
