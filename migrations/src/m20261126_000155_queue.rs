//! Queue tickets: who is at the counter, in which order, and who was called where.

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
        Err(DbErr::Migration("the order at the counter would be lost".into()))
    }
}

const STATEMENTS: &str = "
create table queue_ticket (
    id uuid not null,
    booking_id uuid not null references booking (id),
    venue_id uuid not null references venue (id),
    date date not null,
    number integer not null check (number > 0),
    letter text not null,
    state text not null check (state in ('waiting', 'called', 'done', 'missed')),
    counter text,
    due_at timestamptz not null,
    drawn_at timestamptz not null,
    called_at timestamptz,
    times_called integer not null,
    constraint queue_ticket_pkey primary key (id),
    constraint queue_ticket_booking_id_key unique (booking_id),
    constraint queue_ticket_venue_id_date_number_key unique (venue_id, date, number)
);
create index queue_ticket_venue_id_date_state_due_at_idx on queue_ticket (venue_id, date, state, due_at);
";
