//! Every query of publications, recordings and their gaps.

use crate::db::Tx;
use crate::evidence;
use crate::video::store::entities::publication::{self, Source};
use crate::video::store::entities::recording::{self, RecordingState};
use crate::video::store::entities::recording_gap;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

pub async fn publication(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<publication::Model>, DbErr> {
    publication::Entity::find_by_id(id).one(conn).await
}

pub async fn publication_of(
    conn: &impl ConnectionTrait,
    participant: Uuid,
    source: Source,
) -> Result<Option<publication::Model>, DbErr> {
    publication::Entity::find()
        .filter(publication::Column::ParticipantId.eq(participant))
        .filter(publication::Column::Source.eq(source))
        .one(conn)
        .await
}

pub async fn insert_publication(conn: &impl ConnectionTrait, row: publication::Model) -> Result<(), DbErr> {
    publication::Entity::insert(row.into_active_model()).exec_without_returning(conn).await.map(|_| ())
}

pub async fn set_live(conn: &impl ConnectionTrait, publication: Uuid, live: bool) -> Result<(), DbErr> {
    publication::Entity::update(publication::ActiveModel {
        id: Set(publication),
        live: Set(live),
        ..Default::default()
    })
    .exec(conn)
    .await
    .map(|_| ())
}

/// Nothing of a session is live any more.
pub async fn clear_live(conn: &impl ConnectionTrait, session: Uuid) -> Result<(), DbErr> {
    publication::Entity::update_many()
        .set(publication::ActiveModel { live: Set(false), ..Default::default() })
        .filter(publication::Column::Live.eq(true))
        .filter(publication::Column::SessionId.eq(session))
        .exec(conn)
        .await
        .map(|_| ())
}

/// The number of the next segment of a publication, from 1.
pub async fn next_segment(conn: &impl ConnectionTrait, publication: Uuid) -> Result<i32, DbErr> {
    let last = recording::Entity::find()
        .filter(recording::Column::PublicationId.eq(publication))
        .order_by_desc(recording::Column::Segment)
        .limit(1)
        .one(conn)
        .await?;
    Ok(last.map_or(1, |row| row.segment + 1))
}

/// Writes a recording that waits for its first media; the entry that it began, or that nothing came,
/// tells it.
pub async fn insert_recording(conn: &impl ConnectionTrait, row: recording::Model) -> Result<(), DbErr> {
    recording::Entity::insert(row.into_active_model()).exec_without_returning(conn).await.map(|_| ())
}

/// Whether the publication's segment before this one failed for the same reason.
pub async fn failed_before(
    conn: &impl ConnectionTrait,
    row: &recording::Model,
    reason: &str,
) -> Result<bool, DbErr> {
    let before = recording::Entity::find()
        .filter(recording::Column::PublicationId.eq(row.publication_id))
        .filter(recording::Column::Segment.lt(row.segment))
        .order_by_desc(recording::Column::Segment)
        .limit(1)
        .one(conn)
        .await?;
    Ok(before.is_some_and(|before| {
        before.state == RecordingState::Failed && before.reason.as_deref() == Some(reason)
    }))
}

/// Takes away a recording of which no entry tells: it has waited for media, and none came.
pub async fn forget_untold(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), DbErr> {
    recording::Entity::delete_by_id(id).exec(conn).await.map(|_| ())
}

/// Writes how far a recording is; the next entry of the transaction tells it, with what it is of.
pub async fn save_recording(tx: &Tx, row: recording::Model) -> Result<(), DbErr> {
    evidence::tell_kept(tx, &row);
    if let Some(publication) = publication(tx.conn(), row.publication_id).await? {
        evidence::tell_kept(tx, &publication);
    }
    recording::Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await.map(|_| ())
}

pub async fn recording(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<recording::Model>, DbErr> {
    recording::Entity::find_by_id(id).one(conn).await
}

/// A recording, locked.
pub async fn lock_recording(
    conn: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<recording::Model>, DbErr> {
    recording::Entity::find_by_id(id).lock_exclusive().one(conn).await
}

/// Recordings on a node that have not come to their end, and those of which nothing is known to be kept.
pub async fn unsettled(conn: &impl ConnectionTrait, node: Uuid) -> Result<Vec<recording::Model>, DbErr> {
    recording::Entity::find()
        .filter(recording::Column::State.is_in([RecordingState::Recording, RecordingState::Failed]))
        .filter(recording::Column::ManifestSha256.is_null())
        .filter(recording::Column::NodeId.eq(node))
        .order_by_asc(recording::Column::Id)
        .all(conn)
        .await
}

pub async fn gaps(conn: &impl ConnectionTrait, recording: Uuid) -> Result<Vec<recording_gap::Model>, DbErr> {
    recording_gap::Entity::find().filter(recording_gap::Column::RecordingId.eq(recording)).all(conn).await
}

/// Writes a gap; the next entry of the transaction tells it.
pub async fn insert_gap(tx: &Tx, row: recording_gap::Model) -> Result<(), DbErr> {
    evidence::tell_made(tx, &row);
    recording_gap::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}
