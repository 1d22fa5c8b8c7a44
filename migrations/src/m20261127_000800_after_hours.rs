//! Opening rules may be for what office hours leave; and what service terms called office hours become those of the venue.

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
        let (db, backend) = (manager.get_connection(), manager.get_database_backend());
        let own = if backend == DbBackend::Postgres { POSTGRES } else { SQLITE };
        for statement in own.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            db.execute_unprepared(&in_dialect(backend, statement)).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("rules for what office hours leave would open at all hours".into()))
    }
}

// A venue that had no hours of its own takes those of the first service there whose terms went by theirs: 8:30 to 17:00,
// where such terms named none.
const POSTGRES: &str = "
alter table opening_rule drop constraint opening_rule_day_kind_check;
alter table opening_rule add constraint opening_rule_day_kind_check
    check (day_kind in ('any', 'working', 'non_working', 'after_hours'));
update venue set office_hours = jsonb_build_array(found.hours)
    from (select distinct on (venue_id) venue_id,
            coalesce(spec #> '{terms,office_hours}', '{\"from_minute\": 510, \"to_minute\": 1020}') as hours
        from service where (spec #>> '{terms,applications_in_office_hours}') = 'true'
        order by venue_id, position) found
    where found.venue_id = venue.id and venue.office_hours = '[]';
";

/// SQLite cannot change a check: the table is made anew.
const SQLITE: &str = "
create table new_opening_rule (
    id uuid not null,
    service_id uuid not null references service (id),
    day_kind text not null constraint opening_rule_day_kind_check
        check (day_kind in ('any', 'working', 'non_working', 'after_hours')),
    from_minute integer not null,
    to_minute integer not null,
    weekdays integer not null default 127,
    constraint opening_rule_pkey primary key (id)
);
insert into new_opening_rule (id, service_id, day_kind, from_minute, to_minute, weekdays)
    select id, service_id, day_kind, from_minute, to_minute, weekdays from opening_rule;
drop table opening_rule;
alter table new_opening_rule rename to opening_rule;
create index opening_rule_service_id_idx on opening_rule (service_id);
update venue set office_hours = (
        select json_array(json(coalesce(json_extract(spec, '$.terms.office_hours'), '{\"from_minute\": 510, \"to_minute\": 1020}')))
        from service where service.venue_id = venue.id and json_extract(spec, '$.terms.applications_in_office_hours') = 1
        order by position limit 1)
    where office_hours = '[]' and exists (
        select 1 from service where service.venue_id = venue.id and json_extract(spec, '$.terms.applications_in_office_hours') = 1);
";
