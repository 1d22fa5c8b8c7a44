//! People of a session: who may go back to their place by themselves, who was invited, and what an officer
//! has checked of whom.

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
        Err(DbErr::Migration("who was in a session is not taken back: it holds evidence".into()))
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
alter table participant add column resumes boolean not null default false;
create index participant_account_id_idx on participant (account_id);

create table session_check (
    session_id uuid not null references video_session (id),
    key text not null,
    account_id uuid not null references account (id),
    checked_at timestamptz not null,
    constraint session_check_pkey primary key (session_id, key)
);

create table invitation (
    id uuid not null,
    booking_id uuid not null references booking (id),
    token_hash bytea not null constraint invitation_token_hash_key unique,
    label text,
    invited_by uuid not null references account (id),
    created_at timestamptz not null,
    account_id uuid references account (id),
    accepted_at timestamptz,
    withdrawn_at timestamptz,
    constraint invitation_pkey primary key (id)
);
create index invitation_booking_id_idx on invitation (booking_id);
";
