//! Queries about announced hours.

use crate::db::Tx;
use crate::directory::store::entities::announced_hours::{ActiveModel, AnnouncedKind, Column, Entity, Model};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// As many are listed at most: those that end the latest.
const LISTED: u64 = 200;

/// Those in force, of all services and both kinds.
pub async fn standing(conn: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::WithdrawnAt.is_null())
        .order_by_asc(Column::DateFrom)
        .order_by_asc(Column::Id)
        .all(conn)
        .await
}

/// Those of a kind that end on a date or later, withdrawn ones too.
pub async fn ending_from(
    conn: &impl ConnectionTrait,
    kind: AnnouncedKind,
    date: NaiveDate,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::Kind.eq(kind))
        .filter(Column::DateTo.gte(date))
        .order_by_asc(Column::DateFrom)
        .order_by_asc(Column::Id)
        .limit(LISTED)
        .all(conn)
        .await
}

pub async fn by_id(
    conn: &impl ConnectionTrait,
    kind: AnnouncedKind,
    id: Uuid,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::Kind.eq(kind)).one(conn).await
}

pub async fn insert(tx: &Tx, row: Model) -> Result<(), DbErr> {
    Entity::insert::<ActiveModel>(row.into_active_model()).exec_without_returning(tx.conn()).await.map(drop)
}

/// Withdraws one that stands; false if it does not.
pub async fn withdraw(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::WithdrawnAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::WithdrawnAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected > 0)
}
