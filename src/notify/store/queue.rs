//! What is queued, and what became of it. Each mail has a job ([`SendMail`]) that hands it over.
//!
//! Mails of a thread reach one receiver in their order: the job of one waits while that of an earlier one does. A
//! later mail withdraws the earlier ones that it makes pointless, and their jobs with them. One that is being
//! handed over at that moment is only marked: if it did not arrive, it is not tried again.

use crate::base::ids;
use crate::db::Tx;
use crate::db::jobs::{self, Claim};
use crate::notify::Mail;
use crate::notify::Method;
use crate::notify::jobs::SendMail;
use crate::notify::model::{Payload, clean_line, without_calendar, without_words};
use crate::notify::store::entities::outbox::{self, Column, Entity, OutboxState};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// Queues a mail in the caller's transaction, and withdraws what it makes pointless. It is due at once.
pub async fn enqueue(tx: &Tx, at: DateTime<Utc>, mail: Mail) -> Result<(), DbErr> {
    let id = ids::new_id(at);
    let thread_seq = match mail.thread {
        Some(thread) if !thread.is_first => last_of(tx, thread.id).await? + 1,
        Some(_) => 1,
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
    let job = SendMail::new(id, mail.thread.map(|thread| thread.id), &clean_line(&mail.to));
    tx.put(Entity::insert(row).into_query());
    jobs::enqueue(tx, at, &job).await?;
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
    let replaced = Entity::update_many()
        .col_expr(Column::ReplacedBy, Expr::value(by))
        .filter(Column::ThreadId.eq(thread))
        .filter(Column::ThreadSeq.lt(seq))
        .filter(Column::State.is_in([OutboxState::Pending, OutboxState::Failed]))
        .exec(tx.conn())
        .await?;
    if replaced.rows_affected == 0 {
        return Ok(());
    }
    let withdrawn = withdraw_replaced(tx, Column::ReplacedBy.eq(by)).await?;
    jobs::drop_all(tx, withdrawn).await
}

/// Withdraws, of those rows, the ones that a later mail replaced and nobody is handing over; tells which are withdrawn.
async fn withdraw_replaced(tx: &Tx, which: Expr) -> Result<Vec<Uuid>, DbErr> {
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
/// Tells which were withdrawn.
async fn forget_words(tx: &Tx, which: Expr) -> Result<Vec<Uuid>, DbErr> {
    let over = [OutboxState::Sent, OutboxState::Withdrawn];
    let rows = Entity::find().filter(which).filter(Column::State.is_in(over)).all(tx.conn()).await?;
    let mut withdrawn = Vec::new();
    for mut row in rows {
        if row.state == OutboxState::Withdrawn {
            withdrawn.push(row.id);
        }
        if without_words(&mut row.payload) {
            Entity::update_many()
                .col_expr(Column::Payload, Expr::value(row.payload))
                .filter(Column::Id.eq(row.id))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok(withdrawn)
}

/// What there is to hand over.
pub enum Begun {
    Mine(Box<outbox::Model>),
    /// It was sent, withdrawn or given up.
    Over,
    /// Somebody else is at it, or died over it and has the lease until then.
    Another {
        until: DateTime<Utc>,
    },
}

/// Takes a mail for the caller alone until `lease`, or withdraws one that became pointless. The try counts from
/// here, so that a mail that brings the program down is not tried for ever.
pub async fn begin(tx: &Tx, id: Uuid, now: DateTime<Utc>, lease: DateTime<Utc>) -> Result<Begun, DbErr> {
    let row = Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?;
    let Some(mut row) = row.filter(|row| row.state == OutboxState::Pending) else { return Ok(Begun::Over) };
    if let Some(until) = row.leased_until.filter(|until| *until > now) {
        return Ok(Begun::Another { until });
    }
    // Whoever had a lease and did not say what came of it died over the mail, and may have sent it.
    row.may_have_arrived |= row.leased_until.is_some();
    let update = Entity::update_many()
        .filter(Column::Id.eq(id))
        .col_expr(Column::MayHaveArrived, Expr::value(row.may_have_arrived));
    if row.replaced_by.is_some() || row.useful_until.is_some_and(|until| until <= now) {
        update
            .col_expr(Column::State, Expr::value(OutboxState::Withdrawn))
            .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
            .exec(tx.conn())
            .await?;
        forget_words(tx, Column::Id.eq(id)).await?;
        return Ok(Begun::Over);
    }
    row.attempts += 1;
    row.next_at = lease;
    row.leased_until = Some(lease);
    update
        .col_expr(Column::Attempts, Expr::value(row.attempts))
        .col_expr(Column::NextAt, Expr::value(row.next_at))
        .col_expr(Column::LeasedUntil, Expr::value(row.leased_until))
        .exec(tx.conn())
        .await?;
    // Nothing to take back: some calendars would show a cancelled appointment that was never there.
    if method_of(&row) == Some(Method::Cancel) && !was_invited(tx, &row).await? {
        without_calendar(&mut row.payload);
    }
    Ok(Begun::Mine(Box::new(row)))
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

/// Writes what became of a mail, and of its job. Whoever lost the lease changes nothing, except that what was
/// sent was sent. One that was replaced meanwhile is not tried again.
pub async fn settle(
    tx: &Tx,
    claimed: &outbox::Model,
    ended: Ended,
    claim: &Claim,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let error = ended.error.clone().unwrap_or_default();
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
    let withdrawn = withdraw_replaced(tx, Column::Id.eq(claimed.id)).await?;
    match ended.change {
        Change::Again { at } if withdrawn.is_empty() => claim.again(tx, at, Some(&error)).await,
        // Its row keeps its place in the thread, should staff send it again.
        Change::Failed if withdrawn.is_empty() => claim.give_up(tx, &error).await,
        Change::Sent { .. } | Change::Again { .. } | Change::Failed => {
            claim.done_if_mine(tx, now).await.map(drop)
        }
    }
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
    let requeued = result.rows_affected == 1;
    if requeued && !jobs::retry(tx, id, &[], now).await? {
        let row = Entity::find_by_id(id).one(tx.conn()).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("a message".into()))?;
        jobs::enqueue(tx, now, &SendMail::new(id, row.thread_id, &row.to_address)).await?;
    }
    Ok(requeued)
}
