//! Queries for many sessions at once.

use crate::booking::Wait;
use crate::video::store::entities::participant::{self, ParticipantRole, ParticipantState};
use crate::video::store::entities::recording::{self, RecordingState};
use crate::video::store::entities::video_session;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef,
};
use std::collections::HashMap;
use std::ops::Range;
use uuid::Uuid;

pub async fn sessions_of(
    conn: &impl ConnectionTrait,
    bookings: &[Uuid],
) -> Result<Vec<video_session::Model>, DbErr> {
    if bookings.is_empty() {
        return Ok(Vec::new());
    }
    let of = video_session::Column::BookingId.is_in(bookings.iter().copied());
    video_session::Entity::find().filter(of).all(conn).await
}

/// How long guests who were let in within a stretch of time had waited for that; the last time, where they came again.
pub async fn let_in(conn: &impl ConnectionTrait, within: Range<DateTime<Utc>>) -> Result<Vec<Wait>, DbErr> {
    use participant::Column::{AdmittedAt, Role, SessionId, WaitingSince};
    let session: RelationDef = participant::Entity::belongs_to(video_session::Entity)
        .from(SessionId)
        .to(video_session::Column::Id)
        .into();
    let rows: Vec<(Uuid, DateTime<Utc>, DateTime<Utc>)> = participant::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, session)
        .column(video_session::Column::BookingId)
        .columns([WaitingSince, AdmittedAt])
        .filter(Role.eq(ParticipantRole::Guest))
        .filter(WaitingSince.is_not_null())
        .filter(AdmittedAt.gte(within.start))
        .filter(AdmittedAt.lt(within.end))
        .into_tuple()
        .all(conn)
        .await?;
    // Who waits again after they were in has not been let in again.
    let waits = rows.into_iter().filter(|(_, since, admitted)| since <= admitted);
    Ok(waits.map(|(booking, began_at, ended_at)| Wait { booking, began_at, ended_at }).collect())
}

/// Who waits and who is in.
pub async fn people_in(
    conn: &impl ConnectionTrait,
    sessions: &[Uuid],
) -> Result<Vec<participant::Model>, DbErr> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    participant::Entity::find()
        .filter(participant::Column::SessionId.is_in(sessions.iter().copied()))
        .filter(participant::Column::State.is_in([ParticipantState::Waiting, ParticipantState::Admitted]))
        .all(conn)
        .await
}

/// When the oldest recording that still runs began, by session.
pub async fn recording_since(
    conn: &impl ConnectionTrait,
    sessions: &[Uuid],
) -> Result<HashMap<Uuid, DateTime<Utc>>, DbErr> {
    if sessions.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Option<DateTime<Utc>>)> = recording::Entity::find()
        .select_only()
        .columns([recording::Column::SessionId, recording::Column::StartedAt])
        .filter(recording::Column::SessionId.is_in(sessions.iter().copied()))
        .filter(recording::Column::State.eq(RecordingState::Recording))
        .into_tuple()
        .all(conn)
        .await?;
    let mut since: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
    for (session, started_at) in rows {
        let Some(at) = started_at else { continue };
        since.entry(session).and_modify(|first| *first = at.min(*first)).or_insert(at);
    }
    Ok(since)
}
