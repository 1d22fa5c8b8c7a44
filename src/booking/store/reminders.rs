//! Every query of reminders.

use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::entities::reminder::{self, Column, ReminderKind};
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

/// Accepted bookings that start in `from..=to` and of which nobody was reminded yet, the soonest first.
pub async fn due(
    conn: &impl ConnectionTrait,
    kind: ReminderKind,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    let noted = Query::select()
        .expr(Expr::value(1))
        .from(reminder::Entity)
        .and_where(
            Expr::col((reminder::Entity, Column::BookingId)).equals((booking::Entity, booking::Column::Id)),
        )
        .and_where(
            Expr::col((reminder::Entity, Column::StartsAt))
                .equals((booking::Entity, booking::Column::StartsAt)),
        )
        .and_where(Column::Kind.eq(kind))
        .to_owned();
    booking::Entity::find()
        .filter(booking::Column::StartsAt.gt(from))
        .filter(booking::Column::StartsAt.lte(to))
        .filter(booking::Column::State.eq(BookingState::Accepted))
        .filter(Expr::exists(noted).not())
        .order_by_asc(booking::Column::StartsAt)
        .order_by_asc(booking::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// Notes that it was sent, or is not to be. False if that was noted before.
pub async fn note(tx: &Tx, row: reminder::Model) -> Result<bool, DbErr> {
    let once =
        OnConflict::columns([Column::BookingId, Column::Kind, Column::StartsAt]).do_nothing().to_owned();
    let insert = reminder::Entity::insert(row.into_active_model()).on_conflict(once);
    Ok(insert.exec_without_returning(tx.conn()).await? > 0)
}
