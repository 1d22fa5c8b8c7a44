//! What other settings of a service would do, before they are saved: to the free places of a real month, by the same
//! functions that offer them, to what is booked, and to the requests of the last months.

use crate::auth::{Actor, Right};
use crate::base::local_time::local_date;
use crate::booking::model::bookable::{DayReason, Terms};
use crate::booking::model::past_requests::Tried;
use crate::booking::model::settled::{Measure, Outside, Seated, Standing, seat_all};
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::service::free::{ServiceBoards, with_boards};
use crate::booking::service::settings::fit_stages;
use crate::booking::service::stage_officers::check_officers;
use crate::booking::service::{Booking, Drawing, MOST_DAYS_AHEAD, capacity_in, plan_of, terms_of};
use crate::booking::store::entities::appointment::{self, Site};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{appointments, read};
use crate::directory::ServiceInfo;
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::calendar::{Calendar, DayClass};
use crate::directory::model::settings::ServiceSettings;
use crate::directory::settings::stored;
use crate::directory::setups;
use crate::http::Problem;
use crate::places::{self, Taken, cells};
use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use uuid::Uuid;

/// What would be otherwise.
pub struct SettingsEffect {
    pub zone: chrono_tz::Tz,
    pub days: Vec<DayEffect>,
    /// What would stand outside, by its start.
    pub outside: Vec<StandsOutside>,
    /// What it would have done to the requests of the last months.
    pub requests: Tried,
}

/// A date before and after.
pub struct DayEffect {
    pub date: NaiveDate,
    pub class: DayClass,
    pub name: Option<String>,
    pub before: DayFigures,
    pub after: DayFigures,
}

/// A date in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayFigures {
    pub slots: usize,
    pub free_slots: usize,
    /// Places in them together.
    pub free: i32,
    pub reason: Option<DayReason>,
}

/// A booking that would not be given by other settings.
pub struct StandsOutside {
    pub row: booking::Model,
    pub why: Outside,
    /// It is not by those in force either.
    pub already: bool,
}

impl Booking {
    /// What other settings would do to a month (the next one, where none is named) and to what is booked. Writes nothing.
    pub async fn preview_settings(
        &self,
        actor: &Actor,
        id: Uuid,
        settings: &ServiceSettings,
        month: Option<NaiveDate>,
    ) -> Result<SettingsEffect, Problem> {
        actor.may(Right::SetTerms)?;
        let conn = self.0.db.reader();
        let before = stored(conn, id).await?.ok_or_else(Problem::not_found)?;
        before.check_settings(settings)?;
        check_officers(conn, &before, settings).await?;
        let (calendar, now) = (self.0.directory.calendar().await?, self.0.clock.now());
        let after = Arc::new(before.with_settings(settings, now));
        fit_stages(&after, &calendar, now)?;
        self.effect_of(&before, &after, &calendar, month).await
    }

    /// What it would do that a service were another one: to a month, to what is booked, and to past requests.
    pub(super) async fn effect_of(
        &self,
        before: &Arc<ServiceInfo>,
        after: &Arc<ServiceInfo>,
        calendar: &Calendar,
        month: Option<NaiveDate>,
    ) -> Result<SettingsEffect, Problem> {
        let (conn, now) = (self.0.db.reader(), self.0.clock.now());
        let days = self.days_of_month((before, after), calendar, month, now);
        let standings = Standings::of(conn, before, after, now).await?;
        let (by_before, by_after) =
            (outside(&standings, before, calendar), outside(&standings, after, calendar));
        let stands = |row: &booking::Model| {
            let why = *by_after.get(&row.id)?;
            Some(StandsOutside { row: row.clone(), why, already: by_before.contains_key(&row.id) })
        };
        let outside = standings.rows.iter().filter_map(stands).collect();
        let requests = self.tried_on_requests(before, after).await?;
        Ok(SettingsEffect { zone: before.zone, days, outside, requests })
    }

    /// The dates of a month (the next one, where none is named) by two settings of a service.
    pub(super) fn days_of_month(
        &self,
        (before, after): (&ServiceInfo, &ServiceInfo),
        calendar: &Calendar,
        month: Option<NaiveDate>,
        now: DateTime<Utc>,
    ) -> Vec<DayEffect> {
        let first = first_of(month, local_date(before.zone, now));
        let last = first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(first);
        let figures = |info: &ServiceInfo| self.month(info, calendar, first..last, now);
        let (was, would_be) = (figures(before), figures(after));
        let dates = first.iter_days().take_while(|date| *date <= last);
        let days = dates.zip(was.into_iter().zip(would_be)).map(|(date, (before, after))| DayEffect {
            date,
            class: calendar.class(date),
            name: calendar.name(date).map(str::to_owned),
            before,
            after,
        });
        days.collect()
    }

    /// The dates of a month, the last one included, in numbers.
    fn month(
        &self,
        info: &ServiceInfo,
        calendar: &Calendar,
        dates: Range<NaiveDate>,
        now: DateTime<Utc>,
    ) -> Vec<DayFigures> {
        let plan = plan_of(info);
        let usual: Terms<'_> = terms_of(info, &plan, calendar, now);
        // The month is shown whole, though its end may come into reach only later.
        let horizon_days = usual.horizon_days.max((dates.end - usual.today()).num_days());
        let terms = Terms { horizon_days, ..usual };
        let all = dates.start.iter_days().take_while(|date| *date <= dates.end);
        with_boards(&self.0.places, info, Drawing::online(now), |boards| {
            all.map(|date| figures(info, &terms, date, boards)).collect()
        })
    }
}

fn figures(info: &ServiceInfo, terms: &Terms<'_>, date: NaiveDate, boards: &ServiceBoards<'_>) -> DayFigures {
    if !info.row.active {
        return DayFigures { slots: 0, free_slots: 0, free: 0, reason: Some(DayReason::Closed) };
    }
    let offers = terms.offers(date, boards).unwrap_or_default();
    let total = terms.day(date, info.quota_on(date), boards);
    DayFigures {
        slots: offers.len(),
        free_slots: offers.iter().filter(|offer| offer.reason.is_none()).count(),
        free: total.free,
        reason: total.reason,
    }
}

/// The first date of a month that is meant.
fn first_of(month: Option<NaiveDate>, today: NaiveDate) -> NaiveDate {
    let first = |date: NaiveDate| date.with_day(1).unwrap_or(date);
    match month {
        Some(date) => first(date),
        None => first(today).checked_add_months(Months::new(1)).unwrap_or(today),
    }
}

/// What is booked of a service and still to come, with its seats as they would be.
pub(super) struct Standings {
    rows: Vec<booking::Model>,
    all: Vec<Standing>,
    /// Seats of a quota, and of what stages take beside, that those are given who have none, because it is new.
    new_of_quota: Vec<(Uuid, Seated)>,
    new_beside: Vec<(Uuid, Stage, Seated)>,
}

impl Standings {
    /// As it stands, seated as `after` would have it.
    pub async fn of(
        conn: &impl ConnectionTrait,
        before: &ServiceInfo,
        after: &ServiceInfo,
        now: DateTime<Utc>,
    ) -> Result<Self, DbErr> {
        let id = before.row.id;
        let until = now + TimeDelta::days(MOST_DAYS_AHEAD + 1);
        let mut rows = read::live_of_service_between(conn, id, now, until).await?;
        rows.retain(|row| now < row.starts_at && row.state != BookingState::Held);
        let ids = || rows.iter().map(|row| row.id);
        let mut seats: HashMap<Uuid, Vec<(Uuid, i32)>> = HashMap::new();
        if !rows.is_empty() {
            for (owner, resource, seat) in places::ask::seats_of(conn, appointments::owners_of(ids())).await?
            {
                seats.entry(owner).or_default().push((resource, seat));
            }
        }
        let own = before.row.resource_id;
        // Of a quota, and of what a stage takes beside: that which is there, or which was there and will be again.
        let of_day = setups::quota_resource(conn, &before.row).await?;
        let of = |one: &appointment::Model, is_of: &dyn Fn(Uuid) -> bool| -> Vec<i32> {
            // Whoever holds a stage is no seat of anything.
            let all = seats.get(&one.id).into_iter().flatten().filter(|(of, _)| Some(*of) != one.officer_id);
            all.filter(|(resource, _)| is_of(*resource)).map(|(_, seat)| *seat).collect()
        };
        let is_quota = |resource: Uuid| Some(resource) == of_day;
        let standing = |one: appointment::Model| Standing {
            id: one.id,
            booking: one.booking_id,
            slot: Slot { starts_at: one.starts_at, ends_at: one.ends_at },
            stage: one.stage,
            site: one.site,
            begins: one.position == 0,
            seats: of(&one, &|resource| resource == own),
            of_quota: of(&one, &is_quota),
            beside: of(&one, &|resource| resource != own && !is_quota(resource)),
        };
        let mut all: Vec<Standing> = appointments::of(conn, ids()).await?.into_iter().map(standing).collect();
        all.sort_by_key(|one| one.slot.starts_at);
        let mut found = Self { rows, all, new_of_quota: Vec::new(), new_beside: Vec::new() };
        found.seat_new(after);
        Ok(found)
    }

    /// Gives seats of what is new to those who have booked before it was there.
    fn seat_new(&mut self, after: &ServiceInfo) {
        if after.quota_seats.is_some() {
            let day = |one: &Standing| cells::of_day(local_date(after.zone, one.slot.starts_at));
            let takes = |one: &Standing| one.begins;
            for (index, seated) in seat(&self.all, day, takes, |one| &one.of_quota) {
                self.all[index].of_quota.clone_from(&seated.seats);
                self.new_of_quota.push((self.all[index].id, seated));
            }
        }
        let plan = plan_of(after);
        for stage in after.stages.iter().filter(|stage| stage.seats.is_some()) {
            let stage = stage.row.stage;
            let takes = |one: &Standing| one.stage == Some(stage) && one.site == Site::Office;
            for (index, seated) in seat(&self.all, |one| plan.cells(&one.slot), takes, |one| &one.beside) {
                self.all[index].beside.clone_from(&seated.seats);
                self.new_beside.push((self.all[index].id, stage, seated));
            }
        }
    }

    /// Seats for them, of those that nobody has by the store: also held ones and those of earlier today count. `after` has
    /// the ids of what is new.
    pub async fn new_seats(
        &self,
        conn: &impl ConnectionTrait,
        after: &ServiceInfo,
    ) -> Result<Vec<(Uuid, Vec<Taken>)>, DbErr> {
        let of_quota = self
            .new_of_quota
            .iter()
            .filter_map(|(owner, seated)| Some((after.row.quota_resource_id?, *owner, seated)));
        let beside = self.new_beside.iter().filter_map(|(owner, stage, seated)| {
            let stage = after.stages.iter().find(|known| known.row.stage == *stage)?;
            Some((stage.row.resource_id?, *owner, seated))
        });
        let mut lacking: HashMap<Uuid, Vec<(Uuid, &Seated)>> = HashMap::new();
        for (resource, owner, seated) in of_quota.chain(beside) {
            lacking.entry(resource).or_default().push((owner, seated));
        }
        let mut all = Vec::new();
        for (resource, lacking) in lacking {
            let first = lacking.iter().map(|(_, seated)| seated.cells.start).min().unwrap_or_default();
            let taken = places::ask::taken_since(conn, resource, first).await?;
            let taken: Vec<Seated> = taken
                .into_iter()
                .map(|(cell, seat)| Seated { cells: cell..cell + 1, seats: vec![seat] })
                .collect();
            let wanted: Vec<_> =
                lacking.iter().map(|(_, seated)| (seated.cells.clone(), seated.seats.len())).collect();
            for ((owner, _), seated) in lacking.into_iter().zip(seat_all(&taken, &wanted)) {
                let of = |seat: i32| seated.cells.clone().map(move |cell| Taken { resource, seat, cell });
                all.push((owner, seated.seats.iter().flat_map(|seat| of(*seat)).collect()));
            }
        }
        Ok(all)
    }
}

/// Seats for those who take one and have none: the number of each, and its seats.
fn seat(
    all: &[Standing],
    cells: impl Fn(&Standing) -> Range<i64>,
    takes: impl Fn(&Standing) -> bool,
    has: impl Fn(&Standing) -> &Vec<i32>,
) -> Vec<(usize, Seated)> {
    let taken: Vec<Seated> = all
        .iter()
        .filter(|one| !has(one).is_empty())
        .map(|one| Seated { cells: cells(one), seats: has(one).clone() })
        .collect();
    let lacks = |(_, one): &(usize, &Standing)| takes(one) && has(one).is_empty();
    let lacking: Vec<(usize, &Standing)> = all.iter().enumerate().filter(lacks).collect();
    let wanted: Vec<(Range<i64>, usize)> =
        lacking.iter().map(|(_, one)| (cells(one), one.seats.len().max(1))).collect();
    lacking.into_iter().map(|(index, _)| index).zip(seat_all(&taken, &wanted)).collect()
}

/// Which bookings would stand outside, and why: by the first of their appointments that would.
fn outside(standings: &Standings, info: &ServiceInfo, calendar: &Calendar) -> HashMap<Uuid, Outside> {
    let plan = Plan { closed: Vec::new(), ..plan_of(info) };
    let stages: Vec<_> = info.stages.iter().map(|stage| (stage.row.stage, stage.seats)).collect();
    let measure = Measure {
        active: info.row.active,
        plan: &plan,
        working: &|date| calendar.is_working(date),
        seats: &|slot| capacity_in(info, slot),
        quota: &|slot| info.quota_on(local_date(info.zone, slot.starts_at)),
        stages: &stages,
    };
    let mut found = HashMap::new();
    for one in &standings.all {
        if let Some(why) = measure.outside(one) {
            found.entry(one.booking).or_insert(why);
        }
    }
    found
}

/// Those that would stand outside by `after`, and do not by `before`.
pub(super) fn newly_outside<'a>(
    standings: &'a Standings,
    before: &ServiceInfo,
    after: &ServiceInfo,
    calendar: &Calendar,
) -> Vec<(&'a booking::Model, Outside)> {
    let (was, would_be) = (outside(standings, before, calendar), outside(standings, after, calendar));
    let newly = |row: &'a booking::Model| {
        let why = *would_be.get(&row.id)?;
        (!was.contains_key(&row.id)).then_some((row, why))
    };
    standings.rows.iter().filter_map(newly).collect()
}
