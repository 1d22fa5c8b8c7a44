//! How often whom a rule refused.

use crate::booking::store::entities::refusal::{self, RefusalRule};
use crate::db::Tx;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

/// Adds counts to those that are there. In the order of the key, so that two processes do not wait for each other.
pub async fn add(tx: &Tx, counts: Vec<refusal::Model>) -> Result<(), DbErr> {
    let refused = (refusal::Entity, refusal::Column::Refused);
    let added = Expr::col(("excluded", refusal::Column::Refused));
    let more = OnConflict::columns([
        refusal::Column::Date,
        refusal::Column::ServiceId,
        refusal::Column::Rule,
        refusal::Column::Year,
    ])
    .value(refusal::Column::Refused, Expr::col(refused).add(added))
    .to_owned();
    let rows = counts.into_iter().map(|row| refusal::ActiveModel::from(row).reset_all());
    refusal::Entity::insert_many(rows).on_conflict(more).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// How many requests for a year were refused so far because its calendar was missing.
pub async fn for_missing_year(conn: &impl ConnectionTrait, year: i32) -> Result<i64, DbErr> {
    let counts: Vec<i64> = refusal::Entity::find()
        .select_only()
        .column(refusal::Column::Refused)
        .filter(refusal::Column::Year.eq(year))
        .filter(refusal::Column::Rule.eq(RefusalRule::YearUnpublished))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counts.into_iter().sum())
}
