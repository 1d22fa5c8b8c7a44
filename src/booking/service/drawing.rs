//! Who draws from the places of a service, and which of them are theirs: what is shown and what is taken goes by the same.

use crate::base::local_time::{instant, local_date};
use crate::booking::model::shares::{Kept, Parts, Seats, Split, quota_released_at, released_at};
use crate::booking::model::slots::Slot;
use crate::booking::service::plan_of;
use crate::booking::store::entities::booking::Channel;
use crate::directory::ServiceInfo;
use crate::directory::entities::announced_hours;
use crate::places::Board;
use chrono::{DateTime, NaiveDate, Utc};
use std::ops::Range;

/// The ways by which something may be kept for somebody.
const KEPT_FOR: [Channel; 2] = [Channel::Phone, Channel::Counter];

/// How many places a service has over some cells: its seats, and those that were announced for all of them.
pub(super) fn seats_over(info: &ServiceInfo, cells: &Range<i64>) -> i32 {
    if info.extra.iter().all(|row| row.extra_seats == 0) {
        return info.seats;
    }
    let seconds = i64::from(info.venue.grid_minutes.max(1)) * 60;
    let at = |cell: i64| DateTime::from_timestamp(cell.saturating_mul(seconds), 0).unwrap_or_default();
    let (from, to) = (at(cells.start), at(cells.end));
    let date = local_date(info.zone, from);
    let covers = |row: &&announced_hours::Model| {
        let edge = |minute| instant(info.zone, date, minute);
        row.date_from <= date
            && date <= row.date_to
            && edge(row.from_minute).is_some_and(|begins| begins <= from)
            && edge(row.to_minute).is_some_and(|ends| to <= ends)
    };
    let more = info.extra.iter().filter(covers).map(|row| row.extra_seats);
    more.fold(info.seats, i32::saturating_add)
}

/// How many places side by side a service has in a slot.
pub fn capacity_in(info: &ServiceInfo, slot: &Slot) -> i32 {
    seats_over(info, &plan_of(info).cells(slot))
}

/// By which way somebody books, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawing {
    pub channel: Channel,
    pub now: DateTime<Utc>,
}

/// The seats of something, those that are kept for somebody among them.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub all: i32,
    split: Split,
    /// From then on all are everybody's; where nothing is kept they always are.
    released_at: Option<DateTime<Utc>>,
}

impl Shared {
    /// The seats side by side of a slot, over its cells.
    pub fn of_slot(info: &ServiceInfo, slot: &Slot, cells: &Range<i64>) -> Self {
        let (shares, all) = (&info.spec.shares, seats_over(info, cells));
        let released_at = (shares.kept() > 0).then(|| released_at(shares, slot.starts_at));
        Self { all, split: Split::of(shares.kept_for(), Seats { usual: info.seats, all }), released_at }
    }

    /// The quota of a date, where there is one.
    pub fn of_day(info: &ServiceInfo, date: NaiveDate) -> Option<Self> {
        let (usual, all) = (info.quota_seats?, info.quota_on(date)?);
        let shares = info.spec.quota_shares.unwrap_or_default();
        let kept = shares.kept_for();
        let released_at = (kept.all() > 0).then(|| quota_released_at(&shares, info.zone, date));
        Some(Self { all, split: Split::of(kept, Seats { usual, all }), released_at })
    }

    /// Until when some of them are kept for others.
    pub fn kept_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.released_at.filter(|at| now < *at)
    }

    /// Those that somebody may have.
    pub fn parts(&self, drawing: Drawing) -> Parts {
        self.split.parts(drawing.channel, self.kept_until(drawing.now).is_none())
    }

    /// How many of those are free on a board, over some cells.
    pub fn free(&self, drawing: Drawing, board: &Board, cells: &Range<i64>) -> i32 {
        let free = |seats: i32| board.free_seats(seats, cells.clone());
        let of = |part: &Range<i32>| match (part.start, part.end) {
            (from, to) if from >= to => 0,
            (0, to) => free(to),
            (from, to) => free(to) - free(from),
        };
        self.parts(drawing).iter().map(of).sum()
    }
}

/// What is kept for others of several things that are all needed, and of each of which there is some: `others` is how
/// often all else that is needed can be had.
pub(super) fn kept_of(drawing: Drawing, all: &[(Shared, &Board, Range<i64>)], others: i32) -> Option<Kept> {
    let free =
        |drawing, (shared, board, cells): &(Shared, &Board, Range<i64>)| shared.free(drawing, board, cells);
    let lacking = all.iter().filter(|one| free(drawing, one) <= 0);
    let until = lacking.filter_map(|(shared, ..)| shared.kept_until(drawing.now));
    drawing.kept(until, |drawing| all.iter().map(|one| free(drawing, one)).fold(others, i32::min))
}

impl Drawing {
    /// Whoever books for themselves.
    pub fn online(now: DateTime<Utc>) -> Self {
        Self { channel: Channel::Online, now }
    }

    /// What is kept for others, whose seats are told by `free` and of whom each could have so many: `until` are the ends
    /// of what is kept of all that they lack themselves.
    pub fn kept(
        self,
        until: impl IntoIterator<Item = DateTime<Utc>>,
        free: impl Fn(Drawing) -> i32,
    ) -> Option<Kept> {
        let until = until.into_iter().max()?;
        let of = |channel| match channel == self.channel {
            true => 0,
            false => free(Drawing { channel, ..self }).max(0),
        };
        let [phone, counter] = KEPT_FOR.map(of);
        Some(Kept { until, phone, counter })
    }
}
