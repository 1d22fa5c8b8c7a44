//! Which slots a service has on a local date.
//!
//! Rules are written in wall-clock minutes of the venue; slots are instants. A wall-clock time that
//! a change of the clocks skips stands for the instant of the change, one that happens twice for
//! its first instant: so disjoint rules stay disjoint, and no slot is offered that is not inside a
//! rule on the wall clock too.

use crate::base::local_time::instant;
use crate::directory::entities::opening_rule::DayKind;
use crate::directory::model::hours::{opened, without};
use crate::directory::model::settings::HoursOfDay;
use crate::places::cells;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use std::ops::Range;
use std::sync::Arc;

/// What slots are made from.
#[derive(Clone, Debug)]
pub struct Plan {
    pub zone: Tz,
    pub grid_minutes: i64,
    pub duration_minutes: i64,
    /// A slot starts at every cell, and may share cells with the next.
    pub dense: bool,
    pub openings: Vec<Opening>,
    /// When somebody is at the venue on working days, in order and disjoint: what of them is after hours.
    pub office: Arc<[HoursOfDay]>,
    /// What was announced beside the rules.
    pub extra: Vec<DatedHours>,
    /// What was announced to be closed, whatever the others say.
    pub closed: Vec<DatedHours>,
    /// Minutes before and after each slot in which its place is kept free.
    pub buffers: (i64, i64),
}

/// An opening rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub days: DayKind,
    /// A bit for each day of the week on which it applies, Monday's the lowest.
    pub weekdays: i32,
    /// Minutes after local midnight; `to` 1440 is the midnight that ends the day.
    pub from: i32,
    pub to: i32,
}

/// Hours that were announced for some dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedHours {
    /// Both are meant.
    pub dates: (NaiveDate, NaiveDate),
    /// Minutes after local midnight.
    pub minutes: Range<i32>,
}

/// A bookable piece of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// The official calendar of the date's year is not out, and a rule depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearUnpublished;

impl Plan {
    /// Whether any rule asks the official calendar.
    pub fn uses_working_days(&self) -> bool {
        self.openings.iter().any(|opening| opening.days != DayKind::Any)
    }

    /// Slots advance by whole cells, so two of them never share one unless they may.
    pub fn step_minutes(&self) -> i64 {
        let grid = self.grid_minutes.max(1);
        if self.dense {
            return grid;
        }
        (self.duration_minutes.max(1) + grid - 1) / grid * grid
    }

    /// The cells that a slot takes, with what is kept free around it.
    pub fn cells(&self, slot: &Slot) -> Range<i64> {
        let (before, after) = (TimeDelta::minutes(self.buffers.0), TimeDelta::minutes(self.buffers.1));
        cells::of_span(self.grid_minutes, &(slot.starts_at - before..slot.ends_at + after))
    }

    /// The slots that start on `date`, in order. `working` answers whether the date is a working
    /// day (`None`: unpublished) and is not asked if no rule depends on it. Those that start at every cell may end on
    /// the next date, where the hours go on over midnight.
    pub fn slots_on(
        &self,
        date: NaiveDate,
        working: impl Fn(NaiveDate) -> Option<bool>,
    ) -> Result<Vec<Slot>, YearUnpublished> {
        let mut slots = Vec::new();
        let all = self.hours_on(date, &working)?;
        for hours in &all {
            self.fill(date, hours, &mut slots);
        }
        if let Some(evening) = all.last().filter(|hours| self.dense && hours.end == 1440) {
            self.fill_over_midnight(date, evening, working, &mut slots);
        }
        // What is closed leaves the others where they are.
        slots.retain(|slot| !self.is_closed_in(slot));
        Ok(slots)
    }

    /// Whether the service is open at this instant.
    pub fn is_open(
        &self,
        at: DateTime<Utc>,
        working: impl FnOnce(NaiveDate) -> Option<bool>,
    ) -> Result<bool, YearUnpublished> {
        let local = at.with_timezone(&self.zone).naive_local();
        let minute = minute_of_day(local);
        let is_open = self.hours_on(local.date(), working)?.iter().any(|hours| hours.contains(&minute));
        Ok(is_open && !self.closed_on(local.date()).iter().any(|hours| hours.contains(&minute)))
    }

    /// When the service is open on a date, in order and disjoint.
    pub fn open_on(
        &self,
        date: NaiveDate,
        working: impl FnOnce(NaiveDate) -> Option<bool>,
    ) -> Result<Vec<Range<DateTime<Utc>>>, YearUnpublished> {
        let span = |hours: Range<i32>| {
            Some(instant(self.zone, date, hours.start)?..instant(self.zone, date, hours.end)?)
        };
        let closed = self.closed_on(date);
        let open = self
            .hours_on(date, working)?
            .into_iter()
            .flat_map(|hours| without(&hours, closed.iter().cloned()));
        Ok(open.filter_map(span).collect())
    }

    /// Whether it is open from the start to the end of a slot, which may go on over midnight.
    pub fn is_open_over(
        &self,
        slot: &Slot,
        working: impl Fn(NaiveDate) -> Option<bool>,
    ) -> Result<bool, YearUnpublished> {
        let first = slot.starts_at.with_timezone(&self.zone).date_naive();
        let mut until = slot.starts_at;
        for date in first.iter_days().take(2) {
            for open in self.open_on(date, &working)? {
                if open.start <= until && until < open.end {
                    until = open.end;
                }
            }
            if slot.ends_at <= until {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a part of a slot lies in hours that were announced to be closed.
    pub fn is_closed_in(&self, slot: &Slot) -> bool {
        if self.closed.is_empty() {
            return false;
        }
        let first = slot.starts_at.with_timezone(&self.zone).date_naive();
        first.iter_days().take(2).any(|date| {
            self.closed_on(date).iter().any(|hours| {
                let edge = |minute| instant(self.zone, date, minute);
                edge(hours.start).is_some_and(|begins| begins < slot.ends_at)
                    && edge(hours.end).is_some_and(|ends| slot.starts_at < ends)
            })
        })
    }

    /// What is closed of a date in wall-clock minutes, in order and disjoint.
    fn closed_on(&self, date: NaiveDate) -> Vec<Range<i32>> {
        hours_of(&self.closed, date)
    }

    /// Opening hours of a date in wall-clock minutes, in order and disjoint, closed ones among them. Rules that overlap are
    /// one; rules that only touch stay two, as their author wrote them.
    fn hours_on(
        &self,
        date: NaiveDate,
        working: impl FnOnce(NaiveDate) -> Option<bool>,
    ) -> Result<Vec<Range<i32>>, YearUnpublished> {
        let working =
            if self.uses_working_days() { Some(working(date).ok_or(YearUnpublished)?) } else { None };
        let weekday = 1 << date.weekday().num_days_from_monday();
        let mut hours: Vec<Range<i32>> = self
            .openings
            .iter()
            .filter(|opening| opening.weekdays & weekday != 0)
            .flat_map(|opening| {
                let minutes = opening.from.clamp(0, 1440)..opening.to.clamp(0, 1440);
                opened(opening.days, minutes, working, &self.office)
            })
            .filter(|hours| !hours.is_empty())
            .collect();
        unite(&mut hours);
        let extra = hours_of(&self.extra, date);
        // Only what is not open anyway: slots of the rules stay where they are.
        let beside = extra.iter().flat_map(|extra| without(extra, hours.iter().cloned())).collect::<Vec<_>>();
        hours.extend(beside);
        hours.sort_by_key(|hours| hours.start);
        Ok(hours)
    }

    fn fill(&self, date: NaiveDate, hours: &Range<i32>, slots: &mut Vec<Slot>) {
        let (Some(from), Some(to)) =
            (instant(self.zone, date, hours.start), instant(self.zone, date, hours.end))
        else {
            return;
        };
        let step = TimeDelta::minutes(self.step_minutes());
        let duration = TimeDelta::minutes(self.duration_minutes.max(1));
        // Without a change of the clocks in between, what fits in UTC fits on the wall.
        let steady = to - from == TimeDelta::minutes(i64::from(hours.end - hours.start));
        let mut starts_at = ceil_to_grid(from, self.grid_minutes);
        while starts_at + duration <= to {
            let slot = Slot { starts_at, ends_at: starts_at + duration };
            if steady || self.inside(date, hours, &slot) {
                slots.push(slot);
            }
            starts_at += step;
        }
    }

    /// The slots that begin in the evening of `date` and end in the morning after. Where that morning's year is not
    /// published there are none.
    fn fill_over_midnight(
        &self,
        date: NaiveDate,
        evening: &Range<i32>,
        working: impl FnOnce(NaiveDate) -> Option<bool>,
        slots: &mut Vec<Slot>,
    ) {
        let Some(next) = date.succ_opt() else { return };
        let Ok(tomorrow) = self.hours_on(next, working) else { return };
        let Some(morning) = tomorrow.first().filter(|hours| hours.start == 0) else { return };
        let (Some(from), Some(midnight)) =
            (instant(self.zone, date, evening.start), instant(self.zone, date, 1440))
        else {
            return;
        };
        let duration = TimeDelta::minutes(self.duration_minutes.max(1));
        let first = midnight - duration + TimeDelta::minutes(1);
        let mut starts_at = ceil_to_grid(first.max(from), self.grid_minutes);
        while starts_at < midnight {
            let slot = Slot { starts_at, ends_at: starts_at + duration };
            let last_minute = slot.ends_at - TimeDelta::minutes(1);
            if self.is_within(date, evening, starts_at) && self.is_within(next, morning, last_minute) {
                slots.push(slot);
            }
            starts_at += TimeDelta::minutes(self.step_minutes());
        }
    }

    /// Whether the first and the last minute of a slot lie in these hours on the wall clock.
    fn inside(&self, date: NaiveDate, hours: &Range<i32>, slot: &Slot) -> bool {
        let minutes = [slot.starts_at, slot.ends_at - TimeDelta::minutes(1)];
        minutes.into_iter().all(|at| self.is_within(date, hours, at))
    }

    fn is_within(&self, date: NaiveDate, hours: &Range<i32>, at: DateTime<Utc>) -> bool {
        let local = at.with_timezone(&self.zone).naive_local();
        local.date() == date && hours.contains(&minute_of_day(local))
    }
}

/// The hours that were announced for a date, in order and disjoint.
fn hours_of(announced: &[DatedHours], date: NaiveDate) -> Vec<Range<i32>> {
    let of_date = announced.iter().filter(|one| one.dates.0 <= date && date <= one.dates.1);
    let mut hours: Vec<Range<i32>> = of_date.map(|one| one.minutes.clone()).collect();
    unite(&mut hours);
    hours
}

/// Puts hours in order, and those that overlap together.
fn unite(hours: &mut Vec<Range<i32>>) {
    hours.sort_by_key(|hours| hours.start);
    hours.dedup_by(|next, kept| {
        let overlap = next.start < kept.end;
        if overlap {
            kept.end = kept.end.max(next.end);
        }
        overlap
    });
}

fn ceil_to_grid(at: DateTime<Utc>, grid_minutes: i64) -> DateTime<Utc> {
    let grid = grid_minutes.max(1) * 60;
    let seconds = at.timestamp();
    at + TimeDelta::seconds((-seconds).rem_euclid(grid))
}

fn minute_of_day(local: NaiveDateTime) -> i32 {
    (local.hour() * 60 + local.minute()) as i32
}

#[cfg(test)]
mod tests;
