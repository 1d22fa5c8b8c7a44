//! What somebody wants to take, worked out by rule: slots, appointments, and the seats that they need.

use crate::base::ids;
use crate::base::local_time::local_date;
use crate::booking::model::bookable::{DayReason, Terms};
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::model::stages::{self, StageTerms, WantedStage};
use crate::booking::service::drawing::Shared;
use crate::booking::service::stage_boards::present;
use crate::booking::service::stages::StageOffer;
use crate::booking::service::{Booking, Drawing, Fault, in_sight, plan_of, terms_of};
use crate::booking::store::entities::appointment::{self, Site};
use crate::booking::store::entities::booking::{self, Channel};
use crate::booking::store::write::{self, Party, Standing};
use crate::booking::store::{appointments, desks};
use crate::booking::words::problems::{
    beyond_horizon, no_officer_free, no_stages, not_a_slot, of_stage, one_time, slot_past, slot_taken,
    stage_fault, year_unpublished,
};
use crate::db::{Tx, is_unique_violation};
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::calendar::Calendar;
use crate::directory::{ServiceInfo, StageInfo};
use crate::http::Problem;
use crate::places::{self, Need, Places, Pool, Taken, cells, choose};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use rand::RngExt;
use sea_orm::sea_query::UnionType;
use std::collections::BTreeSet;
use std::iter;
use std::ops::Range;
use std::sync::Arc;
use uuid::Uuid;

/// References are drawn anew when one exists already.
const MOST_DRAWS: u32 = 50;

/// When somebody wants to come.
#[derive(Clone, Debug, PartialEq)]
pub enum WantedTime {
    /// At a slot of the service.
    Slot(DateTime<Utc>),
    /// Stage by stage; never empty.
    Stages(Vec<WantedStage>),
}

impl WantedTime {
    /// As some stages can be had together.
    pub fn of_way(way: &[StageOffer]) -> Self {
        let stage = |offer: &StageOffer| WantedStage {
            stage: offer.stage,
            starts_at: offer.slot.starts_at,
            site: offer.site,
        };
        Self::Stages(way.iter().map(stage).collect())
    }

    /// At the times of a booking's appointments.
    pub fn of_appointments(row: &booking::Model, appointments: &[appointment::Model]) -> Self {
        let stage = |one: &appointment::Model| {
            Some(WantedStage { stage: one.stage?, starts_at: one.starts_at, site: one.site })
        };
        let stages: Vec<_> = appointments.iter().filter_map(stage).collect();
        if stages.is_empty() { Self::Slot(row.starts_at) } else { Self::Stages(stages) }
    }

    /// When the first appointment is to start.
    pub fn starts_at(&self) -> DateTime<Utc> {
        match self {
            Self::Slot(starts_at) => *starts_at,
            Self::Stages(stages) => stages.iter().map(|stage| stage.starts_at).min().unwrap_or_default(),
        }
    }
}

/// One appointment that is wanted, with what it takes.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub stage: Option<Stage>,
    pub site: Site,
    pub slot: Slot,
    pub needs: Vec<Need>,
    /// Of which of these, by resource, seats may be kept for somebody.
    shared: Vec<(Uuid, Shared)>,
}

/// All appointments of one booking, in order; at least one.
#[derive(Clone, Debug)]
pub(super) struct WantedAll {
    pub all: Vec<Wanted>,
    /// Who draws.
    pub drawing: Drawing,
    /// The venue's.
    pub zone: Tz,
}

impl Booking {
    /// What is taken for a wish, if it can be booked now.
    pub(super) async fn wanted(
        &self,
        info: &ServiceInfo,
        time: Option<&WantedTime>,
        drawing: Drawing,
    ) -> Result<WantedAll, Problem> {
        let calendar = self.0.directory.calendar().await?;
        let time = time.ok_or_else(one_time)?;
        let all = match time {
            WantedTime::Slot(starts_at) => {
                let slot = slot_at(info, &plan_of(info), &calendar, *starts_at, drawing)?;
                vec![of_service(info, slot, drawing).of_day(info, drawing)]
            }
            WantedTime::Stages(wanted) => {
                let here = present(self.0.db.reader(), &info.stages).await?;
                in_stages(info, &calendar, wanted, (drawing, &here))?
            }
        };
        Ok(WantedAll { all, drawing, zone: info.zone })
    }
}

fn in_stages(
    info: &ServiceInfo,
    calendar: &Calendar,
    wanted: &[WantedStage],
    (drawing, here): (Drawing, &BTreeSet<Uuid>),
) -> Result<Vec<Wanted>, Problem> {
    if info.stages.is_empty() {
        return Err(no_stages());
    }
    let positions = stages::fit(&terms_of_stages(info), wanted);
    let positions = positions.map_err(|fault| stage_fault(&fault, info.zone))?;
    let mut all = Vec::with_capacity(wanted.len());
    for (index, (wish, position)) in iter::zip(wanted, positions).enumerate() {
        let stage = &info.stages[position];
        let slot = slot_at(info, &stage_plan(info, stage), calendar, wish.starts_at, drawing)
            .map_err(|problem| of_stage(problem, index))?;
        let wanted = of_one_stage(info, (stage, here), wish.site, slot, drawing)?;
        all.push(if index == 0 { wanted.of_day(info, drawing) } else { wanted });
    }
    Ok(all)
}

/// Whether it is too late for a time: it has begun. About what begins this very moment nobody could decide any more; at
/// the desk it is decided about as it comes.
fn has_begun(info: &ServiceInfo, starts_at: DateTime<Utc>, drawing: Drawing) -> bool {
    let is_to_be_decided = info.row.needs_decision && drawing.channel == Channel::Online;
    if is_to_be_decided { starts_at <= drawing.now } else { starts_at < drawing.now }
}

/// The slot of a plan that starts at an instant, if it can be booked now.
fn slot_at(
    info: &ServiceInfo,
    plan: &Plan,
    calendar: &Calendar,
    starts_at: DateTime<Utc>,
    drawing: Drawing,
) -> Result<Slot, Problem> {
    if has_begun(info, starts_at, drawing) {
        return Err(slot_past());
    }
    if starts_at.year() > 9000 {
        return Err(beyond_horizon(info));
    }
    // How long ahead it may be at most, and has to be at least, are questions of the party's terms.
    let terms: Terms<'_> = in_sight(terms_of(info, plan, calendar, drawing.now));
    let date = local_date(info.zone, starts_at);
    let slots = terms.slots(date).map_err(|reason| match reason {
        DayReason::YearUnpublished => year_unpublished(date),
        DayReason::BeyondHorizon => beyond_horizon(info),
        _ => not_a_slot(),
    })?;
    slots.into_iter().find(|slot| slot.starts_at == starts_at).ok_or_else(not_a_slot)
}

/// A stage takes a seat of the service, at the office what it needs beside, and one of its officers who are `here`.
fn of_one_stage(
    info: &ServiceInfo,
    (stage, here): (&StageInfo, &BTreeSet<Uuid>),
    site: Site,
    slot: Slot,
    drawing: Drawing,
) -> Result<Wanted, Problem> {
    let mut wanted = of_service(info, slot, drawing);
    let needs = &mut wanted.needs;
    if let (Site::Office, Some(resource), Some(seats)) = (site, stage.row.resource_id, stage.seats) {
        needs.push(Need::any(resource, seats, plan_of(info).cells(&slot)));
    }
    // Of their time, not of what is kept free of the place before and after.
    if !stage.officers.is_empty() {
        let cells = cells::of_person(&(slot.starts_at..slot.ends_at));
        let officers: Arc<[Uuid]> = stage.officers.iter().copied().filter(|one| here.contains(one)).collect();
        if officers.is_empty() {
            return Err(no_officer_free());
        }
        needs.push(Need::one_of(officers, cells));
    }
    Ok(Wanted { stage: Some(stage.row.stage), site, ..wanted })
}

/// A seat of the service itself.
fn of_service(info: &ServiceInfo, slot: Slot, drawing: Drawing) -> Wanted {
    let cells = plan_of(info).cells(&slot);
    let shared = Shared::of_slot(info, &slot, &cells);
    let mut wanted = Wanted { stage: None, site: Site::Office, slot, needs: Vec::new(), shared: Vec::new() };
    wanted.take(info.row.resource_id, cells, shared, drawing);
    wanted
}

/// What slots of a stage are made from: the service's hours, its own length; one may start at every cell.
pub(super) fn stage_plan(info: &ServiceInfo, stage: &StageInfo) -> Plan {
    let duration_minutes = i64::from(stage.row.duration_minutes);
    Plan { duration_minutes, dense: true, ..plan_of(info) }
}

/// The stages of a service as its rules know them.
pub(super) fn terms_of_stages(info: &ServiceInfo) -> Vec<StageTerms> {
    let minutes = |minutes: i32| TimeDelta::minutes(i64::from(minutes));
    let terms = |stage: &StageInfo| StageTerms {
        stage: stage.row.stage,
        duration_minutes: i64::from(stage.row.duration_minutes),
        gap: (minutes(stage.row.gap_least_minutes), minutes(stage.row.gap_most_minutes)),
        at_enterprise: stage.row.at_enterprise,
    };
    info.stages.iter().map(terms).collect()
}

impl WantedAll {
    /// The same for so many persons: each has a seat of all that is needed.
    pub fn for_people(mut self, people: i32) -> Self {
        self.all.iter_mut().flat_map(|wanted| &mut wanted.needs).for_each(|need| need.for_people(people));
        self
    }

    /// The same with those officers, where they are free, who hold the same stages of some appointments.
    pub fn held_as(mut self, before: &[appointment::Model]) -> Self {
        for wanted in &mut self.all {
            let same = before.iter().find(|one| one.stage == wanted.stage);
            if let Some(officer) = same.and_then(|one| one.officer_id) {
                wanted.needs.iter_mut().for_each(|need| need.prefer(officer));
            }
        }
        self
    }

    /// From the start of the first to the end of the last.
    pub fn span(&self) -> Slot {
        let starts = self.all.iter().map(|wanted| wanted.slot.starts_at).min().unwrap_or_default();
        let ends = self.all.iter().map(|wanted| wanted.slot.ends_at).max().unwrap_or_default();
        Slot { starts_at: starts, ends_at: ends }
    }

    /// A refusal of its time, with the field in which that was said.
    pub fn in_its_words(&self, problem: Problem) -> Problem {
        let of_time = problem.field.is_some() && self.in_stages();
        if of_time { of_stage(problem, 0) } else { problem }
    }

    /// Whether it is booked stage by stage.
    pub fn in_stages(&self) -> bool {
        self.all.iter().any(|wanted| wanted.stage.is_some())
    }

    pub fn needs(&self) -> impl Iterator<Item = &Need> {
        self.all.iter().flat_map(|wanted| &wanted.needs)
    }

    /// Tries to take it.
    pub fn tries(&self) -> Tries {
        let seats = self.needs().map(|need| need.seats.max(0)).fold(0, i32::saturating_add);
        Tries { left: seats.saturating_add(2), draws: 0, spread: false }
    }

    /// A seat for everything, with how things stand: `party` is locked. Who has the same place already must want one
    /// more `anyway`; holds that ran out make room.
    pub async fn find_seats(
        &self,
        tx: &Tx,
        places: &Places,
        asked: &Asked<'_>,
        spread: bool,
    ) -> Result<(Standing, Vec<Vec<Taken>>), Fault> {
        let Asked { party, but, anyway, same_place, now } = *asked;
        let mut standing = self.standing(tx, party, but, now).await?;
        if !anyway && standing.same_place > 0 {
            let mine = write::same_place(tx, party, but, now).await?;
            return Err(mine.map_or_else(slot_taken, |mine| same_place(&mine)).into());
        }
        if self.choose(&standing, false).is_none() {
            self.make_room(tx, places, now).await?;
            // Others may have made room as well.
            standing = self.standing(tx, party, but, now).await?;
        }
        let taken = self.choose(&standing, spread).ok_or_else(|| self.all_gone(&standing))?;
        Ok((standing, taken))
    }

    /// How things stand for a party that wants this; without the seats of `but`, which are bookings.
    async fn standing(
        &self,
        tx: &Tx,
        party: Party,
        but: &[Uuid],
        now: DateTime<Utc>,
    ) -> Result<Standing, Fault> {
        let own = || (!but.is_empty()).then(|| appointments::owners_of(but.iter().copied()));
        let of_one = |wanted: &Wanted, need: &Need| {
            let mut taken = places::ask::taken_seats(need, own());
            if matches!(need.pool, Pool::AnyOf(_)) {
                taken.union(UnionType::Distinct, desks::seats(need, &wanted.slot, but));
            }
            taken
        };
        let needs = self.all.iter().flat_map(|wanted| wanted.needs.iter().map(move |need| (wanted, need)));
        let seats: Vec<_> = needs.map(|(wanted, need)| of_one(wanted, need)).collect();
        Ok(write::standing(tx, party, but, seats.into_iter(), now).await?)
    }

    /// A seat for everything that is needed, appointment by appointment; `spread` over the free ones.
    fn choose(&self, standing: &Standing, spread: bool) -> Option<Vec<Vec<Taken>>> {
        let pick = |below| if spread { rand::rng().random_range(0..below) } else { 0 };
        let mut chosen = choose(self.needs(), &standing.taken, pick)?.into_iter();
        let of_one = |wanted: &Wanted| chosen.by_ref().take(wanted.needs.len()).flatten().collect();
        Some(self.all.iter().map(of_one).collect())
    }

    /// Fresh rows for a booking.
    pub fn appointments(
        &self,
        booking: Uuid,
        taken: &[Vec<Taken>],
        now: DateTime<Utc>,
    ) -> Vec<appointment::Model> {
        let row = |(position, (wanted, taken)): (i32, (&Wanted, &Vec<Taken>))| appointment::Model {
            id: ids::new_id(now),
            booking_id: booking,
            position,
            stage: wanted.stage,
            site: wanted.site,
            starts_at: wanted.slot.starts_at,
            ends_at: wanted.slot.ends_at,
            began_at: None,
            ended_at: None,
            officer_id: wanted.officer_among(taken),
        };
        iter::zip(0.., iter::zip(&self.all, taken)).map(row).collect()
    }

    /// Ends holds whose time is over and that sit on what is needed.
    async fn make_room(&self, tx: &Tx, places: &Places, now: DateTime<Utc>) -> Result<(), Fault> {
        for need in self.needs() {
            make_room_for(tx, places, need, now).await?;
        }
        Ok(())
    }
}

impl Wanted {
    /// The booking begins with it: of the number for that day it takes one, however many stages follow.
    fn of_day(mut self, info: &ServiceInfo, drawing: Drawing) -> Self {
        let date = local_date(info.zone, self.slot.starts_at);
        if let (Some(resource), Some(shared)) = (info.row.quota_resource_id, Shared::of_day(info, date)) {
            self.take(resource, cells::of_day(date), shared, drawing);
        }
        self
    }

    /// Needs a seat of something that is shared.
    fn take(&mut self, resource: Uuid, cells: Range<i64>, shared: Shared, drawing: Drawing) {
        let (pool, seats, parts) = (Pool::Seats(resource), shared.all, shared.parts(drawing));
        self.needs.push(Need { pool, seats, parts, cells, count: 1 });
        self.shared.push((resource, shared));
    }

    /// How something that is needed is shared.
    pub fn shared(&self, need: &Need) -> Option<&Shared> {
        let found = self.shared.iter().find(|(resource, _)| need.pool == Pool::Seats(*resource));
        found.map(|(_, shared)| shared)
    }

    /// Which officer is among what was taken for it.
    fn officer_among(&self, taken: &[Taken]) -> Option<Uuid> {
        let officers = |need: &Need| matches!(need.pool, Pool::AnyOf(_));
        let need = self.needs.iter().find(|need| officers(need))?;
        taken.iter().map(|one| one.resource).find(|resource| need.pool.resources().contains(resource))
    }
}

/// Ends holds whose time is over and that sit on something that is needed.
pub(super) async fn make_room_for(
    tx: &Tx,
    places: &Places,
    need: &Need,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let bookings = appointments::bookings_of(places::ask::owners(need));
    for id in write::lapsed(tx, bookings, now).await? {
        super::transition::expire(tx, places, id, now).await?;
    }
    Ok(())
}

/// Who wants it, and what does not count for them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub party: Party,
    /// The bookings that are to be moved.
    pub but: &'a [Uuid],
    /// They know that they have the same place already.
    pub anyway: bool,
    /// What they are told of it otherwise.
    pub same_place: fn(&booking::Model) -> Problem,
    pub now: DateTime<Utc>,
}

/// How often somebody else may be faster before there is nothing left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tries {
    left: i32,
    draws: u32,
    /// Whoever lost a seat tries any free one: all trying the lowest would go on colliding.
    pub spread: bool,
}

impl Tries {
    /// How many there are.
    pub fn left(&self) -> i32 {
        self.left
    }

    /// What to do about a try that did not take it: another one, or the refusal.
    pub fn again(&mut self, fault: Fault) -> Result<(), Problem> {
        let error = match fault {
            Fault::Store(error) if is_unique_violation(&error) => error,
            fault => return Err(fault.into()),
        };
        if write::REFERENCE.is_violated_by(&error) {
            self.draws += 1;
            return if self.draws > MOST_DRAWS { Err(error.into()) } else { Ok(()) };
        }
        self.left -= 1;
        self.spread = true;
        if self.left <= 0 { Err(slot_taken()) } else { Ok(()) }
    }
}
