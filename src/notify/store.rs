//! Every query of the outbox.

use super::Mail;
use super::model::{Payload, clean_line};
use crate::db::Tx;
use crate::entity::booking;
use crate::entity::outbox::{self, Column, OutboxState};
use crate::ids;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Queues a mail in the caller's transaction. It is due at once.
pub async fn enqueue(tx: &Tx, at: DateTime<Utc>, mail: Mail) -> Result<(), DbErr> {
    let row = outbox::ActiveModel {
        id: Set(ids::new_id(at)),
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
    };
    outbox::Entity::insert(row).exec_without_returning(tx.conn()).await.map(|_| ())
}

fn due(now: DateTime<Utc>) -> sea_orm::Select<outbox::Entity> {
    outbox::Entity::find()
        .filter(Column::State.eq(OutboxState::Pending))
        .filter(Column::NextAt.lte(now))
        .order_by_asc(Column::NextAt)
}

pub(super) async fn is_any_due(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let id: Option<Uuid> = due(now).select_only().column(Column::Id).limit(1).into_tuple().one(conn).await?;
    Ok(id.is_some())
}

/// Takes due mails for the caller alone until `lease`; the try counts from here, so that a mail that
/// brings the program down is not tried for ever.
pub(super) async fn claim(
    tx: &Tx,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<outbox::Model>, DbErr> {
    // Another node that claims at this moment takes other rows (PostgreSQL; SQLite has one writer).
    let mut rows = due(now)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.conn())
        .await?;
    outbox::Entity::update_many()
        .col_expr(Column::NextAt, Expr::value(lease))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
        .exec(tx.conn())
        .await?;
    for row in &mut rows {
        row.attempts += 1;
        row.next_at = lease;
    }
    Ok(rows)
}

/// What becomes of a mail after a try.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Sent { at: DateTime<Utc> },
    Again { at: DateTime<Utc> },
    Failed,
}

/// Writes what became of a claimed mail. Whoever lost the lease changes nothing, except that what was
/// sent was sent.
pub(super) async fn settle(
    tx: &Tx,
    claimed: &outbox::Model,
    change: Change,
    error: Option<String>,
) -> Result<(), DbErr> {
    let update = outbox::Entity::update_many().filter(Column::Id.eq(claimed.id));
    let mine = Column::State.eq(OutboxState::Pending).and(Column::Attempts.eq(claimed.attempts));
    let update = match change {
        Change::Sent { at } => update
            .col_expr(Column::State, Expr::value(OutboxState::Sent))
            .col_expr(Column::SentAt, Expr::value(at)),
        Change::Again { at } => update.col_expr(Column::NextAt, Expr::value(at)).filter(mine),
        Change::Failed => update.col_expr(Column::State, Expr::value(OutboxState::Failed)).filter(mine),
    };
    update.col_expr(Column::LastError, Expr::value(error)).exec(tx.conn()).await.map(|_| ())
}

pub(super) async fn list(
    conn: &impl ConnectionTrait,
    state: Option<OutboxState>,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<outbox::Model>, DbErr> {
    let mut query = outbox::Entity::find().order_by_desc(Column::Id).limit(limit);
    if let Some(state) = state {
        query = query.filter(Column::State.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before));
    }
    query.all(conn).await
}

pub(super) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<outbox::Model>, DbErr> {
    outbox::Entity::find_by_id(id).one(conn).await
}

/// Queues a failed message anew; says whether there was one.
pub(super) async fn requeue(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let result = outbox::Entity::update_many()
        .col_expr(Column::State, Expr::value(OutboxState::Pending))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::NextAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(OutboxState::Failed))
        .exec(tx.conn())
        .await?;
    Ok(result.rows_affected == 1)
}

/// Drops what waits to be sent.
pub(super) async fn discard_pending(tx: &Tx) -> Result<(), DbErr> {
    outbox::Entity::delete_many()
        .filter(Column::State.eq(OutboxState::Pending))
        .exec(tx.conn())
        .await
        .map(drop)
}

/// The references of those cases that are bookings.
pub(super) async fn references(
    conn: &impl ConnectionTrait,
    cases: Vec<Uuid>,
) -> Result<HashMap<Uuid, String>, DbErr> {
    if cases.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = booking::Entity::find()
        .select_only()
        .columns([booking::Column::Id, booking::Column::Reference])
        .filter(booking::Column::Id.is_in(cases))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
