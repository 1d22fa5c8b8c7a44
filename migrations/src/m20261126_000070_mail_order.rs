//! Mails of one thing in their order, what was withdrawn, what may have arrived; and by what calendars know
//! an appointment, fixed once.

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
        let db = manager.get_connection();
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let statements = [if postgres { POSTGRES } else { SQLITE }, BOTH].join(";");
        for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            let statement = match postgres {
                true => statement.to_owned(),
                false => statement.replace(" timestamptz", " datetime").replace(" uuid", " blob"),
            };
            db.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("what became of mails is not forgotten again".into()))
    }
}

const POSTGRES: &str = "
alter table outbox drop constraint outbox_state_check;
alter table outbox add constraint outbox_state_check check (state in ('pending', 'sent', 'failed', 'withdrawn'));
alter table outbox add column thread_id uuid;
alter table outbox add column thread_seq integer not null default 0;
alter table outbox add column replaced_by uuid;
alter table outbox add column useful_until timestamptz;
alter table outbox add column leased_until timestamptz;
alter table outbox add column may_have_arrived boolean not null default false;
update outbox set thread_id = case_id, may_have_arrived = (last_error is not null and last_error = 'unanswered');
update outbox set thread_seq = numbered.seq
    from (select id, row_number() over (partition by thread_id order by id) as seq from outbox) numbered
    where numbered.id = outbox.id and thread_id is not null;
alter table outbox alter column thread_seq drop default;
alter table outbox alter column may_have_arrived drop default;
";

/// SQLite cannot change a check: the table is made anew.
const SQLITE: &str = "
create table new_outbox (
    id uuid not null,
    case_id uuid,
    template text not null,
    to_address text not null,
    payload text not null,
    state text not null constraint outbox_state_check check (state in ('pending', 'sent', 'failed', 'withdrawn')),
    attempts integer not null,
    next_at timestamptz not null,
    last_error text,
    created_at timestamptz not null,
    sent_at timestamptz,
    thread_id uuid,
    thread_seq integer not null,
    replaced_by uuid,
    useful_until timestamptz,
    leased_until timestamptz,
    may_have_arrived boolean not null,
    constraint outbox_pkey primary key (id)
);
insert into new_outbox
    (id, case_id, template, to_address, payload, state, attempts, next_at, last_error, created_at, sent_at,
     thread_id, thread_seq, may_have_arrived)
    select id, case_id, template, to_address, payload, state, attempts, next_at, last_error, created_at, sent_at,
           case_id, case when case_id is null then 0 else row_number() over (partition by case_id order by id) end,
           last_error is not null and last_error = 'unanswered'
    from outbox;
drop table outbox;
alter table new_outbox rename to outbox;
create index outbox_state_next_at_idx on outbox (state, next_at);
";

/// A confirmation that still waits behind a later word of its case is dead.
const BOTH: &str = "
create index outbox_thread_id_idx on outbox (thread_id, thread_seq);
update outbox set replaced_by = (
        select later.id from outbox later
        where later.thread_id = outbox.thread_id and later.thread_seq > outbox.thread_seq
        order by later.thread_seq desc limit 1)
    where state = 'pending' and template = 'booking.accepted';
create table calendar_identity (
    case_id uuid not null,
    uid text not null constraint calendar_identity_uid_key unique,
    organizer_mail text not null,
    fixed_at timestamptz not null,
    constraint calendar_identity_pkey primary key (case_id)
);
";
