//! Every query of the table `job`.

use crate::db::entities::job::{self, Column, Entity, JobState, Model};
use crate::db::jobs::Claim;
use crate::db::jobs::kinds::{Kind, Kinds};
use crate::db::{Db, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, UpdateMany,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use uuid::Uuid;

/// How much of an error is kept, in characters.
const LONGEST_ERROR: usize = 500;

fn due(now: DateTime<Utc>) -> Condition {
    Condition::all().add(Column::State.eq(JobState::Waiting)).add(Column::DueAt.lte(now)).add(is_next())
}

/// No earlier job of its kind and key waits.
fn is_next() -> Condition {
    let earlier = |column: Column| Expr::col(("earlier", column));
    let own = |column: Column| (Entity, column);
    let waiting = Query::select()
        .expr(Expr::value(1))
        .from_as(Entity, "earlier")
        .and_where(earlier(Column::Key).equals(own(Column::Key)))
        .and_where(earlier(Column::Kind).equals(own(Column::Kind)))
        .and_where(earlier(Column::Number).lt(Expr::col(own(Column::Number))))
        .and_where(earlier(Column::State).eq(JobState::Waiting))
        .to_owned();
    Condition::any().add(Column::Key.is_null()).add(Expr::exists(waiting).not())
}

/// Of these kinds, those of which something is due. Looks for one job of each, however many there are.
pub(super) async fn due_kinds(
    conn: &impl ConnectionTrait,
    kinds: &[&'static str],
    now: DateTime<Utc>,
) -> Result<Vec<&'static str>, DbErr> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::select();
    for kind in kinds {
        let one =
            Entity::find().select_only().expr(Expr::value(1)).filter(Column::Kind.eq(*kind)).filter(due(now));
        query.expr(Expr::exists(one.into_query()));
    }
    let Some(row) = conn.query_one(&query).await? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (index, kind) in kinds.iter().enumerate() {
        if row.try_get_by_index(index)? {
            found.push(*kind);
        }
    }
    Ok(found)
}

/// Takes due jobs of a kind for the caller alone until the lease ends. The attempt counts from here, so that a job
/// that brings the program down is not tried for ever.
pub(super) async fn claim(
    tx: &Tx,
    (name, kind): (&'static str, &Kind),
    node: Uuid,
    now: DateTime<Utc>,
    limit: u64,
    except: Vec<Uuid>,
) -> Result<Vec<(Claim, serde_json::Value)>, DbErr> {
    // Another node that claims at this moment takes other rows (PostgreSQL; SQLite has one writer).
    let rows = Entity::find()
        .filter(Column::Kind.eq(name))
        .filter(due(now))
        .filter(Column::Id.is_not_in(except))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Number)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.conn())
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(now + kind.lease))
        .col_expr(Column::ClaimedBy, Expr::value(node))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Number.is_in(rows.iter().map(|row| row.number)))
        .exec(tx.conn())
        .await?;
    let claimed = |row: Model| {
        let settled = Arc::new(AtomicBool::new(false));
        let attempt = row.attempts.saturating_add(1);
        (Claim { id: row.id, kind: name, attempt, every: kind.every, settled }, row.payload)
    };
    Ok(rows.into_iter().map(claimed).collect())
}

fn mine(claim: &Claim) -> Condition {
    Condition::all()
        .add(Column::Id.eq(claim.id))
        .add(Column::Attempts.eq(claim.attempt))
        .add(Column::State.eq(JobState::Waiting))
}

fn freed(claim: &Claim) -> UpdateMany<Entity> {
    Entity::update_many().col_expr(Column::ClaimedBy, Expr::value(None::<Uuid>)).filter(mine(claim))
}

/// Ends a job that was done, or lets it come again; says whether the lease still stood.
pub(super) async fn finish(tx: &Tx, claim: &Claim, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let ended = match claim.every {
        None => Entity::delete_many().filter(mine(claim)).exec(tx.conn()).await?.rows_affected,
        Some(every) => {
            freed(claim)
                .col_expr(Column::DueAt, Expr::value(now + every))
                .col_expr(Column::Attempts, Expr::value(0))
                .col_expr(Column::LastError, Expr::value(None::<String>))
                .exec(tx.conn())
                .await?
                .rows_affected
        }
    };
    if ended == 1 && claim.every.is_none() {
        tx.wake_workers(); // the next of its key
    }
    Ok(ended == 1)
}

pub(super) async fn put_off(
    tx: &Tx,
    claim: &Claim,
    at: DateTime<Utc>,
    error: Option<&str>,
    counts: bool,
) -> Result<(), DbErr> {
    let mut update = freed(claim).col_expr(Column::DueAt, Expr::value(at));
    if let Some(error) = error {
        update = update.col_expr(Column::LastError, Expr::value(short(error)));
    }
    if !counts {
        update = update.col_expr(Column::Attempts, Expr::value(claim.attempt - 1));
    }
    update.exec(tx.conn()).await.map(drop)
}

pub(super) async fn give_up(tx: &Tx, claim: &Claim, error: &str) -> Result<(), DbErr> {
    freed(claim)
        .col_expr(Column::State, Expr::value(JobState::Failed))
        .col_expr(Column::LastError, Expr::value(short(error)))
        .exec(tx.conn())
        .await?;
    tx.wake_workers(); // the next of its key
    Ok(())
}

fn short(error: &str) -> String {
    error.chars().take(LONGEST_ERROR).collect()
}

/// The one id that the row of a kind that comes again has on every node.
fn id_of(kind: &str) -> Uuid {
    let digest = Sha256::digest(format!("job {kind}"));
    uuid::Builder::from_custom_bytes(std::array::from_fn(|at| digest[at])).into_uuid()
}

/// Sees to it that each kind that comes again has its row, due within its time whatever clock it was set by.
pub(super) async fn ensure_periodic(db: &Db, kinds: &Kinds, now: DateTime<Utc>) -> Result<(), DbErr> {
    let periodic: Vec<(&'static str, TimeDelta, TimeDelta)> =
        kinds.iter().filter_map(|(name, kind)| Some((name, kind.every?, kind.lease))).collect();
    db.write(move |tx| {
        Box::pin(async move {
            for (name, every, lease) in periodic {
                let once = OnConflict::column(Column::Id).do_nothing().to_owned();
                let row = job::waiting(id_of(name), name, None, json!({}), now, now);
                Entity::insert(row).on_conflict(once).exec_without_returning(tx.conn()).await?;
                Entity::update_many()
                    .col_expr(Column::DueAt, Expr::value(now))
                    .filter(Column::Id.eq(id_of(name)))
                    .filter(Column::DueAt.gt(now + every.max(lease)))
                    .exec(tx.conn())
                    .await?;
            }
            Ok(())
        })
    })
    .await
}

/// How the jobs stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Due, and nobody has begun them.
    pub due: u64,
    pub failed: u64,
    /// Due, of kinds that this version does not know: put aside for one that does.
    pub unknown: u64,
}

/// Counts them, for a process that knows these kinds.
pub async fn figures(
    conn: &impl ConnectionTrait,
    kinds: &[&'static str],
    now: DateTime<Utc>,
) -> Result<Figures, DbErr> {
    let due = Entity::find().filter(Column::State.eq(JobState::Waiting)).filter(Column::DueAt.lte(now));
    let is_known = Column::Kind.is_in(kinds.iter().copied());
    Ok(Figures {
        due: due.clone().filter(is_known.clone()).count(conn).await?,
        unknown: due.filter(is_known.not()).count(conn).await?,
        failed: Entity::find().filter(Column::State.eq(JobState::Failed)).count(conn).await?,
    })
}

/// What was given up, the newest first, from before the one with the id `before`; without kinds that have a page
/// of their own.
pub async fn failed(
    conn: &impl ConnectionTrait,
    except: &[&str],
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let mut query =
        Entity::find().filter(Column::State.eq(JobState::Failed)).order_by_desc(Column::Id).limit(limit);
    query = query.filter(Column::Kind.is_not_in(except.iter().copied()));
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before));
    }
    query.all(conn).await
}

/// Lets what was given up be tried anew, with all its attempts and in its old place; says whether there was any that
/// is not of these kinds.
pub async fn retry(tx: &Tx, id: Uuid, except: &[&str], now: DateTime<Utc>) -> Result<bool, DbErr> {
    let result = Entity::update_many()
        .col_expr(Column::State, Expr::value(JobState::Waiting))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::DueAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(JobState::Failed))
        .filter(Column::Kind.is_not_in(except.iter().copied()))
        .exec(tx.conn())
        .await?;
    tx.wake_workers();
    Ok(result.rows_affected == 1)
}

/// Drops jobs that have become pointless, unless somebody is at them.
pub async fn drop_all(tx: &Tx, ids: Vec<Uuid>) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::Id.is_in(ids))
        .filter(Column::ClaimedBy.is_null())
        .exec(tx.conn())
        .await?;
    tx.wake_workers();
    Ok(())
}

/// Whoever was at the jobs of a node is not any more: they are due at once.
pub async fn release(tx: &Tx, node: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(now))
        .col_expr(Column::ClaimedBy, Expr::value(None::<Uuid>))
        .filter(Column::ClaimedBy.eq(node))
        .filter(Column::State.eq(JobState::Waiting))
        .exec(tx.conn())
        .await?;
    tx.wake_workers();
    Ok(())
}
