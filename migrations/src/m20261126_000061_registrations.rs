//! Registrations wait for their e-mail to be confirmed; the second person of an enterprise asks to join it; the
//! code of an enterprise that was turned away is free again; equal names are found.

use super::m20261126_000060_sign_ins::in_dialect;
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
        let backend = manager.get_database_backend();
        let enterprise = if backend == DbBackend::Postgres { POSTGRES_ENTERPRISE } else { SQLITE_ENTERPRISE };
        for statement in [enterprise, REST].iter().flat_map(|text| text.split(';')).map(str::trim) {
            if !statement.is_empty() {
                manager.get_connection().execute_unprepared(&in_dialect(backend, statement)).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("codes may be registered twice by now".into()))
    }
}

const POSTGRES_ENTERPRISE: &str = "
alter table enterprise drop constraint enterprise_uscc_key;
alter table enterprise add column name_key text not null default ''
";

/// SQLite cannot drop a key: the table is written anew. Rows that refer to it are looked at when all is done.
const SQLITE_ENTERPRISE: &str = "
pragma defer_foreign_keys = on;
create table enterprise_before as select * from enterprise;
drop table enterprise;
create table enterprise (
    id uuid not null,
    name text not null,
    uscc text not null,
    contact_name text not null,
    contact_mobile text not null,
    contact_email text not null,
    state text not null check (state in ('pending', 'approved', 'refused')),
    reason text,
    created_at timestamptz not null,
    decided_at timestamptz,
    decided_by uuid,
    name_key text not null default '',
    constraint enterprise_pkey primary key (id)
);
insert into enterprise (id, name, uscc, contact_name, contact_mobile, contact_email, state, reason, created_at, decided_at, decided_by)
select id, name, uscc, contact_name, contact_mobile, contact_email, state, reason, created_at, decided_at, decided_by
from enterprise_before;
drop table enterprise_before;
create index enterprise_state_id_idx on enterprise (state, id)
";

const REST: &str = "
create unique index enterprise_uscc_key on enterprise (uscc) where state <> 'refused';
create index enterprise_name_key_idx on enterprise (name_key);

alter table account add column membership text check (membership in ('pending', 'approved', 'refused', 'ended'));
update account set membership = 'approved' where enterprise_id is not null;

create table registration (
    id uuid not null,
    token_hash bytea not null constraint registration_token_hash_key unique,
    kind text not null check (kind in ('enterprise', 'traveller')),
    login text not null,
    password_hash text not null,
    name text not null,
    mobile text not null,
    email text not null,
    locale text not null check (locale in ('zh-CN', 'en')),
    enterprise_name text,
    uscc text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    account_id uuid references account (id),
    constraint registration_pkey primary key (id)
);
create index registration_expires_at_idx on registration (expires_at)
";
