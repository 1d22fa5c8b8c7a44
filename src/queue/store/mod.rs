//! Every query of tickets.

pub mod ask;
pub mod entities;
mod evident;

use crate::booking::Wait;
use crate::db::Tx;
use crate::queue::store::entities::queue_ticket::{self, Column, Entity, TicketState};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use std::ops::Range;
use uuid::Uuid;

/// The tickets of a day at a venue.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    pub venue: Uuid,
    pub date: NaiveDate,
}

impl Sheet {
    fn find(self) -> Select<Entity> {
        Entity::find().filter(Column::VenueId.eq(self.venue)).filter(Column::Date.eq(self.date))
    }

    fn waiting(self) -> Select<Entity> {
        let waiting = self.find().filter(Column::State.eq(TicketState::Waiting));
        waiting.order_by_asc(Column::DueAt).order_by_asc(Column::Number)
    }
}

/// The number drawn last; 0 before the first.
pub async fn last_number(conn: &impl ConnectionTrait, sheet: Sheet) -> Result<i32, DbErr> {
    let last = sheet.find().select_only().column(Column::Number).order_by_desc(Column::Number);
    Ok(last.into_tuple::<i32>().one(conn).await?.unwrap_or(0))
}

/// Fails with a unique violation where the number was drawn meanwhile, or the booking has a ticket.
pub async fn insert(tx: &Tx, row: queue_ticket::Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

pub async fn of_booking(
    conn: &impl ConnectionTrait,
    booking: Uuid,
) -> Result<Option<queue_ticket::Model>, DbErr> {
    Entity::find().filter(Column::BookingId.eq(booking)).one(conn).await
}

/// Whose turn it is, locked; what somebody else is just calling is passed over.
pub async fn lock_next(tx: &Tx, sheet: Sheet) -> Result<Option<queue_ticket::Model>, DbErr> {
    sheet.waiting().lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).one(tx.conn()).await
}

/// A ticket, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<queue_ticket::Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await
}

pub async fn by_id(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<queue_ticket::Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

pub async fn update(tx: &Tx, row: queue_ticket::Model) -> Result<(), DbErr> {
    Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await.map(|_| ())
}

/// At most `most` of those who wait, the next first.
pub async fn next(
    conn: &impl ConnectionTrait,
    sheet: Sheet,
    most: u64,
) -> Result<Vec<queue_ticket::Model>, DbErr> {
    sheet.waiting().limit(most).all(conn).await
}

pub async fn count_waiting(conn: &impl ConnectionTrait, sheet: Sheet) -> Result<u64, DbErr> {
    sheet.waiting().count(conn).await
}

/// How many who wait are called before this one.
pub async fn count_ahead(conn: &impl ConnectionTrait, row: &queue_ticket::Model) -> Result<u64, DbErr> {
    let at_once = Condition::all().add(Column::DueAt.eq(row.due_at)).add(Column::Number.lt(row.number));
    let before = Condition::any().add(Column::DueAt.lt(row.due_at)).add(at_once);
    Sheet { venue: row.venue_id, date: row.date }.waiting().filter(before).count(conn).await
}

/// At most `most` of those who are called, the latest first.
pub async fn called(
    conn: &impl ConnectionTrait,
    sheet: Sheet,
    most: u64,
) -> Result<Vec<queue_ticket::Model>, DbErr> {
    let called = sheet.find().filter(Column::State.eq(TicketState::Called));
    called.order_by_desc(Column::CalledAt).limit(most).all(conn).await
}

/// How long who drew a ticket waited until it was called, of those that were called for the first time in a stretch of
/// time. Of older tickets that is known where they were called once.
pub async fn first_called(
    conn: &impl ConnectionTrait,
    within: Range<DateTime<Utc>>,
) -> Result<Vec<Wait>, DbErr> {
    let known = Condition::any().add(Column::FirstCalledAt.is_not_null()).add(Column::TimesCalled.eq(1));
    type Row = (Uuid, DateTime<Utc>, Option<DateTime<Utc>>, DateTime<Utc>);
    let rows: Vec<Row> = Entity::find()
        .select_only()
        .columns([Column::BookingId, Column::DrawnAt, Column::FirstCalledAt, Column::CalledAt])
        .filter(known)
        // Whoever was called first within it was called last then or later.
        .filter(Column::CalledAt.gte(within.start))
        .into_tuple()
        .all(conn)
        .await?;
    let wait =
        |(booking, began_at, first, last): Row| Wait { booking, began_at, ended_at: first.unwrap_or(last) };
    Ok(rows.into_iter().map(wait).filter(|wait| within.contains(&wait.ended_at)).collect())
}

/// At most `most` tickets of the day: those that wait or are called first, in the order of calling.
pub async fn of_day(
    conn: &impl ConnectionTrait,
    sheet: Sheet,
    most: u64,
) -> Result<Vec<queue_ticket::Model>, DbErr> {
    let open = sheet.find().filter(Column::State.ne(TicketState::Done));
    open.order_by_asc(Column::DueAt).order_by_asc(Column::Number).limit(most).all(conn).await
}
