//! What the rows of a case should hold, by its entries: a replay. Pure.
//!
//! Entries of form 2 tell rows outright. Those of form 1 tell some of the same in their data; what they
//! do not tell cannot be compared, and is counted as that rather than passed over.

use crate::base::words::{self, Text};
use crate::booking::log::BookingEntry;
use crate::evidence;
use crate::evidence::entities::{commitment, entry};
use crate::evidence::model::rows::{Column, Evident, instant, personal_text};
use crate::review::model::checks::{self, Fault, Subject};
use crate::video::entities::recording::RecordingState;
use crate::video::log::RecordingEntry;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// As much of a value as a sentence shows.
const SHOWN: usize = 80;

/// What the entries of a case lead to.
#[derive(Debug, Default)]
pub struct Replay {
    rows: HashMap<(String, String), BTreeMap<String, ExpectedValue>>,
    /// The chain tells rows from its first entry on: then each row of the case must be told.
    whole: bool,
}

#[derive(Debug)]
struct ExpectedValue {
    value: Expectation,
    /// The entry that says so.
    seq: i64,
}

#[derive(Debug)]
enum Expectation {
    Hold(Value),
    /// What is committed to under the column's name in that entry.
    Committed,
}

/// How much was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Values of rows that are measured against an entry.
    pub values: usize,
    /// Values that no entry tells, because it was written before entries did, or whose text was erased.
    pub not_told: usize,
    /// Encrypted answers and documents that were not opened, because there was no keyring.
    pub not_opened: usize,
}

impl Replay {
    pub fn of(entries: &[entry::Model]) -> Self {
        let mut replay = Self::default();
        for row in entries {
            let parsed: Value = serde_json::from_slice(&row.bytes).unwrap_or_default();
            let tells_rows = parsed["v"].as_i64().is_some_and(|form| form >= 2);
            replay.whole |= row.seq == 0 && tells_rows;
            if tells_rows {
                replay.take_rows(&parsed, row.seq);
            } else {
                replay.take_form_1(row, &parsed);
            }
        }
        replay
    }

    fn take_rows(&mut self, parsed: &Value, seq: i64) {
        for row in parsed["rows"].as_array().into_iter().flatten() {
            let (Some(table), Some(id)) = (row["table"].as_str(), row["id"].as_str()) else { continue };
            if row["gone"] == true {
                self.rows.remove(&(table.to_owned(), id.to_owned()));
            }
            for (column, value) in row["set"].as_object().into_iter().flatten() {
                self.set(table, id, column, Expectation::Hold(value.clone()), seq);
            }
            for column in row["committed"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                self.set(table, id, column, Expectation::Committed, seq);
            }
        }
    }

    /// What the data and commitments of an older entry say of rows.
    fn take_form_1(&mut self, row: &entry::Model, parsed: &Value) {
        let data = &parsed["data"];
        let told = |name: &str| data.get(name).cloned();
        let case = row.case_id.to_string();
        if let Some(entry) = evidence::read::<BookingEntry>(&row.bytes) {
            if matches!(entry, BookingEntry::Held { .. }) {
                self.set("booking", &case, "state", Expectation::Hold("held".into()), row.seq);
            }
            for column in ["reference", "state"] {
                self.hold("booking", &case, column, told(column), row.seq);
            }
            for column in ["starts_at", "ends_at", "hold_expires_at"] {
                self.hold("booking", &case, column, told(column).map(in_form_2), row.seq);
            }
            for column in ["contact_name", "contact_mobile", "fields", "reason"] {
                if parsed["commitments"][column].is_string() {
                    self.set("booking", &case, column, Expectation::Committed, row.seq);
                }
            }
        }
        let (Some(recording), Some(publication)) = (data["recording"].as_str(), data["publication"].as_str())
        else {
            return;
        };
        self.hold("recording", recording, "publication_id", told("publication"), row.seq);
        self.hold("recording", recording, "segment", told("segment"), row.seq);
        self.hold("publication", publication, "participant_id", told("participant"), row.seq);
        self.hold("publication", publication, "source", told("source"), row.seq);
        let state = match evidence::read::<RecordingEntry>(&row.bytes) {
            Some(RecordingEntry::Finalised(_)) => Some(RecordingState::Finalised),
            Some(RecordingEntry::Interrupted(_)) => Some(RecordingState::Interrupted),
            Some(RecordingEntry::Partial(_)) => Some(RecordingState::Partial),
            _ => None,
        };
        if let Some(state) = state {
            self.set("recording", recording, "state", Expectation::Hold(serde_json::json!(state)), row.seq);
            self.hold("recording", recording, "started_at", told("started_at").map(in_form_2), row.seq);
            for column in ["duration_ms", "bytes", "clusters", "manifest_sha256"] {
                self.hold("recording", recording, column, told(column), row.seq);
            }
        }
    }

    fn hold(&mut self, table: &str, id: &str, column: &str, value: Option<Value>, seq: i64) {
        if let Some(value) = value {
            self.set(table, id, column, Expectation::Hold(value), seq);
        }
    }

    fn set(&mut self, table: &str, id: &str, column: &str, value: Expectation, seq: i64) {
        let row = self.rows.entry((table.to_owned(), id.to_owned())).or_default();
        row.insert(column.to_owned(), ExpectedValue { value, seq });
    }

    /// Whether each row of the case must be told by an entry.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The rows of a table that entries tell of, where their key is an id.
    pub fn ids(&self, table: &str) -> Vec<Uuid> {
        self.rows.keys().filter(|(name, _)| name == table).filter_map(|(_, id)| id.parse().ok()).collect()
    }
}

/// The comparison of a case's rows with its replay, row by row.
pub struct Comparison<'a> {
    replay: &'a Replay,
    texts: HashMap<(i64, &'a str), &'a str>,
    seen: HashSet<(&'static str, String)>,
    pub tally: Tally,
    /// The first thing that does not fit.
    pub fault: Option<Fault>,
}

impl<'a> Comparison<'a> {
    pub fn new(replay: &'a Replay, commitments: &'a [commitment::Model]) -> Self {
        let texts =
            commitments.iter().map(|row| ((row.seq, row.name.as_str()), row.value.as_str())).collect();
        Self { replay, texts, seen: HashSet::new(), tally: Tally::default(), fault: None }
    }

    /// Compares rows of one table. `may_be_untold`: rows that stand there before an entry tells of them.
    pub fn rows<R: Evident>(&mut self, rows: &[R], may_be_untold: impl Fn(&R) -> bool) {
        for row in rows {
            let id = row.id();
            let told = self.replay.rows.get(&(R::TABLE.to_owned(), id.clone()));
            self.seen.insert((R::TABLE, id.clone()));
            let fault = match told {
                Some(told) => self.columns(R::TABLE, &id, row.columns(), told),
                None if may_be_untold(row) => None,
                None if self.replay.whole => Some(untold(R::TABLE, &id)),
                None => {
                    self.tally.not_told += row.columns().len();
                    None
                }
            };
            self.fault = self.fault.take().or(fault);
        }
    }

    fn columns(
        &mut self,
        table: &'static str,
        id: &str,
        columns: Vec<Column>,
        told: &BTreeMap<String, ExpectedValue>,
    ) -> Option<Fault> {
        let mut first = None;
        for column in columns {
            let Some(ExpectedValue { value, seq }) = told.get(column.name) else {
                // A column that the schema was given later says nothing of older rows until it holds something.
                self.tally.not_told += usize::from(!column.value.is_null());
                continue;
            };
            let expected = match value {
                Expectation::Hold(value) => value.clone(),
                Expectation::Committed => {
                    match (self.texts.get(&(*seq, column.name)), personal_text(&column)) {
                        (Some(text), _) => committed_value(&column, text),
                        // Both are gone: erased, as personal values may be.
                        (None, None) => {
                            self.tally.not_told += 1;
                            continue;
                        }
                        (None, Some(_)) => {
                            first.get_or_insert_with(|| deleted(table, id, column.name, *seq));
                            continue;
                        }
                    }
                }
            };
            self.tally.values += 1;
            if column.value != expected {
                first.get_or_insert_with(|| differs(table, id, &column, &expected, *seq));
            }
        }
        first
    }

    /// A row that entries tell of and that is not there any more.
    pub fn lost(&mut self) {
        let mut lost: Vec<_> = self.replay.rows.iter().collect();
        lost.retain(|((table, id), _)| !self.seen.iter().any(|(name, seen)| name == table && seen == id));
        lost.sort_by_key(|(key, _)| *key);
        if let Some(((table, id), told)) = lost.first() {
            let seq = told.values().map(|told| told.seq).min().unwrap_or_default();
            let fault = row_fault(table, id, None, Some(seq), words::review::fault_row_lost(table, seq, id));
            self.fault = self.fault.take().or(Some(fault));
        }
    }
}

/// What a committed text says the column holds.
fn committed_value(column: &Column, text: &str) -> Value {
    let structured = !matches!(column.value, Value::String(_) | Value::Null);
    let parsed = structured.then(|| serde_json::from_str(text).ok()).flatten();
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn untold(table: &str, id: &str) -> Fault {
    row_fault(table, id, None, None, words::review::fault_row_untold(table, id))
}

fn deleted(table: &str, id: &str, column: &str, seq: i64) -> Fault {
    row_fault(table, id, Some(column), Some(seq), words::review::fault_text_deleted(table, column, seq))
}

fn differs(table: &str, id: &str, column: &Column, expected: &Value, seq: i64) -> Fault {
    let (found, expected, name) = (shown(&column.value), shown(expected), column.name);
    row_fault(
        table,
        id,
        Some(name),
        Some(seq),
        words::review::value_differs(table, name, found, seq, expected),
    )
}

/// A fault of a row, or of one column of it.
pub fn row_fault(table: &str, id: &str, column: Option<&str>, entry: Option<i64>, text: Text) -> Fault {
    Fault {
        about: Subject::Row,
        id: id.to_owned(),
        text,
        row: Some(checks::RowSubject { table: table.to_owned(), column: column.map(str::to_owned), entry }),
    }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A time of an older entry in the form in which rows are compared.
fn in_form_2(value: Value) -> Value {
    value.as_str().and_then(|text| text.parse().ok()).map_or(value, instant)
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
