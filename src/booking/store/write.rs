//! Queries inside write transactions.

use super::Scope;
use crate::db::Tx;
use crate::entity::account;
use crate::entity::booking::{self, BookingState};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

/// A booking, locked until the transaction ends (SQLite has one writer anyway).
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<booking::Model>, DbErr> {
    booking::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await
}

/// The same within a scope.
pub async fn lock_scoped(tx: &Tx, scope: Scope, id: Uuid) -> Result<Option<booking::Model>, DbErr> {
    scope.find().filter(booking::Column::Id.eq(id)).lock_exclusive().one(tx.conn()).await
}

/// How many places somebody holds at the moment. Their row is locked, so that two holds at once
/// cannot both be the last one allowed.
pub async fn live_holds(tx: &Tx, account: Uuid, now: DateTime<Utc>) -> Result<i64, DbErr> {
    if tx.conn().get_database_backend() == DbBackend::Postgres {
        let row = account::Entity::find_by_id(account).select_only().column(account::Column::Id);
        // Not for update: that would wait for whoever only refers to the account.
        row.lock(LockType::NoKeyUpdate).into_tuple::<Uuid>().one(tx.conn()).await?;
    }
    let held: Option<i64> = booking::Entity::find()
        .select_only()
        .column_as(booking::Column::Id.count(), "held")
        .filter(booking::Column::AccountId.eq(account))
        .filter(booking::Column::State.eq(BookingState::Held))
        .filter(booking::Column::HoldExpiresAt.gt(now))
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(held.unwrap_or(0))
}

pub async fn insert(tx: &Tx, row: booking::Model) -> Result<(), DbErr> {
    let row = booking::ActiveModel::from(row).reset_all();
    booking::Entity::insert(row).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Writes all changed columns of a locked row.
pub async fn update(tx: &Tx, row: booking::Model) -> Result<(), DbErr> {
    let row = booking::ActiveModel::from(row).reset_all();
    booking::Entity::update(row).exec(tx.conn()).await.map(|_| ())
}
