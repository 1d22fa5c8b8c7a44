//! What is free of a stage, as memory has it: a seat of the service, at the office what the stage needs beside, an officer
//! who could hold it, and for the stage with which a booking begins one of the number for the day.

use crate::auth;
use crate::base::local_time::local_date;
use crate::booking::model::bookable::{Free, Lack};
use crate::booking::model::slots::Slot;
use crate::booking::service::drawing::{Drawing, Shared, kept_of};
use crate::booking::service::{Booking, plan_of};
use crate::booking::store::appointments;
use crate::booking::store::desks::{self, OnDesk};
use crate::booking::store::entities::appointment::Site;
use crate::directory::{ServiceInfo, StageInfo};
use crate::places::{self, Board, Taken, cells};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::iter;
use std::ops::Range;
use uuid::Uuid;

/// What only the store knows about some stages: those who may hold them and are still here, with what else is on their
/// desks, and what a booking has that is to be moved.
#[derive(Debug, Default)]
pub(super) struct StagesNow {
    present: BTreeSet<Uuid>,
    desks: Vec<OnDesk>,
    /// Cells that do not count as taken.
    own: Vec<Taken>,
}

impl StagesNow {
    /// Of some stages, over a stretch of time, `but` for a booking that does not count. Nobody is asked about where nobody
    /// is named.
    pub async fn of(
        conn: &impl ConnectionTrait,
        stages: &[StageInfo],
        span: Range<DateTime<Utc>>,
        but: Option<Uuid>,
    ) -> Result<Self, DbErr> {
        let present = present(conn, stages).await?;
        let desks = match present.is_empty() {
            true => Vec::new(),
            false => desks::between(conn, &present, span, but.as_slice()).await?,
        };
        let own = match but {
            Some(id) => places::ask::taken_by(conn, appointments::owners(id)).await?,
            None => Vec::new(),
        };
        Ok(Self { present, desks, own })
    }

    /// Whether somebody is named, and here.
    pub fn is_here(&self, officer: Uuid) -> bool {
        self.present.contains(&officer)
    }

    /// Whether somebody is here and has nothing on their desk at a time.
    pub fn could(&self, officer: Uuid, slot: &Slot) -> bool {
        let meets = |one: &OnDesk| one.starts_at < slot.ends_at && slot.starts_at < one.ends_at;
        self.is_here(officer) && !self.desks.iter().any(|one| one.officer == officer && meets(one))
    }
}

/// Who is named for some stages and still here.
pub(super) async fn present(
    conn: &impl ConnectionTrait,
    stages: &[StageInfo],
) -> Result<BTreeSet<Uuid>, DbErr> {
    let named: BTreeSet<Uuid> = stages.iter().flat_map(|stage| stage.officers.iter().copied()).collect();
    if named.is_empty() {
        return Ok(named);
    }
    let here = auth::ask::active_staff(conn).await?.into_iter().map(|one| one.id);
    Ok(here.filter(|id| named.contains(id)).collect())
}

/// A stage that is asked about, and where.
#[derive(Clone, Copy)]
pub(super) struct StageAsked<'a> {
    pub stage: &'a StageInfo,
    pub site: Site,
    /// A booking begins with it.
    pub begins: bool,
}

/// Boards of a stage, looked at under one lock.
pub(super) struct StageBoards<'a> {
    info: &'a ServiceInfo,
    drawing: Drawing,
    of_service: &'a Board,
    /// With how many seats there are of it.
    beside: Option<(&'a Board, i32)>,
    /// Where there is a number for a day, and a booking begins with this stage.
    of_day: Option<&'a Board>,
    /// None where nobody has to hold it.
    officers: Option<Vec<(Uuid, &'a Board)>>,
    now: &'a StagesNow,
}

impl StageBoards<'_> {
    /// The number for a date, with its board.
    fn day(&self, date: NaiveDate) -> Option<(Shared, &Board)> {
        Shared::of_day(self.info, date).zip(self.of_day)
    }

    fn beside(&self, slot: &Slot) -> i32 {
        self.beside.map_or(i32::MAX, |(board, seats)| board.free_seats(seats, plan_of(self.info).cells(slot)))
    }

    /// How many could hold it: of their time, not of what is kept free of the place before and after.
    fn officers(&self, slot: &Slot) -> i32 {
        let Some(officers) = &self.officers else { return i32::MAX };
        let time = cells::of_person(&(slot.starts_at..slot.ends_at));
        let is_free = |(id, board): &&(Uuid, &Board)| {
            board.free_seats(1, time.clone()) > 0 && self.now.could(*id, slot)
        };
        i32::try_from(officers.iter().filter(is_free).count()).unwrap_or(i32::MAX)
    }
}

impl Free for StageBoards<'_> {
    fn seats(&self, slot: &Slot, cells: Range<i64>) -> i32 {
        let of_service = Shared::of_slot(self.info, slot, &cells).free(self.drawing, self.of_service, &cells);
        of_service.min(self.beside(slot)).min(self.officers(slot))
    }

    fn quota(&self, date: NaiveDate) -> Option<i32> {
        let (shared, board) = self.day(date)?;
        Some(shared.free(self.drawing, board, &cells::of_day(date)))
    }

    fn lack(&self, slot: &Slot, cells: Range<i64>) -> Lack {
        let date = local_date(self.info.zone, slot.starts_at);
        let of_slot = (Shared::of_slot(self.info, slot, &cells), self.of_service, cells);
        let of_day = self.day(date).map(|(shared, board)| (shared, board, cells::of_day(date)));
        let all: Vec<_> = iter::once(of_slot).chain(of_day).collect();
        let is_gone = |(shared, board, cells): &(Shared, &Board, _)| {
            board.free_seats(shared.all, Range::clone(cells)) == 0
        };
        if all.iter().any(is_gone) || self.beside(slot) == 0 {
            return Lack::Places;
        }
        let others = self.beside(slot).min(self.officers(slot));
        if others == 0 {
            return Lack::Officers;
        }
        // Of what is lacking there is some, so it is kept.
        kept_of(self.drawing, &all, others).map_or(Lack::Places, Lack::Kept)
    }
}

impl Booking {
    /// Looks at a stage at one moment, for any number of questions.
    pub(super) fn look_at_stage<T>(
        &self,
        info: &ServiceInfo,
        StageAsked { stage, site, begins }: StageAsked<'_>,
        drawing: Drawing,
        now: &StagesNow,
        ask: impl FnOnce(&StageBoards<'_>) -> T,
    ) -> T {
        let own = stage.row.resource_id.filter(|_| site == Site::Office).zip(stage.seats);
        let beside = own.map_or(info.row.resource_id, |(resource, _)| resource);
        let quota = info.row.quota_resource_id.filter(|_| begins && info.quota_seats.is_some());
        let mut resources = vec![info.row.resource_id, beside, quota.unwrap_or(info.row.resource_id)];
        resources.extend(stage.officers.iter());
        self.0.places.look_at(&resources, |boards| {
            let boards: Vec<Cow<'_, Board>> =
                iter::zip(&resources, boards).map(|(id, board)| board.without(*id, &now.own)).collect();
            let boards: Vec<&Board> = boards.iter().map(AsRef::as_ref).collect();
            // As many boards as resources were asked about.
            let officers = stage.officers.iter().copied().zip(boards.iter().skip(3).copied());
            ask(&StageBoards {
                info,
                drawing,
                of_service: boards[0],
                beside: own.map(|(_, seats)| (boards[1], seats)),
                of_day: quota.map(|_| boards[2]),
                officers: (!stage.officers.is_empty()).then(|| officers.collect()),
                now,
            })
        })
    }
}
