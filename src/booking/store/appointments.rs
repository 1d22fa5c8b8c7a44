//! Queries about appointments.

use crate::booking::store::entities::appointment;
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, ModelTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// The appointments of some bookings, each booking's in order.
pub async fn of(
    conn: &impl ConnectionTrait,
    bookings: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<appointment::Model>, DbErr> {
    appointment::Entity::find()
        .filter(appointment::Column::BookingId.is_in(bookings))
        .order_by_asc(appointment::Column::BookingId)
        .order_by_asc(appointment::Column::Position)
        .all(conn)
        .await
}

/// In whose names the cells of a booking are taken, as a part of another query.
pub fn owners(booking: Uuid) -> SelectStatement {
    appointment::Entity::find()
        .select_only()
        .column(appointment::Column::Id)
        .filter(appointment::Column::BookingId.eq(booking))
        .into_query()
}

/// The same of several bookings.
pub fn owners_of(bookings: impl IntoIterator<Item = Uuid>) -> SelectStatement {
    appointment::Entity::find()
        .select_only()
        .column(appointment::Column::Id)
        .filter(appointment::Column::BookingId.is_in(bookings))
        .into_query()
}

/// Whose bookings some owners of cells are, as a part of another query.
pub fn bookings_of(owners: SelectStatement) -> SelectStatement {
    appointment::Entity::find()
        .select_only()
        .column(appointment::Column::BookingId)
        .filter(appointment::Column::Id.in_subquery(owners))
        .into_query()
}

/// The bookings of which an officer holds a stage, as a part of another query.
pub fn held_by(officer: Uuid) -> SelectStatement {
    appointment::Entity::find()
        .select_only()
        .column(appointment::Column::BookingId)
        .filter(appointment::Column::OfficerId.eq(officer))
        .into_query()
}

/// The stages that an officer holds at times that touch `from..to`, as far as they are not done.
pub async fn held_between(
    conn: &impl ConnectionTrait,
    officer: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<appointment::Model>, DbErr> {
    appointment::Entity::find()
        .filter(appointment::Column::OfficerId.eq(officer))
        .filter(appointment::Column::StartsAt.lt(to))
        .filter(appointment::Column::EndsAt.gt(from))
        .filter(appointment::Column::EndedAt.is_null())
        .order_by_asc(appointment::Column::StartsAt)
        .order_by_asc(appointment::Column::Id)
        .all(conn)
        .await
}

pub fn insert(tx: &Tx, rows: impl IntoIterator<Item = appointment::Model>) {
    let rows = rows.into_iter().map(|row| appointment::ActiveModel::from(row).reset_all());
    tx.put(appointment::Entity::insert_many(rows).into_query());
}

/// Puts other appointments in place of those of a booking.
pub async fn replace(
    tx: &Tx,
    booking: Uuid,
    rows: impl IntoIterator<Item = appointment::Model>,
) -> Result<(), DbErr> {
    let old = appointment::Column::BookingId.eq(booking);
    appointment::Entity::delete_many().filter(old).exec(tx.conn()).await?;
    insert(tx, rows);
    Ok(())
}

/// Writes what has changed of a row since it was read.
pub fn update(tx: &Tx, before: appointment::Model, row: &appointment::Model) -> Result<(), DbErr> {
    let mut changed = appointment::ActiveModel::from(before);
    for column in appointment::Column::iter() {
        changed.set_if_not_equals(column, row.get(column));
    }
    if changed.is_changed() {
        tx.put(appointment::Entity::update(changed).validate()?.into_query());
    }
    Ok(())
}
