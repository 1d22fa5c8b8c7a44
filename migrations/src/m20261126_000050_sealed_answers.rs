//! Answers of repeated requests are sealed from now on. The plain ones are forgotten; that their requests were
//! carried out is not.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let forget = "update idempotency set status = null, content_type = null, body = null";
        manager.get_connection().execute_unprepared(forget).await.map(|_| ())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
