//! Bringing the official calendar into the store.

use crate::base::clock::Clock;
use crate::base::text::{Language, Text};
use crate::db::{Db, Tx};
use crate::directory::model::calendar_file::{self, CalendarFile, FileFault};
use crate::directory::model::customs::{self, CustomsFault, CustomsList};
use crate::directory::model::plausible::{self, Oddity};
use crate::directory::store;
use crate::evidence;
use crate::evidence::{Actor, NewEntry};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use serde_json::json;
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
        f.write_str(self.text().for_language(Language::En))
    }
}

impl ImportSummary {
    /// What was imported, for the operator.
    pub fn text(&self) -> Text {
        let years: Vec<String> = self.years.iter().map(i32::to_string).collect();
        Text::new(
            format!("已导入 {} 年的 {} 天。", years.join("、"), self.days),
            format!("imported {} days of {}", self.days, years.join(", ")),
        )
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    /// Something is wrong with the file; it is never imported.
    #[error("{}", self.text().for_language(Language::En))]
    File(FileFault),
    /// The same of a list of customs offices.
    #[error("{}", self.text().for_language(Language::En))]
    Customs(CustomsFault),
    /// No notice was like this so far; imported only when it is wished for.
    #[error("{}", self.text().for_language(Language::En))]
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
                let each: Vec<Text> = odd.iter().map(|odd| coded(odd.text(), odd.code())).collect();
                let zh: Vec<&str> = each.iter().map(|text| &*text.zh).collect();
                let en: Vec<&str> = each.iter().map(|text| &*text.en).collect();
                Text::new(
                    format!(
                        "与历年的放假通知不一样，没有导入：\n{}\n请对照通知核对。确实如此的，加 --unusual 再导入。",
                        zh.join("\n")
                    ),
                    format!(
                        "Unlike any notice so far; nothing was imported:\n{}\nCompare it with the notice. If it is \
                         so, import it with --unusual.",
                        en.join("\n")
                    ),
                )
            }
            Self::Store(error) => Text::new(
                format!("数据库出错，没有导入：{error}"),
                format!("The store failed; nothing was imported: {error}"),
            ),
        }
    }
}

fn coded(text: Text, code: &str) -> Text {
    Text::new(format!("{} [{code}]", text.zh), format!("{} [{code}]", text.en))
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
            let entry =
                NewEntry::new(evidence::SYSTEM, "calendar.imported", Actor::PROGRAM, now).data(json!({
                    "years": file.years,
                    "days": file.days.len(),
                    "sha256": evidence::model::hex(&digest(&file)),
                    // Imported all the same, though unlike any notice so far.
                    "unusual": odd,
                }));
            evidence::append(tx, entry).await
        })
    })
    .await
}

/// Imports the list of customs offices (`code,name_zh,name_en`) in place of the one that was there; how many.
pub async fn import_customs(db: &Db, clock: &Clock, csv: &[u8]) -> Result<usize, ImportFault> {
    let list = customs::read(csv).map_err(ImportFault::Customs)?;
    let count = list.len();
    let now = clock.now();
    db.write(move |tx| Box::pin(async move { replace_customs(tx, &list, now).await })).await?;
    Ok(count)
}

/// A list for the demo where there is none yet.
pub async fn lay_customs(tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
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
        hash.update(format!("{code},{},{}\n", name.zh, name.en.as_deref().unwrap_or_default()));
    }
    let digest: [u8; 32] = hash.finalize().into();
    let entry =
        NewEntry::new(evidence::SYSTEM, "customs_offices.imported", Actor::PROGRAM, now).data(json!({
            "offices": list.len(),
            "sha256": evidence::model::hex(&digest),
        }));
    evidence::append(tx, entry).await
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
