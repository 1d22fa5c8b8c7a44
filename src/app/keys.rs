//! The commands for the keys under which values are kept encrypted: adding one, listing them, forgetting one that nothing
//! is under.

use crate::app::cli::print;
use crate::app::opening;
use crate::app::{Settings, StartError};
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::base::words::{self, Language, Moment, Text};
use crate::db::{Db, Tx, forget_data_key};
use crate::{booking, documents};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::BTreeMap;
use std::process::ExitCode;

/// What was begun under an older key has been written by then.
const UNDER_WAY: TimeDelta = TimeDelta::minutes(10);

/// Adds a key under which values are encrypted from now on; a running program hears of it by itself.
pub(super) async fn rotate(settings: &Settings) -> Result<ExitCode, StartError> {
    let clock = Clock::system();
    let db = opening::open(settings, &clock).await?.db;
    let id = Keyring::rotate(&settings.data_dir)?;
    db.note_data_key(id.clone(), clock.now()).await?;
    Ok(print(&format!("{id}\n")))
}

/// Tells which keys there are, a line each, the oldest first.
pub(super) async fn list(settings: &Settings, language: Language) -> Result<ExitCode, StartError> {
    let db = opening::open_to_look(settings).await?;
    let keyring = opening::keyring_to_look(settings, &db).await?;
    let keys = known(&db, &keyring).await?;
    let lines = keys.iter().map(|key| line(key).in_language(language) + "\n");
    Ok(print(&lines.collect::<String>()))
}

/// Takes a key away from store and keyring, unless something is under it.
pub(super) async fn forget(
    settings: &Settings,
    id: String,
    language: Language,
) -> Result<ExitCode, StartError> {
    let told = |text: Text| StartError::Refused(text.in_language(language));
    let refused = |text: Text| {
        let code = text.id();
        told(words::import::coded(text, code))
    };
    let db = opening::open_to_look(settings).await?;
    let keyring = opening::keyring_to_look(settings, &db).await?;
    let keys = known(&db, &keyring).await?;
    let key = keys.iter().find(|key| key.id == id).ok_or_else(|| refused(words::keys::key_unknown(&id)))?;
    if let Some(why) = kept_because(key, &keys, Clock::system().now()) {
        return Err(refused(why));
    }
    // The store first: a keyring that has more than the store needs is none the worse.
    let forgotten = id.clone();
    let under: Result<Under, DbErr> = db.write(move |tx| Box::pin(forget_in(tx, forgotten.clone()))).await;
    let under = under?;
    if under.is_any() {
        return Err(refused(in_use(&id, under)));
    }
    Keyring::forget(&settings.data_dir, &id)?;
    Ok(print(&format!("{}\n", words::keys::key_forgotten(&id).in_language(language))))
}

async fn forget_in(tx: &Tx, id: String) -> Result<Under, DbErr> {
    // Counted once more where nothing can come between.
    let under = counted(tx.conn()).await?.remove(&id).unwrap_or_default();
    if !under.is_any() {
        forget_data_key(tx, id).await?;
    }
    Ok(under)
}

/// How much is under a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Under {
    /// Files whose own key is wrapped by it.
    documents: u64,
    /// Bookings with an answer that is sealed by it.
    bookings: u64,
}

impl Under {
    fn is_any(self) -> bool {
        self != Self::default()
    }
}

/// A key as store and keyring know it.
#[derive(Clone, Debug)]
struct Key {
    id: String,
    /// Since when the store needs it; none if it does not.
    since: Option<DateTime<Utc>>,
    /// Its place in the keyring; none if it is not there.
    place: Option<usize>,
    /// It is the last one there.
    is_newest: bool,
    under: Under,
}

/// All keys that anything knows, those of the keyring in its order and then those that are missing there.
async fn known(db: &Db, keyring: &Keyring) -> Result<Vec<Key>, StartError> {
    let since: BTreeMap<String, DateTime<Utc>> =
        db.data_keys().await?.into_iter().map(|row| (row.id, row.created_at)).collect();
    let counted = counted(db.reader()).await?;
    let mut ids = keyring.data_keys();
    let has = ids.len();
    let elsewhere: Vec<String> =
        since.keys().chain(counted.keys()).filter(|id| !ids.contains(id)).cloned().collect();
    ids.extend(elsewhere);
    ids[has..].sort();
    ids.dedup();
    let key = |(place, id): (usize, String)| Key {
        since: since.get(&id).copied(),
        place: (place < has).then_some(place),
        is_newest: place + 1 == has,
        under: counted.get(&id).copied().unwrap_or_default(),
        id,
    };
    Ok(ids.into_iter().enumerate().map(key).collect())
}

/// What is under each key.
async fn counted(conn: &impl ConnectionTrait) -> Result<BTreeMap<String, Under>, DbErr> {
    let mut counted: BTreeMap<String, Under> = BTreeMap::new();
    for (id, documents) in documents::ask::under_each_key(conn).await? {
        counted.entry(id).or_default().documents = documents;
    }
    for (id, bookings) in booking::ask::under_each_key(conn).await? {
        counted.entry(id).or_default().bookings = bookings;
    }
    Ok(counted)
}

fn line(key: &Key) -> Text {
    let since = match key.since {
        Some(since) => words::keys::key_since(Moment(since, Tz::UTC)),
        None => words::keys::key_never(),
    };
    let state = match key.place {
        None => words::keys::key_state_missing(),
        Some(_) if key.is_newest => words::keys::key_state_current(),
        Some(0) => words::keys::key_state_first(),
        Some(_) if key.under.is_any() => words::keys::key_state_older(),
        Some(_) => words::keys::key_state_free(),
    };
    words::keys::key_line(&key.id, since, key.under.documents, key.under.bookings, state)
}

/// Why a key cannot be forgotten now.
fn kept_because(key: &Key, keys: &[Key], now: DateTime<Utc>) -> Option<Text> {
    let newest = keys.iter().find(|key| key.is_newest);
    match key.place {
        Some(_) if key.is_newest => return Some(words::keys::key_current(&key.id)),
        Some(0) => return Some(words::keys::key_of_main(&key.id)),
        _ if key.under.is_any() => return Some(in_use(&key.id, key.under)),
        _ => {}
    }
    let from = newest.and_then(|newest| newest.since).map_or(now, |since| since) + UNDER_WAY;
    (now < from).then(|| words::keys::key_recent(Moment(from, Tz::UTC), &key.id))
}

fn in_use(id: &str, Under { documents, bookings }: Under) -> Text {
    words::keys::key_in_use(id, documents, bookings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_older_key_is_forgotten_that_nothing_is_under() {
        let now: DateTime<Utc> = "2026-11-26T01:00:00Z".parse().unwrap();
        let key = |id: &str, place: Option<usize>, documents: u64| Key {
            id: id.to_owned(),
            since: Some(now - UNDER_WAY),
            place,
            is_newest: place == Some(3),
            under: Under { documents, bookings: 0 },
        };
        let mut keys = vec![
            key("first", Some(0), 0),
            key("used", Some(1), 2),
            key("free", Some(2), 0),
            key("newest", Some(3), 0),
            key("lost", None, 0),
            key("missed", None, 1),
        ];
        let why = |keys: &[Key], id: &str, now| {
            let key = keys.iter().find(|key| key.id == id).unwrap();
            kept_because(key, keys, now).map(|text| text.id())
        };
        for (id, kept) in [
            ("first", Some("key_of_main")),
            ("used", Some("key_in_use")),
            ("free", None),
            ("newest", Some("key_current")),
            ("lost", None),
            ("missed", Some("key_in_use")),
        ] {
            assert_eq!(why(&keys, id, now), kept, "{id}");
        }
        // What was begun before the newest key came may still be written.
        assert_eq!(why(&keys, "free", now - TimeDelta::milliseconds(1)), Some("key_recent"));
        keys[3].since = None;
        assert_eq!(why(&keys, "free", now), Some("key_recent"), "the store has not heard of it");
    }
}
