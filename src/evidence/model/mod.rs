//! The bytes of entries and the rule of the chain. Pure.

mod canonical;
pub mod logged;
pub mod rows;

use crate::base::hex::hex;
use crate::db::Told;
use crate::evidence::model::logged::Logged;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The chain of what belongs to no booking: sign-ins, rights, settings.
pub const SYSTEM: Uuid = Uuid::nil();

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// What an empty chain ends in.
pub const GENESIS: Hash = [0; 32];

/// Who did it: an account with its role, or the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Actor {
    pub id: Option<Uuid>,
    pub role: &'static str,
}

impl Actor {
    /// The program acting by itself (an expired hold, a recovered recording).
    pub const PROGRAM: Self = Self { id: None, role: "program" };
}

/// An entry to append.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub case: Uuid,
    /// What happened, by the name that its owner gave it.
    pub kind: String,
    pub actor: Actor,
    pub at: DateTime<Utc>,
    /// Facts without personal data.
    pub data: Value,
    /// Personal values by name; only their commitments go into the entry.
    pub personal: Vec<(&'static str, String)>,
    /// Commitments to what is kept elsewhere with its salt.
    pub committed: Vec<(&'static str, Hash)>,
    /// What rows of the case hold from now on.
    pub rows: Vec<Told>,
}

impl NewEntry {
    pub fn new(case: Uuid, what: &impl Logged, actor: Actor, at: DateTime<Utc>) -> Self {
        let (kind, data) = logged::parts(what);
        Self { case, kind, actor, at, data, personal: Vec::new(), committed: Vec::new(), rows: Vec::new() }
    }

    #[must_use]
    pub fn personal(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.personal.push((name, value.into()));
        self
    }

    /// A commitment to something whose salt is kept with it, not in the table of commitments.
    #[must_use]
    pub fn committed(mut self, name: &'static str, commitment: Hash) -> Self {
        self.committed.push((name, commitment));
        self
    }

    #[must_use]
    pub fn row(mut self, row: Told) -> Self {
        self.rows.push(row);
        self
    }
}

/// What stands in an entry for a personal value.
pub fn commitment(salt: &[u8], value: &str) -> Hash {
    Sha256::new().chain_update(salt).chain_update(value.as_bytes()).finalize().into()
}

/// The hash of a chain that ended in `previous` and goes on with `bytes`.
pub fn link(previous: &Hash, bytes: &[u8]) -> Hash {
    Sha256::new().chain_update(previous).chain_update(bytes).finalize().into()
}

/// The form of the bytes. Entries of form 1 do not tell rows.
pub const FORM: i64 = 2;

/// The canonical bytes (RFC 8785) of an entry. `commitments` are (name, commitment).
pub fn entry_bytes(
    entry: &NewEntry,
    seq: i64,
    commitments: &[(&str, Hash)],
) -> Result<Vec<u8>, serde_json::Error> {
    let commitments: Map<String, Value> =
        commitments.iter().map(|(name, hash)| ((*name).to_owned(), Value::String(hex(hash)))).collect();
    let rows: Vec<Value> = entry.rows.iter().map(row_value).collect();
    canonical::bytes(&json!({
        "v": FORM,
        "case": entry.case,
        "seq": seq,
        "at": entry.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "kind": entry.kind,
        "actor": entry.actor,
        "data": entry.data,
        "commitments": commitments,
        "rows": rows,
    }))
}

/// A row in an entry: what its columns hold, and the names of those of which a commitment stands there.
fn row_value(row: &Told) -> Value {
    if row.gone {
        return json!({ "table": row.table, "id": row.id, "gone": true });
    }
    let columns: Map<String, Value> =
        row.columns.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let committed: Vec<&str> = row.personal.iter().map(|(name, _)| *name).collect();
    json!({ "table": row.table, "id": row.id, "set": columns, "committed": committed })
}

/// Who did what an entry's bytes tell: account and role.
pub fn actor_of(bytes: &[u8]) -> (Option<Uuid>, String) {
    let parsed: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let actor = &parsed["actor"];
    let id = actor["id"].as_str().and_then(|id| id.parse().ok());
    (id, actor["role"].as_str().unwrap_or_default().to_owned())
}

/// The first thing in a chain that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainFault {
    /// The entry that should have number `expected` is missing (or has another number).
    Missing { expected: i64 },
    /// Bytes and hash of this entry do not fit, or not onto the entry before.
    Changed { seq: i64 },
    /// The chain ends before (or after) the recorded head.
    Length { entries: i64, recorded: i64 },
    /// The last hash is not the recorded head.
    Head,
}

/// Walks a chain: `entries` are (seq, bytes, hash) in order, `head` the recorded length and hash.
pub fn check_chain<'a>(
    entries: impl IntoIterator<Item = (i64, &'a [u8], &'a [u8])>,
    head: (i64, &[u8]),
) -> Result<Hash, ChainFault> {
    let mut previous = GENESIS;
    let mut count = 0;
    for (seq, bytes, hash) in entries {
        if seq != count {
            return Err(ChainFault::Missing { expected: count });
        }
        let linked = link(&previous, bytes);
        if linked.as_slice() != hash {
            return Err(ChainFault::Changed { seq });
        }
        previous = linked;
        count += 1;
    }
    if count != head.0 {
        return Err(ChainFault::Length { entries: count, recorded: head.0 });
    }
    if previous.as_slice() != head.1 {
        return Err(ChainFault::Head);
    }
    Ok(previous)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, serde::Deserialize)]
    #[serde(tag = "kind", content = "data")]
    enum Made {
        #[serde(rename = "booking.held")]
        Held { b: i64, a: String },
    }

    impl Logged for Made {
        fn words(&self, _: &crate::evidence::Names) -> crate::base::words::Text {
            crate::base::words::log::booking_held()
        }
    }
    use proptest::prelude::*;

    fn chain(bodies: &[Vec<u8>]) -> Vec<(i64, Vec<u8>, Hash)> {
        let mut previous = GENESIS;
        let mut rows = Vec::new();
        for (seq, body) in (0..).zip(bodies) {
            previous = link(&previous, body);
            rows.push((seq, body.clone(), previous));
        }
        rows
    }

    fn check(rows: &[(i64, Vec<u8>, Hash)], head: (i64, Hash)) -> Result<Hash, ChainFault> {
        check_chain(
            rows.iter().map(|(seq, bytes, hash)| (*seq, bytes.as_slice(), hash.as_slice())),
            (head.0, &head.1),
        )
    }

    #[test]
    fn an_entry_has_the_bytes_of_rfc_8785() {
        let at = DateTime::from_timestamp_millis(1_790_000_000_123).unwrap();
        let entry = NewEntry::new(Uuid::nil(), &Made::Held { b: 1, a: "冰城".into() }, Actor::PROGRAM, at);
        let bytes = entry_bytes(&entry, 0, &[("reason", [0xab; 32])]).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            format!(
                concat!(
                    r#"{{"actor":{{"id":null,"role":"program"}},"at":"2026-09-21T14:13:20.123Z","#,
                    r#""case":"00000000-0000-0000-0000-000000000000","commitments":{{"reason":"{}"}},"#,
                    r#""data":{{"a":"冰城","b":1}},"kind":"booking.held","rows":[],"seq":0,"v":2}}"#
                ),
                "ab".repeat(32)
            )
        );
    }

    #[test]
    fn an_empty_chain_ends_in_zeroes() {
        assert_eq!(check(&[], (0, GENESIS)), Ok(GENESIS));
    }

    proptest! {
        #[test]
        fn whatever_is_flipped_dropped_or_swapped_is_found(
            bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..8),
            place in any::<prop::sample::Index>(), bit in 0..8u8, how in 0..4u8,
        ) {
            let rows = chain(&bodies);
            let head = (rows.len() as i64, rows.last().unwrap().2);
            prop_assert_eq!(check(&rows, head), Ok(head.1));

            let mut broken = rows.clone();
            let at = place.index(broken.len());
            match how {
                0 => { let n = place.index(broken[at].1.len()); broken[at].1[n] ^= 1 << bit; }
                1 => broken[at].2[usize::from(bit)] ^= 1,
                2 => { broken.remove(at); }
                _ => { broken.pop(); }
            }
            prop_assert!(check(&broken, head).is_err());
        }
    }
}
