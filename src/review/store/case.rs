//! Every query about one case and its playbacks.

use crate::booking::entities::booking;
use crate::db::Tx;
use crate::evidence;
use crate::evidence::SYSTEM;
use crate::evidence::entities::{commitment, entry};
use crate::evidence::model::rows::Evident;
use crate::review::model::replay::Replay;
use crate::review::store::entities::playback;
use crate::survey::entities::{rating, rating_invite};
use crate::video::entities::{
    invitation, participant, publication, recording, recording_gap, session_check, video_session,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    AccessMode, ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, EntityTrait, IntoActiveModel, IsolationLevel, QueryFilter, QueryOrder, TransactionOptions,
    TransactionTrait,
};
use uuid::Uuid;

/// The entry that somebody looked at a case.
pub const OPENED: &str = "review.opened";

/// All that is checked of a case, as of one moment: a case may grow while it is looked at.
#[derive(Debug)]
pub struct CaseRows {
    pub head: (i64, Vec<u8>),
    pub entries: Vec<entry::Model>,
    pub replay: Replay,
    pub commitments: Vec<commitment::Model>,
    pub booking: Option<booking::Model>,
    pub sessions: Vec<video_session::Model>,
    pub people: Vec<participant::Model>,
    pub publications: Vec<publication::Model>,
    pub recordings: Vec<recording::Model>,
    pub gaps: Vec<recording_gap::Model>,
    pub playbacks: Vec<playback::Model>,
    pub invitations: Vec<invitation::Model>,
    pub checks: Vec<session_check::Model>,
    pub invites: Vec<rating_invite::Model>,
    pub ratings: Vec<rating::Model>,
    /// The entries of the chain `system` that commit to the ratings, and those before them.
    pub answered: Vec<entry::Model>,
}

/// Reads a case in one snapshot: the rows that belong to it now, and those that its entries tell of.
pub async fn case_rows(conn: &DatabaseConnection, case: Uuid) -> Result<CaseRows, DbErr> {
    let snapshot = snapshot(conn).await?;
    let entries = evidence::entries(&snapshot, case).await?;
    let replay = Replay::of(&entries);
    let sessions =
        told_or(&snapshot, &replay, video_session::Column::Id, video_session::Column::BookingId, &[case])
            .await?;
    let session_ids: Vec<Uuid> = sessions.iter().map(|row: &video_session::Model| row.id).collect();
    let (session_ids, replay_of) = (&session_ids, &replay);
    let mut recordings: Vec<recording::Model> =
        told_or(&snapshot, replay_of, recording::Column::Id, recording::Column::SessionId, session_ids)
            .await?;
    recordings.sort_by_key(|row| (row.created_at, row.id));
    let recording_ids: Vec<Uuid> = recordings.iter().map(|row| row.id).collect();
    let invites: Vec<rating_invite::Model> =
        told_or(&snapshot, replay_of, rating_invite::Column::Id, rating_invite::Column::BookingId, &[case])
            .await?;
    let ratings = rating::Entity::find()
        .filter(rating::Column::InviteId.is_in(invites.iter().map(|row| row.id)))
        .all(&snapshot)
        .await?;
    let numbers = ratings.iter().filter_map(|row| row.entry_seq).flat_map(|seq| [seq - 1, seq]);
    let answered = entry::Entity::find()
        .filter(entry::Column::CaseId.eq(SYSTEM))
        .filter(entry::Column::Seq.is_in(numbers))
        .all(&snapshot)
        .await?;
    let rows = CaseRows {
        head: evidence::head(&snapshot, case).await?,
        commitments: commitment::Entity::find()
            .filter(commitment::Column::CaseId.eq(case))
            .order_by_asc(commitment::Column::Seq)
            .order_by_asc(commitment::Column::Name)
            .all(&snapshot)
            .await?,
        booking: booking(&snapshot, case).await?,
        people: told_or(
            &snapshot,
            replay_of,
            participant::Column::Id,
            participant::Column::SessionId,
            session_ids,
        )
        .await?,
        publications: told_or(
            &snapshot,
            replay_of,
            publication::Column::Id,
            publication::Column::SessionId,
            session_ids,
        )
        .await?,
        gaps: told_or(
            &snapshot,
            replay_of,
            recording_gap::Column::Id,
            recording_gap::Column::RecordingId,
            &recording_ids,
        )
        .await?,
        playbacks: told_or(
            &snapshot,
            replay_of,
            playback::Column::Id,
            playback::Column::SessionId,
            session_ids,
        )
        .await?,
        invitations: told_or(
            &snapshot,
            replay_of,
            invitation::Column::Id,
            invitation::Column::BookingId,
            &[case],
        )
        .await?,
        checks: session_check::Entity::find()
            .filter(session_check::Column::SessionId.is_in(session_ids.iter().copied()))
            .all(&snapshot)
            .await?,
        invites,
        ratings,
        answered,
        sessions,
        recordings,
        entries,
        replay,
    };
    snapshot.rollback().await?;
    Ok(rows)
}

/// Rows that belong to one of `owners`, or that entries tell of: a row that was moved elsewhere is read too.
async fn told_or<E, M, C>(
    conn: &impl ConnectionTrait,
    replay: &Replay,
    id: C,
    owner: C,
    owners: &[Uuid],
) -> Result<Vec<M>, DbErr>
where
    C: ColumnTrait + ColumnTrait<EntityName = E>,
    E: EntityTrait<Model = M>,
    M: Evident + Send + Sync,
{
    E::find()
        .filter(Condition::any().add(owner.is_in(owners.iter().copied())).add(id.is_in(replay.ids(M::TABLE))))
        .order_by_asc(id)
        .all(conn)
        .await
}

/// SQLite reads from a snapshot in every transaction; PostgreSQL has to be asked.
pub(super) async fn snapshot(conn: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
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

/// Writes a playback; the next entry of the transaction tells it.
pub async fn insert_playback(tx: &Tx, row: playback::Model) -> Result<(), DbErr> {
    evidence::tell_made(tx, &row);
    playback::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Whether somebody opened a case for review since `since`, by its entries.
pub async fn opened_since(
    conn: &impl ConnectionTrait,
    case: Uuid,
    account: Uuid,
    since: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let entries = entry::Entity::find()
        .filter(entry::Column::CaseId.eq(case))
        .filter(entry::Column::Kind.eq(OPENED))
        .filter(entry::Column::At.gt(since))
        .all(conn)
        .await?;
    Ok(entries.iter().any(|row| evidence::model::actor_of(&row.bytes).0 == Some(account)))
}
