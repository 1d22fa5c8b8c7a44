//! Queries of what belongs to no feature: the answers kept for Idempotency-Keys.

use crate::app::entities::idempotency::{ActiveModel, Column, Entity, Model};
use crate::db::{Db, Tx, UniqueKey};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryTrait};

/// A request under its key.
#[derive(Clone)]
pub struct Keyed {
    pub scope: Vec<u8>,
    pub body_hash: Vec<u8>,
    pub at: DateTime<Utc>,
}

/// An answer that was given once and is given again.
#[derive(Clone)]
pub struct StoredAnswer {
    pub status: u16,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// What is known of a key.
pub async fn find(conn: &impl ConnectionTrait, scope: &[u8]) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(scope.to_vec()).one(conn).await
}

/// The key that only one request can claim.
pub const CLAIM: UniqueKey = UniqueKey { constraint: "idempotency_pkey", columns: "idempotency.scope" };

/// Claims a key in the transaction of what is done under it. A violation of [`CLAIM`]: somebody did already.
pub fn claim(tx: &Tx, keyed: &Keyed) {
    tx.put_at_last(Entity::insert(row(keyed, None)).into_query());
}

/// Keeps the answers of keys, whether they are claimed or nothing had to be written under them.
pub async fn keep(db: &Db, answers: Vec<(Keyed, StoredAnswer)>) -> Result<(), DbErr> {
    let rows: Vec<ActiveModel> =
        answers.into_iter().map(|(keyed, answer)| row(&keyed, Some(answer))).collect();
    let answered = OnConflict::column(Column::Scope)
        .update_columns([
            Column::BodyHash,
            Column::CreatedAt,
            Column::Status,
            Column::ContentType,
            Column::Body,
        ])
        .to_owned();
    db.write(move |tx| {
        Box::pin(async move {
            tx.put(Entity::insert_many(rows).on_conflict(answered).into_query());
            Ok(())
        })
    })
    .await
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

/// Gives up the claim that was made at this time, so that the request can be carried out; one made since stands.
pub async fn release(db: &Db, scope: Vec<u8>, made_at: DateTime<Utc>) -> Result<(), DbErr> {
    db.write(move |tx| {
        Box::pin(async move {
            Entity::delete_many()
                .filter(Column::Scope.eq(scope))
                .filter(Column::CreatedAt.eq(made_at))
                .exec(tx.conn())
                .await
                .map(drop)
        })
    })
    .await
}

/// Forgets keys made before `before`.
pub async fn forget_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(conn).await.map(|_| ())
}
