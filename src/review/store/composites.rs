//! Every query of composites.

use crate::db::{Tx, UniqueKey};
use crate::evidence;
use crate::review::store::entities::composite;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// Of a session one is under way at a time.
pub const UNDER_WAY: UniqueKey =
    UniqueKey { constraint: "composite_under_way_key", columns: "composite.session_id" };

/// Writes one that was asked for; the next entry of the transaction tells it.
pub async fn insert(tx: &Tx, row: composite::Model) -> Result<(), DbErr> {
    evidence::tell_made(tx, &row);
    composite::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Writes what became of one; the next entry of the transaction tells it.
pub async fn save(tx: &Tx, row: composite::Model) -> Result<(), DbErr> {
    evidence::tell_kept(tx, &row);
    composite::Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await.map(|_| ())
}

pub async fn composite(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<composite::Model>, DbErr> {
    composite::Entity::find_by_id(id).one(conn).await
}

/// One, locked.
pub async fn lock(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<composite::Model>, DbErr> {
    composite::Entity::find_by_id(id).lock_exclusive().one(conn).await
}

/// Those of a session, the latest first.
pub async fn of_session(conn: &impl ConnectionTrait, session: Uuid) -> Result<Vec<composite::Model>, DbErr> {
    composite::Entity::find()
        .filter(composite::Column::SessionId.eq(session))
        .order_by_desc(composite::Column::Id)
        .all(conn)
        .await
}
