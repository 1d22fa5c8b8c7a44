//! A sign-in has an id and the browser's name, so that one can see and end one's own; failed sign-ins of an
//! account are kept until their owner was told.

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
        let backend = manager.get_database_backend();
        for statement in STATEMENTS.split(';').map(str::trim).filter(|s| !s.is_empty()) {
            manager.get_connection().execute_unprepared(&in_dialect(backend, statement)).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("sign-ins keep their ids".into()))
    }
}

/// The column types below are PostgreSQL's; SQLite stores the same values under its own names.
pub(crate) fn in_dialect(backend: DbBackend, statement: &str) -> String {
    match backend {
        DbBackend::Postgres => statement.to_owned(),
        _ => statement
            .replace(" timestamptz", " datetime")
            .replace(" bytea", " blob")
            .replace(" uuid", " blob"),
    }
}

/// Sign-ins last twelve hours at most: those from before are not carried over, their owners sign in again.
const STATEMENTS: &str = "
drop table auth_session;
create table auth_session (
    token_hash bytea not null,
    id uuid not null constraint auth_session_id_key unique,
    account_id uuid not null references account (id),
    browser text not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    constraint auth_session_pkey primary key (token_hash)
);
create index auth_session_account_id_idx on auth_session (account_id);
create index auth_session_expires_at_idx on auth_session (expires_at);

create table sign_in_failure (
    id uuid not null,
    account_id uuid not null references account (id),
    at timestamptz not null,
    counts boolean not null,
    told boolean not null,
    constraint sign_in_failure_pkey primary key (id)
);
create index sign_in_failure_account_id_idx on sign_in_failure (account_id, at);
create index sign_in_failure_at_idx on sign_in_failure (at);
";
