//! Queries of what is counted against somebody.

use crate::auth::model::counted::{Counted, KEPT_FOR, Key};
use crate::auth::store::entities::counted::{ActiveModel, Column, Entity, Model};
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;

/// What is known of them.
pub async fn counted(conn: &impl ConnectionTrait, keys: &[Key]) -> Result<Vec<Counted>, DbErr> {
    let rows =
        Entity::find().filter(Column::Subject.is_in(keys.iter().map(|key| key.to_vec()))).all(conn).await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The same, locked until the transaction ends, in one order; of those of whom nothing is known too.
pub async fn lock_counted(tx: &Tx, keys: &[Key], now: DateTime<Utc>) -> Result<Vec<Counted>, DbErr> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    let rows = keys.iter().map(|key| row(&Counted::nothing(*key, now)));
    let unless_there = OnConflict::column(Column::Subject).do_nothing().to_owned();
    Entity::insert_many(rows).on_conflict(unless_there).exec_without_returning(tx.conn()).await?;
    let rows = Entity::find()
        .filter(Column::Subject.is_in(keys.iter().map(|key| key.to_vec())))
        .order_by_asc(Column::Subject)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Writes what is counted of locked ones.
pub async fn keep_counted(tx: &Tx, counted: Vec<Counted>) -> Result<(), DbErr> {
    for one in counted {
        Entity::update(row(&one)).exec(tx.conn()).await?;
    }
    Ok(())
}

pub async fn has_old_counted(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, DbErr> {
    Ok(Entity::find().filter(Column::LastAt.lte(now - KEPT_FOR)).one(conn).await?.is_some())
}

/// Forgets what no longer counts.
pub async fn delete_old_counted(tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::LastAt.lte(now - KEPT_FOR)).exec(tx.conn()).await.map(drop)
}

fn row(counted: &Counted) -> ActiveModel {
    ActiveModel {
        subject: Set(counted.key.to_vec()),
        count: Set(i32::try_from(counted.count).unwrap_or(i32::MAX)),
        last_at: Set(counted.last),
        recent: Set(json!(counted.recent)),
    }
}

fn read(row: Model) -> Option<Counted> {
    Some(Counted {
        key: row.subject.try_into().ok()?,
        count: u32::try_from(row.count).unwrap_or(0),
        last: row.last_at,
        recent: serde_json::from_value(row.recent).unwrap_or_default(),
    })
}
