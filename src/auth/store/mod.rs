//! Every query of sign-in and registration.

pub mod ask;
mod callers;
mod counted;
pub mod entities;
mod registrations;
mod sessions;

pub use callers::caller;
pub use counted::*;
pub use registrations::*;
pub use sessions::*;

use crate::auth::store::entities::account;
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::base::words::Language;
use crate::db::Tx;
use crate::directory::model::credit::CreditTier;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

pub async fn account_by_login(
    conn: &impl ConnectionTrait,
    login: &str,
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find().filter(account::Column::Login.eq(login)).one(conn).await
}

/// Whether anybody has an account.
pub async fn has_accounts(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(account::Entity::find().one(conn).await?.is_some())
}

pub async fn account(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find_by_id(id).one(conn).await
}

/// Fails with a unique violation when the login is taken.
pub async fn insert_account(tx: &Tx, row: account::Model) -> Result<(), DbErr> {
    account::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

pub async fn set_locale(tx: &Tx, account_id: Uuid, locale: Language) -> Result<(), DbErr> {
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

/// Fails with a unique violation when the enterprise is registered already.
pub async fn insert_enterprise(tx: &Tx, row: enterprise::Model) -> Result<(), DbErr> {
    enterprise::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

pub async fn enterprise(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<enterprise::Model>, DbErr> {
    enterprise::Entity::find_by_id(id).one(conn).await
}

/// Whether a code was ever registered, also by one that was turned away.
pub async fn is_code_known(conn: &impl ConnectionTrait, uscc: &str) -> Result<bool, DbErr> {
    let found = enterprise::Entity::find().filter(enterprise::Column::Uscc.eq(uscc)).one(conn).await?;
    Ok(found.is_some())
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

/// Enterprises that were let in whose name or code holds `part`, by name.
pub async fn let_in_holding(
    conn: &impl ConnectionTrait,
    part: &str,
    limit: u64,
) -> Result<Vec<enterprise::Model>, DbErr> {
    enterprise::Entity::find()
        .filter(ask::name_or_code_holds(part))
        .filter(enterprise::Column::State.eq(EnterpriseState::Approved))
        .order_by_asc(enterprise::Column::Name)
        .order_by_asc(enterprise::Column::Id)
        .limit(limit)
        .all(conn)
        .await
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

/// Puts an enterprise, locked until the transaction ends, into another credit tier; tells the former.
pub async fn set_credit_tier(tx: &Tx, id: Uuid, tier: CreditTier) -> Result<Option<CreditTier>, DbErr> {
    let found = enterprise::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?;
    let Some(found) = found else { return Ok(None) };
    enterprise::Entity::update_many()
        .set(enterprise::ActiveModel { credit_tier: Set(tier), ..Default::default() })
        .filter(enterprise::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(Some(found.credit_tier))
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
