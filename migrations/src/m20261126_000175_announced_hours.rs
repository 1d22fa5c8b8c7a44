//! Extra openings and closings are one kind of row: hours that were announced beside a service's rules.

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
        let steps = in_dialect(manager.get_database_backend(), STEPS);
        for statement in steps.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("what was announced is not taken apart again".into()))
    }
}

const STEPS: &str = "
create table announced_hours (
    id uuid not null,
    kind text not null,
    service_id uuid not null references service (id),
    date_from date not null,
    date_to date not null,
    from_minute integer not null,
    to_minute integer not null,
    extra_seats integer not null,
    rebooks boolean not null,
    text jsonb not null,
    reason text not null,
    made_by uuid not null references account (id),
    made_at timestamptz not null,
    withdrawn_at timestamptz,
    constraint announced_hours_pkey primary key (id),
    constraint announced_hours_kind_check check (kind in ('opening', 'closing')),
    constraint announced_hours_dates_check check (date_from <= date_to),
    constraint announced_hours_minutes_check check (0 <= from_minute and from_minute < to_minute and to_minute <= 1440),
    constraint announced_hours_seats_check check (extra_seats >= 0)
);
create index announced_hours_date_to_idx on announced_hours (date_to);
insert into announced_hours (id, kind, service_id, date_from, date_to, from_minute, to_minute, extra_seats, rebooks, text,
    reason, made_by, made_at, withdrawn_at)
select id, 'opening', service_id, date_from, date_to, from_minute, to_minute, extra_seats, false, text, reason, made_by,
    made_at, withdrawn_at from extra_opening;
insert into announced_hours (id, kind, service_id, date_from, date_to, from_minute, to_minute, extra_seats, rebooks, text,
    reason, made_by, made_at, withdrawn_at)
select id, 'closing', service_id, date_from, date_to, from_minute, to_minute, 0, rebooks, text, reason, made_by,
    made_at, withdrawn_at from closing;
drop table extra_opening;
drop table closing;
";
