//! What other features ask about people and enterprises. Not scoped: for names beside rows that the caller may see.

use crate::auth::store::entities::account::{self, Role};
use crate::auth::store::entities::{auth_session, enterprise};
use crate::db::{Tx, contains};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Accounts by id.
pub async fn accounts(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, account::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows =
        account::Entity::find().filter(account::Column::Id.is_in(ids.iter().copied())).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Those who handle bookings, by name; those who are here no more too.
pub async fn staff(conn: &impl ConnectionTrait) -> Result<Vec<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::Role.is_in([Role::Officer, Role::Chief]))
        .order_by_asc(account::Column::Name)
        .order_by_asc(account::Column::Id)
        .all(conn)
        .await
}

/// Those of them who are still here.
pub async fn active_staff(conn: &impl ConnectionTrait) -> Result<Vec<account::Model>, DbErr> {
    Ok(staff(conn).await?.into_iter().filter(|one| one.active).collect())
}

/// Enterprises by id.
pub async fn enterprises(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, enterprise::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let of = enterprise::Column::Id.is_in(ids.iter().copied());
    let rows = enterprise::Entity::find().filter(of).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// An enterprise by its id or code.
pub async fn enterprise_named(
    conn: &impl ConnectionTrait,
    named: &str,
) -> Result<Option<enterprise::Model>, DbErr> {
    let by = match named.parse::<Uuid>() {
        Ok(id) => enterprise::Column::Id.eq(id),
        Err(_) => enterprise::Column::Uscc.eq(named.trim().to_uppercase()),
    };
    enterprise::Entity::find().filter(by).one(conn).await
}

/// Whether there is anybody at all.
pub async fn is_anybody(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let any = account::Entity::find().select_only().column(account::Column::Id).limit(1);
    Ok(any.into_tuple::<Uuid>().one(conn).await?.is_some())
}

/// Whether somebody is signed in.
pub async fn is_anybody_signed_in(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let any = auth_session::Entity::find().select_only().column(auth_session::Column::TokenHash).limit(1);
    Ok(any.into_tuple::<Vec<u8>>().one(conn).await?.is_some())
}

/// The ids of enterprises whose name or code holds `part`, as part of a query.
pub fn enterprises_holding(part: &str) -> SelectStatement {
    enterprise::Entity::find()
        .select_only()
        .column(enterprise::Column::Id)
        .filter(name_or_code_holds(part))
        .into_query()
}

/// Whether an enterprise's name or code holds `part`, as a condition.
pub(super) fn name_or_code_holds(part: &str) -> Condition {
    Condition::any()
        .add(contains((enterprise::Entity, enterprise::Column::Name), part))
        .add(contains((enterprise::Entity, enterprise::Column::Uscc), part))
}

/// The ids of accounts with this badge number, as part of a query.
pub fn accounts_with_badge(badge_no: &str) -> SelectStatement {
    account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::BadgeNo.eq(badge_no))
        .into_query()
}

/// Locks somebody's account and, where they act for one, their enterprise until the transaction ends: what is
/// counted of theirs stays true.
pub async fn lock_party(tx: &Tx, account: Uuid, enterprise: Option<Uuid>) -> Result<(), DbErr> {
    let mut rows = vec![("account", account)];
    rows.extend(enterprise.map(|enterprise| ("enterprise", enterprise)));
    tx.lock_rows(&rows).await
}

/// The same of several parties: accounts before enterprises and each by id, as whoever locks one of them does.
pub async fn lock_parties(
    tx: &Tx,
    accounts: &BTreeSet<Uuid>,
    enterprises: &BTreeSet<Uuid>,
) -> Result<(), DbErr> {
    let accounts = accounts.iter().map(|id| ("account", *id));
    let rows: Vec<_> = accounts.chain(enterprises.iter().map(|id| ("enterprise", *id))).collect();
    tx.lock_rows(&rows).await
}
