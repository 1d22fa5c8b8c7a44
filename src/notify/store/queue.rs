//! What is queued, whose turn it is, and what became of it.
//!
//! Mails of a thread reach one receiver in their order: one waits while an earlier one may still go out. A
//! later mail withdraws the earlier ones that it makes pointless. One that is being handed over at that
//! moment is only marked: if it did not arrive, it is not tried again.

use crate::base::ids;
use crate::db::Tx;
use crate::notify::Mail;
use crate::notify::Method;
use crate::notify::model::{Payload, clean_line, without_calendar, without_words};
use crate::notify::store::entities::outbox::{self, Column, Entity, OutboxState};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, UpdateMany,
};
use uuid::Uuid;

/// Queues a mail in the caller's transaction, and withdraws what it makes pointless. It is due at once.
pub async fn enqueue(tx: &Tx, at: DateTime<Utc>, mail: Mail) -> Result<(), DbErr> {
    let id = ids::new_id(at);
    let thread_seq = match mail.thread {
        Some(thread) => last_of(tx, thread.id).await? + 1,
        None => 0,
    };
    let row = outbox::ActiveModel {
        id: Set(id),
        case_id: Set(mail.case_id),
        template: Set(mail.template.to_owned()),
        to_address: Set(clean_line(&mail.to)),
        payload: Set(Payload::of(&mail).to_json()?),
        state: Set(OutboxState::Pending),
        attempts: Set(0),
        next_at: Set(at),
        last_error: Set(None),
        created_at: Set(at),
        sent_at: Set(None),
        thread_id: Set(mail.thread.map(|thread| thread.id)),
        thread_seq: Set(thread_seq),
        replaced_by: Set(None),
        useful_until: Set(mail.useful_until),
        leased_until: Set(None),
        may_have_arrived: Set(false),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    if let Some(thread) = mail.thread.filter(|thread| thread.replaces_earlier) {
        withdraw_earlier(tx, thread.id, thread_seq, id).await?;
    }
    Ok(())
}

/// Not by ids: those of two processes go by two clocks. Whoever writes has locked what the thread is about.
async fn last_of(tx: &Tx, thread: Uuid) -> Result<i32, DbErr> {
    let last: Option<Option<i32>> = Entity::find()
        .select_only()
        .column_as(Column::ThreadSeq.max(), "last")
        .filter(Column::ThreadId.eq(thread))
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(last.flatten().unwrap_or(0))
}

/// To whatever address they go: what they tell is no longer so.
async fn withdraw_earlier(tx: &Tx, thread: Uuid, seq: i32, by: Uuid) -> Result<(), DbErr> {
    // This locks them all, so that nobody takes one between the two steps.
    Entity::update_many()
        .col_expr(Column::ReplacedBy, Expr::value(by))
        .filter(Column::ThreadId.eq(thread))
        .filter(Column::ThreadSeq.lt(seq))
        .filter(Column::State.is_in([OutboxState::Pending, OutboxState::Failed]))
        .exec(tx.conn())
        .await?;
    withdraw_replaced(tx, Column::ReplacedBy.eq(by)).await
}

/// Of those rows, the ones that a later mail replaced and nobody is handing over.
async fn withdraw_replaced(tx: &Tx, which: Expr) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(OutboxState::Withdrawn))
        .filter(which.clone())
        .filter(Column::ReplacedBy.is_not_null())
        .filter(Column::State.is_in([OutboxState::Pending, OutboxState::Failed]))
        .filter(Column::LeasedUntil.is_null())
        .exec(tx.conn())
        .await?;
    forget_words(tx, which).await
}

/// What a mail said is not kept once nobody will send it any more: a link that is a key is stored as its hash only.
/// One that failed can be sent again by staff, and keeps its words until then.
async fn forget_words(tx: &Tx, which: Expr) -> Result<(), DbErr> {
    let over = [OutboxState::Sent, OutboxState::Withdrawn];
    let rows = Entity::find().filter(which).filter(Column::State.is_in(over)).all(tx.conn()).await?;
    for mut row in rows {
        if without_words(&mut row.payload) {
            Entity::update_many()
                .col_expr(Column::Payload, Expr::value(row.payload))
                .filter(Column::Id.eq(row.id))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok(())
}

fn due(now: DateTime<Utc>) -> Condition {
    Condition::all().add(Column::State.eq(OutboxState::Pending)).add(Column::NextAt.lte(now))
}

fn pointless(now: DateTime<Utc>) -> Condition {
    Condition::any().add(Column::ReplacedBy.is_not_null()).add(Column::UsefulUntil.lte(now))
}

/// No earlier mail of the thread to the same receiver is still on its way.
fn is_next() -> Expr {
    let earlier = |column: Column| Expr::col(("earlier", column));
    let own = |column: Column| (Entity, column);
    let waiting = Query::select()
        .expr(Expr::value(1))
        .from_as(Entity, "earlier")
        .and_where(earlier(Column::ThreadId).equals(own(Column::ThreadId)))
        .and_where(earlier(Column::ToAddress).equals(own(Column::ToAddress)))
        .and_where(earlier(Column::ThreadSeq).lt(Expr::col(own(Column::ThreadSeq))))
        .and_where(earlier(Column::State).eq(OutboxState::Pending))
        .to_owned();
    Expr::exists(waiting).not()
}

pub async fn is_any_due(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let turn = Condition::any().add(pointless(now)).add(is_next());
    let id: Option<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(due(now))
        .filter(turn)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(id.is_some())
}

/// Whoever had a lease and did not say what came of it died over the mail, and may have sent it.
fn note_lost_lease(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    let lost = Expr::col(Column::MayHaveArrived).or(Expr::col(Column::LeasedUntil).is_not_null());
    update.col_expr(Column::MayHaveArrived, lost)
}

/// Takes due mails for the caller alone until `lease`, and withdraws those that became pointless. The
/// try counts from here, so that a mail that brings the program down is not tried for ever.
pub async fn claim(
    tx: &Tx,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<outbox::Model>, DbErr> {
    let dead: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(due(now))
        .filter(pointless(now))
        .into_tuple()
        .all(tx.conn())
        .await?;
    note_lost_lease(Entity::update_many())
        .col_expr(Column::State, Expr::value(OutboxState::Withdrawn))
        .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(due(now))
        .filter(Column::Id.is_in(dead.iter().copied()))
        .exec(tx.conn())
        .await?;
    forget_words(tx, Column::Id.is_in(dead)).await?;
    // Another node that claims at this moment takes other rows (PostgreSQL; SQLite has one writer).
    let mut rows = Entity::find()
        .filter(due(now))
        .filter(is_next())
        .order_by_asc(Column::NextAt)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.conn())
        .await?;
    note_lost_lease(Entity::update_many())
        .col_expr(Column::NextAt, Expr::value(lease))
        .col_expr(Column::LeasedUntil, Expr::value(lease))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
        .exec(tx.conn())
        .await?;
    for row in &mut rows {
        row.attempts += 1;
        row.next_at = lease;
        // Nothing to take back: some calendars would show a cancelled appointment that was never there.
        if method_of(row) == Some(Method::Cancel) && !was_invited(tx, row).await? {
            without_calendar(&mut row.payload);
        }
    }
    Ok(rows)
}

fn method_of(row: &outbox::Model) -> Option<Method> {
    Payload::read(&row.payload).and_then(|payload| payload.calendar).map(|calendar| calendar.method)
}

/// Whether an earlier mail of the thread may have brought the receiver the appointment.
async fn was_invited(tx: &Tx, row: &outbox::Model) -> Result<bool, DbErr> {
    let Some(thread) = row.thread_id else { return Ok(true) };
    let arrived =
        Condition::any().add(Column::State.eq(OutboxState::Sent)).add(Column::MayHaveArrived.eq(true));
    let earlier = Entity::find()
        .filter(Column::ThreadId.eq(thread))
        .filter(Column::ToAddress.eq(row.to_address.as_str()))
        .filter(Column::ThreadSeq.lt(row.thread_seq))
        .filter(arrived)
        .all(tx.conn())
        .await?;
    Ok(earlier.iter().any(|earlier| method_of(earlier) == Some(Method::Request)))
}

/// What becomes of a mail after a try.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    Sent { at: DateTime<Utc> },
    Again { at: DateTime<Utc> },
    Failed,
}

/// How a try ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub change: Change,
    pub error: Option<String>,
    /// No answer came after the mail was handed over.
    pub may_have_arrived: bool,
}

/// Writes what became of a claimed mail. Whoever lost the lease changes nothing, except that what was
/// sent was sent. One that was replaced meanwhile is not tried again.
pub async fn settle(tx: &Tx, claimed: &outbox::Model, ended: Ended) -> Result<(), DbErr> {
    let mine = Column::State.eq(OutboxState::Pending).and(Column::Attempts.eq(claimed.attempts));
    let update = Entity::update_many().filter(Column::Id.eq(claimed.id));
    let update = match ended.change {
        Change::Sent { at } => update
            .col_expr(Column::State, Expr::value(OutboxState::Sent))
            .col_expr(Column::SentAt, Expr::value(at)),
        Change::Again { at } => update.col_expr(Column::NextAt, Expr::value(at)).filter(mine),
        Change::Failed => update.col_expr(Column::State, Expr::value(OutboxState::Failed)).filter(mine),
    };
    let arrived = Expr::col(Column::MayHaveArrived).or(Expr::value(ended.may_have_arrived));
    update
        .col_expr(Column::LastError, Expr::value(ended.error))
        .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::MayHaveArrived, arrived)
        .exec(tx.conn())
        .await?;
    withdraw_replaced(tx, Column::Id.eq(claimed.id)).await
}

/// Queues a failed message anew; says whether there was one that is still of use.
pub async fn requeue(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let result = Entity::update_many()
        .col_expr(Column::State, Expr::value(OutboxState::Pending))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::NextAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(OutboxState::Failed))
        .filter(Column::ReplacedBy.is_null())
        .filter(Condition::any().add(Column::UsefulUntil.is_null()).add(Column::UsefulUntil.gt(now)))
        .exec(tx.conn())
        .await?;
    Ok(result.rows_affected == 1)
}
