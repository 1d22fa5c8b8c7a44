//! What chiefs set of services and venues: opening rules for days of the week, how a venue is reached and when, and who
//! changed what and why.

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
        let statements = in_dialect(manager.get_database_backend(), STATEMENTS);
        for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("rules for days of the week would be for all days".into()))
    }
}

// Seven bits, that of Monday the lowest: what was there before is for every day of the week.
const STATEMENTS: &str = "
alter table opening_rule add column weekdays integer not null default 127;
alter table venue add column phone text not null default '';
alter table venue add column office_hours jsonb not null default '[]';
create table setup_change (
    id uuid not null,
    subject_id uuid not null,
    version integer not null,
    parts jsonb not null,
    reason text not null,
    made_by uuid not null references account (id),
    made_at timestamptz not null,
    constraint setup_change_pkey primary key (id),
    constraint setup_change_subject_id_version_key unique (subject_id, version)
);
";
