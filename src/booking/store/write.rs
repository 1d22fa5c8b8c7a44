//! Queries inside write transactions.

use crate::booking::model::state::LIVE;
use crate::booking::store::Scope;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::db::{Tx, UniqueKey};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
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

/// How many places somebody holds at the moment.
pub async fn live_holds(tx: &Tx, account: Uuid, now: DateTime<Utc>) -> Result<u64, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::AccountId.eq(account))
        .filter(booking::Column::State.eq(BookingState::Held))
        .filter(booking::Column::HoldExpiresAt.gt(now))
        .count(tx.conn())
        .await
}

fn live(now: DateTime<Utc>) -> Condition {
    let lapsed = Condition::all()
        .add(booking::Column::State.eq(BookingState::Held))
        .add(booking::Column::HoldExpiresAt.lte(now));
    Condition::all()
        .add(booking::Column::State.is_in(LIVE))
        .add(booking::Column::EndsAt.gt(now))
        .add(lapsed.not())
}

/// How much of a service a party has booked or holds.
pub async fn live_of_service(tx: &Tx, scope: Scope, service: Uuid, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let of_service = booking::Column::ServiceId.eq(service);
    scope.find().filter(of_service).filter(live(now)).count(tx.conn()).await
}

/// What somebody has booked or holds of this service at this time already.
pub async fn same_place(
    tx: &Tx,
    account: Uuid,
    service: Uuid,
    starts_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::AccountId.eq(account))
        .filter(booking::Column::StartsAt.eq(starts_at))
        .filter(booking::Column::ServiceId.eq(service))
        .filter(live(now))
        .one(tx.conn())
        .await
}

/// The key that no two bookings share.
pub const REFERENCE: UniqueKey =
    UniqueKey { constraint: "booking_reference_key", columns: "booking.reference" };

pub async fn insert(tx: &Tx, row: booking::Model) -> Result<(), DbErr> {
    let row = booking::ActiveModel::from(row).reset_all();
    booking::Entity::insert(row).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Writes all changed columns of a locked row.
pub async fn update(tx: &Tx, row: booking::Model) -> Result<(), DbErr> {
    let row = booking::ActiveModel::from(row).reset_all();
    booking::Entity::update(row).exec(tx.conn()).await.map(|_| ())
}
