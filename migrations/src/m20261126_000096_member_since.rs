//! Since when somebody belongs to their enterprise: who came later does not put out who was there before. The keys
//! of names are made anew at the next start: traditional characters and accents no longer tell names apart.

use super::m20261126_000060_sign_ins::in_dialect;
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
        let backend = manager.get_database_backend();
        for statement in STATEMENTS.split(';').map(str::trim).filter(|s| !s.is_empty()) {
            manager.get_connection().execute_unprepared(&in_dialect(backend, statement)).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("when somebody joined is not forgotten".into()))
    }
}

/// Of those who joined before, when they registered is the best that is known.
const STATEMENTS: &str = "
alter table account add column member_since timestamptz;
update account set member_since = created_at where membership = 'approved';
update enterprise set name_key = ''
";
