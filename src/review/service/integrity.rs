//! Recomputes the chain of a case and every recording of it, and names what does not fit.

use crate::base::keyring::Keyring;
use crate::booking::model::sealed::{count_sealed, open};
use crate::db::Db;
use crate::documents::ask::KeptFault;
use crate::evidence::{SYSTEM, model as chain};
use crate::review::model::checks::{self, Claimed, Fault};
use crate::review::model::replay::{Comparison, Tally};
use crate::review::service::answers::answers_fault;
use crate::review::service::system;
use crate::review::store::case::{self, CaseRows};
use crate::video::entities::recording::{self, RecordingState};
use crate::video::recording::verify;
use futures::future::try_join_all;
use sea_orm::DbErr;
use std::path::{Component, Path, PathBuf};
use uuid::Uuid;

/// So many cases of a list are read side by side: a page waits less, and leaves connections to others.
const CASES_AT_ONCE: usize = 4;

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
    /// How much of the rows was compared with the entries.
    pub compared: Tally,
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

/// What belongs to a store and lies beside it.
#[derive(Clone)]
pub struct DataDir {
    pub recordings: PathBuf,
    /// Without it nothing that is encrypted is opened, which the outcome tells.
    pub keyring: Option<Keyring>,
}

/// Checks everything of a case.
pub async fn check_case(db: &Db, dir: &DataDir, case: Uuid) -> Result<Integrity, DbErr> {
    if case == SYSTEM {
        return system::check_system(db).await;
    }
    let rows = case::case_rows(db.reader(), case, Some(dir.keyring.as_ref())).await?;
    let dir = dir.clone();
    // Hashing hours of video would hold up everything else on this thread.
    tokio::task::spawn_blocking(move || check(rows, Some(&dir)))
        .await
        .map_err(|error| DbErr::Custom(format!("a check did not come to its end: {error}")))
}

/// Checks the entries and rows of a case, and leaves its files alone: for lists, where it must be quick.
pub async fn check_rows(db: &Db, case: Uuid) -> Result<Integrity, DbErr> {
    Ok(check(case::case_rows(db.reader(), case, None).await?, None))
}

/// The same of some cases, in their order.
pub async fn check_rows_of(db: &Db, cases: impl IntoIterator<Item = Uuid>) -> Result<Vec<Integrity>, DbErr> {
    let cases: Vec<Uuid> = cases.into_iter().collect();
    let mut found = Vec::with_capacity(cases.len());
    for few in cases.chunks(CASES_AT_ONCE) {
        found.extend(try_join_all(few.iter().map(|case| check_rows(db, *case))).await?);
    }
    Ok(found)
}

fn check(rows: CaseRows, dir: Option<&DataDir>) -> Integrity {
    let walked = rows.entries.iter().map(|row| (row.seq, row.bytes.as_slice(), row.hash.as_slice()));
    let walk = chain::check_chain(walked, (rows.head.0, &rows.head.1));
    let claims = checks::claims(&rows.entries);
    let mut fault = walk
        .err()
        .map(|fault| checks::chain_fault(&fault))
        .or_else(|| without_chain(&rows))
        .or_else(|| checks::columns_fault(&rows.entries))
        .or_else(|| checks::commitment_fault(&rows.entries, &rows.commitments))
        .or_else(|| checks::lost_recording(&claims, &rows.video.recordings));
    let (mut compared, differing) = compare(&rows);
    let sealed = dir.and_then(|dir| open_sealed(&rows, dir.keyring.as_ref(), &mut compared));
    let mut running = false;
    let mut recordings = Vec::with_capacity(rows.video.recordings.len());
    for row in rows.video.recordings {
        running |= row.state == RecordingState::Recording;
        let claimed = claims.closed.get(&row.id);
        let found = checks::row_fault(&row, claimed).or_else(|| check_file(&row, claimed?, &dir?.recordings));
        fault = fault.or_else(|| found.clone());
        recordings.push(CheckedRecording { row, fault: found });
    }
    let document = |is_changed| {
        let mut found = rows.not_as_kept.iter();
        let first = found.find(|(_, fault)| (*fault == KeptFault::Changed) == is_changed);
        first.map(|(id, fault)| checks::document_fault(*id, fault))
    };
    // After the files: of a recording that was changed, what is wrong with the recording is said first. And what cannot be
    // opened comes last: a column that was changed may be why, and is told more exactly.
    fault = fault.or_else(|| document(true)).or(differing).or(sealed).or_else(|| document(false));
    let soundness = match (&fault, running) {
        (Some(_), _) => Soundness::Broken,
        (None, true) => Soundness::Incomplete,
        (None, false) => Soundness::Intact,
    };
    Integrity { soundness, entries: rows.entries.len(), recordings, compared, fault, head: rows.head.1 }
}

/// A case begins with its first entry, in the transaction that makes its first row: rows of a case without any
/// entry were put there, or their entries were taken away.
fn without_chain(rows: &CaseRows) -> Option<Fault> {
    let some = rows.booking.is_some()
        || !rows.appointments.is_empty()
        || !rows.tickets.is_empty()
        || !rows.documents.is_empty()
        || rows.video.is_any()
        || !rows.playbacks.is_empty()
        || !rows.composites.is_empty()
        || !rows.invites.is_empty()
        || !rows.ratings.is_empty();
    (rows.entries.is_empty() && some).then(checks::chain_gone)
}

/// Opens what is kept encrypted in rows: what entries tell of it stays as it is under another key or with other bytes.
fn open_sealed(rows: &CaseRows, keyring: Option<&Keyring>, tally: &mut Tally) -> Option<Fault> {
    let Some(keyring) = keyring else {
        let sealed = rows.booking.as_ref().map_or(0, |row| count_sealed(&row.fields));
        tally.not_opened += sealed + rows.documents.len();
        return None;
    };
    let row = rows.booking.as_ref()?;
    let (question, why) = open(keyring, row.id, &row.fields).unreadable.into_iter().next()?;
    Some(checks::answer_fault(row.id, &question, &why))
}

/// Measures every row of the case against what its entries lead to.
fn compare(rows: &CaseRows) -> (Tally, Option<Fault>) {
    let mut comparison = Comparison::new(&rows.replay, &rows.commitments);
    comparison.rows(rows.booking.as_slice(), |_| false);
    // Of a booking from before there were appointments: the one that was made of it has its id.
    comparison.rows(&rows.appointments, |row| row.id == row.booking_id);
    comparison.rows(&rows.tickets, |_| false);
    comparison.rows(&rows.documents, |_| false);
    comparison.rows(&rows.video.sessions, |_| false);
    comparison.rows(&rows.video.people, |_| false);
    // Until something arrives nothing is told of a recording; what is told of one names its publication.
    comparison.rows(&rows.video.recordings, |row| row.state == RecordingState::Recording);
    comparison.rows(&rows.video.publications, |_| true);
    comparison.rows(&rows.video.gaps, |_| false);
    comparison.rows(&rows.playbacks, |_| false);
    comparison.rows(&rows.composites, |_| false);
    comparison.rows(&rows.video.invitations, |_| false);
    comparison.rows(&rows.video.checks, |_| false);
    comparison.rows(&rows.video.unrecorded, |_| false);
    comparison.rows(&rows.video.line_checks, |_| false);
    comparison.rows(&rows.invites, |_| false);
    comparison.lost();
    let (mut tally, fault) = (comparison.tally, comparison.fault);
    let must = rows.replay.is_whole();
    let answers = answers_fault(&rows.invites, &rows.ratings, &rows.answered, must, &mut tally);
    (tally, fault.or(answers))
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
