//! What a check of everything walks through, some rows at a time.

use crate::auth::entities::auth_session;
use crate::booking::entities::booking;
use crate::evidence::SYSTEM;
use crate::evidence::entities::{chain, commitment, entry};
use crate::review::store::case::snapshot;
use crate::survey::entities::{rating, rating_invite};
use crate::video::entities::{participant, recording, video_session};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// As many rows as are held in memory at a time.
const AT_ONCE: u64 = 1000;

/// One moment of the store, to be walked through.
pub async fn moment(conn: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    snapshot(conn).await
}

/// The next entries of the chain `system`, from number `from` on.
pub async fn system_entries(conn: &impl ConnectionTrait, from: i64) -> Result<Vec<entry::Model>, DbErr> {
    entry::Entity::find()
        .filter(entry::Column::CaseId.eq(SYSTEM))
        .filter(entry::Column::Seq.gte(from))
        .order_by_asc(entry::Column::Seq)
        .limit(AT_ONCE)
        .all(conn)
        .await
}

/// Whether something is there that is never made without an entry of the chain `system`: a sign-in, an answer, a
/// registration that was confirmed.
pub async fn system_had_entries(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let signed_in = auth_session::Entity::find().select_only().column(auth_session::Column::TokenHash);
    let answered = rating_invite::Entity::find()
        .select_only()
        .column(rating_invite::Column::Id)
        .filter(rating_invite::Column::AnsweredAt.is_not_null());
    let rated = rating::Entity::find().select_only().column(rating::Column::Id);
    Ok(signed_in.limit(1).into_tuple::<Vec<u8>>().one(conn).await?.is_some()
        || answered.limit(1).into_tuple::<Uuid>().one(conn).await?.is_some()
        || rated.limit(1).into_tuple::<Uuid>().one(conn).await?.is_some())
}

/// The personal values behind entries of the chain `system` with these numbers.
pub async fn system_commitments(
    conn: &impl ConnectionTrait,
    from: i64,
    to: i64,
) -> Result<Vec<commitment::Model>, DbErr> {
    commitment::Entity::find()
        .filter(commitment::Column::CaseId.eq(SYSTEM))
        .filter(commitment::Column::Seq.between(from, to))
        .all(conn)
        .await
}

/// The next ratings by id.
pub async fn ratings(conn: &impl ConnectionTrait, after: Uuid) -> Result<Vec<rating::Model>, DbErr> {
    rating::Entity::find()
        .filter(rating::Column::Id.gt(after))
        .order_by_asc(rating::Column::Id)
        .limit(AT_ONCE)
        .all(conn)
        .await
}

/// The next cases by id: every booking, and every chain or session, should its booking be gone.
pub async fn cases(conn: &impl ConnectionTrait, after: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let bookings: Vec<Uuid> = booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::Id.gt(after))
        .order_by_asc(booking::Column::Id)
        .limit(AT_ONCE)
        .into_tuple()
        .all(conn)
        .await?;
    let chains = chain::Entity::find()
        .select_only()
        .column(chain::Column::CaseId)
        .filter(chain::Column::CaseId.gt(after))
        .order_by_asc(chain::Column::CaseId)
        .limit(AT_ONCE)
        .into_tuple()
        .all(conn)
        .await?;
    // Entries whose head was taken away count as well.
    let orphans =
        entry::Entity::find()
            .select_only()
            .column(entry::Column::CaseId)
            .filter(entry::Column::Seq.eq(0))
            .filter(entry::Column::CaseId.gt(after))
            .filter(entry::Column::CaseId.not_in_subquery(
                chain::Entity::find().select_only().column(chain::Column::CaseId).into_query(),
            ))
            .order_by_asc(entry::Column::CaseId)
            .limit(AT_ONCE)
            .into_tuple()
            .all(conn)
            .await?;
    // And sessions whose booking was taken away with its chain.
    let sessions = video_session::Entity::find()
        .select_only()
        .column(video_session::Column::BookingId)
        .distinct()
        .filter(video_session::Column::BookingId.gt(after))
        .order_by_asc(video_session::Column::BookingId)
        .limit(AT_ONCE)
        .into_tuple()
        .all(conn)
        .await?;
    let mut cases: Vec<Uuid> = bookings.into_iter().chain(chains).chain(orphans).chain(sessions).collect();
    cases.sort_unstable();
    cases.dedup();
    // Beyond the first thousand one of the lists may have been cut.
    cases.truncate(AT_ONCE as usize);
    Ok(cases)
}

/// Somebody whose session is not there, if there is one.
pub async fn stray_participant(conn: &impl ConnectionTrait) -> Result<Option<Uuid>, DbErr> {
    let sessions = video_session::Entity::find().select_only().column(video_session::Column::Id).into_query();
    participant::Entity::find()
        .select_only()
        .column(participant::Column::Id)
        .filter(participant::Column::SessionId.not_in_subquery(sessions))
        .order_by_asc(participant::Column::Id)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await
}

/// The files that rows of recordings name.
pub async fn recorded_files(conn: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    recording::Entity::find().select_only().column(recording::Column::File).into_tuple().all(conn).await
}
