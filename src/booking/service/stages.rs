//! Stages: what can be had together, and the clearance clock that tells when each really began and was done.

use crate::auth::{Actor, Right};
use crate::base::local_time::{local_date, midnight};
use crate::base::words;
use crate::booking::log::{BookingEntry, StageClock};
use crate::booking::model::bookable::{DayReason, Offer, Terms};
use crate::booking::model::slots::Slot;
use crate::booking::model::stages::{self, MOST_ALTERNATIVES, StageTerms};
use crate::booking::model::state::{Action, Side, wrong_state};
use crate::booking::service::stage_boards::{StageAsked, StagesNow};
use crate::booking::service::terms::{Excluded, tier_of};
use crate::booking::service::transition::{Transition, take_step};
use crate::booking::service::wish::{stage_plan, terms_of_stages};
use crate::booking::service::{Booking, Drawing, Fault, lead_of, scope_of, terms_of};
use crate::booking::store::entities::appointment::{self, Site};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{appointments, write};
use crate::booking::words::problems::{no_stages, stage_fault};
use crate::db::Tx;
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::calendar::Calendar;
use crate::directory::{ServiceInfo, StageInfo};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::iter;
use std::ops::Range;
use std::sync::Arc;
use uuid::Uuid;

/// One way to have all stages that were asked for.
pub type Way = Vec<StageOffer>;

/// A stage at a time at which it is free.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageOffer {
    pub stage: Stage,
    pub site: Site,
    pub slot: Slot,
}

/// Which stages are to be had together: of whom, from when on, and without what a booking has that is to be `moved`.
#[derive(Clone, Copy)]
pub(super) struct WaysAsked<'a> {
    pub wanted: &'a [(Stage, Site)],
    pub from: DateTime<Utc>,
    pub drawing: Drawing,
    pub moved: Option<Uuid>,
}

/// What is done to a stage by an officer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockAction {
    Begin,
    End,
}

impl Booking {
    /// The free slots of one stage on a date. What the booking has that is to be `moved` does not count.
    pub async fn stage_slots(
        &self,
        caller: Option<&Actor>,
        service_id: Uuid,
        (stage, site): (Stage, Site),
        date: NaiveDate,
        moved: Option<Uuid>,
    ) -> Result<(Arc<ServiceInfo>, Vec<Offer>, Option<DayReason>), Problem> {
        let info = self.offered(service_id).await?;
        let found = stage_of(&info, stage).ok_or_else(unknown_stage)?;
        let calendar = self.0.directory.calendar().await?;
        let plan = stage_plan(&info, found);
        let lead = lead_of(&info, caller.and_then(tier_of));
        let now = self.0.clock.now();
        let terms = Terms { lead, ..terms_of(&info, &plan, &calendar, now) };
        // A stage may go on over midnight.
        let begins = midnight(info.zone, date);
        let moved = self.movable(caller, &info, moved).await?;
        let stored = self.stages_now(&info, begins..begins + TimeDelta::days(3), moved).await?;
        let drawing = Drawing::online(now);
        let begins = self.begins_with(&info, stage, moved).await?;
        let asked = StageAsked { stage: found, site, begins };
        let (offers, reason) = self.look_at_stage(&info, asked, drawing, &stored, |boards| {
            (terms.offers(date, boards).unwrap_or_default(), terms.day(date, None, boards).reason)
        });
        Ok((info, offers, reason))
    }

    /// Whether a booking begins with a stage, so that it counts for the number of its day: the one that is to be `moved`,
    /// or one of all stages.
    async fn begins_with(
        &self,
        info: &ServiceInfo,
        stage: Stage,
        moved: Option<Uuid>,
    ) -> Result<bool, Problem> {
        let first = match moved {
            // Nothing is counted by the day.
            _ if info.quota_seats.is_none() => None,
            Some(id) => appointments::of(self.0.db.reader(), [id]).await?.first().and_then(|one| one.stage),
            None => None,
        };
        Ok(first.or(info.stages.first().map(|stage| stage.row.stage)) == Some(stage))
    }

    /// At most three ways to have some stages together, the earliest from `from` on: none for whom the terms exclude, with
    /// why. What the booking has that is to be `moved` does not count.
    pub async fn stage_alternatives(
        &self,
        caller: Option<&Actor>,
        service_id: Uuid,
        wanted: &[(Stage, Site)],
        from: DateTime<Utc>,
        moved: Option<Uuid>,
    ) -> Result<(Arc<ServiceInfo>, Vec<Way>, Option<Excluded>), Problem> {
        let info = self.offered(service_id).await?;
        let now = self.0.clock.now();
        let lead = lead_of(&info, caller.and_then(tier_of));
        let moved = self.movable(caller, &info, moved).await?;
        let asked = WaysAsked { wanted, from, drawing: Drawing::online(now), moved };
        let [mut ways] = self.ways(&info, asked, [lead], |_| true).await?;
        let excluded = self.excluded(&info, caller).await?;
        if excluded.is_some() {
            ways.clear();
        }
        Ok((info, ways, excluded))
    }

    /// At most three ways to have some stages together: for each of some lead times those that keep it, and that begin
    /// where they may.
    pub(super) async fn ways<const N: usize>(
        &self,
        info: &ServiceInfo,
        asked: WaysAsked<'_>,
        leads: [TimeDelta; N],
        may_begin: impl Fn(&Slot) -> bool,
    ) -> Result<[Vec<Way>; N], Problem> {
        let WaysAsked { wanted, from, drawing, moved } = asked;
        let positions = positions(info, wanted)?;
        let all = terms_of_stages(info);
        let terms: Vec<StageTerms> = positions.iter().map(|position| all[*position]).collect();
        let calendar = self.0.directory.calendar().await?;
        let now = drawing.now;
        let horizon = now + TimeDelta::days(i64::from(info.row.horizon_days) + 2);
        let stored = self.stages_now(info, from.max(now)..horizon, moved).await?;
        let offer = |(slot, (stage, site)): (&Slot, &(Stage, Site))| StageOffer {
            stage: *stage,
            site: *site,
            slot: *slot,
        };
        Ok(leads.map(|lead| {
            let search = Search { booking: self, info, calendar: &calendar, stored: &stored, lead, drawing };
            let free = iter::zip(&positions, wanted).enumerate().map(|(index, (position, (_, site)))| {
                let stage = &info.stages[*position];
                let free = search.free(StageAsked { stage, site: *site, begins: index == 0 }, from);
                let may_begin = &may_begin;
                free.filter(move |slot| index > 0 || may_begin(slot))
            });
            let ways = stages::alternatives(&terms, free);
            debug_assert!(ways.len() <= MOST_ALTERNATIVES);
            ways.iter().map(|way| way.iter().zip(wanted).map(offer).collect()).collect()
        }))
    }

    /// What the store knows about the stages of a service over a stretch of time.
    pub(super) async fn stages_now(
        &self,
        info: &ServiceInfo,
        span: Range<DateTime<Utc>>,
        moved: Option<Uuid>,
    ) -> Result<StagesNow, Problem> {
        Ok(StagesNow::of(self.0.db.reader(), &info.stages, span, moved).await?)
    }

    /// An officer begins with a stage, or is done with it. The first that begins checks the booking in, the last that
    /// is done completes it.
    pub async fn clock(
        &self,
        actor: &Actor,
        id: Uuid,
        stage: Stage,
        action: ClockAction,
    ) -> Result<booking::Model, Problem> {
        actor.may(Right::HandleBookings)?;
        let scope = scope_of(actor)?;
        let tick = Tick {
            id,
            stage,
            action,
            actor: actor.evidence(),
            officer: actor.account_id,
            now: self.0.clock.now(),
        };
        let inner = self.0.clone();
        let row: Result<booking::Model, Fault> = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let row = write::lock_scoped(tx, scope, id).await?.ok_or_else(Problem::not_found)?;
                    let row = tick.take(tx, row).await?;
                    inner.tell_office(tx);
                    Ok(row)
                })
            })
            .await;
        Ok(row?)
    }
}

/// An officer's word about a stage.
#[derive(Clone, Copy)]
struct Tick {
    id: Uuid,
    stage: Stage,
    action: ClockAction,
    actor: evidence::Actor,
    officer: Uuid,
    now: DateTime<Utc>,
}

impl Tick {
    async fn take(&self, tx: &Tx, row: booking::Model) -> Result<booking::Model, Fault> {
        let all = appointments::of(tx.conn(), [self.id]).await?;
        let index = all.iter().position(|one| one.stage == Some(self.stage)).ok_or_else(unknown_stage)?;
        let after = ticked(&all, index, self.action, &row, self.now)?;
        let what = StageClock { stage: self.stage, reference: row.reference.clone() };
        let what = match self.action {
            ClockAction::Begin => BookingEntry::StageBegun(what),
            ClockAction::End => BookingEntry::StageEnded(what),
        };
        let told = NewEntry::new(self.id, &what, self.actor, self.now);
        evidence::append(tx, told.row(evidence::changed(&all[index], &after))).await?;
        appointments::update(tx, all[index].clone(), &after)?;
        let is_last = index + 1 == all.len();
        match self.action {
            ClockAction::Begin if row.state == BookingState::Accepted => {
                take_step(tx, row, self.step(Action::CheckIn)).await
            }
            ClockAction::End if is_last => take_step(tx, row, self.step(Action::Complete)).await,
            _ => Ok(row),
        }
    }

    fn step(&self, action: Action) -> Transition {
        let (actor, officer) = (self.actor, Some(self.officer));
        Transition { side: Side::Officer, actor, officer, ..Transition::by_program(action, self.now) }
    }
}

/// The appointment with its clock moved on, if that can be.
fn ticked(
    all: &[appointment::Model],
    index: usize,
    action: ClockAction,
    row: &booking::Model,
    now: DateTime<Utc>,
) -> Result<appointment::Model, Problem> {
    if !matches!(row.state, BookingState::Accepted | BookingState::CheckedIn) {
        return Err(wrong_state());
    }
    let one = &all[index];
    match action {
        ClockAction::Begin if one.began_at.is_some() => Err(Problem::conflict(words::booking::stage_begun())),
        ClockAction::Begin if all[..index].iter().any(|before| before.ended_at.is_none()) => {
            Err(Problem::conflict(words::booking::stage_begun_before()))
        }
        ClockAction::Begin => Ok(appointment::Model { began_at: Some(now), ..one.clone() }),
        ClockAction::End if one.began_at.is_none() || one.ended_at.is_some() => {
            Err(Problem::conflict(words::booking::stage_not_begun()))
        }
        ClockAction::End => Ok(appointment::Model { ended_at: Some(now), ..one.clone() }),
    }
}

/// What is free of a service, stage by stage, as of now.
#[derive(Clone, Copy)]
struct Search<'a> {
    booking: &'a Booking,
    info: &'a ServiceInfo,
    calendar: &'a Calendar,
    stored: &'a StagesNow,
    lead: TimeDelta,
    drawing: Drawing,
}

impl<'a> Search<'a> {
    /// The free slots of a stage from a time on, in order; each day is looked at when it is needed.
    fn free(&self, asked: StageAsked<'a>, from: DateTime<Utc>) -> impl Iterator<Item = Slot> + use<'a> {
        let Self { booking, info, calendar, stored, lead, drawing } = *self;
        let now = drawing.now;
        let plan = stage_plan(info, asked.stage);
        let horizon = now + TimeDelta::days(i64::from(info.row.horizon_days) + 1);
        let last = local_date(info.zone, horizon);
        let days = local_date(info.zone, from.max(now)).iter_days().take_while(move |day| *day <= last);
        days.flat_map(move |day| {
            let terms = Terms { lead, ..terms_of(info, &plan, calendar, now) };
            let offers = booking.look_at_stage(info, asked, drawing, stored, |boards| {
                terms.offers(day, boards).unwrap_or_default()
            });
            let fits = move |offer: &Offer| offer.reason.is_none() && offer.slot.starts_at >= from;
            offers.into_iter().filter(fits).map(|offer| offer.slot)
        })
    }
}

/// Which stages of a service some are, if they can be had together.
pub(super) fn positions(info: &ServiceInfo, wanted: &[(Stage, Site)]) -> Result<Vec<usize>, Problem> {
    if info.stages.is_empty() {
        return Err(no_stages());
    }
    let found = stages::in_order(&terms_of_stages(info), wanted.iter().copied());
    found.map_err(|fault| stage_fault(&fault, info.zone))
}

/// A stage of a service.
pub(super) fn stage_of(info: &ServiceInfo, stage: Stage) -> Option<&StageInfo> {
    info.stages.iter().find(|known| known.row.stage == stage)
}

pub(super) fn unknown_stage() -> Problem {
    Problem::invalid("stage", words::booking::unknown_stage())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::model::state::tests::row;

    #[test]
    fn stages_begin_one_after_the_other_and_end_once() {
        let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let now = start + TimeDelta::minutes(5);
        let booking = row(BookingState::Accepted, start);
        let stage = |stage, began, ended| appointment::Model {
            id: Uuid::nil(),
            booking_id: booking.id,
            position: 0,
            stage: Some(stage),
            site: Site::Office,
            starts_at: start,
            ends_at: start,
            began_at: Some(start).filter(|_| began),
            ended_at: Some(start).filter(|_| ended),
            officer_id: None,
        };
        for (first, second, index, action, expected) in [
            ((false, false), (false, false), 0, ClockAction::Begin, None),
            ((false, false), (false, false), 0, ClockAction::End, Some("stage_not_begun")),
            ((true, false), (false, false), 0, ClockAction::Begin, Some("stage_begun")),
            ((true, false), (false, false), 0, ClockAction::End, None),
            ((true, false), (false, false), 1, ClockAction::Begin, Some("stage_begun")),
            ((true, true), (false, false), 0, ClockAction::End, Some("stage_not_begun")),
            ((true, true), (false, false), 1, ClockAction::Begin, None),
        ] {
            let all =
                [stage(Stage::Declaration, first.0, first.1), stage(Stage::Inspection, second.0, second.1)];
            let found = ticked(&all, index, action, &booking, now);
            assert_eq!(found.err().map(|problem| problem.code), expected, "{first:?} {index} {action:?}");
        }
        let requested = row(BookingState::Requested, start);
        let all = [stage(Stage::Declaration, false, false)];
        assert!(ticked(&all, 0, ClockAction::Begin, &requested, now).is_err());
    }
}
