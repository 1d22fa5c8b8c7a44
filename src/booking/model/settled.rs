//! What becomes of what is booked when a service is set otherwise, and whether its stages can still be had together. Pure.

use crate::booking::model::slots::{Plan, Slot};
use crate::booking::model::stages::{StageTerms, alternatives};
use crate::booking::store::entities::appointment::Site;
use crate::directory::entities::service_stage::Stage;
use chrono::NaiveDate;
use serde::Serialize;
use std::ops::Range;
use uuid::Uuid;

/// Why an appointment that stands would not be given any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outside {
    /// The service is switched off.
    Off,
    /// It has no such stage.
    Stage,
    /// It is not open then.
    Hours,
    /// There are not so many seats.
    Seats,
    /// There are not so many a day.
    Quota,
}

/// An appointment that stands, with the seats that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub id: Uuid,
    pub booking: Uuid,
    pub slot: Slot,
    pub stage: Option<Stage>,
    pub site: Site,
    /// The booking begins with it.
    pub begins: bool,
    /// Of the service, of its daily quota, and of what the stage takes beside.
    pub seats: Vec<i32>,
    pub of_quota: Vec<i32>,
    pub beside: Vec<i32>,
}

/// What a service has, to measure appointments by.
pub struct Measure<'a> {
    pub active: bool,
    /// With what was announced to be open; what was announced to be closed is dealt with by that.
    pub plan: &'a Plan,
    pub working: &'a dyn Fn(NaiveDate) -> Option<bool>,
    pub seats: &'a dyn Fn(&Slot) -> i32,
    /// How much may be booked on the day of a slot.
    pub quota: &'a dyn Fn(&Slot) -> Option<i32>,
    /// What there is beside for each stage, where it takes something.
    pub stages: &'a [(Stage, Option<i32>)],
}

impl Measure<'_> {
    /// Why an appointment would stand outside; of a year of which nobody knows the working days that is not said.
    pub fn outside(&self, one: &Standing) -> Option<Outside> {
        if !self.active {
            return Some(Outside::Off);
        }
        let beside = match one.stage {
            Some(stage) => match self.stages.iter().find(|(known, _)| *known == stage) {
                Some((_, beside)) => *beside,
                None => return Some(Outside::Stage),
            },
            None => None,
        };
        if self.plan.is_open_over(&one.slot, self.working) == Ok(false) {
            return Some(Outside::Hours);
        }
        let over = |seats: &[i32], limit: i32| seats.iter().any(|seat| *seat >= limit);
        if over(&one.seats, (self.seats)(&one.slot)) || beside.is_some_and(|beside| over(&one.beside, beside))
        {
            return Some(Outside::Seats);
        }
        (self.quota)(&one.slot).is_some_and(|quota| over(&one.of_quota, quota)).then_some(Outside::Quota)
    }
}

/// Some seats over some cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seated {
    pub cells: Range<i64>,
    pub seats: Vec<i32>,
}

/// Gives seats to those who have none, in their order: the lowest that nobody has over their cells. `wanted` are cells and
/// how many seats over them.
pub fn seat_all(taken: &[Seated], wanted: &[(Range<i64>, usize)]) -> Vec<Seated> {
    let mut all: Vec<Seated> = taken.to_vec();
    let mut new = Vec::with_capacity(wanted.len());
    for (cells, count) in wanted {
        let meets = |other: &&Seated| other.cells.start < cells.end && cells.start < other.cells.end;
        let used: Vec<i32> = all.iter().filter(meets).flat_map(|other| other.seats.clone()).collect();
        let seats = (0..).filter(|seat| !used.contains(seat)).take(*count).collect();
        let one = Seated { cells: cells.clone(), seats };
        all.push(one.clone());
        new.push(one);
    }
    new
}

/// What is wrong with the stage of this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageTrouble {
    /// It fits into no opening hours.
    NoSlot(usize),
    /// It can never begin within its gap behind the one before.
    NoWay(usize),
}

/// Whether stages can be had one after the other, by their slots alone.
pub fn check_stages(terms: &[StageTerms], slots: &[Vec<Slot>]) -> Result<(), StageTrouble> {
    if let Some(index) = slots.iter().position(Vec::is_empty) {
        return Err(StageTrouble::NoSlot(index));
    }
    for upto in 1..=terms.len().min(slots.len()) {
        let free = slots[..upto].iter().map(|slots| slots.iter().copied());
        if alternatives(&terms[..upto], free).is_empty() {
            return Err(StageTrouble::NoWay(upto - 1));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
