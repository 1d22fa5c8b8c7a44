//! Documents that go with bookings: what they are, and their bytes in pieces.

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
        Err(DbErr::Migration("what people have uploaded would be lost".into()))
    }
}

const STATEMENTS: &str = "
create table document (
    id uuid not null,
    booking_id uuid not null references booking (id),
    item text not null,
    kind text not null check (kind in ('pdf', 'jpeg', 'png')),
    pages integer,
    size integer not null check (size > 0),
    sha256 bytea not null,
    stored_sha256 bytea not null,
    uploaded_by uuid not null,
    uploaded_at timestamptz not null,
    sealed_name bytea not null,
    key_id text not null,
    wrapped_key bytea not null,
    constraint document_pkey primary key (id)
);
create index document_booking_id_idx on document (booking_id);
create index document_key_id_idx on document (key_id);
create table document_piece (
    document_id uuid not null references document (id),
    number integer not null,
    bytes bytea not null,
    constraint document_piece_pkey primary key (document_id, number)
);
";
