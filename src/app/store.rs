//! Queries of what belongs to no feature: the answers kept for Idempotency-Keys.

use crate::db::{Db, Tx, is_unique_violation};
use crate::entity::idempotency::{ActiveModel, Column, Entity, Model};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// A request under its key.
#[derive(Clone)]
pub struct Keyed {
    pub scope: Vec<u8>,
    pub body_hash: Vec<u8>,
    pub at: DateTime<Utc>,
}

/// An answer that was given once and is given again.
pub struct StoredAnswer {
    pub status: u16,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// What is known of a key.
pub async fn find(conn: &impl ConnectionTrait, scope: &[u8]) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(scope.to_vec()).one(conn).await
}

/// Claims a key in the transaction of what is done under it. A unique violation: somebody did already.
pub async fn claim(tx: &Tx, keyed: &Keyed) -> Result<(), DbErr> {
    Entity::insert(row(keyed, None)).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Keeps the answer of a key: of a `claimed` one, or of one under which nothing had to be written.
pub async fn keep(db: &Db, keyed: Keyed, answer: StoredAnswer, claimed: bool) -> Result<(), DbErr> {
    let row = row(&keyed, Some(answer));
    let kept = db
        .write(move |tx| {
            Box::pin(async move {
                match claimed {
                    true => Entity::update(row).exec(tx.conn()).await.map(|_| ()),
                    false => Entity::insert(row).exec_without_returning(tx.conn()).await.map(|_| ()),
                }
            })
        })
        .await;
    match kept {
        // The same at the same time, with nothing to write either: one of the two answers is enough.
        Err(error) if !claimed && is_unique_violation(&error) => Ok(()),
        kept => kept,
    }
}

fn row(keyed: &Keyed, answer: Option<StoredAnswer>) -> ActiveModel {
    let (status, content_type, body) = match answer {
        Some(answer) => (Some(answer.status.into()), answer.content_type, Some(answer.body)),
        None => (None, None, None),
    };
    ActiveModel {
        scope: Set(keyed.scope.clone()),
        body_hash: Set(keyed.body_hash.clone()),
        created_at: Set(keyed.at),
        status: Set(status),
        content_type: Set(content_type),
        body: Set(body),
    }
}

/// Gives a key up, so that the request can be tried again.
pub async fn release(db: &Db, scope: Vec<u8>) -> Result<(), DbErr> {
    db.write(move |tx| Box::pin(async move { Entity::delete_by_id(scope).exec(tx.conn()).await.map(|_| ()) }))
        .await
}

/// Forgets keys made before `before`.
pub async fn forget_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(conn).await.map(|_| ())
}
