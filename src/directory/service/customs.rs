//! Bringing the list of customs offices into the store.

use crate::base::clock::Clock;
use crate::base::hex::hex;
use crate::base::words::Language;
use crate::db::{Db, Tx, bus};
use crate::directory::log::ImportEntry;
use crate::directory::model::customs::{self, CustomsList};
use crate::directory::service::import::ImportFault;
use crate::directory::store;
use crate::evidence::{self, Actor, NewEntry};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use sha2::{Digest, Sha256};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_demo_has_no_fault() {
        assert_eq!(customs::read(include_bytes!("../data/customs_offices_demo.csv")).unwrap().len(), 10);
    }
}
