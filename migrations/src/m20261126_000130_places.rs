//! A taken cell has an owner, whatever that is, and points at nothing: on PostgreSQL each insert locked the one row of
//! its resource and of its booking, which all bookings of a service then wait for together.

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
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        manager.get_connection().execute_unprepared(statements).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("an owner need not be a booking".into()))
    }
}

const POSTGRES: &str = "
alter table occupied rename column booking_id to owner_id;
alter table occupied drop constraint occupied_booking_id_fkey, drop constraint occupied_resource_id_fkey;
alter index occupied_booking_id_idx rename to occupied_owner_id_idx;
";

const SQLITE: &str = "
create table occupied_by_owner (
    resource_id blob not null,
    seat integer not null,
    cell bigint not null,
    owner_id blob not null,
    constraint occupied_pkey primary key (resource_id, seat, cell)
) without rowid;
insert into occupied_by_owner select resource_id, seat, cell, booking_id from occupied;
drop table occupied;
alter table occupied_by_owner rename to occupied;
create index occupied_owner_id_idx on occupied (owner_id);
";
