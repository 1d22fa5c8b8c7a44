//! Queries of sign-ins and of wrong passwords. Whatever ends a sign-in tells so once that is committed.

use crate::auth::model::session;
use crate::auth::store::entities::{account, auth_session, enterprise, sign_in_failure};
use crate::db::Tx;
use crate::db::live::{Live, Topic};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// A session with its account and that account's enterprise.
pub type SessionRow = (auth_session::Model, account::Model, Option<enterprise::Model>);

/// So many of the latest failures are told; of more only the number.
const TOLD: u64 = 5;
/// How long a failure is kept whose owner does not sign in.
const FAILURES_KEPT: TimeDelta = TimeDelta::days(90);

/// The session behind a token's hash, whether alive or not. One query: every request asks it.
pub async fn session(conn: &impl ConnectionTrait, token_hash: Vec<u8>) -> Result<Option<SessionRow>, DbErr> {
    let found = auth_session::Entity::find_by_id(token_hash)
        .find_also_related(account::Entity)
        .and_also_related(enterprise::Entity)
        .one(conn)
        .await?;
    Ok(found.and_then(|(session, account, enterprise)| Some((session, account?, enterprise))))
}

/// A session by its id, with its account.
pub async fn session_by_id(
    conn: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<(auth_session::Model, account::Model)>, DbErr> {
    let found = auth_session::Entity::find()
        .filter(auth_session::Column::Id.eq(id))
        .find_also_related(account::Entity)
        .one(conn)
        .await?;
    Ok(found.and_then(|(session, account)| Some((session, account?))))
}

/// All sessions of an account, the latest used first.
pub async fn sessions_of(
    conn: &impl ConnectionTrait,
    account_id: Uuid,
) -> Result<Vec<auth_session::Model>, DbErr> {
    auth_session::Entity::find()
        .filter(auth_session::Column::AccountId.eq(account_id))
        .order_by_desc(auth_session::Column::LastSeenAt)
        .order_by_desc(auth_session::Column::Id)
        .all(conn)
        .await
}

pub async fn insert_session(tx: &Tx, row: auth_session::ActiveModel) -> Result<(), DbErr> {
    auth_session::Entity::insert(row).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Ends the session behind a token's hash; tells whether there was one.
pub async fn end_session(tx: &Tx, token_hash: Vec<u8>, live: &Live) -> Result<bool, DbErr> {
    let which = Condition::all().add(auth_session::Column::TokenHash.eq(token_hash));
    Ok(end(tx, which, live).await? > 0)
}

/// Ends one session of an account; tells whether there was one.
pub async fn end_session_of(tx: &Tx, account_id: Uuid, id: Uuid, live: &Live) -> Result<bool, DbErr> {
    let which = Condition::all()
        .add(auth_session::Column::AccountId.eq(account_id))
        .add(auth_session::Column::Id.eq(id));
    Ok(end(tx, which, live).await? > 0)
}

/// Ends all sessions of an account, or all but one; tells how many.
pub async fn end_other_sessions(
    tx: &Tx,
    account_id: Uuid,
    kept: Option<Uuid>,
    live: &Live,
) -> Result<u64, DbErr> {
    let which = Condition::all()
        .add(auth_session::Column::AccountId.eq(account_id))
        .add_option(kept.map(|kept| auth_session::Column::Id.ne(kept)));
    end(tx, which, live).await
}

/// Removes sessions that are no longer alive; tells how many.
pub async fn delete_ended_sessions(tx: &Tx, now: DateTime<Utc>, live: &Live) -> Result<u64, DbErr> {
    end(tx, are_over(now), live).await
}

/// Sessions that are no longer alive and have not been removed.
pub async fn ended_sessions(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<Uuid>, DbErr> {
    ids(conn, are_over(now)).await
}

fn are_over(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(auth_session::Column::ExpiresAt.lte(now))
        .add(auth_session::Column::LastSeenAt.lte(now - session::IDLE))
}

async fn ids(conn: &impl ConnectionTrait, which: Condition) -> Result<Vec<Uuid>, DbErr> {
    auth_session::Entity::find()
        .select_only()
        .column(auth_session::Column::Id)
        .filter(which)
        .into_tuple()
        .all(conn)
        .await
}

async fn end(tx: &Tx, which: Condition, live: &Live) -> Result<u64, DbErr> {
    let ended = ids(tx.conn(), which).await?;
    if ended.is_empty() {
        return Ok(0);
    }
    let done = auth_session::Entity::delete_many()
        .filter(auth_session::Column::Id.is_in(ended.clone()))
        .exec(tx.conn())
        .await?;
    let live = live.clone();
    tx.after_commit(move || ended.into_iter().for_each(|id| live.tell(Topic::SignInEnded(id))));
    Ok(done.rows_affected)
}

/// Notes that a session was used at `now`.
pub async fn note_use(tx: &Tx, token_hash: Vec<u8>, now: DateTime<Utc>) -> Result<(), DbErr> {
    auth_session::Entity::update_many()
        .col_expr(auth_session::Column::LastSeenAt, now.into())
        .filter(auth_session::Column::TokenHash.eq(token_hash))
        .filter(auth_session::Column::LastSeenAt.lt(now))
        .exec(tx.conn())
        .await
        .map(|_| ())
}

/// Notes a wrong password for an account.
pub async fn insert_failure(
    tx: &Tx,
    id: Uuid,
    account_id: Uuid,
    counts: bool,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = sign_in_failure::ActiveModel {
        id: Set(id),
        account_id: Set(account_id),
        at: Set(now),
        counts: Set(counts),
        told: Set(false),
    };
    sign_in_failure::Entity::insert(row).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// The failures that the owner was not told of: the latest few, and how many. `forgives`: they count no more.
pub async fn tell_failures(
    tx: &Tx,
    account_id: Uuid,
    forgives: bool,
) -> Result<(Vec<DateTime<Utc>>, u64), DbErr> {
    let own = sign_in_failure::Column::AccountId.eq(account_id);
    let untold =
        sign_in_failure::Entity::find().filter(own.clone()).filter(sign_in_failure::Column::Told.eq(false));
    let count = untold.clone().count(tx.conn()).await?;
    let mut told = Vec::new();
    if count > 0 {
        let latest = untold.order_by_desc(sign_in_failure::Column::At).limit(TOLD).all(tx.conn()).await?;
        told.extend(latest.into_iter().map(|failure| failure.at));
        sign_in_failure::Entity::update_many()
            .col_expr(sign_in_failure::Column::Told, Expr::value(true))
            .filter(own.clone())
            .exec(tx.conn())
            .await?;
    }
    if forgives {
        sign_in_failure::Entity::update_many()
            .col_expr(sign_in_failure::Column::Counts, Expr::value(false))
            .filter(own)
            .filter(sign_in_failure::Column::Counts.eq(true))
            .exec(tx.conn())
            .await?;
    }
    Ok((told, count))
}

/// Told and of no more weight, or so old that nobody will be told.
fn are_stale(now: DateTime<Utc>) -> Condition {
    let spent = Condition::all()
        .add(sign_in_failure::Column::Told.eq(true))
        .add(sign_in_failure::Column::At.lte(now - crate::auth::model::attempts::FORGOTTEN_AFTER));
    Condition::any().add(spent).add(sign_in_failure::Column::At.lte(now - FAILURES_KEPT))
}

pub async fn has_stale_failures(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, DbErr> {
    Ok(sign_in_failure::Entity::find().filter(are_stale(now)).one(conn).await?.is_some())
}

pub async fn delete_stale_failures(tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
    sign_in_failure::Entity::delete_many().filter(are_stale(now)).exec(tx.conn()).await.map(|_| ())
}
