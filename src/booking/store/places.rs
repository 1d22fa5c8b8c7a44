//! Queries about occupied cells.

use crate::booking::model::boards::Taken;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::entities::occupied;
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use std::ops::Range;
use uuid::Uuid;

/// The occupied cells of a resource from `first` on.
pub async fn occupied_since(
    conn: &impl ConnectionTrait,
    resource: Uuid,
    first: i64,
) -> Result<Vec<Taken>, DbErr> {
    let rows: Vec<(i32, i64)> = occupied::Entity::find()
        .select_only()
        .column(occupied::Column::Seat)
        .column(occupied::Column::Cell)
        .filter(occupied::Column::ResourceId.eq(resource))
        .filter(occupied::Column::Cell.gte(first))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(seat, cell)| Taken { resource, seat, cell }).collect())
}

/// The occupied cells of a resource among `cells`.
pub async fn occupied_in(
    conn: &impl ConnectionTrait,
    resource: Uuid,
    cells: &Range<i64>,
) -> Result<Vec<Taken>, DbErr> {
    let rows = occupied::Entity::find()
        .filter(occupied::Column::ResourceId.eq(resource))
        .filter(occupied::Column::Cell.gte(cells.start))
        .filter(occupied::Column::Cell.lt(cells.end))
        .all(conn)
        .await?;
    let taken = |row: occupied::Model| Taken { resource, seat: row.seat, cell: row.cell };
    Ok(rows.into_iter().map(taken).collect())
}

/// The seats of `0..seats` that are taken over some of `cells`, one row each, as a part of another query.
pub fn taken_seats(resource: Uuid, seats: i32, cells: &Range<i64>) -> SelectStatement {
    occupied::Entity::find()
        .select_only()
        .column(occupied::Column::Seat)
        .distinct()
        .filter(occupied::Column::ResourceId.eq(resource))
        // Naming the seats lets both stores walk the primary key seat by seat.
        .filter(occupied::Column::Seat.is_in(0..seats))
        .filter(occupied::Column::Cell.gte(cells.start))
        .filter(occupied::Column::Cell.lt(cells.end))
        .into_query()
}

/// Takes cells. A unique violation says that somebody was faster.
pub fn occupy(tx: &Tx, booking: Uuid, taken: &[Taken]) {
    let rows = taken.iter().map(|taken| occupied::ActiveModel {
        resource_id: Set(taken.resource),
        seat: Set(taken.seat),
        cell: Set(taken.cell),
        booking_id: Set(booking),
    });
    tx.put(occupied::Entity::insert_many(rows).into_query());
}

/// Gives the cells of a booking back and tells which they were.
pub async fn vacate(tx: &Tx, booking: Uuid) -> Result<Vec<Taken>, DbErr> {
    let of_booking = occupied::Column::BookingId.eq(booking);
    let rows = occupied::Entity::find()
        .filter(of_booking.clone())
        .order_by_asc(occupied::Column::Cell)
        .all(tx.conn())
        .await?;
    occupied::Entity::delete_many().filter(of_booking).exec(tx.conn()).await?;
    let taken = |row: occupied::Model| Taken { resource: row.resource_id, seat: row.seat, cell: row.cell };
    Ok(rows.into_iter().map(taken).collect())
}

/// Holds whose time is over and that still sit on some of `cells`.
pub async fn lapsed_on(
    tx: &Tx,
    resource: Uuid,
    cells: &Range<i64>,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, DbErr> {
    let sitting = Query::select()
        .column(occupied::Column::BookingId)
        .from(occupied::Entity)
        .and_where(occupied::Column::ResourceId.eq(resource))
        .and_where(occupied::Column::Cell.gte(cells.start))
        .and_where(occupied::Column::Cell.lt(cells.end))
        .to_owned();
    booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::State.eq(BookingState::Held))
        .filter(booking::Column::HoldExpiresAt.lte(now))
        .filter(booking::Column::Id.in_subquery(sitting))
        .order_by_asc(booking::Column::Id)
        .into_tuple()
        .all(tx.conn())
        .await
}
