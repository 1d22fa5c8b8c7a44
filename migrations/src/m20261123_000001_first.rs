//! The first schema: everything the first capabilities stand on.
//!
//! Written as data, because both stores take the same tables; only the triggers that keep evidence
//! append-only are spelled out for each.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing on SQLite too: a process killed here must find an empty store at its next start.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        for statement in TABLES.split(';').map(str::trim).filter(|s| !s.is_empty()) {
            db.execute_unprepared(&in_dialect(backend, statement)).await?;
        }
        let triggers: &[&str] = match backend {
            DbBackend::Postgres => &POSTGRES_TRIGGERS,
            _ => &SQLITE_TRIGGERS,
        };
        for trigger in triggers {
            db.execute_unprepared(trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the first schema is not taken back: it holds evidence".into()))
    }
}

/// The column types below are PostgreSQL's; SQLite stores the same values under its own names.
pub(crate) fn in_dialect(backend: DbBackend, statement: &str) -> String {
    match backend {
        DbBackend::Postgres => statement.to_owned(),
        _ => statement
            .replace(" timestamptz", " datetime")
            .replace(" bytea", " blob")
            .replace(" uuid", " blob")
            .replace(" jsonb", " text"),
    }
}

const TABLES: &str = "
create table enterprise (
    id uuid not null,
    name text not null,
    uscc text not null constraint enterprise_uscc_key unique,
    contact_name text not null,
    contact_mobile text not null,
    contact_email text not null,
    state text not null check (state in ('pending', 'approved', 'refused')),
    reason text,
    created_at timestamptz not null,
    decided_at timestamptz,
    decided_by uuid,
    constraint enterprise_pkey primary key (id)
);
create index enterprise_state_id_idx on enterprise (state, id);

create table account (
    id uuid not null,
    login text not null constraint account_login_key unique,
    password_hash text not null,
    name text not null,
    role text not null check (role in ('member', 'agent', 'traveller', 'officer', 'chief', 'auditor', 'supervisor', 'admin_system', 'admin_security', 'admin_audit')),
    enterprise_id uuid references enterprise (id),
    badge_no text,
    email text,
    mobile text,
    locale text not null check (locale in ('zh-CN', 'en')),
    active boolean not null,
    created_at timestamptz not null,
    constraint account_pkey primary key (id)
);
create index account_enterprise_id_idx on account (enterprise_id);

create table auth_session (
    token_hash bytea not null,
    account_id uuid not null references account (id),
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    constraint auth_session_pkey primary key (token_hash)
);
create index auth_session_account_id_idx on auth_session (account_id);
create index auth_session_expires_at_idx on auth_session (expires_at);

create table venue (
    id uuid not null,
    code text not null constraint venue_code_key unique,
    name_zh text not null,
    name_en text not null,
    address_zh text not null,
    address_en text not null,
    zone text not null,
    grid_minutes integer not null,
    constraint venue_pkey primary key (id)
);

create table resource (
    id uuid not null,
    venue_id uuid not null references venue (id),
    code text not null constraint resource_code_key unique,
    seats integer not null,
    cell text not null check (cell in ('grid', 'day')),
    constraint resource_pkey primary key (id)
);

create table service (
    id uuid not null,
    code text not null constraint service_code_key unique,
    kind text not null check (kind in ('after_hours', 'health', 'video')),
    venue_id uuid not null references venue (id),
    resource_id uuid not null references resource (id),
    quota_resource_id uuid references resource (id),
    name_zh text not null,
    name_en text not null,
    duration_minutes integer not null,
    lead_minutes integer not null,
    horizon_days integer not null,
    hold_minutes integer not null,
    needs_decision boolean not null,
    position integer not null,
    active boolean not null,
    spec jsonb not null,
    constraint service_pkey primary key (id)
);

create table opening_rule (
    id uuid not null,
    service_id uuid not null references service (id),
    day_kind text not null check (day_kind in ('any', 'working', 'non_working')),
    from_minute integer not null,
    to_minute integer not null,
    constraint opening_rule_pkey primary key (id)
);
create index opening_rule_service_id_idx on opening_rule (service_id);

create table calendar_day (
    date date not null,
    kind text not null check (kind in ('holiday', 'workday')),
    name text not null,
    constraint calendar_day_pkey primary key (date)
);

create table calendar_year (
    year integer not null,
    imported_at timestamptz not null,
    constraint calendar_year_pkey primary key (year)
);

create table booking (
    id uuid not null,
    reference text not null constraint booking_reference_key unique,
    service_id uuid not null references service (id),
    account_id uuid not null references account (id),
    enterprise_id uuid references enterprise (id),
    state text not null check (state in ('held', 'requested', 'accepted', 'refused', 'checked_in', 'completed', 'no_show', 'cancelled', 'expired')),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    hold_expires_at timestamptz,
    contact_name text,
    contact_mobile text,
    fields jsonb not null,
    officer_id uuid references account (id),
    reason text,
    sequence integer not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint booking_pkey primary key (id)
);
create index booking_account_id_starts_at_idx on booking (account_id, starts_at);
create index booking_enterprise_id_starts_at_idx on booking (enterprise_id, starts_at);
create index booking_starts_at_idx on booking (starts_at);
create index booking_state_hold_expires_at_idx on booking (state, hold_expires_at);

create table occupied (
    resource_id uuid not null references resource (id),
    seat integer not null,
    cell bigint not null,
    booking_id uuid not null references booking (id),
    constraint occupied_pkey primary key (resource_id, seat, cell)
);
create index occupied_booking_id_idx on occupied (booking_id);

create table chain (
    case_id uuid not null,
    length bigint not null,
    head bytea not null,
    constraint chain_pkey primary key (case_id)
);

create table entry (
    case_id uuid not null,
    seq bigint not null,
    at timestamptz not null,
    kind text not null,
    bytes bytea not null,
    hash bytea not null,
    constraint entry_pkey primary key (case_id, seq)
);

create table commitment (
    case_id uuid not null,
    seq bigint not null,
    name text not null,
    salt bytea not null,
    value text not null,
    constraint commitment_pkey primary key (case_id, seq, name)
);

create table outbox (
    id uuid not null,
    case_id uuid,
    template text not null,
    to_address text not null,
    payload jsonb not null,
    state text not null check (state in ('pending', 'sent', 'failed')),
    attempts integer not null,
    next_at timestamptz not null,
    last_error text,
    created_at timestamptz not null,
    sent_at timestamptz,
    constraint outbox_pkey primary key (id)
);
create index outbox_state_next_at_idx on outbox (state, next_at);

create table feature_event (
    id uuid not null,
    kind text not null,
    subject_id uuid not null,
    created_at timestamptz not null,
    done_at timestamptz,
    constraint feature_event_pkey primary key (id)
);
create index feature_event_done_at_idx on feature_event (done_at);

create table idempotency (
    scope bytea not null,
    body_hash bytea not null,
    status integer,
    content_type text,
    body bytea,
    created_at timestamptz not null,
    constraint idempotency_pkey primary key (scope)
);
create index idempotency_created_at_idx on idempotency (created_at);

create table video_session (
    id uuid not null,
    booking_id uuid not null constraint video_session_booking_id_key unique references booking (id),
    state text not null check (state in ('waiting', 'open', 'ended')),
    created_at timestamptz not null,
    opened_at timestamptz,
    ended_at timestamptz,
    interrupted boolean not null,
    constraint video_session_pkey primary key (id)
);
create index video_session_state_idx on video_session (state);

create table participant (
    id uuid not null,
    session_id uuid not null references video_session (id),
    account_id uuid not null references account (id),
    name text not null,
    role text not null check (role in ('guest', 'officer')),
    state text not null check (state in ('entered', 'acknowledged', 'waiting', 'admitted', 'left')),
    notice_version integer,
    acknowledged_at timestamptz,
    waiting_since timestamptz,
    admitted_at timestamptz,
    admitted_by uuid,
    left_at timestamptz,
    microphone boolean not null,
    camera boolean not null,
    constraint participant_pkey primary key (id),
    constraint participant_session_id_account_id_key unique (session_id, account_id)
);
create index participant_session_id_idx on participant (session_id);

create table publication (
    id uuid not null,
    session_id uuid not null references video_session (id),
    participant_id uuid not null references participant (id),
    source text not null check (source in ('camera', 'screen', 'document')),
    live boolean not null,
    created_at timestamptz not null,
    constraint publication_pkey primary key (id),
    constraint publication_participant_id_source_key unique (participant_id, source)
);
create index publication_session_id_idx on publication (session_id);

create table recording (
    id uuid not null,
    session_id uuid not null references video_session (id),
    publication_id uuid not null references publication (id),
    segment integer not null,
    state text not null check (state in ('recording', 'finalised', 'interrupted', 'failed')),
    file text not null,
    created_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    duration_ms bigint not null,
    bytes bigint not null,
    clusters integer not null,
    manifest_sha256 bytea,
    constraint recording_pkey primary key (id),
    constraint recording_publication_id_segment_key unique (publication_id, segment)
);
create index recording_session_id_idx on recording (session_id);
create index recording_state_idx on recording (state);

create table recording_gap (
    id uuid not null,
    recording_id uuid not null references recording (id),
    from_ms bigint not null,
    to_ms bigint not null,
    cause text not null,
    constraint recording_gap_pkey primary key (id)
);
create index recording_gap_recording_id_idx on recording_gap (recording_id);

create table playback (
    id uuid not null,
    session_id uuid not null references video_session (id),
    account_id uuid not null references account (id),
    purpose text not null,
    at timestamptz not null,
    constraint playback_pkey primary key (id)
);
create index playback_session_id_idx on playback (session_id);

create table rating_invite (
    id uuid not null,
    booking_id uuid not null constraint rating_invite_booking_id_key unique references booking (id),
    service_id uuid not null references service (id),
    officer_id uuid,
    token_hash bytea not null constraint rating_invite_token_hash_key unique,
    invited_at timestamptz not null,
    expires_at timestamptz not null,
    answered_at timestamptz,
    constraint rating_invite_pkey primary key (id)
);
create index rating_invite_service_id_invited_at_idx on rating_invite (service_id, invited_at);

create table rating (
    id uuid not null,
    invite_id uuid not null constraint rating_invite_id_key unique references rating_invite (id),
    level integer not null,
    comment text,
    answered_at timestamptz not null,
    constraint rating_pkey primary key (id)
);
";

const SQLITE_TRIGGERS: [&str; 2] = [
    "create trigger entry_no_update before update on entry \
     begin select raise(abort, 'evidence entries are append-only'); end",
    "create trigger entry_no_delete before delete on entry \
     begin select raise(abort, 'evidence entries are append-only'); end",
];

const POSTGRES_TRIGGERS: [&str; 3] = [
    "create function entry_is_append_only() returns trigger language plpgsql as \
     $$ begin raise exception 'evidence entries are append-only'; end $$",
    "create trigger entry_no_change before update or delete on entry \
     for each row execute function entry_is_append_only()",
    "create trigger entry_no_truncate before truncate on entry \
     for each statement execute function entry_is_append_only()",
];
