//! Bringing the official calendar into the store, as a new version of the years in the file.

use crate::base::clock::Clock;
use crate::base::hex::hex;
use crate::base::ids;
use crate::base::words::{self, Language, Said, Text};
use crate::db::{Db, Tx, bus, jobs};
use crate::directory::jobs::CalendarCorrected;
use crate::directory::log::ImportEntry;
use crate::directory::model::calendar::Calendar;
use crate::directory::model::calendar_changes::{self, DayChange, Reclassified};
use crate::directory::model::calendar_file::{self, CalendarFile, FileFault};
use crate::directory::model::customs::CustomsFault;
use crate::directory::model::plausible::{self, Oddity};
use crate::directory::store::calendar as store;
use crate::directory::store::entities::calendar_import::{self, ImportOrigin};
use crate::evidence::{self, Actor, NewEntry};
use chrono::{DateTime, Datelike, Utc};
use sea_orm::DbErr;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// Public holidays and make-up workdays of 2024 to 2026, day by day, from the State Council's yearly
/// notices (国务院办公厅关于部分节假日安排的通知, published on www.gov.cn). The notice for 2027 is not
/// out yet.
const SHIPPED: &[u8] = include_bytes!("../data/cn_holidays.csv");

/// Who brings a calendar, from where and why.
#[derive(Clone, Debug)]
pub struct Import {
    pub origin: ImportOrigin,
    pub actor: Actor,
    /// The notice: its number or address.
    pub source: Option<String>,
    pub reason: Option<String>,
    /// Also when a year is like no notice so far.
    pub unusual: bool,
}

impl Import {
    /// By an operator at the machine.
    pub fn by_command(source: Option<String>, reason: Option<String>, unusual: bool) -> Self {
        Self { origin: ImportOrigin::Command, actor: Actor::PROGRAM, source, reason, unusual }
    }
}

/// What an import brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSummary {
    pub import_id: Uuid,
    /// Each year with the number of its version.
    pub versions: BTreeMap<i32, i32>,
    /// Days that differ from the plain week.
    pub days: usize,
}

impl fmt::Display for ImportSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().in_language(Language::En))
    }
}

impl ImportSummary {
    /// What was imported, for the operator.
    pub fn text(&self) -> Text {
        words::import::calendar_imported(years_said(self.versions.keys()), self.days)
    }
}

/// Years as a sentence names them.
pub fn years_said<'a>(years: impl IntoIterator<Item = &'a i32>) -> Said {
    Said::List(years.into_iter().map(|year| Said::from(year.to_string())).collect())
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    /// Something is wrong with the file; it is never imported.
    #[error("{}", self.text().in_language(Language::En))]
    File(FileFault),
    /// The same of a list of customs offices.
    #[error("{}", self.text().in_language(Language::En))]
    Customs(CustomsFault),
    /// No notice was like this so far; imported only when it is wished for.
    #[error("{}", self.text().in_language(Language::En))]
    Unusual(Vec<Oddity>),
    #[error(transparent)]
    Store(#[from] DbErr),
}

impl ImportFault {
    /// The fault for the operator, with its stable code.
    pub fn text(&self) -> Text {
        match self {
            Self::File(fault) => fault.coded(),
            Self::Customs(fault) => coded(fault.text(), fault.code()),
            Self::Unusual(odd) => {
                let each = odd.iter().map(|odd| coded(odd.text(), odd.code()).into()).collect();
                words::import::calendar_unusual(Said::Lines(each))
            }
            Self::Store(error) => words::import::store_failed(error.to_string()),
        }
    }
}

fn coded(text: Text, code: &str) -> Text {
    words::import::coded(text, code)
}

/// A file that was read, before anything is done with it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub file: CalendarFile,
    /// What no notice has had so far.
    pub oddities: Vec<Oddity>,
    bytes: Vec<u8>,
}

impl Draft {
    /// Reads a file; nothing is known about the store yet.
    pub fn read(csv: &[u8]) -> Result<Self, FileFault> {
        let file = calendar_file::read(csv)?;
        Ok(Self { oddities: plausible::oddities(&file), file, bytes: csv.to_owned() })
    }

    /// In hexadecimal, of the file as it came.
    pub fn sha256(&self) -> String {
        let digest: [u8; 32] = Sha256::digest(&self.bytes).into();
        hex(&digest)
    }

    /// The dates that it would change.
    pub fn changes(&self, before: &Calendar) -> Vec<DayChange> {
        calendar_changes::changes(before, &before.with(&self.file), &self.file.years)
    }
}

/// Imports the years of a file (`date,name,kind`): all of them, or nothing when a line is wrong, or when a year
/// is like no notice so far and that was not wished for.
///
/// Only the years in the file get a new version and become published. A running server shows them at once
/// after `Directory::forget`, else within a minute.
pub async fn import_calendar(
    db: &Db,
    clock: &Clock,
    csv: &[u8],
    import: Import,
) -> Result<ImportSummary, ImportFault> {
    let draft = Draft::read(csv).map_err(ImportFault::File)?;
    if !draft.oddities.is_empty() && !import.unusual {
        return Err(ImportFault::Unusual(draft.oddities));
    }
    Ok(write(db, clock, draft, import).await?)
}

/// Imports the shipped years that are not there yet. Years that an operator imported stay as they are.
pub async fn ensure_calendar(db: &Db, clock: &Clock) -> Result<(), DbErr> {
    let mut draft = Draft::read(SHIPPED).expect("a test reads the shipped file");
    let published = store::calendar(db.reader()).await?.published;
    let file = &mut draft.file;
    file.years.retain(|year| !published.contains(year));
    file.days.retain(|date, _| file.years.contains(&date.year()));
    draft.oddities.clear();
    if draft.file.years.is_empty() {
        return Ok(());
    }
    let by = Import { origin: ImportOrigin::Program, ..Import::by_command(None, None, true) };
    write(db, clock, draft, by).await.map(drop)
}

async fn write(db: &Db, clock: &Clock, draft: Draft, by: Import) -> Result<ImportSummary, DbErr> {
    let now = clock.now();
    let draft = Arc::new(draft);
    db.write(move |tx| Box::pin(async move { publish(tx, &draft, by, now).await })).await
}

/// The whole use case in one transaction: versions, days, the entry, and the job for what bookings feel of it.
async fn publish(tx: &Tx, draft: &Draft, by: Import, now: DateTime<Utc>) -> Result<ImportSummary, DbErr> {
    let file = &draft.file;
    if by.origin == ImportOrigin::Program
        && file.years.is_subset(&store::calendar(tx.conn()).await?.published)
    {
        // Another process that starts at the same time was faster.
        return Ok(ImportSummary { import_id: Uuid::nil(), versions: BTreeMap::new(), days: 0 });
    }
    let oddities: BTreeSet<&str> = draft.oddities.iter().map(|odd| odd.code()).collect();
    let row = calendar_import::Model {
        id: ids::new_id(now),
        origin: by.origin,
        imported_at: now,
        account_id: by.actor.id,
        source: by.source.clone(),
        reason: by.reason.clone(),
        sha256: draft.sha256(),
        file: draft.bytes.clone(),
        oddities: json!(oddities),
    };
    let (import_id, file_sha256) = (row.id, row.sha256.clone());
    // Whoever numbers a year second waits here for the first, and is run again behind it.
    let versions = store::insert_versions(tx, row, &file.years).await?;
    let changes = draft.changes(&store::calendar(tx.conn()).await?);
    store::replace_years(tx, file, now).await?;
    for (&year, &number) in &versions {
        let dates: Vec<Reclassified> = calendar_changes::reclassified(&changes);
        let dates: Vec<_> = dates.into_iter().filter(|one| one.date.year() == year).collect();
        if !dates.is_empty() {
            jobs::enqueue(tx, now, &CalendarCorrected { year, number, dates, is_second_look: false }).await?;
        }
    }
    let what = ImportEntry::Calendar {
        years: file.years.iter().copied().collect(),
        days: file.days.len(),
        sha256: hex(&digest(file)),
        unusual: oddities.into_iter().map(str::to_owned).collect(),
        versions: versions.clone(),
        file_sha256: Some(file_sha256),
    };
    let mut entry = NewEntry::new(evidence::SYSTEM, &what, by.actor, now);
    // Typed freely, so a name may stand in them.
    for (name, text) in [("source", by.source), ("reason", by.reason)] {
        if let Some(text) = text {
            entry = entry.personal(name, text);
        }
    }
    evidence::append(tx, entry).await?;
    bus::tell_in(tx, bus::DIRECTORY).await?;
    Ok(ImportSummary { import_id, versions, days: file.days.len() })
}

/// The digest of what was imported, in the file's own form and sorted by date.
fn digest(file: &CalendarFile) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (date, (kind, name)) in &file.days {
        let kind = sea_orm::ActiveEnum::to_value(kind);
        hash.update(format!("{date},{name},{kind}\n"));
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_has_no_fault_and_three_years() {
        let file = calendar_file::read(SHIPPED).unwrap();
        assert_eq!(file.years, [2024, 2025, 2026].into());
    }
}
