//! Whether entries, rows and recorded files fit each other. Pure; reading is elsewhere.
//!
//! The entry is the truth: rows and files are compared with what the chain says of them.

use crate::base::hex::hex;
use crate::base::keyring::Unreadable;
use crate::base::words::{self, Text};
use crate::documents::ask::KeptFault;
use crate::evidence::entities::{commitment, entry};
use crate::evidence::{self, ChainFault, model as chain};
use crate::video::entities::recording::{self, RecordingState};
use crate::video::log::RecordingEntry;
use crate::video::recording::{Fault as FileFault, Verdict};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Where something does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Entry,
    Recording,
    /// A row of the case, such as its booking or somebody who took part.
    Row,
}

/// Where in a row something does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowSubject {
    pub table: String,
    /// The column, unless it is the row as a whole.
    pub column: Option<String>,
    /// The number of the entry that tells otherwise.
    pub entry: Option<i64>,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub about: Subject,
    /// The number of an entry, or the id of a recording or row.
    pub id: String,
    pub text: Text,
    pub row: Option<RowSubject>,
}

/// What a finalising entry says of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub state: RecordingState,
    pub manifest_sha256: String,
    pub bytes: i64,
    pub clusters: i64,
}

/// What the chain says of all recordings of a case.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Recordings that began, with the number of the entry.
    pub started: Vec<(Uuid, i64)>,
    pub closed: HashMap<Uuid, Claimed>,
}

/// There are rows, and not one entry that tells of them.
pub fn chain_gone() -> Fault {
    Fault { about: Subject::Entry, id: "0".to_owned(), text: words::review::fault_chain_gone(), row: None }
}

/// A fault of the chain in words.
pub fn chain_fault(fault: &ChainFault) -> Fault {
    let (id, text) = match fault {
        ChainFault::Missing { expected } => (*expected, words::review::fault_entry_missing(expected)),
        ChainFault::Changed { seq } => (*seq, words::review::fault_entry_changed(seq)),
        ChainFault::Length { entries, recorded } => {
            ((*entries).min(*recorded), words::review::fault_chain_length(recorded, entries))
        }
        ChainFault::Head => (0, words::review::fault_chain_head()),
    };
    Fault { about: Subject::Entry, id: id.to_string(), text, row: None }
}

/// The first entry whose columns do not say what its bytes say: only the bytes are hashed.
pub fn columns_fault(entries: &[entry::Model]) -> Option<Fault> {
    entries.iter().find(|row| !columns_fit(row)).map(|row| Fault {
        about: Subject::Entry,
        id: row.seq.to_string(),
        row: None,
        text: words::review::fault_entry_columns(row.seq),
    })
}

fn columns_fit(row: &entry::Model) -> bool {
    let parsed: Value = serde_json::from_slice(&row.bytes).unwrap_or_default();
    parsed["seq"].as_i64() == Some(row.seq)
        && parsed["kind"].as_str() == Some(row.kind.as_str())
        && parsed["case"].as_str() == Some(row.case_id.to_string().as_str())
        && parsed["at"].as_str() == Some(stamp(row.at).as_str())
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The first personal value that is not the one committed to. A deleted value is no fault.
pub fn commitment_fault(entries: &[entry::Model], values: &[commitment::Model]) -> Option<Fault> {
    let by_seq: HashMap<i64, &entry::Model> = entries.iter().map(|row| (row.seq, row)).collect();
    let fits = |value: &&commitment::Model| {
        let committed = by_seq.get(&value.seq).and_then(|row| {
            let parsed: Value = serde_json::from_slice(&row.bytes).ok()?;
            parsed["commitments"][&value.name].as_str().map(str::to_owned)
        });
        committed == Some(hex(&chain::commitment(&value.salt, &value.value)))
    };
    values.iter().find(|value| !fits(value)).map(|value| Fault {
        about: Subject::Entry,
        id: value.seq.to_string(),
        row: None,
        text: words::review::fault_commitment(value.seq, &value.name),
    })
}

/// What the chain says of the recordings.
pub fn claims(entries: &[entry::Model]) -> Claims {
    let mut claims = Claims::default();
    for row in entries {
        let (state, closed) = match evidence::read::<RecordingEntry>(&row.bytes) {
            Some(RecordingEntry::Started(segment)) => {
                claims.started.push((segment.recording, row.seq));
                continue;
            }
            Some(RecordingEntry::Finalised(closed)) => (RecordingState::Finalised, closed),
            Some(RecordingEntry::Interrupted(closed)) => (RecordingState::Interrupted, closed),
            Some(RecordingEntry::Partial(closed)) => (RecordingState::Partial, closed),
            _ => continue,
        };
        // Should there ever be two, the first one was taken at capture.
        claims.closed.entry(closed.segment.recording).or_insert_with(|| Claimed {
            state,
            manifest_sha256: closed.manifest_sha256,
            bytes: closed.bytes,
            clusters: closed.clusters,
        });
    }
    claims
}

/// A recording that the chain knows and the table does not.
pub fn lost_recording(claims: &Claims, rows: &[recording::Model]) -> Option<Fault> {
    claims
        .started
        .iter()
        .find(|(id, _)| !rows.iter().any(|row| row.id == *id))
        .map(|(id, seq)| recording_fault(*id, words::review::fault_recording_lost(seq)))
}

/// What does not fit between a recording's row and what the chain says of it.
pub fn row_fault(row: &recording::Model, claimed: Option<&Claimed>) -> Option<Fault> {
    let closed = matches!(
        row.state,
        RecordingState::Finalised | RecordingState::Interrupted | RecordingState::Partial
    );
    match (claimed, closed) {
        (None, false) => None,
        (None, true) => Some(recording_fault(row.id, words::review::fault_recording_untold())),
        (Some(claimed), _) => {
            let manifest = row.manifest_sha256.as_deref().map(hex).unwrap_or_default();
            let fits = claimed.state == row.state
                && claimed.manifest_sha256 == manifest
                && claimed.bytes == row.bytes
                && claimed.clusters == i64::from(row.clusters);
            (!fits).then(|| recording_fault(row.id, words::review::fault_recording_row()))
        }
    }
}

/// The first thing that does not fit in a recorded file.
pub fn file_fault(id: Uuid, verdict: &Verdict, claimed: &Claimed) -> Option<Fault> {
    let fault = match verdict {
        Verdict::Intact { bytes, clusters } => {
            let fits = i64::try_from(*bytes) == Ok(claimed.bytes)
                && i64::try_from(*clusters) == Ok(claimed.clusters);
            return (!fits).then(|| recording_fault(id, words::review::fault_recording_size()));
        }
        Verdict::Faulty(faults) => faults.first()?,
    };
    Some(found_in_file(id, fault))
}

/// What does not fit in a recorded file, in words.
pub fn found_in_file(id: Uuid, fault: &FileFault) -> Fault {
    use words::review as say;
    let text = match fault {
        FileFault::FileMissing => say::file_missing(),
        FileFault::IndexMissing => say::file_index_missing(),
        FileFault::ManifestChanged => say::file_index_changed(),
        FileFault::IndexUnreadable { line } => say::file_index_unreadable(*line),
        FileFault::NotClosed => say::file_not_closed(),
        FileFault::HeaderChanged => say::file_header_changed(),
        FileFault::ClusterChanged { number, offset } => say::file_cluster_changed(*number, *offset),
        FileFault::CuesChanged => say::file_cues_changed(),
        FileFault::Truncated { expected, found } => say::file_truncated(*expected, *found),
        FileFault::ExtraBytes { offset, bytes } => say::file_extra(*offset, *bytes),
        FileFault::Unreadable(_) => say::file_unreadable(),
    };
    recording_fault(id, text)
}

/// A fault of a recording whose manifest in the chain is not a digest.
pub fn manifest_fault(id: Uuid) -> Fault {
    recording_fault(id, words::review::fault_recording_digest())
}

/// Other bytes are kept of a document than its row says, or its key does not open it.
pub fn document_fault(id: Uuid, fault: &KeptFault) -> Fault {
    use words::review as say;
    let named = id.to_string();
    let (column, text) = match fault {
        KeptFault::Changed => (None, say::fault_document(named)),
        KeptFault::Unreadable(Unreadable::NoKey(key)) => {
            (Some("key_id"), say::fault_document_no_key(named, key))
        }
        KeptFault::Unreadable(Unreadable::Broken) => (Some("wrapped_key"), say::fault_document_sealed(named)),
    };
    row_fault_of("document", id, column, text)
}

/// An answer that is kept encrypted cannot be opened.
pub fn answer_fault(booking: Uuid, question: &str, why: &Unreadable) -> Fault {
    let text = match why {
        Unreadable::NoKey(key) => words::review::fault_answer_no_key(question, key),
        Unreadable::Broken => words::review::fault_answer_sealed(question),
    };
    row_fault_of("booking", booking, Some("fields"), text)
}

fn row_fault_of(table: &str, id: Uuid, column: Option<&str>, text: Text) -> Fault {
    let row = RowSubject { table: table.to_owned(), column: column.map(str::to_owned), entry: None };
    Fault { about: Subject::Row, id: id.to_string(), text, row: Some(row) }
}

fn recording_fault(id: Uuid, text: Text) -> Fault {
    Fault { about: Subject::Recording, id: id.to_string(), text, row: None }
}

/// The digest behind 64 hex digits.
pub fn digest(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
