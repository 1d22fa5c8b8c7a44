//! Queries about occupied cells.

pub mod ask;
pub mod entities;

use crate::db::{Tx, UniqueKey};
use crate::places::model::boards::Taken;
use crate::places::store::entities::{occupied, place_watch};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use std::ops::Range;
use uuid::Uuid;

/// The key by which a seat of a cell is taken once.
pub const TAKEN: UniqueKey =
    UniqueKey { constraint: "occupied_pkey", columns: "occupied.resource_id, occupied.cell, occupied.seat" };

/// The occupied cells of some resources from `first` on.
pub async fn occupied_since(
    conn: &impl ConnectionTrait,
    resources: impl IntoIterator<Item = Uuid>,
    first: i64,
) -> Result<Vec<Taken>, DbErr> {
    let rows: Vec<(Uuid, i32, i64)> = occupied::Entity::find()
        .select_only()
        .columns([occupied::Column::ResourceId, occupied::Column::Seat, occupied::Column::Cell])
        .filter(occupied::Column::ResourceId.is_in(resources))
        .filter(occupied::Column::Cell.gte(first))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(resource, seat, cell)| Taken { resource, seat, cell }).collect())
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

/// Gives the cells of some owners back and tells which they were, each with whether somebody watches its resource.
pub async fn vacate(tx: &Tx, owners: SelectStatement) -> Result<Vec<(Taken, bool)>, DbErr> {
    let owned = occupied::Column::OwnerId.in_subquery(owners);
    let mut query = occupied::Entity::find()
        .filter(owned.clone())
        .order_by_asc(occupied::Column::ResourceId)
        .order_by_asc(occupied::Column::Cell)
        .into_query();
    let watch = Query::select()
        .expr(Expr::value(1))
        .from(place_watch::Entity)
        .and_where(
            Expr::col((place_watch::Entity, place_watch::Column::ResourceId))
                .equals((occupied::Entity, occupied::Column::ResourceId)),
        )
        .to_owned();
    query.expr_as(Expr::exists(watch), "watched");
    let mut freed = Vec::new();
    for row in tx.conn().query_all(&query).await? {
        freed.push((taken(occupied::Model::from_query_result(&row, "")?), row.try_get("", "watched")?));
    }
    occupied::Entity::delete_many().filter(owned).exec(tx.conn()).await?;
    Ok(freed)
}

/// Gives the cells back that an owner has of a resource, and tells which they were.
pub async fn release(tx: &Tx, owner: Uuid, resource: Uuid) -> Result<Vec<Taken>, DbErr> {
    let own = occupied::Column::OwnerId.eq(owner).and(occupied::Column::ResourceId.eq(resource));
    let rows = occupied::Entity::find().filter(own.clone()).all(tx.conn()).await?;
    occupied::Entity::delete_many().filter(own).exec(tx.conn()).await?;
    Ok(rows.into_iter().map(taken).collect())
}

/// Somebody wants to hear of places of a resource that come free.
pub async fn watch(tx: &Tx, resource: Uuid, watcher: Uuid) -> Result<(), DbErr> {
    let row = place_watch::ActiveModel { resource_id: Set(resource), watcher_id: Set(watcher) };
    place_watch::Entity::insert(row).exec_without_returning(tx.conn()).await.map(drop)
}

/// They do not any more.
pub async fn unwatch(tx: &Tx, watcher: Uuid) -> Result<(), DbErr> {
    let theirs = place_watch::Column::WatcherId.eq(watcher);
    place_watch::Entity::delete_many().filter(theirs).exec(tx.conn()).await.map(drop)
}

fn taken(row: occupied::Model) -> Taken {
    Taken { resource: row.resource_id, seat: row.seat, cell: row.cell }
}
