//! Every query about one case and its playbacks.

use crate::entity::{
    booking, commitment, entry, participant, playback, publication, recording, recording_gap, video_session,
};
use crate::evidence;
use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, IntoActiveModel, IsolationLevel, QueryFilter, QueryOrder, TransactionOptions,
    TransactionTrait,
};
use uuid::Uuid;

/// All that is checked of a case, as of one moment: a case may grow while it is looked at.
#[derive(Debug)]
pub struct CaseRows {
    pub head: (i64, Vec<u8>),
    pub entries: Vec<entry::Model>,
    pub commitments: Vec<commitment::Model>,
    pub recordings: Vec<recording::Model>,
}

/// Reads a case in one snapshot.
pub async fn case_rows(conn: &DatabaseConnection, case: Uuid) -> Result<CaseRows, DbErr> {
    let snapshot = snapshot(conn).await?;
    let session = session_of_booking(&snapshot, case).await?;
    let rows = CaseRows {
        head: evidence::head(&snapshot, case).await?,
        entries: evidence::entries(&snapshot, case).await?,
        commitments: commitment::Entity::find()
            .filter(commitment::Column::CaseId.eq(case))
            .order_by_asc(commitment::Column::Seq)
            .order_by_asc(commitment::Column::Name)
            .all(&snapshot)
            .await?,
        recordings: match session {
            Some(session) => recordings(&snapshot, session.id).await?,
            None => Vec::new(),
        },
    };
    snapshot.rollback().await?;
    Ok(rows)
}

/// SQLite reads from a snapshot in every transaction; PostgreSQL has to be asked.
async fn snapshot(conn: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let mut options = TransactionOptions::default();
    if conn.get_database_backend() == DbBackend::Postgres {
        options.isolation_level = Some(IsolationLevel::RepeatableRead);
        options.access_mode = Some(AccessMode::ReadOnly);
    }
    conn.begin_with_options(options).await
}

pub async fn session(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<video_session::Model>, DbErr> {
    video_session::Entity::find_by_id(id).one(conn).await
}

pub async fn session_of_booking(
    conn: &impl ConnectionTrait,
    booking: Uuid,
) -> Result<Option<video_session::Model>, DbErr> {
    video_session::Entity::find().filter(video_session::Column::BookingId.eq(booking)).one(conn).await
}

pub async fn booking(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<booking::Model>, DbErr> {
    booking::Entity::find_by_id(id).one(conn).await
}

pub async fn booking_by_reference(
    conn: &impl ConnectionTrait,
    reference: &str,
) -> Result<Option<booking::Model>, DbErr> {
    booking::Entity::find().filter(booking::Column::Reference.eq(reference)).one(conn).await
}

/// Recordings of a session in the order in which they began to be asked for.
pub async fn recordings(conn: &impl ConnectionTrait, session: Uuid) -> Result<Vec<recording::Model>, DbErr> {
    recording::Entity::find()
        .filter(recording::Column::SessionId.eq(session))
        .order_by_asc(recording::Column::CreatedAt)
        .order_by_asc(recording::Column::Id)
        .all(conn)
        .await
}

pub async fn recording(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<recording::Model>, DbErr> {
    recording::Entity::find_by_id(id).one(conn).await
}

pub async fn gaps(
    conn: &impl ConnectionTrait,
    recordings: &[Uuid],
) -> Result<Vec<recording_gap::Model>, DbErr> {
    recording_gap::Entity::find()
        .filter(recording_gap::Column::RecordingId.is_in(recordings.iter().copied()))
        .order_by_asc(recording_gap::Column::FromMs)
        .order_by_asc(recording_gap::Column::Id)
        .all(conn)
        .await
}

pub async fn publications(
    conn: &impl ConnectionTrait,
    session: Uuid,
) -> Result<Vec<publication::Model>, DbErr> {
    publication::Entity::find().filter(publication::Column::SessionId.eq(session)).all(conn).await
}

pub async fn people(conn: &impl ConnectionTrait, session: Uuid) -> Result<Vec<participant::Model>, DbErr> {
    participant::Entity::find()
        .filter(participant::Column::SessionId.eq(session))
        .order_by_asc(participant::Column::Id)
        .all(conn)
        .await
}

pub async fn playback(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<playback::Model>, DbErr> {
    playback::Entity::find_by_id(id).one(conn).await
}

pub async fn insert_playback(conn: &impl ConnectionTrait, row: playback::Model) -> Result<(), DbErr> {
    playback::Entity::insert(row.into_active_model()).exec_without_returning(conn).await.map(|_| ())
}
