//! Recordings that broke off are kept as such, with the reason; a gap says which medium it is of and how much
//! of it is missing.

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
        for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("what became of recordings is not forgotten again".into()))
    }
}

const POSTGRES: &str = "
alter table recording drop constraint recording_state_check;
alter table recording add constraint recording_state_check
    check (state in ('recording', 'finalised', 'interrupted', 'partial', 'failed'));
alter table recording add column reason text;
alter table recording_gap add column medium text not null default 'both'
    constraint recording_gap_medium_check check (medium in ('audio', 'video', 'both'));
alter table recording_gap add column missing_ms bigint not null default 0;
update recording_gap set missing_ms = to_ms - from_ms;
alter table recording_gap alter column medium drop default;
alter table recording_gap alter column missing_ms drop default;
";

/// SQLite cannot change a check: both tables are made anew. The gaps go first, because they refer to the
/// recordings.
const SQLITE: &str = "
create table kept_gap as select * from recording_gap;
drop table recording_gap;
create table new_recording (
    id blob not null,
    session_id blob not null references video_session (id),
    publication_id blob not null references publication (id),
    segment integer not null,
    state text not null check (state in ('recording', 'finalised', 'interrupted', 'partial', 'failed')),
    file text not null,
    created_at datetime not null,
    started_at datetime,
    ended_at datetime,
    duration_ms bigint not null,
    bytes bigint not null,
    clusters integer not null,
    manifest_sha256 blob,
    reason text,
    constraint recording_pkey primary key (id),
    constraint recording_publication_id_segment_key unique (publication_id, segment)
);
insert into new_recording
    (id, session_id, publication_id, segment, state, file, created_at, started_at, ended_at, duration_ms, bytes,
     clusters, manifest_sha256)
    select id, session_id, publication_id, segment, state, file, created_at, started_at, ended_at, duration_ms, bytes,
           clusters, manifest_sha256
    from recording;
drop table recording;
alter table new_recording rename to recording;
create index recording_session_id_idx on recording (session_id);
create index recording_state_idx on recording (state);
create table recording_gap (
    id blob not null,
    recording_id blob not null references recording (id),
    from_ms bigint not null,
    to_ms bigint not null,
    cause text not null,
    medium text not null constraint recording_gap_medium_check check (medium in ('audio', 'video', 'both')),
    missing_ms bigint not null,
    constraint recording_gap_pkey primary key (id)
);
insert into recording_gap (id, recording_id, from_ms, to_ms, cause, medium, missing_ms)
    select id, recording_id, from_ms, to_ms, cause, 'both', to_ms - from_ms from kept_gap;
drop table kept_gap;
create index recording_gap_recording_id_idx on recording_gap (recording_id);
";
