//! Every query of invitations.

use crate::db::Tx;
use crate::evidence;
use crate::video::store::entities::invitation;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashSet;
use uuid::Uuid;

/// The invitations of a booking, oldest first.
pub async fn of_booking(conn: &impl ConnectionTrait, booking: Uuid) -> Result<Vec<invitation::Model>, DbErr> {
    invitation::Entity::find()
        .filter(invitation::Column::BookingId.eq(booking))
        .order_by_asc(invitation::Column::Id)
        .all(conn)
        .await
}

/// How many of them stand.
pub async fn standing(conn: &impl ConnectionTrait, booking: Uuid) -> Result<u64, DbErr> {
    invitation::Entity::find()
        .filter(invitation::Column::BookingId.eq(booking))
        .filter(invitation::Column::WithdrawnAt.is_null())
        .count(conn)
        .await
}

/// Who has taken one, also one that was withdrawn since.
pub async fn accounts(conn: &impl ConnectionTrait, booking: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    let rows = of_booking(conn, booking).await?;
    Ok(rows.into_iter().filter_map(|row| row.account_id).collect())
}

/// Whether this account has taken one that stands.
pub async fn is_invited(conn: &impl ConnectionTrait, booking: Uuid, account: Uuid) -> Result<bool, DbErr> {
    let found = invitation::Entity::find()
        .filter(invitation::Column::BookingId.eq(booking))
        .filter(invitation::Column::AccountId.eq(account))
        .filter(invitation::Column::WithdrawnAt.is_null())
        .count(conn)
        .await?;
    Ok(found > 0)
}

pub async fn by_hash(
    conn: &impl ConnectionTrait,
    token_hash: Vec<u8>,
) -> Result<Option<invitation::Model>, DbErr> {
    invitation::Entity::find().filter(invitation::Column::TokenHash.eq(token_hash)).one(conn).await
}

/// An invitation of this booking, locked until the transaction ends.
pub async fn lock(
    conn: &impl ConnectionTrait,
    booking: Uuid,
    id: Uuid,
) -> Result<Option<invitation::Model>, DbErr> {
    invitation::Entity::find_by_id(id)
        .filter(invitation::Column::BookingId.eq(booking))
        .lock_exclusive()
        .one(conn)
        .await
}

pub async fn insert(conn: &impl ConnectionTrait, row: invitation::Model) -> Result<(), DbErr> {
    invitation::Entity::insert(row.into_active_model()).exec_without_returning(conn).await.map(|_| ())
}

/// Gives a standing invitation that nobody has to an account, which the next entry tells. False if somebody
/// has it or it was withdrawn.
pub async fn take(tx: &Tx, id: Uuid, account: Uuid, at: DateTime<Utc>) -> Result<bool, DbErr> {
    let taken = invitation::Entity::update_many()
        .col_expr(invitation::Column::AccountId, Expr::value(account))
        .col_expr(invitation::Column::AcceptedAt, Expr::value(at))
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::AccountId.is_null())
        .filter(invitation::Column::WithdrawnAt.is_null())
        .exec(tx.conn())
        .await?;
    if let Some(row) =
        invitation::Entity::find_by_id(id).one(tx.conn()).await?.filter(|_| taken.rows_affected > 0)
    {
        evidence::tell_kept(tx, &row);
    }
    Ok(taken.rows_affected > 0)
}

/// Writes what became of an invitation; the next entry of the transaction tells it.
pub async fn save(tx: &Tx, row: invitation::Model) -> Result<(), DbErr> {
    evidence::tell_kept(tx, &row);
    invitation::Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await.map(|_| ())
}
