//! Every query of sign-in and registration.

use super::model_session;
use crate::db::Tx;
use crate::entity::account::{self, Locale};
use crate::entity::auth_session;
use crate::entity::enterprise::{self, EnterpriseState};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// A session with its account and that account's enterprise.
pub type SessionRow = (auth_session::Model, account::Model, Option<enterprise::Model>);

/// The session behind a token's hash, whether alive or not. One query: every request asks it.
pub async fn session(conn: &impl ConnectionTrait, token_hash: Vec<u8>) -> Result<Option<SessionRow>, DbErr> {
    let found = auth_session::Entity::find_by_id(token_hash)
        .find_also_related(account::Entity)
        .and_also_related(enterprise::Entity)
        .one(conn)
        .await?;
    Ok(found.and_then(|(session, account, enterprise)| Some((session, account?, enterprise))))
}

pub async fn insert_session(tx: &Tx, row: auth_session::ActiveModel) -> Result<(), DbErr> {
    auth_session::Entity::insert(row).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Ends a session; tells whether there was one.
pub async fn delete_session(tx: &Tx, token_hash: Vec<u8>) -> Result<bool, DbErr> {
    let done = auth_session::Entity::delete_by_id(token_hash).exec(tx.conn()).await?;
    Ok(done.rows_affected > 0)
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

/// Removes sessions that are no longer alive; tells how many.
pub async fn delete_ended_sessions(tx: &Tx, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let ended = Condition::any()
        .add(auth_session::Column::ExpiresAt.lte(now))
        .add(auth_session::Column::LastSeenAt.lte(now - model_session::IDLE));
    let done = auth_session::Entity::delete_many().filter(ended).exec(tx.conn()).await?;
    Ok(done.rows_affected)
}

pub async fn account_by_login(
    conn: &impl ConnectionTrait,
    login: &str,
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find().filter(account::Column::Login.eq(login)).one(conn).await
}

/// Fails with a unique violation when the login is taken.
pub async fn insert_account(tx: &Tx, row: account::Model) -> Result<(), DbErr> {
    account::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

pub async fn set_locale(tx: &Tx, account_id: Uuid, locale: Locale) -> Result<(), DbErr> {
    account::Entity::update_many()
        .set(account::ActiveModel { locale: Set(locale), ..Default::default() })
        .filter(account::Column::Id.eq(account_id))
        .exec(tx.conn())
        .await
        .map(|_| ())
}

pub async fn set_password(tx: &Tx, account_id: Uuid, password_hash: String) -> Result<(), DbErr> {
    account::Entity::update_many()
        .set(account::ActiveModel { password_hash: Set(password_hash), ..Default::default() })
        .filter(account::Column::Id.eq(account_id))
        .exec(tx.conn())
        .await
        .map(|_| ())
}

/// Ends all sessions of an account but one; tells how many.
pub async fn delete_other_sessions(tx: &Tx, account_id: Uuid, kept: Vec<u8>) -> Result<u64, DbErr> {
    let done = auth_session::Entity::delete_many()
        .filter(auth_session::Column::AccountId.eq(account_id))
        .filter(auth_session::Column::TokenHash.ne(kept))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}

/// Fails with a unique violation when the enterprise is registered already.
pub async fn insert_enterprise(tx: &Tx, row: enterprise::Model) -> Result<(), DbErr> {
    enterprise::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

pub async fn enterprise(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<enterprise::Model>, DbErr> {
    enterprise::Entity::find_by_id(id).one(conn).await
}

pub async fn enterprise_by_uscc(
    conn: &impl ConnectionTrait,
    uscc: &str,
) -> Result<Option<enterprise::Model>, DbErr> {
    enterprise::Entity::find().filter(enterprise::Column::Uscc.eq(uscc)).one(conn).await
}

/// Enterprises after the one with id `after`, in the order in which they registered.
pub async fn enterprises(
    conn: &impl ConnectionTrait,
    state: Option<EnterpriseState>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<enterprise::Model>, DbErr> {
    let mut query = enterprise::Entity::find().order_by_asc(enterprise::Column::Id).limit(limit);
    if let Some(state) = state {
        query = query.filter(enterprise::Column::State.eq(state));
    }
    if let Some(after) = after {
        query = query.filter(enterprise::Column::Id.gt(after));
    }
    query.all(conn).await
}

/// Decides about an enterprise that waits; false when it does not wait (any more) or is not there.
pub async fn decide(
    tx: &Tx,
    id: Uuid,
    state: EnterpriseState,
    reason: Option<String>,
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let row = enterprise::ActiveModel {
        state: Set(state),
        reason: Set(reason),
        decided_at: Set(Some(now)),
        decided_by: Set(Some(by)),
        ..Default::default()
    };
    let done = enterprise::Entity::update_many()
        .set(row)
        .filter(enterprise::Column::Id.eq(id))
        .filter(enterprise::Column::State.eq(EnterpriseState::Pending))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected > 0)
}

/// The account that registered an enterprise.
pub async fn first_account(
    conn: &impl ConnectionTrait,
    enterprise_id: Uuid,
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::EnterpriseId.eq(enterprise_id))
        .order_by_asc(account::Column::Id)
        .one(conn)
        .await
}
