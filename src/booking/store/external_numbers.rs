//! The numbers of other systems, by which bookings are found.

use crate::booking::store::Scope;
use crate::booking::store::entities::{booking, external_number};
use crate::db::Tx;
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use uuid::Uuid;

/// Keeps the numbers of a booking: (question, number).
pub fn keep<'a>(tx: &Tx, booking_id: Uuid, numbers: impl Iterator<Item = (&'a str, &'a str)>) {
    let row = |(field, number): (&str, &str)| {
        external_number::Model { booking_id, field: field.to_owned(), number: number.to_owned() }
            .into_active_model()
    };
    let rows: Vec<_> = numbers.map(row).collect();
    if !rows.is_empty() {
        tx.put(external_number::Entity::insert_many(rows).into_query());
    }
}

/// Forgets the answers to these questions: what is sealed is not searched.
pub async fn forget(tx: &Tx, booking_id: Uuid, fields: Vec<String>) -> Result<(), DbErr> {
    external_number::Entity::delete_many()
        .filter(external_number::Column::BookingId.eq(booking_id))
        .filter(external_number::Column::Field.is_in(fields))
        .exec(tx.conn())
        .await
        .map(drop)
}

/// The bookings of a scope with a number, the newest first.
pub async fn bookings(
    conn: &impl ConnectionTrait,
    scope: Scope,
    number: &str,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    let named = Query::select()
        .column(external_number::Column::BookingId)
        .from(external_number::Entity)
        .and_where(external_number::Column::Number.eq(number))
        .to_owned();
    scope
        .find()
        .filter(booking::Column::Id.in_subquery(named))
        .order_by_desc(booking::Column::StartsAt)
        .order_by_desc(booking::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}
