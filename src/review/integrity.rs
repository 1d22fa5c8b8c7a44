//! Recomputes the chain of a case and every recording of it, and names what does not fit.

use super::checks::{self, Claimed, Fault};
use super::store::case::{self, CaseRows};
use crate::booking::model::{display_reference, reference::parse_reference};
use crate::db::Db;
use crate::entity::recording::{self, RecordingState};
use crate::evidence::{SYSTEM, model as chain};
use crate::video::recording::verify;
use sea_orm::DbErr;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use uuid::Uuid;

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Soundness {
    Intact,
    Broken,
    /// Nothing wrong so far, but a recording is still running.
    Incomplete,
}

/// A case as it was found.
#[derive(Clone, Debug)]
pub struct Integrity {
    pub soundness: Soundness,
    pub entries: usize,
    pub recordings: Vec<CheckedRecording>,
    /// The first thing that does not fit.
    pub fault: Option<Fault>,
    /// The recorded end of the chain.
    pub head: Vec<u8>,
}

/// A recording as it was found.
#[derive(Clone, Debug)]
pub struct CheckedRecording {
    pub row: recording::Model,
    pub fault: Option<Fault>,
}

/// Checks everything of a case.
pub async fn check_case(db: &Db, recordings_dir: &Path, case: Uuid) -> Result<Integrity, DbErr> {
    let rows = case::case_rows(db.reader(), case).await?;
    let dir = recordings_dir.to_owned();
    // Hashing hours of video would hold up everything else on this thread.
    tokio::task::spawn_blocking(move || check(rows, &dir))
        .await
        .map_err(|error| DbErr::Custom(format!("a check did not come to its end: {error}")))
}

fn check(rows: CaseRows, dir: &Path) -> Integrity {
    let walked = rows.entries.iter().map(|row| (row.seq, row.bytes.as_slice(), row.hash.as_slice()));
    let walk = chain::check_chain(walked, (rows.head.0, &rows.head.1));
    let claims = checks::claims(&rows.entries);
    let mut fault = walk
        .err()
        .map(|fault| checks::chain_fault(&fault))
        .or_else(|| checks::columns_fault(&rows.entries))
        .or_else(|| checks::commitment_fault(&rows.entries, &rows.commitments))
        .or_else(|| checks::lost_recording(&claims, &rows.recordings));
    let mut running = false;
    let mut recordings = Vec::with_capacity(rows.recordings.len());
    for row in rows.recordings {
        running |= row.state == RecordingState::Recording;
        let claimed = claims.closed.get(&row.id);
        let found = checks::row_fault(&row, claimed).or_else(|| check_file(&row, claimed?, dir));
        fault = fault.or_else(|| found.clone());
        recordings.push(CheckedRecording { row, fault: found });
    }
    let soundness = match (&fault, running) {
        (Some(_), _) => Soundness::Broken,
        (None, true) => Soundness::Incomplete,
        (None, false) => Soundness::Intact,
    };
    Integrity { soundness, entries: rows.entries.len(), recordings, fault, head: rows.head.1 }
}

fn check_file(row: &recording::Model, claimed: &Claimed, dir: &Path) -> Option<Fault> {
    let Some(manifest) = checks::digest(&claimed.manifest_sha256) else {
        return Some(checks::manifest_fault(row.id));
    };
    let path = file_of(dir, row)?;
    checks::file_fault(row.id, &verify(&path, &manifest), claimed)
}

/// Where a recording lies. The name comes from the table, so it must not lead anywhere else; one that
/// does is taken for a file that is not there.
pub fn file_of(dir: &Path, row: &recording::Model) -> Option<PathBuf> {
    let name = Path::new(&row.file);
    let inside = name.components().all(|part| matches!(part, Component::Normal(_)));
    Some(if inside { dir.join(name) } else { dir.join("outside") })
}

/// What `mianqia verify` found.
#[derive(Debug)]
pub struct CaseReport {
    /// What was asked for.
    asked: String,
    found: Option<(Uuid, Option<String>, Integrity)>,
}

impl CaseReport {
    /// Whether the case exists and nothing of it is broken.
    pub fn is_intact(&self) -> bool {
        self.found.as_ref().is_some_and(|(_, _, integrity)| integrity.soundness != Soundness::Broken)
    }
}

/// Checks a case named by its id, its booking's reference, or `system`.
pub async fn verify_case(db: &Db, recordings_dir: &Path, asked: &str) -> Result<CaseReport, DbErr> {
    let asked = asked.trim();
    let conn = db.reader();
    let booking = match (asked.parse::<Uuid>(), parse_reference(asked)) {
        (Ok(id), _) => case::booking(conn, id).await?,
        (_, Some(reference)) => case::booking_by_reference(conn, &reference).await?,
        _ => None,
    };
    let case = match &booking {
        Some(booking) => Some(booking.id),
        None => asked.eq_ignore_ascii_case("system").then_some(SYSTEM),
    };
    let found = match case {
        Some(case) => {
            let reference = booking.map(|booking| display_reference(&booking.reference));
            Some((case, reference, check_case(db, recordings_dir, case).await?))
        }
        None => None,
    };
    Ok(CaseReport { asked: asked.to_owned(), found })
}

impl fmt::Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((case, reference, integrity)) = &self.found else {
            return write!(
                f,
                "no case is named {:?}: give a booking's reference or id, or \"system\"",
                self.asked
            );
        };
        match reference {
            Some(reference) => writeln!(f, "case {case} ({reference})")?,
            None => writeln!(f, "case {case}")?,
        }
        writeln!(f, "chain: {} entries, head {}", integrity.entries, chain::hex(&integrity.head))?;
        for CheckedRecording { row, fault } in &integrity.recordings {
            let state = match (fault, row.state) {
                (Some(fault), _) => format!("BROKEN: {}", fault.text.en),
                (None, RecordingState::Recording) if row.reason.is_some() => {
                    "broke off and not closed yet".to_owned()
                }
                (None, RecordingState::Recording) => "still being recorded".to_owned(),
                (None, RecordingState::Failed) => "nothing was recorded".to_owned(),
                (None, RecordingState::Finalised) => "intact".to_owned(),
                (None, RecordingState::Interrupted) => {
                    "intact (cut off by a failure, then finalised)".to_owned()
                }
                (None, RecordingState::Partial) => {
                    "intact (partial: it broke off because it could not be written)".to_owned()
                }
            };
            writeln!(
                f,
                "recording {} segment {}: {} clusters, {} bytes: {state}",
                row.id, row.segment, row.clusters, row.bytes
            )?;
        }
        match (&integrity.fault, integrity.soundness) {
            (Some(fault), _) => {
                let place = match fault.place {
                    checks::Place::Entry => "entry",
                    checks::Place::Recording => "recording",
                };
                write!(f, "BROKEN at {place} {}: {} {}", fault.id, fault.text.en, fault.text.zh)
            }
            (None, Soundness::Incomplete) => write!(f, "intact so far; a recording is still running"),
            (None, _) => write!(f, "intact"),
        }
    }
}
