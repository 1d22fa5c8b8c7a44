//! Figures of operation, for those who see figures.

use crate::auth::{Actor, Right};
use crate::base::local_time::local_date;
use crate::booking::model::decisions::{Decisions, Tally};
use crate::booking::model::figures::{Durations, Part, WaitKind, durations, months};
use crate::booking::model::state::LIVE;
use crate::booking::service::Booking;
use crate::booking::service::waits::Wait;
use crate::booking::store::entities::booking::{BookingState, Channel};
use crate::booking::store::entities::refusal::RefusalRule;
use crate::booking::store::figures::{self, MonthNumber, Months};
use crate::directory::entities::service::ServiceKind;
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::calendar::Calendar;
use crate::directory::{ServiceInfo, office};
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// A month in figures.
#[derive(Clone, Debug)]
pub struct MonthOfWork {
    pub first: NaiveDate,
    pub services: Vec<ServiceMonth>,
    /// Stages of clearance that ended in it.
    pub stages: Vec<(Stage, Durations)>,
    /// How long people had waited whose waiting ended in it.
    pub waits: Vec<(WaitKind, Arc<ServiceInfo>, Durations)>,
    /// What was refused in it, by service: none of one is what was counted before services were told apart.
    pub refusals: Vec<(Option<Arc<ServiceInfo>>, RefusalRule, i64)>,
}

/// What the bookings of a service in a month came to.
#[derive(Clone, Debug)]
pub struct ServiceMonth {
    pub info: Arc<ServiceInfo>,
    pub counts: Counts,
    pub decisions: Decisions,
}

/// How many there are, by what they came to and by which way they came.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    states: HashMap<BookingState, i64>,
    pub by_phone: i64,
    pub at_counter: i64,
    /// An officer took them against the terms of the service.
    pub against_terms: i64,
}

impl Counts {
    pub fn in_state(&self, state: BookingState) -> i64 {
        self.states.get(&state).copied().unwrap_or(0)
    }

    pub fn booked(&self) -> i64 {
        self.states.values().sum()
    }

    /// Still to take place, or going on.
    pub fn open(&self) -> i64 {
        LIVE.into_iter().map(|state| self.in_state(state)).sum()
    }

    /// Who did not come, of those whose appointment is over.
    pub fn no_shows(&self) -> Part {
        let k = self.in_state(BookingState::NoShow);
        Part { k, n: k + self.in_state(BookingState::Completed) }
    }
}

impl ServiceMonth {
    /// Nobody had to travel: what was dealt with by video.
    pub fn visits_saved(&self) -> i64 {
        let by_video = self.info.row.kind == ServiceKind::Video;
        if by_video { self.counts.in_state(BookingState::Completed) } else { 0 }
    }
}

impl Booking {
    /// The last `count` months, the latest first.
    pub async fn work(&self, actor: &Actor, count: u32) -> Result<Vec<MonthOfWork>, Problem> {
        actor.may(Right::SeeFigures)?;
        let (conn, now, zone) = (self.0.db.reader(), self.0.clock.now(), office().zone);
        let all = months(zone, now, count);
        let begins = all.first().map_or(now, |(_, within)| within.start);
        let asked = Months { begins, ends: all.iter().map(|(_, within)| within.end).collect() };
        let calendar = self.0.directory.calendar().await?;
        let mut found: Vec<MonthOfWork> = Vec::with_capacity(all.len());
        let mut counts = counts(conn, &asked).await?;
        let mut decisions = self.decisions_in(conn, &asked, &calendar, now).await?;
        let mut clocks = stage_times(conn, &asked).await?;
        let mut refused = self.refused_in(conn, &asked).await?;
        let mut waits = self.waits_in(conn, &asked).await?;
        for (number, (first, _)) in (0..).zip(all) {
            let mut services = Vec::new();
            for (id, counts) in counts.remove(&number).unwrap_or_default() {
                let decisions = decisions.remove(&(number, id)).unwrap_or_default();
                services.push(ServiceMonth { info: self.info(id).await?, counts, decisions });
            }
            services.sort_by_key(|one| one.info.row.position);
            let took = clocks.remove(&number).unwrap_or_default();
            let stages =
                took.into_iter().filter_map(|(stage, took)| Some((stage, durations(took)?))).collect();
            let refusals = refused.remove(&number).unwrap_or_default();
            let waits = waits.remove(&number).unwrap_or_default();
            found.push(MonthOfWork { first, services, stages, waits, refusals });
        }
        found.reverse();
        Ok(found)
    }

    /// How soon requests were decided, by month and service.
    async fn decisions_in(
        &self,
        conn: &impl ConnectionTrait,
        asked: &Months<DateTime<Utc>>,
        calendar: &Calendar,
        now: DateTime<Utc>,
    ) -> Result<HashMap<(MonthNumber, Uuid), Decisions>, Problem> {
        let services = self.0.directory.kept_services().await?;
        let tally = |service| {
            let info = services.get(service);
            let promised = info.and_then(|info| info.spec.terms.decided_within_working_days);
            let promised = promised.and_then(|days| u32::try_from(days).ok());
            Tally::new(calendar, info.map_or(office().zone, |info| info.zone), promised, now)
        };
        let mut tallies: HashMap<(MonthNumber, Uuid), Tally<'_>> = HashMap::new();
        for (service, month, number) in figures::decided_as_they_came(conn, asked).await? {
            let one = tallies.entry((month, service)).or_insert_with(|| tally(service));
            one.add_decided_as_they_came(number);
        }
        for (service, month, request) in figures::requests(conn, asked).await? {
            tallies.entry((month, service)).or_insert_with(|| tally(service)).add(request);
        }
        Ok(tallies.into_iter().map(|(key, tally)| (key, tally.finish())).collect())
    }

    /// How long people waited, by the month in which that ended.
    async fn waits_in(
        &self,
        conn: &impl ConnectionTrait,
        asked: &Months<DateTime<Utc>>,
    ) -> Result<HashMap<MonthNumber, Vec<(WaitKind, Arc<ServiceInfo>, Durations)>>, Problem> {
        let mut ended = Vec::new();
        for (service, began_at, ended_at) in figures::offers_taken(conn, asked).await? {
            ended.push((WaitKind::WaitingList, service, began_at, ended_at));
        }
        for known in self.0.waits.get().into_iter().flatten() {
            let waits = known.ended(asked.begins..asked.last()).await?;
            let services = figures::services_of(conn, waits.iter().map(|wait| wait.booking)).await?;
            for Wait { booking, began_at, ended_at } in waits {
                let service = services.get(&booking).copied();
                ended.extend(service.map(|service| (known.kind(), service, began_at, ended_at)));
            }
        }
        let mut took: BTreeMap<(MonthNumber, WaitKind, Uuid), Vec<TimeDelta>> = BTreeMap::new();
        for (kind, service, began_at, ended_at) in ended {
            if let Some((month, _)) = (0..).zip(&asked.ends).find(|(_, end)| ended_at < **end) {
                took.entry((month, kind, service)).or_default().push(ended_at - began_at);
            }
        }
        let services = self.0.directory.kept_services().await?;
        let mut found: HashMap<MonthNumber, Vec<_>> = HashMap::new();
        for ((month, kind, service), took) in took {
            if let Some((info, took)) = services.get(service).cloned().zip(durations(took)) {
                found.entry(month).or_default().push((kind, info, took));
            }
        }
        for month in found.values_mut() {
            month.sort_by_key(|(kind, info, _)| (*kind, info.row.position));
        }
        Ok(found)
    }

    /// What rules refused, by month.
    async fn refused_in(
        &self,
        conn: &impl ConnectionTrait,
        asked: &Months<DateTime<Utc>>,
    ) -> Result<HashMap<MonthNumber, Vec<(Option<Arc<ServiceInfo>>, RefusalRule, i64)>>, Problem> {
        let services = self.0.directory.kept_services().await?;
        let date = |at: &DateTime<Utc>| local_date(office().zone, *at);
        let dates = Months { begins: date(&asked.begins), ends: asked.ends.iter().map(date).collect() };
        let mut found: HashMap<MonthNumber, Vec<_>> = HashMap::new();
        for (service, rule, month, refused) in figures::refusals(conn, &dates).await? {
            let info = services.get(service).cloned();
            found.entry(month).or_default().push((info, rule, refused));
        }
        for month in found.values_mut() {
            let place = |info: &Option<Arc<ServiceInfo>>| info.as_ref().map(|info| info.row.position);
            month.sort_by_key(|(info, rule, refused)| (place(info), -*refused, *rule));
        }
        Ok(found)
    }
}

/// What bookings came to, by month and service.
async fn counts(
    conn: &impl ConnectionTrait,
    asked: &Months<DateTime<Utc>>,
) -> Result<HashMap<MonthNumber, BTreeMap<Uuid, Counts>>, Problem> {
    let mut found: HashMap<MonthNumber, BTreeMap<Uuid, Counts>> = HashMap::new();
    for (service, state, channel, month, number) in figures::states(conn, asked).await? {
        let counts = found.entry(month).or_default().entry(service).or_default();
        *counts.states.entry(state).or_default() += number;
        match channel {
            Channel::Online => {}
            Channel::Phone => counts.by_phone += number,
            Channel::Counter => counts.at_counter += number,
        }
    }
    for (service, month, number) in figures::against_terms(conn, asked).await? {
        found.entry(month).or_default().entry(service).or_default().against_terms = number;
    }
    Ok(found)
}

/// How long each stage took, by month.
async fn stage_times(
    conn: &impl ConnectionTrait,
    asked: &Months<DateTime<Utc>>,
) -> Result<HashMap<MonthNumber, BTreeMap<Stage, Vec<TimeDelta>>>, Problem> {
    let mut found: HashMap<MonthNumber, BTreeMap<Stage, Vec<TimeDelta>>> = HashMap::new();
    for (stage, month, began_at, ended_at) in figures::clocks(conn, asked).await? {
        found.entry(month).or_default().entry(stage).or_default().push(ended_at - began_at);
    }
    Ok(found)
}
