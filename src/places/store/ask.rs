//! What other features ask about occupied cells, as parts of their own queries.

use crate::places::model::needs::Need;
use crate::places::store::entities::occupied;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

/// The seats that are taken over some of the cells, one row each; what some owners (a query of ids) have is left out.
pub fn taken_seats(need: &Need, but: Option<SelectStatement>) -> SelectStatement {
    occupied::Entity::find()
        .apply_if(but, |query, owners| query.filter(occupied::Column::OwnerId.not_in_subquery(owners)))
        .select_only()
        .column(occupied::Column::Seat)
        .distinct()
        .filter(occupied::Column::ResourceId.eq(need.resource))
        // Naming the seats lets both stores walk the primary key seat by seat.
        .filter(occupied::Column::Seat.is_in(0..need.seats))
        .filter(occupied::Column::Cell.gte(need.cells.start))
        .filter(occupied::Column::Cell.lt(need.cells.end))
        .into_query()
}

/// Whose the taken cells are.
pub fn owners(need: &Need) -> SelectStatement {
    Query::select()
        .column(occupied::Column::OwnerId)
        .from(occupied::Entity)
        .and_where(occupied::Column::ResourceId.eq(need.resource))
        .and_where(occupied::Column::Cell.gte(need.cells.start))
        .and_where(occupied::Column::Cell.lt(need.cells.end))
        .to_owned()
}
