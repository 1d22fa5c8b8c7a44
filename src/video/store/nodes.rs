//! On which node a session is held and a recording lies.

use crate::db::Tx;
use crate::video::store::entities::video_session::{self, SessionState};
use crate::video::store::entities::{publication, recording};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// The node of a session; `None`: there is no such session, or nobody has it.
pub async fn of_session(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Uuid>, DbErr> {
    node_of(conn, video_session::Column::Id.eq(id)).await
}

pub async fn of_booking(conn: &impl ConnectionTrait, booking: Uuid) -> Result<Option<Uuid>, DbErr> {
    node_of(conn, video_session::Column::BookingId.eq(booking)).await
}

pub async fn of_publication(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Uuid>, DbErr> {
    match publication::Entity::find_by_id(id).one(conn).await? {
        Some(row) => of_session(conn, row.session_id).await,
        None => Ok(None),
    }
}

async fn node_of(conn: &impl ConnectionTrait, which: Expr) -> Result<Option<Uuid>, DbErr> {
    let row: Option<Option<Uuid>> = video_session::Entity::find()
        .select_only()
        .column(video_session::Column::NodeId)
        .filter(which)
        .filter(video_session::Column::State.ne(SessionState::Ended))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(row.flatten())
}

/// Where a recording lies.
pub async fn of_recording(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Uuid>, DbErr> {
    Ok(recording::Entity::find_by_id(id).one(conn).await?.and_then(|row| row.node_id))
}

/// Where the recordings of a session lie.
pub async fn of_recordings(conn: &impl ConnectionTrait, session: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let nodes: Vec<Option<Uuid>> = recording::Entity::find()
        .select_only()
        .column(recording::Column::NodeId)
        .distinct()
        .filter(recording::Column::SessionId.eq(session))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(nodes.into_iter().flatten().collect())
}

/// Sessions of a node that have not ended, oldest first.
pub async fn sessions(conn: &impl ConnectionTrait, node: Uuid) -> Result<Vec<video_session::Model>, DbErr> {
    video_session::Entity::find()
        .filter(video_session::Column::NodeId.eq(node))
        .filter(video_session::Column::State.ne(SessionState::Ended))
        .order_by_asc(video_session::Column::Id)
        .all(conn)
        .await
}

/// A session goes to a node.
pub async fn give(tx: &Tx, session: Uuid, node: Uuid) -> Result<(), DbErr> {
    video_session::Entity::update_many()
        .col_expr(video_session::Column::NodeId, Expr::value(node))
        .filter(video_session::Column::Id.eq(session))
        .exec(tx.conn())
        .await
        .map(drop)
}

/// What is from before there were nodes is this one's.
pub async fn adopt(tx: &Tx, node: Uuid) -> Result<(), DbErr> {
    video_session::Entity::update_many()
        .col_expr(video_session::Column::NodeId, Expr::value(node))
        .filter(video_session::Column::NodeId.is_null())
        .exec(tx.conn())
        .await?;
    recording::Entity::update_many()
        .col_expr(recording::Column::NodeId, Expr::value(node))
        .filter(recording::Column::NodeId.is_null())
        .exec(tx.conn())
        .await
        .map(drop)
}
