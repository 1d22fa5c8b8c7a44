//! Queries of registrations that wait, and of an enterprise's people.

use crate::auth::store::entities::account::{self, Membership};
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::auth::store::entities::registration;
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

pub async fn insert_registration(tx: &Tx, row: registration::Model) -> Result<(), DbErr> {
    registration::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// The registration behind a link, if the link still opens.
pub async fn registration(
    conn: &impl ConnectionTrait,
    token_hash: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<Option<registration::Model>, DbErr> {
    open(token_hash, now).one(conn).await
}

/// The same, locked until the transaction ends: of many who open one link at once, the later ones see what the first
/// made of it.
pub async fn lock_registration(
    tx: &Tx,
    token_hash: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<Option<registration::Model>, DbErr> {
    open(token_hash, now).lock_exclusive().one(tx.conn()).await
}

fn open(token_hash: Vec<u8>, now: DateTime<Utc>) -> Select<registration::Entity> {
    registration::Entity::find()
        .filter(registration::Column::TokenHash.eq(token_hash))
        .filter(registration::Column::ExpiresAt.gt(now))
}

/// Notes what a registration became; false when somebody was faster. The password goes with it.
pub async fn confirm_registration(tx: &Tx, id: Uuid, account_id: Uuid, login: String) -> Result<bool, DbErr> {
    let row = registration::ActiveModel {
        account_id: Set(Some(account_id)),
        login: Set(login),
        password_hash: Set(String::new()),
        ..Default::default()
    };
    let done = registration::Entity::update_many()
        .set(row)
        .filter(registration::Column::Id.eq(id))
        .filter(registration::Column::AccountId.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected > 0)
}

pub async fn has_old_registrations(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let old = registration::Entity::find().filter(registration::Column::ExpiresAt.lte(now));
    Ok(old.one(conn).await?.is_some())
}

pub async fn delete_old_registrations(tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
    registration::Entity::delete_many()
        .filter(registration::Column::ExpiresAt.lte(now))
        .exec(tx.conn())
        .await
        .map(|_| ())
}

/// The enterprise that holds a code; one that was turned away does not.
pub async fn enterprise_by_uscc(
    conn: &impl ConnectionTrait,
    uscc: &str,
) -> Result<Option<enterprise::Model>, DbErr> {
    enterprise::Entity::find()
        .filter(enterprise::Column::Uscc.eq(uscc))
        .filter(enterprise::Column::State.ne(EnterpriseState::Refused))
        .one(conn)
        .await
}

/// The same, locked until the end of the transaction: those who join are counted one after the other, and nobody joins
/// while it is being turned away.
pub async fn lock_enterprise_by_uscc(tx: &Tx, uscc: &str) -> Result<Option<enterprise::Model>, DbErr> {
    enterprise::Entity::find()
        .filter(enterprise::Column::Uscc.eq(uscc))
        .filter(enterprise::Column::State.ne(EnterpriseState::Refused))
        .lock_exclusive()
        .one(tx.conn())
        .await
}

/// Enterprises whose names have one of the keys and that were not turned away.
pub async fn namesakes(
    conn: &impl ConnectionTrait,
    keys: Vec<String>,
) -> Result<Vec<enterprise::Model>, DbErr> {
    enterprise::Entity::find()
        .filter(enterprise::Column::NameKey.is_in(keys))
        .filter(enterprise::Column::State.ne(EnterpriseState::Refused))
        .order_by_asc(enterprise::Column::Id)
        .all(conn)
        .await
}

/// Enterprises from before there were keys.
pub async fn without_name_key(conn: &impl ConnectionTrait) -> Result<Vec<(Uuid, String)>, DbErr> {
    enterprise::Entity::find()
        .select_only()
        .columns([enterprise::Column::Id, enterprise::Column::Name])
        .filter(enterprise::Column::NameKey.eq(""))
        .into_tuple()
        .all(conn)
        .await
}

pub async fn set_name_key(tx: &Tx, id: Uuid, key: String) -> Result<(), DbErr> {
    enterprise::Entity::update_many()
        .set(enterprise::ActiveModel { name_key: Set(key), ..Default::default() })
        .filter(enterprise::Column::Id.eq(id))
        .exec(tx.conn())
        .await
        .map(|_| ())
}

/// The people of an enterprise, in the order in which they came.
pub async fn members(conn: &impl ConnectionTrait, enterprise_id: Uuid) -> Result<Vec<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::EnterpriseId.eq(enterprise_id))
        .order_by_asc(account::Column::Id)
        .all(conn)
        .await
}

pub async fn member(
    conn: &impl ConnectionTrait,
    enterprise_id: Uuid,
    account_id: Uuid,
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find_by_id(account_id)
        .filter(account::Column::EnterpriseId.eq(enterprise_id))
        .one(conn)
        .await
}

/// How many ask to join each of the enterprises.
pub async fn waiting_members(
    conn: &impl ConnectionTrait,
    enterprises: Vec<Uuid>,
) -> Result<Vec<(Uuid, i64)>, DbErr> {
    account::Entity::find()
        .select_only()
        .column(account::Column::EnterpriseId)
        .column_as(account::Column::Id.count(), "waiting")
        .filter(account::Column::EnterpriseId.is_in(enterprises))
        .filter(account::Column::Membership.eq(Membership::Pending))
        .filter(account::Column::Active.eq(true))
        .group_by(account::Column::EnterpriseId)
        .into_tuple()
        .all(conn)
        .await
}

/// How many ask to join one enterprise.
pub async fn count_waiting(conn: &impl ConnectionTrait, enterprise_id: Uuid) -> Result<u64, DbErr> {
    account::Entity::find()
        .filter(account::Column::EnterpriseId.eq(enterprise_id))
        .filter(account::Column::Membership.eq(Membership::Pending))
        .filter(account::Column::Active.eq(true))
        .count(conn)
        .await
}

/// How many of an enterprise registered after `since`.
pub async fn count_registered(
    conn: &impl ConnectionTrait,
    enterprise_id: Uuid,
    since: DateTime<Utc>,
) -> Result<u64, DbErr> {
    account::Entity::find()
        .filter(account::Column::EnterpriseId.eq(enterprise_id))
        .filter(account::Column::CreatedAt.gt(since))
        .count(conn)
        .await
}

/// Switches an account off and gives it another login, so that its own is free.
pub async fn retire_account(tx: &Tx, account_id: Uuid, login: String) -> Result<(), DbErr> {
    account::Entity::update_many()
        .set(account::ActiveModel { login: Set(login), active: Set(false), ..Default::default() })
        .filter(account::Column::Id.eq(account_id))
        .exec(tx.conn())
        .await
        .map(|_| ())
}

/// Changes somebody's membership from one of some states; false when it is in none of them. `since` stays with who is
/// let in.
pub async fn set_membership(
    tx: &Tx,
    account_id: Uuid,
    from: &[Membership],
    to: Membership,
    since: Option<DateTime<Utc>>,
) -> Result<bool, DbErr> {
    let row =
        account::ActiveModel { membership: Set(Some(to)), member_since: Set(since), ..Default::default() };
    let done = account::Entity::update_many()
        .set(row)
        .filter(account::Column::Id.eq(account_id))
        .filter(account::Column::Membership.is_in(from.iter().copied()))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected > 0)
}
