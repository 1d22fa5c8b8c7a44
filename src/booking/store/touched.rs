//! Bookings that corrections of the official calendar touch.

use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::entities::calendar_touched::{self, Column};
use crate::db::Tx;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationDef, Select, TryInsertResult,
};
use std::collections::HashSet;
use uuid::Uuid;

/// The sort key of the list.
pub type TouchedKey = (NaiveDate, Uuid);

/// States of bookings to which a correction still matters.
const WAITING: [BookingState; 3] = [BookingState::Held, BookingState::Requested, BookingState::Accepted];

/// Whether a correction still matters to a booking.
pub fn matters(row: &booking::Model, now: DateTime<Utc>) -> bool {
    WAITING.contains(&row.state) && row.starts_at > now
}

/// The next bookings by id that start in `from..to` and are still to come.
pub async fn candidates(
    conn: &impl ConnectionTrait,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::StartsAt.gte(from))
        .filter(booking::Column::StartsAt.lt(to))
        .filter(booking::Column::State.is_in(WAITING))
        .apply_if(after, |query, id| query.filter(booking::Column::Id.gt(id)))
        .order_by_asc(booking::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// The bookings that are listed for a version already.
pub async fn listed(conn: &impl ConnectionTrait, (year, number): (i32, i32)) -> Result<HashSet<Uuid>, DbErr> {
    let ids: Vec<Uuid> = calendar_touched::Entity::find()
        .select_only()
        .column(Column::BookingId)
        .filter(Column::Year.eq(year))
        .filter(Column::Number.eq(number))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Lists a booking; what earlier versions said about it is over with that. False if it is listed already.
pub async fn insert(tx: &Tx, row: calendar_touched::Model) -> Result<bool, DbErr> {
    let (conn, id, booking, found_at) = (tx.conn(), row.id, row.booking_id, row.found_at);
    let insert = calendar_touched::Entity::insert(row.into_active_model()).on_conflict_do_nothing_on([
        Column::BookingId,
        Column::Year,
        Column::Number,
    ]);
    if !matches!(insert.exec_without_returning(conn).await?, TryInsertResult::Inserted(1)) {
        return Ok(false);
    }
    calendar_touched::Entity::update_many()
        .col_expr(Column::SettledAt, Expr::value(found_at))
        .filter(Column::BookingId.eq(booking))
        .filter(Column::SettledAt.is_null())
        .filter(Column::Id.ne(id))
        .exec(conn)
        .await?;
    Ok(true)
}

/// What staff have not dealt with, of bookings that still stand.
fn open() -> Select<calendar_touched::Entity> {
    calendar_touched::Entity::find()
        .join(JoinType::InnerJoin, to_booking())
        .filter(Column::SettledAt.is_null())
        .filter(booking::Column::State.is_in(WAITING))
}

fn to_booking() -> RelationDef {
    calendar_touched::Entity::belongs_to(booking::Entity)
        .from(Column::BookingId)
        .to(booking::Column::Id)
        .into()
}

pub async fn count_open(conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
    open().count(conn).await
}

/// One page with the bookings: what is open, the soonest day first; or what was dealt with, the latest day first.
pub async fn list(
    conn: &impl ConnectionTrait,
    settled: bool,
    after: Option<TouchedKey>,
    limit: u64,
) -> Result<Vec<(calendar_touched::Model, booking::Model)>, DbErr> {
    let (query, behind) = match settled {
        false => {
            let query = open().order_by_asc(Column::Date).order_by_asc(Column::Id);
            let behind = |(date, id): TouchedKey| {
                let same = Condition::all().add(Column::Date.eq(date)).add(Column::Id.gt(id));
                Condition::any().add(Column::Date.gt(date)).add(same)
            };
            (query, after.map(behind))
        }
        true => {
            let query = calendar_touched::Entity::find()
                .join(JoinType::InnerJoin, to_booking())
                .filter(Column::SettledAt.is_not_null())
                .order_by_desc(Column::Date)
                .order_by_desc(Column::Id);
            let behind = |(date, id): TouchedKey| {
                let same = Condition::all().add(Column::Date.eq(date)).add(Column::Id.lt(id));
                Condition::any().add(Column::Date.lt(date)).add(same)
            };
            (query, after.map(behind))
        }
    };
    let query = query.select_also(booking::Entity).limit(limit);
    let query = match behind {
        Some(behind) => query.filter(behind),
        None => query,
    };
    let rows = query.all(conn).await?;
    Ok(rows.into_iter().filter_map(|(row, booking)| Some((row, booking?))).collect())
}

pub async fn by_id(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<calendar_touched::Model>, DbErr> {
    calendar_touched::Entity::find_by_id(id).one(conn).await
}

/// Notes that somebody has dealt with it. False if that was noted before.
pub async fn settle(tx: &Tx, id: Uuid, by: Uuid, at: DateTime<Utc>) -> Result<bool, DbErr> {
    let done = calendar_touched::Entity::update_many()
        .col_expr(Column::SettledAt, Expr::value(at))
        .col_expr(Column::SettledBy, Expr::value(by))
        .filter(Column::Id.eq(id))
        .filter(Column::SettledAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected > 0)
}
