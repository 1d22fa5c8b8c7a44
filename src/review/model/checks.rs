//! Whether entries, rows and recorded files fit each other. Pure; reading is elsewhere.
//!
//! The entry is the truth: rows and files are compared with what the chain says of them.

use crate::base::text::Text;
use crate::evidence::entities::{commitment, entry};
use crate::evidence::{ChainFault, model as chain};
use crate::video::entities::recording::{self, RecordingState};
use crate::video::recording::{Fault as FileFault, Verdict};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Where something does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Entry,
    Recording,
    /// A row of the case, such as its booking or somebody who took part.
    Row,
}

/// Where in a row something does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPlace {
    pub table: String,
    /// The column, unless it is the row as a whole.
    pub column: Option<String>,
    /// The number of the entry that tells otherwise.
    pub entry: Option<i64>,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    /// The number of an entry, or the id of a recording or row.
    pub id: String,
    pub text: Text,
    pub row: Option<RowPlace>,
}

/// What a finalising entry says of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub kind: String,
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

/// The data of an entry, from its bytes.
pub fn entry_data(row: &entry::Model) -> Value {
    let parsed: Value = serde_json::from_slice(&row.bytes).unwrap_or_default();
    parsed.get("data").cloned().unwrap_or_default()
}

/// There are rows, and not one entry that tells of them.
pub fn chain_gone() -> Fault {
    Fault {
        place: Place::Entry,
        id: "0".to_owned(),
        text: Text::new(
            "记录全部缺失：有数据，却没有一条记录。",
            "All entries are missing: there are rows, but no entry at all.",
        ),
        row: None,
    }
}

/// A fault of the chain in words.
pub fn chain_fault(fault: &ChainFault) -> Fault {
    let (id, text) = match fault {
        ChainFault::Missing { expected } => (
            *expected,
            Text::new(format!("第 {expected} 条记录缺失。"), format!("Entry {expected} is missing.")),
        ),
        ChainFault::Changed { seq } => (
            *seq,
            Text::new(
                format!("第 {seq} 条记录与它的校验值不符，内容被改动过。"),
                format!("Entry {seq} does not fit its hash: it was changed."),
            ),
        ),
        ChainFault::Length { entries, recorded } => (
            (*entries).min(*recorded),
            Text::new(
                format!("应有 {recorded} 条记录，实有 {entries} 条。"),
                format!("There should be {recorded} entries, but there are {entries}."),
            ),
        ),
        ChainFault::Head => (
            0,
            Text::new("记录链的末值与登记的不符。", "The end of the chain is not the one that was recorded."),
        ),
    };
    Fault { place: Place::Entry, id: id.to_string(), text, row: None }
}

/// The first entry whose columns do not say what its bytes say: only the bytes are hashed.
pub fn columns_fault(entries: &[entry::Model]) -> Option<Fault> {
    entries.iter().find(|row| !columns_fit(row)).map(|row| Fault {
        place: Place::Entry,
        id: row.seq.to_string(),
        row: None,
        text: Text::new(
            format!("第 {} 条记录的编号、时间或种类与其内容不符。", row.seq),
            format!("Entry {}: number, time or kind are not those of its content.", row.seq),
        ),
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
        committed == Some(chain::hex(&chain::commitment(&value.salt, &value.value)))
    };
    values.iter().find(|value| !fits(value)).map(|value| Fault {
        place: Place::Entry,
        id: value.seq.to_string(),
        row: None,
        text: Text::new(
            format!("第 {} 条记录所附的文字（{}）被改动过。", value.seq, value.name),
            format!("The text kept with entry {} ({}) was changed.", value.seq, value.name),
        ),
    })
}

/// What the chain says of the recordings.
pub fn claims(entries: &[entry::Model]) -> Claims {
    let mut claims = Claims::default();
    for row in entries.iter().filter(|row| row.kind.starts_with("recording.")) {
        let data = entry_data(row);
        let Some(id) = data["recording"].as_str().and_then(|id| id.parse::<Uuid>().ok()) else { continue };
        match row.kind.as_str() {
            "recording.started" => claims.started.push((id, row.seq)),
            "recording.finalised" | "recording.interrupted" | "recording.partial" => {
                // Should there ever be two, the first one was taken at capture.
                claims.closed.entry(id).or_insert_with(|| Claimed {
                    kind: row.kind.clone(),
                    manifest_sha256: data["manifest_sha256"].as_str().unwrap_or_default().to_owned(),
                    bytes: data["bytes"].as_i64().unwrap_or(-1),
                    clusters: data["clusters"].as_i64().unwrap_or(-1),
                });
            }
            _ => {}
        }
    }
    claims
}

/// A recording that the chain knows and the table does not.
pub fn lost_recording(claims: &Claims, rows: &[recording::Model]) -> Option<Fault> {
    claims.started.iter().find(|(id, _)| !rows.iter().any(|row| row.id == *id)).map(|(id, seq)| {
        recording_fault(
            *id,
            format!("第 {seq} 条记录里的录像在登记表中不见了。"),
            format!("The recording of entry {seq} is missing from the table."),
        )
    })
}

/// What does not fit between a recording's row and what the chain says of it.
pub fn row_fault(row: &recording::Model, claimed: Option<&Claimed>) -> Option<Fault> {
    let closed = matches!(
        row.state,
        RecordingState::Finalised | RecordingState::Interrupted | RecordingState::Partial
    );
    match (claimed, closed) {
        (None, false) => None,
        (None, true) => Some(recording_fault(
            row.id,
            "这段录像没有完成录制的记录。",
            "No entry says that this recording was completed.",
        )),
        (Some(claimed), _) => {
            let state = match row.state {
                RecordingState::Finalised => "recording.finalised",
                RecordingState::Interrupted => "recording.interrupted",
                RecordingState::Partial => "recording.partial",
                RecordingState::Recording | RecordingState::Failed => "",
            };
            let manifest = row.manifest_sha256.as_deref().map(chain::hex).unwrap_or_default();
            let fits = claimed.kind == state
                && claimed.manifest_sha256 == manifest
                && claimed.bytes == row.bytes
                && claimed.clusters == i64::from(row.clusters);
            (!fits).then(|| {
                recording_fault(
                    row.id,
                    "登记表里的校验值、大小或状态与记录链不符。",
                    "Digest, size or state in the table are not those of the chain.",
                )
            })
        }
    }
}

/// The first thing that does not fit in a recorded file.
pub fn file_fault(id: Uuid, verdict: &Verdict, claimed: &Claimed) -> Option<Fault> {
    let fault = match verdict {
        Verdict::Intact { bytes, clusters } => {
            let fits = i64::try_from(*bytes) == Ok(claimed.bytes)
                && i64::try_from(*clusters) == Ok(claimed.clusters);
            return (!fits).then(|| {
                recording_fault(
                    id,
                    "录像的大小与记录链不符。",
                    "The recording's size is not that of the chain.",
                )
            });
        }
        Verdict::Faulty(faults) => faults.first()?,
    };
    Some(found_in_file(id, fault))
}

/// What does not fit in a recorded file, in words.
pub fn found_in_file(id: Uuid, fault: &FileFault) -> Fault {
    let (zh, en) = match fault {
        FileFault::FileMissing => {
            ("录像文件不见了。".to_owned(), "The recording's file is missing.".to_owned())
        }
        FileFault::IndexMissing => {
            ("录像的索引不见了。".to_owned(), "The recording's index is missing.".to_owned())
        }
        FileFault::ManifestChanged => {
            ("录像的索引被改动过。".to_owned(), "The recording's index was changed.".to_owned())
        }
        FileFault::IndexUnreadable { line } => (
            format!("录像索引的第 {line} 行无法读取。"),
            format!("Line {line} of the recording's index cannot be read."),
        ),
        FileFault::NotClosed => {
            ("录像没有正常结束。".to_owned(), "The recording was never closed.".to_owned())
        }
        FileFault::HeaderChanged => {
            ("录像的文件头被改动过。".to_owned(), "The recording's header was changed.".to_owned())
        }
        FileFault::ClusterChanged { number, offset } => (
            format!("录像的第 {number} 块（从第 {offset} 字节起）被改动过。"),
            format!("Cluster {number} of the recording (from byte {offset}) was changed."),
        ),
        FileFault::CuesChanged => {
            ("录像的跳转表被改动过。".to_owned(), "The recording's cues were changed.".to_owned())
        }
        FileFault::Truncated { expected, found } => (
            format!("录像应有 {expected} 字节，实有 {found} 字节。"),
            format!("The recording should have {expected} bytes and has {found}."),
        ),
        FileFault::ExtraBytes { offset, bytes } => (
            format!("录像从第 {offset} 字节起多出 {bytes} 字节。"),
            format!("The recording has {bytes} bytes too many from byte {offset} on."),
        ),
        FileFault::Unreadable(_) => ("录像无法读取。".to_owned(), "The recording cannot be read.".to_owned()),
    };
    recording_fault(id, zh, en)
}

/// A fault of a recording whose manifest in the chain is not a digest.
pub fn manifest_fault(id: Uuid) -> Fault {
    recording_fault(id, "记录链里的校验值无法读取。", "The digest in the chain cannot be read.")
}

fn recording_fault(id: Uuid, zh: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault { place: Place::Recording, id: id.to_string(), text: Text::new(zh.into(), en.into()), row: None }
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
