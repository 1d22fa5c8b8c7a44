//! The official calendar: what is in force, and its versions.

use crate::db::{self, Tx, UniqueKey};
use crate::directory::model::calendar::Calendar;
use crate::directory::model::calendar_file::CalendarFile;
use crate::directory::store::entities::{calendar_day, calendar_import, calendar_version, calendar_year};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A year and the number of its version: the sort key of versions, the latest first.
pub type VersionKey = (i32, i32);

/// The number of a year that only one import can have.
const VERSION: UniqueKey = UniqueKey {
    constraint: "calendar_version_pkey",
    columns: "calendar_version.year, calendar_version.number",
};

/// The whole official calendar.
pub async fn calendar(conn: &impl ConnectionTrait) -> Result<Calendar, DbErr> {
    // Years first: a year that is published between the two queries is then only seen later.
    let years = calendar_year::Entity::find().all(conn).await?;
    let days = calendar_day::Entity::find().all(conn).await?;
    Ok(Calendar {
        published: years.into_iter().map(|row| row.year).collect(),
        changes: days.into_iter().map(|row| (row.date, (row.kind, row.name))).collect(),
    })
}

/// Keeps an import, and gives each of its years the next number. Of two that number a year at the same time one is run
/// again behind the other, so whatever is read after this is not changed by anybody else.
pub async fn insert_versions(
    tx: &Tx,
    import: calendar_import::Model,
    years: &BTreeSet<i32>,
) -> Result<BTreeMap<i32, i32>, DbErr> {
    tx.on_violation(VERSION, db::overtaken);
    let (conn, import_id) = (tx.conn(), import.id);
    calendar_import::Entity::insert(import.into_active_model()).exec_without_returning(conn).await?;
    let latest = latest(conn).await?;
    let next = |year: &i32| (*year, latest.get(year).copied().unwrap_or_default() + 1);
    let versions: BTreeMap<i32, i32> = years.iter().map(next).collect();
    for (&year, &number) in &versions {
        let row =
            calendar_version::ActiveModel { year: Set(year), number: Set(number), import_id: Set(import_id) };
        calendar_version::Entity::insert(row).exec_without_returning(conn).await?;
    }
    Ok(versions)
}

/// Of each year the number of the version that is in force.
pub async fn latest(conn: &impl ConnectionTrait) -> Result<BTreeMap<i32, i32>, DbErr> {
    let rows: Vec<VersionKey> = calendar_version::Entity::find()
        .select_only()
        .column(calendar_version::Column::Year)
        .column_as(calendar_version::Column::Number.max(), "number")
        .group_by(calendar_version::Column::Year)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Puts the years of `file` in place of what is in force of them.
pub async fn replace_years(tx: &Tx, file: &CalendarFile, now: DateTime<Utc>) -> Result<(), DbErr> {
    let conn = tx.conn();
    for &year in &file.years {
        let (first, last) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
        calendar_day::Entity::delete_many()
            .filter(calendar_day::Column::Date.gte(first))
            .filter(calendar_day::Column::Date.lte(last))
            .exec(conn)
            .await?;
        calendar_year::Entity::delete_by_id(year).exec(conn).await?;
        let row = calendar_year::ActiveModel { year: Set(year), imported_at: Set(now) };
        calendar_year::Entity::insert(row).exec_without_returning(conn).await?;
    }
    let days = file.days.iter().map(|(date, (kind, name))| calendar_day::ActiveModel {
        date: Set(*date),
        kind: Set(*kind),
        name: Set(name.clone()),
    });
    let days: Vec<_> = days.collect();
    // A statement takes some thousands of values at most.
    for part in days.chunks(500) {
        calendar_day::Entity::insert_many(part.to_vec()).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// One page of all versions with their imports, the latest year and number first.
pub async fn versions(
    conn: &impl ConnectionTrait,
    after: Option<VersionKey>,
    limit: u64,
) -> Result<Vec<(calendar_version::Model, calendar_import::Model)>, DbErr> {
    use calendar_version::Column::{ImportId, Number, Year};
    let mut query = calendar_version::Entity::find();
    if let Some((year, number)) = after {
        let same = Condition::all().add(Year.eq(year)).add(Number.lt(number));
        query = query.filter(Condition::any().add(Year.lt(year)).add(same));
    }
    let import = calendar_version::Entity::belongs_to(calendar_import::Entity)
        .from(ImportId)
        .to(calendar_import::Column::Id)
        .into();
    let rows = query
        .join(sea_orm::JoinType::InnerJoin, import)
        .select_also(calendar_import::Entity)
        .order_by_desc(Year)
        .order_by_desc(Number)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|(version, import)| Some((version, import?))).collect())
}

/// An import by id.
pub async fn import(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<calendar_import::Model>, DbErr> {
    calendar_import::Entity::find_by_id(id).one(conn).await
}
