//! Entries as their owners know them: each feature has an enum of what it writes (`log.rs`), and reads it back from
//! the bytes. Nobody else spells the name of a kind.

use crate::base::words::Text;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// Names of participants by id.
pub type Names = HashMap<Uuid, String>;

/// What a feature writes into the log: an enum of serde, tagged by `kind` with its payload in `data`, just as they
/// stand in the bytes. A variant keeps its name and the names of its fields for ever, because old entries are
/// read by them; a field that older entries lack is optional. Payloads hold no personal data.
pub trait Logged: Serialize + DeserializeOwned {
    /// Whether the booker finds it in the history of the booking; `by_program`: nobody did it, the program did.
    fn is_for_booker(&self, _by_program: bool) -> bool {
        false
    }

    /// What it says to whoever reads the case. Names come from ordinary rows, never from the entry itself.
    fn words(&self, names: &Names) -> Text;
}

/// The name of a kind and the payload, as they stand in the bytes.
pub(in crate::evidence) fn parts(what: &impl Logged) -> (String, Value) {
    let mut whole = serde_json::to_value(what).expect("an entry is made of plain fields");
    let data = whole["data"].take();
    let kind = whole["kind"].as_str().unwrap_or_default().to_owned();
    (kind, if data.is_null() { Value::Object(Map::new()) } else { data })
}

/// An entry's bytes as a feature wrote them; nothing if they are another feature's.
pub fn read<E: Logged>(bytes: &[u8]) -> Option<E> {
    serde_json::from_slice(bytes).ok()
}

/// Whether the booker finds an entry in the history; nothing if it is another feature's.
pub fn shown<E: Logged>(bytes: &[u8], by_program: bool) -> Option<bool> {
    read::<E>(bytes).map(|entry| entry.is_for_booker(by_program))
}

/// What an entry says; nothing if it is another feature's.
pub fn told<E: Logged>(bytes: &[u8], names: &Names) -> Option<Text> {
    read::<E>(bytes).map(|entry| entry.words(names))
}
