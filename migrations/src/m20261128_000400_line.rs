//! How good people's lines are: what was measured ahead of a meeting, and during it.

use crate::m20261123_000001_first::in_dialect;
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
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        for statement in STATEMENTS.split(';').map(str::trim).filter(|s| !s.is_empty()) {
            db.execute_unprepared(&in_dialect(backend, statement)).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("entries tell of the lines that were checked".into()))
    }
}

const STATEMENTS: &str = "
create table line_check (
    id uuid not null,
    booking_id uuid not null references booking (id),
    account_id uuid not null references account (id),
    role text not null constraint line_check_role_check check (role in ('guest', 'officer')),
    checked_at timestamptz not null,
    camera text not null constraint line_check_camera_check check (camera in ('works', 'fails', 'not_tried')),
    microphone text not null constraint line_check_microphone_check check (microphone in ('works', 'fails', 'not_tried')),
    speaker text not null constraint line_check_speaker_check check (speaker in ('works', 'fails', 'not_tried')),
    loss_up integer,
    loss_down integer,
    round_trip_ms integer,
    kbps_up integer,
    kbps_down integer,
    path text constraint line_check_path_check check (path in ('udp', 'tcp', 'relay')),
    constraint line_check_pkey primary key (id)
);
create index line_check_booking_id_idx on line_check (booking_id, account_id);
create table line_quality (
    participant_id uuid not null references participant (id),
    began_at timestamptz not null,
    session_id uuid not null references video_session (id),
    seconds integer not null,
    down_seconds integer not null,
    loss_up integer,
    loss_down integer,
    worst_loss integer,
    round_trip_ms integer,
    worst_round_trip_ms integer,
    kbps_up integer,
    kbps_down integer,
    path text constraint line_quality_path_check check (path in ('udp', 'tcp', 'relay')),
    constraint line_quality_pkey primary key (participant_id, began_at)
);
create index line_quality_session_id_idx on line_quality (session_id, began_at);
";
