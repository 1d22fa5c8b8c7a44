//! Every query of the outbox.

mod calendar;
pub mod entities;
mod queue;

pub use calendar::{calendar_identities, calendar_identity, fix_calendar_identity, keep_calendar_identity};
pub use queue::enqueue;
pub(super) use queue::{Begun, Change, Ended, begin, requeue, settle};

use crate::db::{Tx, jobs};
use crate::notify::store::entities::outbox::{self, Column, OutboxState};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

pub(super) async fn list(
    conn: &impl ConnectionTrait,
    state: Option<OutboxState>,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<outbox::Model>, DbErr> {
    let mut query = outbox::Entity::find().order_by_desc(Column::Id).limit(limit);
    if let Some(state) = state {
        query = query.filter(Column::State.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before));
    }
    query.all(conn).await
}

pub(super) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<outbox::Model>, DbErr> {
    outbox::Entity::find_by_id(id).one(conn).await
}

/// Drops what waits to be sent.
pub(super) async fn discard_pending(tx: &Tx) -> Result<(), DbErr> {
    let pending = outbox::Entity::find().select_only().column(Column::Id);
    let pending = pending.filter(Column::State.eq(OutboxState::Pending)).into_tuple().all(tx.conn()).await?;
    jobs::drop_all(tx, pending).await?;
    outbox::Entity::delete_many()
        .filter(Column::State.eq(OutboxState::Pending))
        .exec(tx.conn())
        .await
        .map(drop)
}
