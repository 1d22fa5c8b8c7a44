//! What `mianqia verify` finds, in words.

use crate::base::hex::hex;
use crate::base::words::{self, Language, Text};
use crate::booking;
use crate::booking::model::display_reference;
use crate::booking::model::reference::parse_reference;
use crate::db::Db;
use crate::evidence::SYSTEM;
use crate::review::model::checks::{Fault, Subject};
use crate::review::model::replay::Tally;
use crate::review::service::integrity::{CheckedRecording, DataDir, Integrity, Soundness, check_case};
use crate::review::store::all;
use crate::video;
use crate::video::entities::recording::RecordingState;
use sea_orm::DbErr;
use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use uuid::Uuid;

/// What `mianqia verify CASE` found.
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
pub async fn verify_case(db: &Db, dir: &DataDir, asked: &str) -> Result<CaseReport, DbErr> {
    let asked = asked.trim();
    let conn = db.reader();
    let booking = match (asked.parse::<Uuid>(), parse_reference(asked)) {
        (Ok(id), _) => booking::ask::booking(conn, id).await?,
        (_, Some(reference)) => booking::ask::by_reference(conn, &reference).await?,
        _ => None,
    };
    let case = match &booking {
        Some(booking) => Some(booking.id),
        None => asked.eq_ignore_ascii_case("system").then_some(SYSTEM),
    };
    let found = match case {
        Some(case) => {
            let reference = booking.map(|booking| display_reference(&booking.reference));
            Some((case, reference, check_case(db, dir, case).await?))
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
        writeln!(f, "chain: {} entries, head {}", integrity.entries, hex(&integrity.head))?;
        for CheckedRecording { row, fault } in &integrity.recordings {
            let state = match (fault, row.state) {
                (Some(fault), _) => format!("BROKEN: {}", fault.text.in_language(Language::En)),
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
        writeln!(f, "rows: {}", compared(integrity.compared))?;
        match (&integrity.fault, integrity.soundness) {
            (Some(fault), _) => f.write_str(&broken(fault)),
            (None, Soundness::Incomplete) => write!(f, "intact so far; a recording is still running"),
            (None, _) => write!(f, "intact"),
        }
    }
}

/// What `mianqia verify --all` found.
#[derive(Debug, Default)]
pub struct Summary {
    pub cases: usize,
    pub entries: usize,
    pub recordings: usize,
    pub compared: Tally,
    /// Cases with a recording that still runs.
    pub incomplete: usize,
    pub broken: usize,
}

/// Checks every case and the chain `system`; memory holds one case at a time. `tell` hears of each case
/// that is broken, with the first thing that does not fit.
pub async fn verify_all(db: &Db, dir: &DataDir, mut tell: impl FnMut(&str)) -> Result<Summary, DbErr> {
    let mut summary = Summary::default();
    summary.take(SYSTEM, &check_case(db, dir, SYSTEM).await?, &mut tell);
    let mut after = SYSTEM;
    loop {
        let cases = all::cases(db.reader(), after).await?;
        let Some(last) = cases.last() else { break };
        after = *last;
        for case in cases {
            summary.take(case, &check_case(db, dir, case).await?, &mut tell);
        }
    }
    for stray in strays(db, &dir.recordings).await? {
        summary.broken += 1;
        tell(&stray);
    }
    Ok(summary)
}

/// What belongs to no case: a case that was taken out of the tables as a whole leaves its files behind.
async fn strays(db: &Db, recordings_dir: &Path) -> Result<Vec<String>, DbErr> {
    let mut found = Vec::new();
    if let Some(id) = video::ask::stray_participant(db.reader()).await? {
        found.push(format!("participant {id}: BROKEN: {}", everywhere(&words::review::stray_participant())));
    }
    // The files first: one that is begun meanwhile has its row already.
    let mut files = files_below(recordings_dir);
    let known: HashSet<String> = video::ask::recorded_files(db.reader()).await?.into_iter().collect();
    files.retain(|file| !known.contains(file));
    files.sort();
    let told = |file| format!("file {file}: BROKEN: {}", everywhere(&words::review::stray_file()));
    found.extend(files.into_iter().map(told));
    Ok(found)
}

/// Recordings as rows name them: `session/recording.webm`.
fn files_below(dir: &Path) -> Vec<String> {
    let inside =
        |dir: &Path| std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let name = |path: &Path| path.strip_prefix(dir).ok()?.to_str().map(str::to_owned);
    let sessions = inside(dir).filter(|path| path.is_dir());
    let files = sessions.flat_map(|session| inside(&session).collect::<Vec<_>>());
    files
        .filter(|path| path.extension().is_some_and(|end| end == "webm"))
        .filter_map(|path| name(&path))
        .collect()
}

impl Summary {
    fn take(&mut self, case: Uuid, found: &Integrity, tell: &mut impl FnMut(&str)) {
        self.cases += 1;
        self.entries += found.entries;
        self.recordings += found.recordings.len();
        self.compared.values += found.compared.values;
        self.compared.not_told += found.compared.not_told;
        self.compared.not_opened += found.compared.not_opened;
        self.incomplete += usize::from(found.soundness == Soundness::Incomplete);
        if let Some(fault) = &found.fault {
            self.broken += 1;
            let name = if case == SYSTEM { "system".to_owned() } else { case.to_string() };
            tell(&format!("case {name}: {}", broken(fault)));
        }
    }

    pub fn is_intact(&self) -> bool {
        self.broken == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} cases, {} entries, {} recordings", self.cases, self.entries, self.recordings)?;
        writeln!(f, "{}", compared(self.compared))?;
        write!(f, "{} broken, {} with a recording still running", self.broken, self.incomplete)
    }
}

/// How much was looked at, and what was not.
fn compared(Tally { values, not_told, not_opened }: Tally) -> String {
    let said = format!("{values} values compared with the entries, {not_told} not told by any entry");
    match not_opened {
        0 => said,
        count => format!("{said}; {count} encrypted ones not opened, the keyring of this store is missing"),
    }
}

/// In every language, the default one last: nobody knows who reads a report.
fn everywhere(text: &Text) -> String {
    let said: Vec<String> = Language::ALL.iter().rev().map(|language| text.in_language(*language)).collect();
    said.join(" ")
}

/// A fault as a line.
fn broken(fault: &Fault) -> String {
    let about = match fault.about {
        Subject::Entry => "entry",
        Subject::Recording => "recording",
        Subject::Row => "row",
    };
    format!("BROKEN at {about} {}: {}", fault.id, everywhere(&fault.text))
}
