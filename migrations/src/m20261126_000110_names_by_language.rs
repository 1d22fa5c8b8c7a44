//! A name is one map by language instead of a column for each of two, and the texts of services go by the tags of
//! their languages.

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
        Err(DbErr::Migration("a name in a third language would be lost".into()))
    }
}

const POSTGRES: &str = r#"
alter table venue add column name jsonb, add column address jsonb;
update venue set name = jsonb_build_object('zh-CN', name_zh, 'en', name_en),
    address = jsonb_build_object('zh-CN', address_zh, 'en', address_en);
alter table venue alter column name set not null, alter column address set not null,
    drop column name_zh, drop column name_en, drop column address_zh, drop column address_en;

alter table service add column name jsonb;
update service set name = jsonb_build_object('zh-CN', name_zh, 'en', name_en),
    spec = replace(spec::text, '"zh":', '"zh-CN":')::jsonb;
alter table service alter column name set not null, drop column name_zh, drop column name_en;

alter table customs_office add column name jsonb;
update customs_office set name = jsonb_strip_nulls(jsonb_build_object('zh-CN', name_zh, 'en', name_en));
alter table customs_office alter column name set not null, drop column name_zh, drop column name_en;
"#;

const SQLITE: &str = r#"
alter table venue add column name jsonb not null default '{}';
alter table venue add column address jsonb not null default '{}';
update venue set name = json_object('zh-CN', name_zh, 'en', name_en),
    address = json_object('zh-CN', address_zh, 'en', address_en);
alter table venue drop column name_zh;
alter table venue drop column name_en;
alter table venue drop column address_zh;
alter table venue drop column address_en;

alter table service add column name jsonb not null default '{}';
update service set name = json_object('zh-CN', name_zh, 'en', name_en),
    spec = replace(spec, '"zh":', '"zh-CN":');
alter table service drop column name_zh;
alter table service drop column name_en;

alter table customs_office add column name jsonb not null default '{}';
update customs_office set name = case when name_en is null then json_object('zh-CN', name_zh)
    else json_object('zh-CN', name_zh, 'en', name_en) end;
alter table customs_office drop column name_zh;
alter table customs_office drop column name_en;
"#;
