//! What is known about the calendar itself: its versions, and that a year is missing.

use crate::base::local_time::local_date;
use crate::directory::store::calendar::{self, VersionKey};
use crate::directory::store::entities::{calendar_import, calendar_version};
use crate::directory::{Directory, office};
use chrono::Datelike;
use sea_orm::DbErr;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// From this month on the notice for the next year is to be expected: in the last years it came in November.
const EXPECTED_FROM: u32 = 11;

/// One version of a year.
#[derive(Clone, Debug)]
pub struct CalendarVersion {
    pub year: i32,
    pub number: i32,
    pub in_force: bool,
    pub import: calendar_import::Model,
}

impl Directory {
    /// One page of all versions, the latest year and number first, behind the key `after`.
    pub async fn calendar_versions(
        &self,
        after: Option<VersionKey>,
        limit: u64,
    ) -> Result<Vec<CalendarVersion>, DbErr> {
        let conn = self.db().reader();
        let rows = calendar::versions(conn, after, limit).await?;
        // After the versions: one that is made in between is then not told, rather than two as in force.
        let latest = calendar::latest(conn).await?;
        let told = |(version, import): (calendar_version::Model, _)| {
            let in_force = latest.get(&version.year) == Some(&version.number);
            CalendarVersion { year: version.year, number: version.number, in_force, import }
        };
        Ok(rows.into_iter().map(told).collect())
    }

    /// An import with its file as it came.
    pub async fn calendar_import(&self, id: Uuid) -> Result<Option<calendar_import::Model>, DbErr> {
        calendar::import(self.db().reader(), id).await
    }

    /// Of some years the version that is in force, where there is one.
    pub async fn versions_of(&self, years: &BTreeSet<i32>) -> Result<BTreeMap<i32, Option<i32>>, DbErr> {
        let latest = calendar::latest(self.db().reader()).await?;
        Ok(years.iter().map(|year| (*year, latest.get(year).copied())).collect())
    }

    /// Whether this is the version of its year that is in force.
    pub async fn is_in_force(&self, year: i32, number: i32) -> Result<bool, DbErr> {
        Ok(calendar::latest(self.db().reader()).await?.get(&year) == Some(&number))
    }

    /// The next year, where its calendar is to be expected and not there.
    pub async fn year_missing(&self) -> Result<Option<i32>, DbErr> {
        let today = local_date(office().zone, self.clock().now());
        let year = today.year() + 1;
        if today.month() < EXPECTED_FROM || self.calendar().await?.published.contains(&year) {
            return Ok(None);
        }
        Ok(Some(year))
    }
}
