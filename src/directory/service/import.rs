//! Bringing the official calendar into the store.

use crate::base::clock::Clock;
use crate::base::hex::hex;
use crate::base::words::{self, Language, Said, Text};
use crate::db::{Db, Tx, bus};
use crate::directory::log::ImportEntry;
use crate::directory::model::calendar_file::{self, CalendarFile, FileFault};
use crate::directory::model::customs::{self, CustomsFault, CustomsList};
use crate::directory::model::plausible::{self, Oddity};
use crate::directory::store;
use crate::evidence::{self, Actor, NewEntry};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt;

/// Public holidays and make-up workdays of 2024 to 2026, day by day, from the State Council's yearly
/// notices (国务院办公厅关于部分节假日安排的通知, published on www.gov.cn). The notice for 2027 is not
/// out yet.
const SHIPPED: &[u8] = include_bytes!("../data/cn_holidays.csv");

/// What an import brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSummary {
    pub years: BTreeSet<i32>,
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
        let years = self.years.iter().map(|year| Said::from(year.to_string())).collect();
        words::import::calendar_imported(Said::List(years), self.days)
    }
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
            Self::File(fault) => coded(fault.text(), fault.code()),
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

/// Imports the years of a file (`date,name,kind`): all of them, or nothing when a line is wrong, or when a year
/// is like no notice so far and `unusual` was not wished for.
///
/// Only the years in the file are replaced and become published. A running server shows them at once
/// after `Directory::forget`, else within a minute.
pub async fn import_calendar(
    db: &Db,
    clock: &Clock,
    csv: &[u8],
    unusual: bool,
) -> Result<ImportSummary, ImportFault> {
    let file = calendar_file::read(csv).map_err(ImportFault::File)?;
    let odd = plausible::oddities(&file);
    if !odd.is_empty() && !unusual {
        return Err(ImportFault::Unusual(odd));
    }
    let summary = ImportSummary { years: file.years.clone(), days: file.days.len() };
    write(db, clock, file, &odd).await?;
    Ok(summary)
}

/// Imports the shipped years that are not there yet. Years that an operator imported stay as they are.
pub async fn ensure_calendar(db: &Db, clock: &Clock) -> Result<(), DbErr> {
    let mut file = calendar_file::read(SHIPPED).expect("a test reads the shipped file");
    let published = store::calendar(db.reader()).await?.published;
    file.years.retain(|year| !published.contains(year));
    file.days.retain(|date, _| file.years.contains(&chrono::Datelike::year(date)));
    if file.years.is_empty() {
        return Ok(());
    }
    write(db, clock, file, &[]).await
}

async fn write(db: &Db, clock: &Clock, file: CalendarFile, odd: &[Oddity]) -> Result<(), DbErr> {
    let now = clock.now();
    let odd: BTreeSet<&'static str> = odd.iter().map(|odd| odd.code()).collect();
    db.write(move |tx| {
        Box::pin(async move {
            store::replace_years(tx, &file, now).await?;
            let what = ImportEntry::Calendar {
                years: file.years.iter().copied().collect(),
                days: file.days.len(),
                sha256: hex(&digest(&file)),
                unusual: odd.into_iter().map(str::to_owned).collect(),
            };
            evidence::append(tx, NewEntry::new(evidence::SYSTEM, &what, Actor::PROGRAM, now)).await?;
            bus::tell_in(tx, bus::DIRECTORY).await
        })
    })
    .await
}

/// Imports the list of customs offices (`code,name_zh,name_en`) in place of the one that was there; how many.
pub async fn import_customs(db: &Db, clock: &Clock, csv: &[u8]) -> Result<usize, ImportFault> {
    let list = customs::read(csv).map_err(ImportFault::Customs)?;
    let count = list.len();
    let now = clock.now();
    db.write(move |tx| {
        Box::pin(async move {
            replace_customs(tx, &list, now).await?;
            bus::tell_in(tx, bus::DIRECTORY).await
        })
    })
    .await?;
    Ok(count)
}

/// A list for the demo where there is none yet.
pub async fn insert_customs(tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
    if !store::customs(tx.conn()).await?.is_empty() {
        return Ok(());
    }
    let list = customs::read(include_bytes!("../data/customs_offices_demo.csv")).expect("a test reads it");
    replace_customs(tx, &list, now).await
}

async fn replace_customs(tx: &Tx, list: &CustomsList, now: DateTime<Utc>) -> Result<(), DbErr> {
    store::replace_customs(tx, list).await?;
    let mut hash = Sha256::new();
    for (code, name) in list {
        let [zh, en] = [Language::ZhCn, Language::En].map(|column| name.get(column).unwrap_or_default());
        hash.update(format!("{code},{zh},{en}\n"));
    }
    let digest: [u8; 32] = hash.finalize().into();
    let what = ImportEntry::CustomsOffices { offices: list.len(), sha256: hex(&digest) };
    evidence::append(tx, NewEntry::new(evidence::SYSTEM, &what, Actor::PROGRAM, now)).await
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
    fn the_list_of_the_demo_has_no_fault() {
        assert_eq!(customs::read(include_bytes!("../data/customs_offices_demo.csv")).unwrap().len(), 10);
    }

    #[test]
    fn the_shipped_file_has_no_fault_and_three_years() {
        let file = calendar_file::read(SHIPPED).unwrap();
        assert_eq!(file.years, [2024, 2025, 2026].into());
    }
}
