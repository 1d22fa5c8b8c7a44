//! The processes that have an office open: a row each, with a heartbeat.
//!
//! A node is a data directory and the process that has it open: recordings lie there, so its id outlives the process.
//! Who has not shown its heart for [`TERM`] is dead, and one of the others takes over what it had. Whether somebody
//! is dead is measured by the store's own clock, the one that all nodes share: those of two machines differ, and a
//! shifted one must end nobody's calls.
//!
//! On SQLite there is one process; its row is there all the same.

mod sole;

pub(super) use sole::lock_schema;
pub use sole::{SoleLock, lock_sole};

use crate::db::entities::node::{ActiveModel, Column, Entity};
use crate::db::jobs;
use crate::db::{Db, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QuerySelect, Statement,
};
use std::time::Duration;
use uuid::Uuid;

/// How often a node shows its heart.
pub const BEAT: Duration = Duration::from_secs(3);
/// Who has not shown it for so long is dead.
pub const TERM: TimeDelta = TimeDelta::seconds(15);

/// Another node that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub id: Uuid,
    /// Where it is reached from other nodes, if it was told.
    pub address: Option<String>,
}

/// What a heartbeat found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    pub peers: Vec<Peer>,
    /// Others that are dead and whose work nobody has taken over yet.
    pub dead: Vec<Uuid>,
    /// The others took this one for dead meanwhile, and took its work over.
    pub was_given_up: bool,
}

/// The time by the clock that all nodes share.
async fn shared_now(conn: &impl ConnectionTrait, own: DateTime<Utc>) -> Result<DateTime<Utc>, DbErr> {
    if conn.get_database_backend() != DbBackend::Postgres {
        return Ok(own);
    }
    let ask = Statement::from_string(DbBackend::Postgres, "select clock_timestamp() as now");
    let row = conn.query_one_raw(ask).await?;
    row.map_or(Ok(own), |row| row.try_get("", "now"))
}

/// Writes that this node is there; says whether it is the first of this office.
pub async fn register(db: &Db, id: Uuid, address: Option<String>, own: DateTime<Utc>) -> Result<bool, DbErr> {
    db.write(move |tx| {
        Box::pin(async move {
            let now = shared_now(tx.conn(), own).await?;
            let is_first = Entity::find().filter(Column::Id.ne(id)).count(tx.conn()).await? == 0;
            let row = ActiveModel {
                id: Set(id),
                address: Set(address),
                version: Set(env!("CARGO_PKG_VERSION").to_owned()),
                started_at: Set(now),
                heartbeat_at: Set(now),
                ended_at: Set(None),
            };
            let again = OnConflict::column(Column::Id)
                .update_columns([
                    Column::Address,
                    Column::Version,
                    Column::StartedAt,
                    Column::HeartbeatAt,
                    Column::EndedAt,
                ])
                .to_owned();
            Entity::insert(row).on_conflict(again).exec_without_returning(tx.conn()).await?;
            // Of a former process of this data directory: nobody is at them any more.
            jobs::release(tx, id, own).await?;
            Ok::<_, DbErr>(is_first)
        })
    })
    .await
}

/// Shows the heart, and looks at the others.
pub async fn beat(db: &Db, id: Uuid, own: DateTime<Utc>) -> Result<Round, DbErr> {
    db.write(move |tx| {
        Box::pin(async move {
            let now = shared_now(tx.conn(), own).await?;
            let beaten = Entity::update_many()
                .col_expr(Column::HeartbeatAt, Expr::value(now))
                .filter(Column::Id.eq(id))
                .filter(Column::EndedAt.is_null())
                .exec(tx.conn())
                .await?;
            let others = Entity::find()
                .filter(Column::Id.ne(id))
                .filter(Column::EndedAt.is_null())
                .all(tx.conn())
                .await?;
            let (alive, dead): (Vec<_>, Vec<_>) =
                others.into_iter().partition(|row| now - row.heartbeat_at < TERM);
            Ok(Round {
                peers: alive.into_iter().map(|row| Peer { id: row.id, address: row.address }).collect(),
                dead: dead.into_iter().map(|row| row.id).collect(),
                was_given_up: beaten.rows_affected == 0,
            })
        })
    })
    .await
}

/// Takes a dead node's place in the transaction of what is taken over; false if another was faster or it lives again.
pub async fn bury(tx: &Tx, id: Uuid, own: DateTime<Utc>) -> Result<bool, DbErr> {
    let now = shared_now(tx.conn(), own).await?;
    let dead = Entity::find_by_id(id)
        .filter(Column::EndedAt.is_null())
        .filter(Column::HeartbeatAt.lte(now - TERM))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(tx.conn())
        .await?;
    if dead.is_none() {
        return Ok(false);
    }
    end(tx, id, now).await?;
    jobs::release(tx, id, own).await?;
    Ok(true)
}

/// Lets a node be as good as dead at once: it leaves by itself, and the others need not wait for its term.
pub async fn leave(db: &Db, id: Uuid, own: DateTime<Utc>) -> Result<(), DbErr> {
    db.write(move |tx| {
        Box::pin(async move {
            let now = shared_now(tx.conn(), own).await?;
            Entity::update_many()
                .col_expr(Column::HeartbeatAt, Expr::value(now - TERM))
                .filter(Column::Id.eq(id))
                .filter(Column::EndedAt.is_null())
                .exec(tx.conn())
                .await
                .map(drop)
        })
    })
    .await
}

async fn end(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(id))
        .exec(tx.conn())
        .await
        .map(drop)
}
