//! Queries of what belongs to no feature: the answers kept for Idempotency-Keys.

use crate::db::{Db, Tx, is_unique_violation};
use crate::entity::idempotency::{ActiveModel, Column, Entity, Model};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// An answer that was given once and is given again.
pub struct StoredAnswer {
    pub status: u16,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// Claims a key. `Ok(None)`: it is ours now; otherwise the row of whoever came first.
pub async fn claim(
    db: &Db,
    scope: Vec<u8>,
    body_hash: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let row = ActiveModel {
        scope: Set(scope.clone()),
        body_hash: Set(body_hash),
        created_at: Set(now),
        status: Set(None),
        content_type: Set(None),
        body: Set(None),
    };
    let claimed = db
        .write(move |tx| Box::pin(async move { Entity::insert(row).exec_without_returning(tx.conn()).await }))
        .await;
    match claimed {
        Ok(_) => Ok(None),
        Err(error) if is_unique_violation(&error) => Entity::find_by_id(scope).one(db.reader()).await,
        Err(error) => Err(error),
    }
}

/// Keeps the answer of a claimed key.
pub async fn keep(db: &Db, scope: Vec<u8>, answer: StoredAnswer) -> Result<(), DbErr> {
    let row = ActiveModel {
        scope: Set(scope),
        status: Set(Some(answer.status.into())),
        content_type: Set(answer.content_type),
        body: Set(Some(answer.body)),
        ..Default::default()
    };
    db.write(move |tx| Box::pin(async move { Entity::update(row).exec(tx.conn()).await.map(|_| ()) })).await
}

/// Gives a key up, so that the request can be tried again.
pub async fn release(db: &Db, scope: Vec<u8>) -> Result<(), DbErr> {
    db.write(move |tx| Box::pin(async move { delete(tx, scope).await })).await
}

async fn delete(tx: &Tx, scope: Vec<u8>) -> Result<(), DbErr> {
    Entity::delete_by_id(scope).exec(tx.conn()).await.map(|_| ())
}

/// Forgets keys made before `before`.
pub async fn forget_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(conn).await.map(|_| ())
}
