//! A booking has one or more appointments: its stages, each with its time. What was booked before has one, of its own id,
//! so that the cells it has taken stay its own.

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
        Err(DbErr::Migration("stages of bookings would be lost".into()))
    }
}

const STATEMENTS: &str = "
create table service_stage (
    id uuid not null,
    service_id uuid not null references service (id),
    position integer not null,
    stage text not null check (stage in ('declaration', 'inspection', 'release')),
    duration_minutes integer not null,
    resource_id uuid references resource (id),
    gap_least_minutes integer not null,
    gap_most_minutes integer not null,
    at_enterprise boolean not null,
    constraint service_stage_pkey primary key (id),
    constraint service_stage_service_id_stage_key unique (service_id, stage)
);

create table appointment (
    id uuid not null,
    booking_id uuid not null references booking (id),
    position integer not null,
    stage text check (stage in ('declaration', 'inspection', 'release')),
    site text not null check (site in ('office', 'enterprise')),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    began_at timestamptz,
    ended_at timestamptz,
    constraint appointment_pkey primary key (id)
);
insert into appointment (id, booking_id, position, site, starts_at, ends_at)
    select id, id, 0, 'office', starts_at, ends_at from booking;
create index appointment_booking_id_idx on appointment (booking_id);
create index appointment_stage_ended_at_idx on appointment (stage, ended_at);
";
