//! What other features ask about occupied cells, as parts of their own queries.

use crate::places::model::boards::Taken;
use crate::places::model::needs::{Need, Pool};
use crate::places::store::entities::occupied;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

/// The seats that are taken over some of the cells, one row each; what some owners (a query of ids) have is left out.
pub fn taken_seats(need: &Need, but: Option<SelectStatement>) -> SelectStatement {
    let query = occupied::Entity::find()
        .apply_if(but, |query, owners| query.filter(occupied::Column::OwnerId.not_in_subquery(owners)))
        .select_only()
        .distinct();
    let query = match &need.pool {
        Pool::Seats(resource) => query
            .column(occupied::Column::Seat)
            .filter(occupied::Column::ResourceId.eq(*resource))
            .filter(occupied::Column::Seat.is_in(0..need.seats)),
        Pool::AnyOf(resources) => query
            .column_as(number_among(occupied::Column::ResourceId.into_expr(), resources), "seat")
            .filter(occupied::Column::ResourceId.is_in(resources.iter().copied())),
    };
    query
        .filter(occupied::Column::Cell.gte(need.cells.start))
        .filter(occupied::Column::Cell.lt(need.cells.end))
        .into_query()
}

/// Which of some resources `column` names, of which there is one at least.
pub fn number_among(column: Expr, resources: &[Uuid]) -> Expr {
    let numbered = |case: CaseStatement, (number, resource): (i32, &Uuid)| {
        case.case(column.clone().eq(*resource), Expr::value(number))
    };
    (0..).zip(resources).fold(CaseStatement::new(), numbered).finally(Expr::value(-1)).into()
}

/// The seats that some owners (a query of ids) have: owner, resource and seat, each once.
pub async fn seats_of(
    conn: &impl ConnectionTrait,
    owners: SelectStatement,
) -> Result<Vec<(Uuid, Uuid, i32)>, DbErr> {
    occupied::Entity::find()
        .select_only()
        .column(occupied::Column::OwnerId)
        .column(occupied::Column::ResourceId)
        .column(occupied::Column::Seat)
        .distinct()
        .filter(occupied::Column::OwnerId.in_subquery(owners))
        .into_tuple()
        .all(conn)
        .await
}

/// The cells that some owners (a query of ids) have.
pub async fn taken_by(conn: &impl ConnectionTrait, owners: SelectStatement) -> Result<Vec<Taken>, DbErr> {
    let rows =
        occupied::Entity::find().filter(occupied::Column::OwnerId.in_subquery(owners)).all(conn).await?;
    Ok(rows.into_iter().map(super::taken).collect())
}

/// The cells of a resource that are taken from one on, each with its seat.
pub async fn taken_since(
    conn: &impl ConnectionTrait,
    resource: Uuid,
    first: i64,
) -> Result<Vec<(i64, i32)>, DbErr> {
    occupied::Entity::find()
        .select_only()
        .column(occupied::Column::Cell)
        .column(occupied::Column::Seat)
        .filter(occupied::Column::ResourceId.eq(resource))
        .filter(occupied::Column::Cell.gte(first))
        .into_tuple()
        .all(conn)
        .await
}

/// Whose the taken cells are.
pub fn owners(need: &Need) -> SelectStatement {
    Query::select()
        .column(occupied::Column::OwnerId)
        .from(occupied::Entity)
        .and_where(occupied::Column::ResourceId.is_in(need.pool.resources().iter().copied()))
        .and_where(occupied::Column::Cell.gte(need.cells.start))
        .and_where(occupied::Column::Cell.lt(need.cells.end))
        .to_owned()
}
