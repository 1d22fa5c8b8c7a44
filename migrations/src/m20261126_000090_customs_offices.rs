//! The customs offices by their four-digit codes (关区代码), as the office has imported them.

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
        manager.get_connection().execute_unprepared(TABLE).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("drop table customs_office").await.map(|_| ())
    }
}

const TABLE: &str = "
create table customs_office (
    code text not null,
    name_zh text not null,
    name_en text,
    constraint customs_office_pkey primary key (code)
)";
