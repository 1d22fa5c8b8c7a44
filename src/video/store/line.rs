//! Every query about people's lines.

use crate::db::Tx;
use crate::evidence;
use crate::video::store::entities::{line_check, line_quality};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// The checks of a booking, newest first; of all people or of one.
pub async fn checks(
    conn: &impl ConnectionTrait,
    booking: Uuid,
    account: Option<Uuid>,
) -> Result<Vec<line_check::Model>, DbErr> {
    let mut query = line_check::Entity::find().filter(line_check::Column::BookingId.eq(booking));
    if let Some(account) = account {
        query = query.filter(line_check::Column::AccountId.eq(account));
    }
    query.order_by_desc(line_check::Column::Id).all(conn).await
}

/// Writes a check and takes away all but the newest of that person; the next entry of the transaction tells both.
pub async fn insert_check(tx: &Tx, row: line_check::Model, kept: usize) -> Result<(), DbErr> {
    let conn = tx.conn();
    let former = checks(conn, row.booking_id, Some(row.account_id)).await?;
    for old in former.iter().skip(kept.saturating_sub(1)) {
        line_check::Entity::delete_by_id(old.id).exec(conn).await?;
        evidence::tell_gone(tx, old);
    }
    evidence::tell_made(tx, &row);
    line_check::Entity::insert(row.into_active_model()).exec_without_returning(conn).await.map(|_| ())
}

/// What is known of a stretch of somebody's line, locked.
pub async fn lock_quality(
    conn: &impl ConnectionTrait,
    participant: Uuid,
    began_at: DateTime<Utc>,
) -> Result<Option<line_quality::Model>, DbErr> {
    line_quality::Entity::find_by_id((participant, began_at)).lock_exclusive().one(conn).await
}

/// Writes a stretch. Of two windows of one person that begin one at once, the first is kept.
pub async fn insert_quality(conn: &impl ConnectionTrait, row: line_quality::Model) -> Result<(), DbErr> {
    line_quality::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([line_quality::Column::ParticipantId, line_quality::Column::BeganAt])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(conn)
        .await
        .map(|_| ())
}

/// Writes how a stretch stands.
pub async fn save_quality(conn: &impl ConnectionTrait, row: line_quality::Model) -> Result<(), DbErr> {
    line_quality::Entity::update(row.into_active_model().reset_all()).exec(conn).await.map(|_| ())
}

/// How good the lines of a session were, in the order of time.
pub async fn qualities(
    conn: &impl ConnectionTrait,
    session: Uuid,
) -> Result<Vec<line_quality::Model>, DbErr> {
    line_quality::Entity::find()
        .filter(line_quality::Column::SessionId.eq(session))
        .order_by_asc(line_quality::Column::BeganAt)
        .order_by_asc(line_quality::Column::ParticipantId)
        .all(conn)
        .await
}
