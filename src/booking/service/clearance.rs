//! Bringing in when stages really began and ended, as the office's own systems tell it: all lines of a file or none.

use crate::base::hex::hex;
use crate::base::words;
use crate::booking::log::{BookingEntry, ImportedStage};
use crate::booking::model::clearance::{self, ClockChange, ClockFile, ClockFileFault, ClockPlan, Known};
use crate::booking::model::state::{Action, Side};
use crate::booking::service::decide::People;
use crate::booking::service::transition::{Transition, take_step};
use crate::booking::service::{Booking, Fault, Inner};
use crate::booking::store::entities::{appointment, booking};
use crate::booking::store::{appointments, read, write};
use crate::booking::words::mail_corrected;
use crate::db::Tx;
use crate::directory::{Services, office};
use crate::evidence::{self, NewEntry};
use crate::http::{FILE, Problem};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Who brings the times, from where and why.
#[derive(Clone, Debug)]
pub struct ClockImport {
    pub actor: evidence::Actor,
    /// The officer who brings them; none by a command.
    pub officer: Option<Uuid>,
    /// The system that they are from.
    pub source: String,
    /// Why other times than those that are there; without it there must be none.
    pub reason: Option<String>,
}

impl ClockImport {
    /// By an operator at the machine.
    pub fn by_command(source: String, reason: Option<String>) -> Self {
        Self { actor: evidence::Actor::PROGRAM, officer: None, source, reason }
    }
}

/// A file that is to be imported, with all that is the same for each booking in it.
struct Importing {
    file: ClockFile,
    sha256: String,
    by: ClockImport,
    services: Arc<Services>,
    now: DateTime<Utc>,
}

impl Booking {
    /// What a file would do, line by line. Nothing is written.
    pub async fn preview_clearance(&self, bytes: &[u8]) -> Result<ClockPlan, Problem> {
        let file = clearance::read(bytes).map_err(refused)?;
        let services = self.0.directory.kept_services().await?;
        let rows = read::by_references(self.0.db.reader(), references(&file)).await?;
        let known = known(self.0.db.reader(), rows, &services).await?;
        Ok(clearance::plan(file, &known, self.0.clock.now()))
    }

    /// Notes the times of a file, of all its lines or of none. The same file again changes nothing.
    pub async fn import_clearance(&self, bytes: &[u8], by: ClockImport) -> Result<ClockPlan, Problem> {
        let file = clearance::read(bytes).map_err(refused)?;
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let services = self.0.directory.kept_services().await?;
        let importing =
            Arc::new(Importing { file, sha256: hex(&digest), by, services, now: self.0.clock.now() });
        let inner = Arc::clone(&self.0);
        let done: Result<ClockPlan, Fault> = self
            .0
            .db
            .write(move |tx| {
                let (inner, importing) = (Arc::clone(&inner), Arc::clone(&importing));
                Box::pin(async move { importing.write(tx, &inner).await })
            })
            .await;
        Ok(done?)
    }
}

impl Importing {
    async fn write(&self, tx: &Tx, inner: &Inner) -> Result<ClockPlan, Fault> {
        // Locked by id, like whoever needs several.
        let rows = write::lock_by_references(tx, references(&self.file)).await?;
        let known = known(tx.conn(), rows, &self.services).await?;
        let plan = clearance::plan(self.file.clone(), &known, self.now);
        if let Some(first) = plan.faults.first() {
            let wrong = words::clearance::clearance_lines_wrong(plan.faults.len(), first.line);
            return Err(Problem::invalid(FILE, wrong).into());
        }
        if !plan.conflicts.is_empty() && self.by.reason.is_none() {
            let conflicts = words::clearance::clearance_conflicts(plan.conflicts.len());
            return Err(Problem::conflict(conflicts).into());
        }
        let rows: HashMap<Uuid, booking::Model> =
            known.into_values().map(|known| (known.row.id, known.row)).collect();
        for change in &plan.changes {
            if let Some(row) = rows.get(&change.booking) {
                self.note(tx, inner, row.clone(), change).await?;
            }
        }
        if !plan.changes.is_empty() {
            inner.tell_office(tx);
        }
        Ok(plan)
    }

    /// The entry of a booking, its stages, and what follows for it.
    async fn note(
        &self,
        tx: &Tx,
        inner: &Inner,
        row: booking::Model,
        change: &ClockChange,
    ) -> Result<(), Fault> {
        let stage = |row: &appointment::Model| {
            Some(ImportedStage { stage: row.stage?, began_at: row.began_at?, ended_at: row.ended_at })
        };
        let what = BookingEntry::StagesImported {
            reference: row.reference.clone(),
            stages: change.stages.iter().filter_map(|(_, after)| stage(after)).collect(),
            sha256: self.sha256.clone(),
            corrects: change.corrects,
        };
        // Typed freely, so a name may stand in them.
        let mut entry =
            NewEntry::new(row.id, &what, self.by.actor, self.now).personal("source", self.by.source.clone());
        if let Some(reason) = self.by.reason.as_ref().filter(|_| change.corrects) {
            entry = entry.personal("reason", reason.clone());
        }
        for (before, after) in &change.stages {
            entry = entry.row(evidence::changed(before, after));
        }
        evidence::append(tx, entry).await?;
        for (before, after) in &change.stages {
            appointments::update(tx, before.clone(), after)?;
        }
        let mut row = row;
        for action in &change.steps {
            row = take_step(tx, row, self.step(*action)).await?;
        }
        // They were shown another time as it was, and may have gone by it.
        if change.corrects
            && let Some(info) = self.services.get(row.service_id)
        {
            let people = People::read(tx.conn(), info, &row).await?;
            mail_corrected::corrected(tx, &people.news(&inner.installation, info, &row, self.now), change)
                .await?;
        }
        Ok(())
    }

    fn step(&self, action: Action) -> Transition {
        let (actor, officer) = (self.by.actor, self.by.officer);
        Transition { side: Side::Officer, actor, officer, ..Transition::by_program(action, self.now) }
    }
}

fn references(file: &ClockFile) -> BTreeSet<String> {
    file.lines.iter().map(|line| line.reference.clone()).collect()
}

/// Bookings with their appointments, by reference.
async fn known(
    conn: &impl ConnectionTrait,
    rows: Vec<booking::Model>,
    services: &Services,
) -> Result<HashMap<String, Known>, DbErr> {
    let mut of: HashMap<Uuid, Vec<appointment::Model>> = HashMap::new();
    for one in appointments::of(conn, rows.iter().map(|row| row.id)).await? {
        of.entry(one.booking_id).or_default().push(one);
    }
    let known = |row: booking::Model| {
        let appointments = of.remove(&row.id).unwrap_or_default();
        let zone = services.get(row.service_id).map_or(office().zone, |info| info.zone);
        (row.reference.clone(), Known { row, appointments, zone })
    };
    Ok(rows.into_iter().map(known).collect())
}

fn refused(fault: ClockFileFault) -> Problem {
    Problem::invalid(FILE, fault.text()).coded(fault.code())
}
