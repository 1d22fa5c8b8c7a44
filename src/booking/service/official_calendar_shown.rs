//! The official calendar as staff see it: previews, versions, and the bookings that corrections touched.

use crate::auth;
use crate::auth::Actor;
use crate::auth::entities::account;
use crate::base::words::Language;
use crate::booking::service::Booking;
use crate::booking::service::official_calendar::{CalendarPreview, Listed, Touched};
use crate::booking::wire::dto::{
    CalendarChangeDto, CalendarImportedDto, CalendarPreviewDto, CalendarVersionDto, ImporterRef, OddityDto,
    TouchedDto, WouldTouch, YearVersion,
};
use crate::directory::ImportSummary;
use crate::directory::model::calendar_changes::DayChange;
use crate::http::Problem;
use sea_orm::DbErr;
use std::collections::HashMap;
use uuid::Uuid;

impl CalendarPreviewDto {
    pub fn of(preview: CalendarPreview, language: Language) -> Self {
        let change = |DayChange { date, change, was, is_now, name }: DayChange| CalendarChangeDto {
            date,
            change,
            was,
            is_now,
            name,
        };
        let oddity = |odd: &crate::directory::Oddity| OddityDto {
            code: odd.code().to_owned(),
            text: odd.text().in_language(language),
        };
        Self {
            years: preview.years.into_iter().map(|(year, in_force)| YearVersion { year, in_force }).collect(),
            days: preview.days,
            sha256: preview.sha256,
            changes: preview.changes.into_iter().map(change).collect(),
            oddities: preview.oddities.iter().map(oddity).collect(),
            touched_total: preview.touched_total,
            touched: preview.touched.iter().map(WouldTouch::from).collect(),
        }
    }
}

impl From<&Touched> for WouldTouch {
    fn from(touched: &Touched) -> Self {
        Self {
            booking_id: touched.row.id,
            reference: touched.reference(),
            starts_at: touched.row.starts_at,
            date: touched.touch.date,
            was: touched.touch.was,
            is_now: touched.touch.is_now,
            is_open: touched.touch.is_open,
        }
    }
}

impl From<ImportSummary> for CalendarImportedDto {
    fn from(done: ImportSummary) -> Self {
        let version = |(year, number)| YearVersion { year, in_force: Some(number) };
        Self {
            import_id: done.import_id,
            versions: done.versions.into_iter().map(version).collect(),
            days: done.days,
        }
    }
}

impl Booking {
    /// One page of all versions, behind a year and a number.
    pub async fn calendar_versions(
        &self,
        after: Option<(i32, i32)>,
        limit: u64,
    ) -> Result<Vec<CalendarVersionDto>, DbErr> {
        let rows = self.0.directory.calendar_versions(after, limit).await?;
        let names = self.names(rows.iter().filter_map(|row| row.import.account_id)).await?;
        let shown = rows.into_iter().map(|row| CalendarVersionDto {
            year: row.year,
            number: row.number,
            in_force: row.in_force,
            import_id: row.import.id,
            imported_at: row.import.imported_at,
            origin: row.import.origin,
            imported_by: row.import.account_id.and_then(|id| named(&names, id)),
            source: row.import.source,
            reason: row.import.reason,
            sha256: row.import.sha256,
            bytes: row.import.file.len(),
            oddities: serde_json::from_value(row.import.oddities).unwrap_or_default(),
        });
        Ok(shown.collect())
    }

    /// A file of the calendar as it came.
    pub async fn imported_file(&self, import: Uuid) -> Result<Option<Vec<u8>>, DbErr> {
        Ok(self.0.directory.calendar_import(import).await?.map(|row| row.file))
    }

    /// Touched bookings with all that stands around them.
    pub async fn show_touched(&self, actor: &Actor, rows: Vec<Listed>) -> Result<Vec<TouchedDto>, Problem> {
        let (listed, bookings): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let presented = self.present(actor, &bookings, &[]).await?;
        let names = self.names(listed.iter().filter_map(|row| row.settled_by)).await?;
        let shown = listed.into_iter().zip(&bookings).filter_map(|(row, booking)| {
            Some(TouchedDto {
                id: row.id,
                year: row.year,
                number: row.number,
                date: row.date,
                was: row.was,
                is_now: row.is_now,
                is_open: row.is_open,
                found_at: row.found_at,
                settled_at: row.settled_at,
                settled_by: row.settled_by.and_then(|id| named(&names, id)),
                booking: presented.show(booking)?,
            })
        });
        Ok(shown.collect())
    }

    async fn names(&self, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, account::Model>, DbErr> {
        let ids: Vec<Uuid> = ids.collect();
        auth::ask::accounts(self.0.db.reader(), &ids).await
    }
}

fn named(accounts: &HashMap<Uuid, account::Model>, id: Uuid) -> Option<ImporterRef> {
    accounts.get(&id).map(|account| ImporterRef { id, name: account.name.clone() })
}
