//! How a lower feature causes something in a higher one: a row in the lower one's transaction,
//! picked up by `app`, which knows both.

use super::Tx;
use crate::entity::feature_event;
use crate::ids;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// A booking was completed; the subject is the booking.
pub const BOOKING_COMPLETED: &str = "booking.completed";

/// Writes an event row.
pub async fn emit(tx: &Tx, kind: &str, subject_id: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    feature_event::Entity::insert(feature_event::ActiveModel {
        id: Set(ids::new_id(at)),
        kind: Set(kind.to_owned()),
        subject_id: Set(subject_id),
        created_at: Set(at),
        done_at: Set(None),
    })
    .exec_without_returning(tx.conn())
    .await
    .map(|_| ())
}

/// Events not yet handled, oldest first.
pub async fn pending(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<feature_event::Model>, DbErr> {
    feature_event::Entity::find()
        .filter(feature_event::Column::DoneAt.is_null())
        .order_by_asc(feature_event::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// Marks an event as handled, in the transaction of what it caused.
pub async fn done(tx: &Tx, id: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    feature_event::Entity::update(feature_event::ActiveModel {
        id: Set(id),
        done_at: Set(Some(at)),
        ..Default::default()
    })
    .exec(tx.conn())
    .await
    .map(|_| ())
}
