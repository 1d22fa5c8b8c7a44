//! Announced closings: dates on which a service is not open, whatever its rules say.

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
        let tables = in_dialect(manager.get_database_backend(), TABLES);
        for statement in tables.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("drop table closing").await.map(drop)
    }
}

const TABLES: &str = "
create table closing (
    id uuid not null,
    service_id uuid not null references service (id),
    date_from date not null,
    date_to date not null,
    from_minute integer not null,
    to_minute integer not null,
    text jsonb not null,
    reason text not null,
    rebooks boolean not null,
    made_by uuid not null references account (id),
    made_at timestamptz not null,
    withdrawn_at timestamptz,
    constraint closing_pkey primary key (id),
    constraint closing_dates_check check (date_from <= date_to),
    constraint closing_minutes_check check (0 <= from_minute and from_minute < to_minute and to_minute <= 1440)
);
create index closing_date_to_idx on closing (date_to);
";
