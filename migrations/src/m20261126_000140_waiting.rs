//! Who waits for a place, whose coming free somebody wants to hear of, and which reminders went out.

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
        Err(DbErr::Migration("people wait in it".into()))
    }
}

const STATEMENTS: &str = "
create table place_watch (
    resource_id uuid not null,
    watcher_id uuid not null,
    constraint place_watch_pkey primary key (resource_id, watcher_id)
);

create table waiting_entry (
    id uuid not null,
    service_id uuid not null references service (id),
    account_id uuid not null references account (id),
    enterprise_id uuid references enterprise (id),
    party_id uuid not null,
    state text not null
        check (state in ('waiting', 'offered', 'taken', 'declined', 'passed', 'withdrawn', 'ended')),
    from_date date not null,
    to_date date not null,
    from_minute integer,
    to_minute integer,
    earlier_than_id uuid,
    offered_booking_id uuid,
    offer_ends_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint waiting_entry_pkey primary key (id)
);
create unique index waiting_entry_live_key on waiting_entry (service_id, party_id)
    where state in ('waiting', 'offered');
create index waiting_entry_service_id_idx on waiting_entry (service_id, created_at)
    where state in ('waiting', 'offered');
create index waiting_entry_party_id_idx on waiting_entry (party_id, updated_at);

create table reminder (
    booking_id uuid not null references booking (id),
    kind text not null check (kind in ('day', 'hours')),
    starts_at timestamptz not null,
    sent boolean not null,
    at timestamptz not null,
    constraint reminder_pkey primary key (booking_id, kind, starts_at)
);
";
