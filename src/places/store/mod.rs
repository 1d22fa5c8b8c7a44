//! Queries about occupied cells.

pub mod ask;
pub mod entities;

use crate::db::Tx;
use crate::places::model::boards::Taken;
use crate::places::store::entities::occupied;
use sea_orm::sea_query::SelectStatement;
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
    Ok(rows.into_iter().map(taken).collect())
}

/// Takes cells, each for its owner. A unique violation says that somebody was faster.
pub fn occupy(tx: &Tx, owned: &[(Uuid, Vec<Taken>)]) {
    let row = |owner: Uuid, taken: &Taken| occupied::ActiveModel {
        resource_id: Set(taken.resource),
        seat: Set(taken.seat),
        cell: Set(taken.cell),
        owner_id: Set(owner),
    };
    let rows = owned.iter().flat_map(|(owner, taken)| taken.iter().map(move |taken| row(*owner, taken)));
    tx.put(occupied::Entity::insert_many(rows).into_query());
}

/// Gives the cells of some owners back and tells which they were.
pub async fn vacate(tx: &Tx, owners: SelectStatement) -> Result<Vec<Taken>, DbErr> {
    let owned = occupied::Column::OwnerId.in_subquery(owners);
    let rows = occupied::Entity::find()
        .filter(owned.clone())
        .order_by_asc(occupied::Column::Cell)
        .all(tx.conn())
        .await?;
    occupied::Entity::delete_many().filter(owned).exec(tx.conn()).await?;
    Ok(rows.into_iter().map(taken).collect())
}

fn taken(row: occupied::Model) -> Taken {
    Taken { resource: row.resource_id, seat: row.seat, cell: row.cell }
}
