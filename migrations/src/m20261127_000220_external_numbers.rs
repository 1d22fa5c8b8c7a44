//! The numbers that other systems gave to what is booked, so that a booking is found by them. Those of forms that are
//! filled in already are read out of them.

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
        let (conn, backend) = (manager.get_connection(), manager.get_database_backend());
        let statements = in_dialect(backend, STATEMENTS);
        for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            conn.execute_unprepared(statement).await?;
        }
        let known = match backend {
            DbBackend::Postgres => FILLED_IN_POSTGRES,
            _ => FILLED_IN_SQLITE,
        };
        conn.execute_unprepared(known).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("drop table external_number").await.map(drop)
    }
}

const STATEMENTS: &str = "
create table external_number (
    booking_id uuid not null,
    field text not null,
    number text not null,
    constraint external_number_pkey primary key (booking_id, field)
);
create index external_number_number on external_number (number)
";

/// Of the kinds of questions of that time only declaration numbers came from another system.
const FILLED_IN_POSTGRES: &str = "
insert into external_number (booking_id, field, number)
select booking.id, asked ->> 'key', booking.fields ->> (asked ->> 'key')
from service
cross join lateral jsonb_array_elements(service.spec -> 'fields') asked
join booking on booking.service_id = service.id
where asked ->> 'kind' = 'declaration_no' and not coalesce((asked ->> 'sensitive')::boolean, false)
    and jsonb_typeof(booking.fields -> (asked ->> 'key')) = 'string'";
const FILLED_IN_SQLITE: &str = "
insert into external_number (booking_id, field, number)
select booking.id, asked.value ->> 'key', booking.fields ->> (asked.value ->> 'key')
from service
cross join json_each(service.spec, '$.fields') asked
join booking on booking.service_id = service.id
where asked.value ->> 'kind' = 'declaration_no' and not coalesce(asked.value ->> 'sensitive', 0)
    and json_type(booking.fields, '$.' || (asked.value ->> 'key')) = 'text'";
