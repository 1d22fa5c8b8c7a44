//! When stages really began and ended, as the office's own systems tell it: a file in, what it changes or every line that
//! is wrong out. Pure.

mod file;

pub use file::{ClockFault, ClockFile, ClockFileFault, ClockLine, MOST_LINES, Written, read};

use crate::base::words::{self, Moment, Text};
use crate::booking::model::clearance::file::Column;
use crate::booking::model::state::{self, Action, Side};
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::directory::entities::service_stage::Stage;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What is known of a booking that a file names.
#[derive(Clone, Debug)]
pub struct Known {
    pub row: booking::Model,
    /// In their order.
    pub appointments: Vec<appointment::Model>,
    pub zone: Tz,
}

/// A time that differs from the one that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockConflict {
    pub line: u32,
    pub reference: String,
    pub stage: Stage,
    pub zone: Tz,
    /// When it began and ended by what is there.
    pub was: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    /// And by the file.
    pub is_now: (DateTime<Utc>, Option<DateTime<Utc>>),
}

/// What becomes of a booking.
#[derive(Clone, Debug)]
pub struct ClockChange {
    pub booking: Uuid,
    /// Each stage that changes as it is and as it will be, in their order.
    pub stages: Vec<(appointment::Model, appointment::Model)>,
    /// What follows for the booking, in this order.
    pub steps: Vec<Action>,
    /// Something else was there.
    pub corrects: bool,
}

impl ClockChange {
    /// The stages of which another time was told before, as they were and as they will be.
    pub fn corrected(&self) -> impl Iterator<Item = &(appointment::Model, appointment::Model)> {
        self.stages.iter().filter(|(was, is_now)| is_corrected(was, is_now))
    }
}

fn is_corrected(was: &appointment::Model, is_now: &appointment::Model) -> bool {
    let differs = |was: Option<DateTime<Utc>>, is_now| was.is_some() && was != is_now;
    differs(was.began_at, is_now.began_at) || differs(was.ended_at, is_now.ended_at)
}

/// From when until when, in words.
pub fn stretch(began: Option<DateTime<Utc>>, ended: Option<DateTime<Utc>>, zone: Tz) -> Text {
    let at = |at| Moment(at, zone);
    match (began, ended) {
        (Some(began), Some(ended)) => words::clearance::clearance_times(at(began), at(ended)),
        (Some(began), None) => words::clearance::clearance_began_only(at(began)),
        (None, _) => words::clearance::clearance_no_time(),
    }
}

/// What a file would do.
#[derive(Clone, Debug, Default)]
pub struct ClockPlan {
    pub lines: usize,
    pub faults: Vec<ClockFault>,
    pub conflicts: Vec<ClockConflict>,
    pub changes: Vec<ClockChange>,
    /// Lines that say what is there.
    pub unchanged: usize,
}

impl ClockPlan {
    /// How many stages change.
    pub fn stages(&self) -> usize {
        self.changes.iter().map(|change| change.stages.len()).sum()
    }
}

/// What a file would do with what is known.
pub fn plan(file: ClockFile, known: &HashMap<String, Known>, now: DateTime<Utc>) -> ClockPlan {
    let mut plan = ClockPlan {
        lines: file.lines.len() + file.faults.len(),
        faults: file.faults,
        ..ClockPlan::default()
    };
    let mut by_booking: BTreeMap<&str, Vec<&ClockLine>> = BTreeMap::new();
    for line in &file.lines {
        by_booking.entry(&line.reference).or_default().push(line);
    }
    for (reference, lines) in by_booking {
        match known.get(reference) {
            Some(known) => plan.add(known, &lines, now),
            None => plan.faults.extend(
                lines
                    .iter()
                    .map(|line| ClockFault { line: line.line, text: words::clearance::clearance_unknown() }),
            ),
        }
    }
    plan.faults.sort_by_key(|fault| fault.line);
    plan.conflicts.sort_by_key(|conflict| conflict.line);
    plan
}

impl ClockPlan {
    /// The lines about one booking.
    fn add(&mut self, known: &Known, lines: &[&ClockLine], now: DateTime<Utc>) {
        let mut after = known.appointments.clone();
        let mut said: HashMap<usize, &ClockLine> = HashMap::new();
        let faults_before = self.faults.len();
        for line in lines {
            match place(known, line, &said, now) {
                Ok((index, began, ended)) => {
                    said.insert(index, line);
                    let row = &mut after[index];
                    row.began_at = Some(kept(row.began_at, line.began, began));
                    if let (Some(written), Some(ended)) = (line.ended, ended) {
                        row.ended_at = Some(kept(row.ended_at, written, ended));
                    }
                }
                Err(text) => self.faults.push(ClockFault { line: line.line, text }),
            }
        }
        if self.faults.len() > faults_before {
            return;
        }
        for (index, line) in &said {
            if let Some(text) = out_of_order(&after, *index) {
                self.faults.push(ClockFault { line: line.line, text });
            }
        }
        let steps = match steps(known, &after, now) {
            Ok(steps) => steps,
            Err(text) => {
                self.faults
                    .extend(lines.iter().map(|line| ClockFault { line: line.line, text: text.clone() }));
                return;
            }
        };
        if self.faults.len() > faults_before {
            return;
        }
        let mut stages = Vec::new();
        let mut corrects = false;
        for (index, (was, is_now)) in known.appointments.iter().zip(after).enumerate() {
            let Some(line) = said.get(&index) else { continue };
            if *was == is_now {
                self.unchanged += 1;
                continue;
            }
            if is_corrected(was, &is_now) {
                corrects = true;
                self.conflicts.push(ClockConflict {
                    line: line.line,
                    reference: known.row.reference.clone(),
                    stage: line.stage,
                    zone: known.zone,
                    was: (was.began_at, was.ended_at),
                    is_now: (is_now.began_at.unwrap_or(now), is_now.ended_at),
                });
            }
            stages.push((was.clone(), is_now));
        }
        if !stages.is_empty() {
            self.changes.push(ClockChange { booking: known.row.id, stages, steps, corrects });
        }
    }
}

/// What is there, where the file says the same less exactly.
fn kept(known: Option<DateTime<Utc>>, written: Written, at: DateTime<Utc>) -> DateTime<Utc> {
    known.filter(|known| written.is(*known, at)).unwrap_or(at)
}

/// The number of a stage among the appointments, when it began, and when it ended if it has.
type Placed = (usize, DateTime<Utc>, Option<DateTime<Utc>>);

/// Which stage a line is about and when, or what is wrong with it by itself.
fn place(
    known: &Known,
    line: &ClockLine,
    said: &HashMap<usize, &ClockLine>,
    now: DateTime<Utc>,
) -> Result<Placed, Text> {
    let of_stage = |row: &appointment::Model| row.stage == Some(line.stage);
    let index = known.appointments.iter().position(of_stage);
    let index = index.ok_or_else(words::clearance::clearance_not_booked)?;
    if let Some(earlier) = said.get(&index) {
        return Err(words::clearance::clearance_twice(earlier.line));
    }
    let takes_place =
        matches!(known.row.state, BookingState::Accepted | BookingState::CheckedIn | BookingState::Completed);
    if !takes_place {
        return Err(words::clearance::clearance_state());
    }
    let at = |written: Written, column: Column| {
        written.at(known.zone).ok_or_else(|| words::clearance::clearance_time(column.name()))
    };
    let began = at(line.began, Column::Began)?;
    let ended = match line.ended {
        Some(ended) => Some(at(ended, Column::Ended)?),
        None => None,
    };
    if began > now || ended.is_some_and(|ended| ended > now) {
        return Err(words::clearance::clearance_future());
    }
    if ended.is_some_and(|ended| ended < began) {
        return Err(words::clearance::clearance_ended_before());
    }
    Ok((index, began, ended))
}

/// Stages come one after the other: what is wrong with this one among the others, as they would be.
fn out_of_order(after: &[appointment::Model], index: usize) -> Option<Text> {
    let one = &after[index];
    if one.ended_at < one.began_at && one.ended_at.is_some() {
        return Some(words::clearance::clearance_ended_before());
    }
    for before in &after[..index] {
        match before.ended_at {
            None => return Some(words::clearance::clearance_before_not_done()),
            Some(ended) if one.began_at.is_some_and(|began| began < ended) => {
                return Some(words::clearance::clearance_overlap());
            }
            Some(_) => {}
        }
    }
    let later = &after[index + 1..];
    let overlaps = later
        .iter()
        .any(|later| later.began_at.is_some_and(|began| one.ended_at.is_none_or(|ended| began < ended)));
    overlaps.then(words::clearance::clearance_overlap)
}

/// What follows for the booking: the first stage that begins checks it in, the last that is done completes it.
fn steps(known: &Known, after: &[appointment::Model], now: DateTime<Utc>) -> Result<Vec<Action>, Text> {
    let mut steps = Vec::new();
    if known.row.state == BookingState::Accepted && after.iter().any(|row| row.began_at.is_some()) {
        state::step(&known.row, Action::CheckIn, Side::Officer, now)
            .map_err(|refusal| refusal.problem(known.zone).title)?;
        steps.push(Action::CheckIn);
    }
    let is_done = after.iter().all(|row| row.ended_at.is_some());
    if is_done && known.row.state != BookingState::Completed {
        steps.push(Action::Complete);
    }
    Ok(steps)
}

#[cfg(test)]
#[path = "clearance_tests.rs"]
mod tests;
