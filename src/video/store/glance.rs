//! Queries for many sessions at once.

use crate::video::store::entities::participant::{self, ParticipantState};
use crate::video::store::entities::recording::{self, RecordingState};
use crate::video::store::entities::video_session;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
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
