//! Bookings whose day a new version of the calendar made another one, until staff have dealt with them; and how many
//! requests were refused because the calendar of their year was missing.

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
        let conn = manager.get_connection();
        conn.execute_unprepared("drop table calendar_touched").await?;
        conn.execute_unprepared("drop table calendar_refusal").await.map(drop)
    }
}

const TABLES: &str = "
create table calendar_touched (
    id uuid not null,
    year integer not null,
    number integer not null,
    booking_id uuid not null references booking (id),
    date date not null,
    was text not null,
    is_now text not null,
    is_open boolean not null,
    found_at timestamptz not null,
    settled_at timestamptz,
    settled_by uuid references account (id),
    constraint calendar_touched_pkey primary key (id),
    constraint calendar_touched_booking_key unique (booking_id, year, number),
    constraint calendar_touched_version_fkey foreign key (year, number) references calendar_version (year, number)
);
create index calendar_touched_open_idx on calendar_touched (date, id) where settled_at is null;
create table calendar_refusal (
    year integer not null,
    date date not null,
    refused bigint not null,
    constraint calendar_refusal_pkey primary key (year, date)
);
";
