//! A person's language is whichever the program has words for. The schema named the two of the beginning, so that a
//! third would have been more than its files of words.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["account", "registration"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        for statement in TABLES.iter().flat_map(|table| statements(backend, table)) {
            db.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("people may have another language by now".into()))
    }
}

/// SQLite drops a check only with its column.
fn statements(backend: DbBackend, table: &str) -> Vec<String> {
    if backend == DbBackend::Postgres {
        return vec![format!("alter table {table} drop constraint {table}_locale_check")];
    }
    vec![
        format!("alter table {table} add column language text not null default ''"),
        format!("update {table} set language = locale"),
        format!("alter table {table} drop column locale"),
        format!("alter table {table} rename column language to locale"),
    ]
}
