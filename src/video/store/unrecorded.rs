//! Every query of what was not recorded.

use crate::db::Tx;
use crate::evidence;
use crate::video::store::entities::unrecorded_stretch::{self, UnrecordedCause};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder,
};
use uuid::Uuid;

/// What of a session is not being recorded, and what an officer has not said anything about yet; oldest first.
pub async fn pending(
    conn: &impl ConnectionTrait,
    session: Uuid,
) -> Result<Vec<unrecorded_stretch::Model>, DbErr> {
    unrecorded_stretch::Entity::find()
        .filter(unrecorded_stretch::Column::SessionId.eq(session))
        .filter(
            Condition::any()
                .add(unrecorded_stretch::Column::EndedAt.is_null())
                .add(unrecorded_stretch::Column::NotedAt.is_null()),
        )
        .order_by_asc(unrecorded_stretch::Column::Id)
        .all(conn)
        .await
}

/// Whether an officer has paused a session.
pub async fn is_paused(conn: &impl ConnectionTrait, session: Uuid) -> Result<bool, DbErr> {
    let rows = pending(conn, session).await?;
    Ok(rows.iter().any(|row| row.cause == UnrecordedCause::Paused && row.ended_at.is_none()))
}

/// Writes that one began; the next entry of the transaction tells it.
pub async fn insert(tx: &Tx, row: unrecorded_stretch::Model) -> Result<(), DbErr> {
    evidence::tell_made(tx, &row);
    unrecorded_stretch::Entity::insert(row.into_active_model())
        .exec_without_returning(tx.conn())
        .await
        .map(|_| ())
}

/// Writes how one stands; the next entry of the transaction tells it.
pub async fn save(tx: &Tx, row: unrecorded_stretch::Model) -> Result<(), DbErr> {
    evidence::tell_kept(tx, &row);
    unrecorded_stretch::Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await.map(|_| ())
}
