//! What somebody wants to take, worked out by rule: slots, appointments, and the seats that they need.

mod seats;

pub(super) use seats::{Asked, Tries, make_room_for};

use crate::base::ids;
use crate::base::local_time::local_date;
use crate::booking::model::bookable::{DayReason, SlotReason, Terms};
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::model::stages::{self, StageTerms, WantedStage};
use crate::booking::service::drawing::Shared;
use crate::booking::service::stage_boards::present;
use crate::booking::service::{Booking, Drawing, plan_of, terms_of};
use crate::booking::store::entities::appointment::{self, Site};
use crate::booking::words::problems::{
    beyond_horizon, no_officer_free, no_stages, not_a_slot, of_stage, one_time, slot_past, stage_fault,
    year_unpublished,
};
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::calendar::Calendar;
use crate::directory::{ServiceInfo, StageInfo};
use crate::http::Problem;
use crate::places::{Need, Pool, Taken, cells};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::BTreeSet;
use std::iter;
use std::ops::Range;
use std::sync::Arc;
use uuid::Uuid;

/// When somebody wants to come.
#[derive(Clone, Debug, PartialEq)]
pub enum WantedTime {
    /// At a slot of the service.
    Slot(DateTime<Utc>),
    /// Stage by stage; never empty.
    Stages(Vec<WantedStage>),
}

impl WantedTime {
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
        let (calendar, now) = (self.0.directory.calendar().await?, drawing.now);
        let all = match time.ok_or_else(one_time)? {
            WantedTime::Slot(starts_at) => {
                let (slot, date) = slot_at(info, &plan_of(info), &calendar, *starts_at, now)?;
                vec![whole(info, slot, date, drawing)]
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
        let (slot, _) = slot_at(info, &stage_plan(info, stage), calendar, wish.starts_at, drawing.now)
            .map_err(|problem| of_stage(problem, index))?;
        all.push(of_one_stage(info, (stage, here), wish.site, slot, drawing)?);
    }
    Ok(all)
}

/// The slot of a plan that starts at an instant, if it can be booked now.
fn slot_at(
    info: &ServiceInfo,
    plan: &Plan,
    calendar: &Calendar,
    starts_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(Slot, NaiveDate), Problem> {
    if starts_at < now {
        return Err(slot_past());
    }
    if starts_at.year() > 9000 {
        return Err(beyond_horizon(info));
    }
    let terms: Terms<'_> = terms_of(info, plan, calendar, now);
    let date = local_date(info.zone, starts_at);
    let slots = terms.slots(date).map_err(|reason| match reason {
        DayReason::YearUnpublished => year_unpublished(date),
        DayReason::BeyondHorizon => beyond_horizon(info),
        DayReason::Past => slot_past(),
        _ => not_a_slot(),
    })?;
    let slot = slots.into_iter().find(|slot| slot.starts_at == starts_at).ok_or_else(not_a_slot)?;
    // How long ahead it has to be is a question of the party's terms.
    match terms.too_late(&slot) {
        None | Some(SlotReason::LeadTime) => Ok((slot, date)),
        Some(_) => Err(slot_past()),
    }
}

fn whole(info: &ServiceInfo, slot: Slot, date: NaiveDate, drawing: Drawing) -> Wanted {
    let mut wanted = of_service(info, slot, drawing);
    if let (Some(resource), Some(shared)) = (info.row.quota_resource_id, Shared::of_day(info, date)) {
        wanted.take(resource, cells::of_day(date), shared, drawing);
    }
    wanted
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
}

impl Wanted {
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
