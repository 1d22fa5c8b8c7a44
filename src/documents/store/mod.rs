//! Every query of documents.

pub mod ask;
pub mod entities;
mod evident;

use crate::db::Tx;
use crate::documents::store::entities::document::{self, Column, Entity};
use crate::documents::store::entities::document_piece;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use std::sync::Arc;
use uuid::Uuid;

/// Those of a booking, in the order in which they came.
pub async fn of_booking(conn: &impl ConnectionTrait, booking: Uuid) -> Result<Vec<document::Model>, DbErr> {
    of_bookings(conn, [booking]).await
}

/// Those of some bookings.
pub async fn of_bookings(
    conn: &impl ConnectionTrait,
    bookings: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<document::Model>, DbErr> {
    let rows = Entity::find().filter(Column::BookingId.is_in(bookings));
    rows.order_by_asc(Column::UploadedAt).order_by_asc(Column::Id).all(conn).await
}

/// A document of this booking.
pub async fn one(
    conn: &impl ConnectionTrait,
    booking: Uuid,
    id: Uuid,
) -> Result<Option<document::Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::BookingId.eq(booking)).one(conn).await
}

/// Writes a document with its pieces; the entry that tells the row is its caller's.
pub async fn insert(tx: &Tx, row: document::Model, pieces: &Arc<[Vec<u8>]>) -> Result<(), DbErr> {
    let id = row.id;
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    for (number, bytes) in (0..).zip(pieces.iter()) {
        let piece = document_piece::Model { document_id: id, number, bytes: bytes.clone() };
        document_piece::Entity::insert(piece.into_active_model()).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Takes documents away with their bytes and keys.
pub async fn delete(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    let of = || ids.iter().copied();
    let pieces = document_piece::Entity::delete_many();
    pieces.filter(document_piece::Column::DocumentId.is_in(of())).exec(tx.conn()).await?;
    Entity::delete_many().filter(Column::Id.is_in(of())).exec(tx.conn()).await.map(|_| ())
}

/// The pieces of a document as they are kept, in order.
pub async fn pieces(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Vec<u8>>, DbErr> {
    document_piece::Entity::find()
        .select_only()
        .column(document_piece::Column::Bytes)
        .filter(document_piece::Column::DocumentId.eq(id))
        .order_by_asc(document_piece::Column::Number)
        .into_tuple()
        .all(conn)
        .await
}

/// Some whose key is not wrapped under this data key.
pub async fn not_under(
    conn: &impl ConnectionTrait,
    data_key: &str,
    but: &[Uuid],
    most: u64,
) -> Result<Vec<document::Model>, DbErr> {
    let others = Entity::find().filter(Column::KeyId.ne(data_key));
    others.filter(Column::Id.is_not_in(but.iter().copied())).limit(most).all(conn).await
}

/// Keeps the key of a document as it is wrapped now, unless somebody was faster or the document is gone.
pub async fn rewrap(tx: &Tx, before: document::Model, key_id: String, wrapped: Vec<u8>) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::KeyId, key_id.into())
        .col_expr(Column::WrappedKey, wrapped.into())
        .filter(Column::Id.eq(before.id))
        .filter(Column::KeyId.eq(before.key_id))
        .exec(tx.conn())
        .await
        .map(|_| ())
}

/// Some of these bookings that have documents.
pub async fn having_some(
    conn: &impl ConnectionTrait,
    among: SelectStatement,
    most: u64,
) -> Result<Vec<Uuid>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::BookingId)
        .filter(Column::BookingId.in_subquery(among))
        .distinct()
        .limit(most)
        .into_tuple()
        .all(conn)
        .await
}
