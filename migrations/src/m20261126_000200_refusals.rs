//! How often somebody was refused by a rule: by service, day, rule and the year that was asked for. The counts of what
//! was refused for a missing year move there; of which service they were is not known.

use crate::m20261123_000001_first::in_dialect;
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
        let conn = manager.get_connection();
        let backend = manager.get_database_backend();
        conn.execute_unprepared(&in_dialect(backend, TABLE)).await?;
        let nobodys = match backend {
            DbBackend::Postgres => "'00000000-0000-0000-0000-000000000000'::uuid",
            _ => "zeroblob(16)",
        };
        conn.execute_unprepared(&format!(
            "insert into refusal (date, service_id, rule, year, refused)
             select date, {nobodys}, 'year_unpublished', year, refused from calendar_refusal"
        ))
        .await?;
        conn.execute_unprepared("drop table calendar_refusal").await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("what was counted would be lost".into()))
    }
}

const TABLE: &str = "
create table refusal (
    date date not null,
    service_id uuid not null,
    rule text not null,
    year integer not null,
    refused bigint not null,
    constraint refusal_pkey primary key (date, service_id, rule, year)
)";
