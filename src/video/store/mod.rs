//! Every query of the video tables: sessions and their people here, media in [`media`], invitations in [`invite`].

pub mod ask;
pub mod entities;
mod evident;
pub mod glance;
pub mod invite;
pub mod line;
pub mod media;
pub mod nodes;
pub mod unrecorded;

use crate::booking;
use crate::db::Tx;
use crate::evidence;
use crate::video::store::entities::participant::{self, ParticipantRole, ParticipantState};
use crate::video::store::entities::video_session::{self, SessionState};
use crate::video::store::entities::{publication, session_check};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

pub async fn session(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<video_session::Model>, DbErr> {
    video_session::Entity::find_by_id(id).one(conn).await
}

/// A session, locked until the transaction ends: everything that changes it queues here.
pub async fn lock_session(
    conn: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<video_session::Model>, DbErr> {
    video_session::Entity::find_by_id(id).lock_exclusive().one(conn).await
}

pub async fn session_of_booking(
    conn: &impl ConnectionTrait,
    booking_id: Uuid,
) -> Result<Option<video_session::Model>, DbErr> {
    video_session::Entity::find().filter(video_session::Column::BookingId.eq(booking_id)).one(conn).await
}

/// The session of a booking, locked, and this node's from now on; made under `id` if there is none. Says whether it
/// was made.
pub async fn session_for_booking(
    tx: &Tx,
    booking_id: Uuid,
    (id, node): (Uuid, Uuid),
    at: DateTime<Utc>,
) -> Result<(video_session::Model, bool), DbErr> {
    let fresh = video_session::Model {
        id,
        booking_id,
        state: SessionState::Waiting,
        created_at: at,
        opened_at: None,
        ended_at: None,
        interrupted: false,
        node_id: Some(node),
    };
    let conn = tx.conn();
    // Two people may be the first: the key on the booking lets one of them be it.
    video_session::Entity::insert(fresh.into_active_model())
        .on_conflict(OnConflict::column(video_session::Column::BookingId).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    let mut row = video_session::Entity::find()
        .filter(video_session::Column::BookingId.eq(booking_id))
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("the session of a booking".into()))?;
    let made = row.id == id;
    if made {
        evidence::tell_made(tx, &row);
    } else if row.node_id != Some(node) && row.state != SessionState::Ended {
        // Whoever is asked has it: its node would have been asked if it lived.
        nodes::give(tx, row.id, node).await?;
        row.node_id = Some(node);
    }
    Ok((row, made))
}

/// Writes a session; the next entry of the transaction tells it.
pub async fn save_session(tx: &Tx, row: video_session::Model) -> Result<(), DbErr> {
    evidence::tell_kept(tx, &row);
    video_session::Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await.map(|_| ())
}

pub async fn people(conn: &impl ConnectionTrait, session: Uuid) -> Result<Vec<participant::Model>, DbErr> {
    participant::Entity::find()
        .filter(participant::Column::SessionId.eq(session))
        .order_by_asc(participant::Column::Id)
        .all(conn)
        .await
}

pub async fn participant(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<participant::Model>, DbErr> {
    participant::Entity::find_by_id(id).one(conn).await
}

pub async fn participant_of(
    conn: &impl ConnectionTrait,
    session: Uuid,
    account: Uuid,
) -> Result<Option<participant::Model>, DbErr> {
    participant::Entity::find()
        .filter(participant::Column::SessionId.eq(session))
        .filter(participant::Column::AccountId.eq(account))
        .one(conn)
        .await
}

/// Writes somebody new; the next entry of the transaction tells it.
pub async fn insert_participant(tx: &Tx, row: participant::Model) -> Result<(), DbErr> {
    evidence::tell_made(tx, &row);
    participant::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Writes where somebody is now; the next entry of the transaction tells it.
pub async fn save_participant(tx: &Tx, row: participant::Model) -> Result<(), DbErr> {
    evidence::tell_kept(tx, &row);
    participant::Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await.map(|_| ())
}

/// Writes whether somebody's microphone and camera are on; no entry tells that.
pub async fn save_media_state(
    conn: &impl ConnectionTrait,
    id: Uuid,
    microphone: bool,
    camera: bool,
) -> Result<(), DbErr> {
    participant::Entity::update(participant::ActiveModel {
        id: Set(id),
        microphone: Set(microphone),
        camera: Set(camera),
        ..Default::default()
    })
    .exec(conn)
    .await
    .map(|_| ())
}

/// When this account took note of this version of the notice last, in any session since `since`.
pub async fn acknowledged_since(
    conn: &impl ConnectionTrait,
    account: Uuid,
    notice_version: i32,
    since: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let found = participant::Entity::find()
        .filter(participant::Column::AccountId.eq(account))
        .filter(participant::Column::NoticeVersion.eq(notice_version))
        .filter(participant::Column::AcknowledgedAt.gte(since))
        .order_by_desc(participant::Column::AcknowledgedAt)
        .limit(1)
        .one(conn)
        .await?;
    Ok(found.and_then(|row| row.acknowledged_at))
}

/// What has been checked of the people in a session.
pub async fn checks(conn: &impl ConnectionTrait, session: Uuid) -> Result<Vec<session_check::Model>, DbErr> {
    session_check::Entity::find().filter(session_check::Column::SessionId.eq(session)).all(conn).await
}

/// Notes a check, which the next entry tells. False if it was noted before.
pub async fn insert_check(tx: &Tx, row: session_check::Model) -> Result<bool, DbErr> {
    let inserted = session_check::Entity::insert(row.clone().into_active_model())
        .on_conflict(
            OnConflict::columns([session_check::Column::SessionId, session_check::Column::Key])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    if inserted > 0 {
        evidence::tell_made(tx, &row);
    }
    Ok(inserted > 0)
}

/// Takes a check back, which the next entry tells. False if it was not noted.
pub async fn delete_check(tx: &Tx, session: Uuid, key: &str) -> Result<bool, DbErr> {
    let found = session_check::Entity::find_by_id((session, key.to_owned())).one(tx.conn()).await?;
    let Some(row) = found else { return Ok(false) };
    let deleted = session_check::Entity::delete_by_id((session, key.to_owned())).exec(tx.conn()).await?;
    if deleted.rows_affected > 0 {
        evidence::tell_gone(tx, &row);
    }
    Ok(deleted.rows_affected > 0)
}

pub async fn publications(
    conn: &impl ConnectionTrait,
    session: Uuid,
) -> Result<Vec<publication::Model>, DbErr> {
    publication::Entity::find()
        .filter(publication::Column::SessionId.eq(session))
        .order_by_asc(publication::Column::Id)
        .all(conn)
        .await
}

/// Sessions of a node in one state, oldest first.
pub async fn sessions_in(
    conn: &impl ConnectionTrait,
    node: Uuid,
    state: SessionState,
) -> Result<Vec<video_session::Model>, DbErr> {
    video_session::Entity::find()
        .filter(video_session::Column::State.eq(state))
        .filter(video_session::Column::NodeId.eq(node))
        .order_by_asc(video_session::Column::Id)
        .all(conn)
        .await
}

/// Who has not left, of all sessions of a node in one state.
pub async fn people_inside(
    conn: &impl ConnectionTrait,
    node: Uuid,
    state: SessionState,
) -> Result<Vec<participant::Model>, DbErr> {
    let sessions = video_session::Entity::find()
        .select_only()
        .column(video_session::Column::Id)
        .filter(video_session::Column::State.eq(state))
        .filter(video_session::Column::NodeId.eq(node))
        .into_query();
    participant::Entity::find()
        .filter(participant::Column::SessionId.in_subquery(sessions))
        .filter(participant::Column::State.ne(ParticipantState::Left))
        .all(conn)
        .await
}

/// Sessions of a node that nobody has been let into, of bookings that ended before `before`.
pub async fn unopened(
    conn: &impl ConnectionTrait,
    node: Uuid,
    before: DateTime<Utc>,
) -> Result<Vec<Uuid>, DbErr> {
    video_session::Entity::find()
        .select_only()
        .column(video_session::Column::Id)
        .filter(video_session::Column::State.eq(SessionState::Waiting))
        .filter(video_session::Column::NodeId.eq(node))
        .filter(video_session::Column::BookingId.in_subquery(booking::ask::ended_before(before)))
        .into_tuple()
        .all(conn)
        .await
}

/// Sessions not yet ended whose booking starts in `[from, to)`, with the booking.
pub async fn running_sessions(
    conn: &impl ConnectionTrait,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<(video_session::Model, booking::entities::booking::Model)>, DbErr> {
    let sessions = video_session::Entity::find()
        .filter(video_session::Column::State.ne(SessionState::Ended))
        .all(conn)
        .await?;
    let ids = sessions.iter().map(|session| session.booking_id);
    let bookings = booking::ask::starting_within(conn, ids, (from, to)).await?;
    let mut bookings: std::collections::HashMap<Uuid, booking::entities::booking::Model> =
        bookings.into_iter().map(|booking| (booking.id, booking)).collect();
    let mut pairs: Vec<_> = sessions
        .into_iter()
        .filter_map(|session| bookings.remove(&session.booking_id).map(|booking| (session, booking)))
        .collect();
    pairs.sort_by_key(|(session, _)| session.id);
    Ok(pairs)
}

/// Guests in the waiting rooms of `sessions`, who waits longest first.
pub async fn waiting_in(
    conn: &impl ConnectionTrait,
    sessions: &[Uuid],
) -> Result<Vec<participant::Model>, DbErr> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    participant::Entity::find()
        .filter(participant::Column::SessionId.is_in(sessions.iter().copied()))
        .filter(participant::Column::Role.eq(ParticipantRole::Guest))
        .filter(participant::Column::State.eq(ParticipantState::Waiting))
        .order_by_asc(participant::Column::WaitingSince)
        .order_by_asc(participant::Column::Id)
        .all(conn)
        .await
}
