//! Every import of the official calendar is kept: the file as it came, who brought it, and which version of each year
//! it made. What is there already becomes version 1 of its year, with the file that says it.

use crate::m20261123_000001_first::in_dialect;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::Uuid;
use sea_orm_migration::sea_orm::{ConnectionTrait, Statement};
use sha2::{Digest, Sha256};
use std::fmt::Write;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        let tables = in_dialect(manager.get_database_backend(), TABLES);
        for statement in tables.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            conn.execute_unprepared(statement).await?;
        }
        let years = Statement::from_string(
            conn.get_database_backend(),
            "select year from calendar_year order by year".to_owned(),
        );
        for row in conn.query_all_raw(years).await? {
            carry_over(conn, row.try_get("", "year")?).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("former versions of the calendar would be lost".into()))
    }
}

const TABLES: &str = "
create table calendar_import (
    id uuid not null,
    origin text not null check (origin in ('page', 'command', 'program')),
    imported_at timestamptz not null,
    account_id uuid references account (id),
    source text,
    reason text,
    sha256 text not null,
    file bytea not null,
    oddities jsonb not null,
    constraint calendar_import_pkey primary key (id)
);
create table calendar_version (
    year integer not null,
    number integer not null,
    import_id uuid not null references calendar_import (id),
    constraint calendar_version_pkey primary key (year, number)
);
create index calendar_version_import_id_idx on calendar_version (import_id);
";

/// Version 1 of a year that was imported before there were versions.
async fn carry_over(conn: &impl ConnectionTrait, year: i32) -> Result<(), DbErr> {
    let backend = conn.get_database_backend();
    let days = Statement::from_sql_and_values(
        backend,
        "select cast(date as text) as date, name, kind from calendar_day
         where cast(date as text) like $1 order by calendar_day.date",
        [format!("{year:04}-%").into()],
    );
    let mut file = "date,name,kind\n".to_owned();
    for day in conn.query_all_raw(days).await? {
        let [date, name, kind]: [String; 3] =
            [day.try_get("", "date")?, day.try_get("", "name")?, day.try_get("", "kind")?];
        writeln!(file, "{date},{name},{kind}").map_err(|error| DbErr::Custom(error.to_string()))?;
    }
    let digest: [u8; 32] = Sha256::digest(&file).into();
    let mut sha256 = String::new();
    for byte in digest {
        write!(sha256, "{byte:02x}").map_err(|error| DbErr::Custom(error.to_string()))?;
    }
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    let id = uuid_of(half);
    let import = Statement::from_sql_and_values(
        backend,
        "insert into calendar_import (id, origin, imported_at, sha256, file, oddities)
         select $1, 'program', imported_at, $2, $3, '[]' from calendar_year where year = $4",
        [id.into(), sha256.into(), file.into_bytes().into(), year.into()],
    );
    conn.execute_raw(import).await?;
    let version = Statement::from_sql_and_values(
        backend,
        "insert into calendar_version (year, number, import_id) values ($1, 1, $2)",
        [year.into(), id.into()],
    );
    conn.execute_raw(version).await?;
    Ok(())
}

/// An id made of a digest (version 8): the same file carried over has the same one everywhere.
fn uuid_of(mut bytes: [u8; 16]) -> Uuid {
    bytes[6] = 0x80 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    Uuid::from_bytes(bytes)
}
