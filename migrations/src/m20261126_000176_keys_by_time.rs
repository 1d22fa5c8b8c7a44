//! Whoever asks about places asks about some cells of a resource: the key of what is occupied goes by cell, and then by
//! seat, so that the answer is one short stretch of it, whatever a planner knows of the table. For the same reason the
//! index that finds the earlier jobs of a key names all that is asked of them.

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
        let occupied = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE,
            _ => POSTGRES,
        };
        manager.get_connection().execute_unprepared(occupied).await?;
        manager.get_connection().execute_unprepared(JOBS).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the former order of the keys is not needed again".into()))
    }
}

const POSTGRES: &str = "
alter table occupied drop constraint occupied_pkey, add constraint occupied_pkey primary key (resource_id, cell, seat);
";

const SQLITE: &str = "
create table occupied_by_cell (
    resource_id blob not null,
    seat integer not null,
    cell bigint not null,
    owner_id blob not null,
    constraint occupied_pkey primary key (resource_id, cell, seat)
) without rowid;
insert into occupied_by_cell select resource_id, seat, cell, owner_id from occupied order by resource_id, cell, seat;
drop table occupied;
alter table occupied_by_cell rename to occupied;
create index occupied_owner_id_idx on occupied (owner_id);
";

const JOBS: &str = "
drop index job_key_idx;
create index job_key_kind_state_number_idx on job (key, kind, state, number);
";
