//! How a lower feature causes something in a higher one: a row in the lower one's transaction,
//! picked up by `app`, which knows both.
//!
//! Each event stands for itself: one that fails waits, longer each time, and holds up no other; one that
//! nobody takes is put aside, where an operator sees it.

use crate::base::ids;
use crate::db::entities::feature_event::{ActiveModel, Column, Entity, Model};
use crate::db::{Db, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// A booking was completed; the subject is the booking.
pub const BOOKING_COMPLETED: &str = "booking.completed";

/// The longest wait between two attempts.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(10);
/// How much of an error is kept, in characters.
const LONGEST_ERROR: usize = 500;

/// Writes an event row.
pub async fn emit(tx: &Tx, kind: &str, subject_id: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::insert(ActiveModel {
        id: Set(ids::new_id(at)),
        kind: Set(kind.to_owned()),
        subject_id: Set(subject_id),
        created_at: Set(at),
        done_at: Set(None),
        attempts: Set(0),
        next_at: Set(None),
        last_error: Set(None),
        parked_at: Set(None),
    })
    .exec_without_returning(tx.conn())
    .await
    .map(|_| ())
}

/// Events whose turn it is, oldest first.
pub async fn due(conn: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::DoneAt.is_null())
        .filter(Column::ParkedAt.is_null())
        .filter(Condition::any().add(Column::NextAt.is_null()).add(Column::NextAt.lte(now)))
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// Marks an event as handled, in the transaction of what it caused.
pub async fn done(tx: &Tx, id: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    let done = ActiveModel { id: Set(id), done_at: Set(Some(at)), ..Default::default() };
    Entity::update(done).exec(tx.conn()).await.map(|_| ())
}

/// Notes that handling an event failed, and when it is tried again.
pub async fn failed(db: &Db, event: &Model, error: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    let attempts = event.attempts.saturating_add(1);
    let change = ActiveModel {
        id: Set(event.id),
        attempts: Set(attempts),
        next_at: Set(Some(now + wait_after(attempts))),
        last_error: Set(Some(error.chars().take(LONGEST_ERROR).collect())),
        ..Default::default()
    };
    db.write(move |tx| Box::pin(async move { Entity::update(change).exec(tx.conn()).await.map(|_| ()) }))
        .await
}

/// Puts an event aside that nobody takes.
pub async fn park(db: &Db, event: &Model, now: DateTime<Utc>) -> Result<(), DbErr> {
    let change = ActiveModel {
        id: Set(event.id),
        parked_at: Set(Some(now)),
        last_error: Set(Some("nobody takes this kind of event".to_owned())),
        ..Default::default()
    };
    db.write(move |tx| Box::pin(async move { Entity::update(change).exec(tx.conn()).await.map(|_| ()) }))
        .await
}

/// Takes up again what was put aside and is of a kind that somebody takes now.
pub async fn unpark(db: &Db, kinds: &'static [&'static str]) -> Result<(), DbErr> {
    let parked =
        Condition::all().add(Column::ParkedAt.is_not_null()).add(Column::Kind.is_in(kinds.iter().copied()));
    if Entity::find().filter(parked.clone()).limit(1).one(db.reader()).await?.is_none() {
        return Ok(()); // no turn of the writer for nothing
    }
    let change = ActiveModel { parked_at: Set(None), last_error: Set(None), ..Default::default() };
    db.write(move |tx| {
        Box::pin(
            async move { Entity::update_many().set(change).filter(parked).exec(tx.conn()).await.map(|_| ()) },
        )
    })
    .await
}

/// How many events were put aside.
pub async fn parked(conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
    Entity::find().filter(Column::ParkedAt.is_not_null()).count(conn).await
}

/// Twice as long each time, from a second on.
fn wait_after(attempts: i32) -> TimeDelta {
    let doublings = attempts.clamp(1, 16) - 1;
    TimeDelta::seconds(1_i64 << doublings).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_fails_waits_longer_each_time_up_to_ten_minutes() {
        let waits: Vec<i64> = [1, 2, 3, 10, 11, i32::MAX].map(|n| wait_after(n).num_seconds()).into();
        assert_eq!(waits, [1, 2, 4, 512, 600, 600]);
    }
}
