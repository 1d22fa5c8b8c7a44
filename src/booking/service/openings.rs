//! Overtime days and surge plans that a chief announces: what they open, and withdrawing what nobody has booked in.

use crate::auth::{self, Actor, Right};
use crate::base::ids;
use crate::base::local_time::{day_bounds, instant, local_date};
use crate::base::words::{self, ByLanguage, Language};
use crate::booking::log::OpeningEntry;
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::model::{display_reference, form};
use crate::booking::service::{Booking, Fault, capacity_in, extra_hours, plan_of};
use crate::booking::store::entities::{appointment, booking};
use crate::booking::store::{appointments, read};
use crate::booking::words::problems::unknown_service;
use crate::db::{Tx, bus};
use crate::directory::entities::extra_opening;
use crate::directory::model::calendar::Calendar;
use crate::directory::{ServiceInfo, office, openings};
use crate::evidence::{self, NewEntry, SYSTEM};
use crate::http::Problem;
use crate::places;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::DbErr;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// So many days may lie between the first and the last date.
pub const MOST_DAYS: i64 = 31;
/// So many places may be added.
pub const MOST_SEATS: i32 = 50;
/// As long an announcement may be.
pub const TEXT_LENGTH: usize = 300;
/// As many bookings are named when withdrawing is refused.
const NAMED: usize = 8;

/// When what is to be opened.
#[derive(Clone, Debug)]
pub struct OpeningTimes {
    pub service_id: Uuid,
    pub dates: (NaiveDate, NaiveDate),
    pub minutes: (i32, i32),
    pub extra_seats: i32,
}

/// What would be there beside what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningEffect {
    pub slots: i64,
    pub places: i64,
}

/// An opening with its service and who made it.
pub struct OpeningShown {
    pub row: extra_opening::Model,
    pub info: Arc<ServiceInfo>,
    pub made_by: String,
}

impl Booking {
    /// What an opening would open. Writes nothing.
    pub async fn preview_opening(
        &self,
        actor: &Actor,
        times: &OpeningTimes,
    ) -> Result<OpeningEffect, Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let row = self.opening_of(actor, times).await?;
        let info = self.info(row.service_id).await?;
        Ok(effect(&info, &*self.0.directory.calendar().await?, &row))
    }

    /// Announces an opening: it can be booked and read of at once.
    pub async fn announce_opening(
        &self,
        actor: &Actor,
        times: &OpeningTimes,
        text: &ByLanguage,
        reason: &str,
    ) -> Result<OpeningShown, Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let row = self.opening_of(actor, times).await?;
        let row = extra_opening::Model {
            text: checked_text(text)?,
            reason: form::require_reason(Some(reason))?,
            ..row
        };
        let info = self.info(row.service_id).await?;
        let opened = effect(&info, &*self.0.directory.calendar().await?, &row);
        if opened.places == 0 {
            return Err(Problem::invalid("from_minute", words::booking::opening_opens_nothing()));
        }
        let what = OpeningEntry::Announced {
            opening_id: row.id,
            service: info.row.code.clone(),
            date_from: row.date_from,
            date_to: row.date_to,
            from_minute: row.from_minute,
            to_minute: row.to_minute,
            extra_seats: row.extra_seats,
        };
        let entry = NewEntry::new(SYSTEM, &what, actor.evidence(), row.made_at);
        let (inner, made) = (self.0.clone(), row.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                openings::insert(tx, made).await?;
                evidence::append(tx, entry).await?;
                bus::tell_in(tx, bus::DIRECTORY).await?;
                inner.tell_office(tx);
                Ok::<_, Fault>(())
            })
        });
        write.await?;
        self.0.directory.forget();
        Ok(OpeningShown { row, info, made_by: actor.name.clone() })
    }

    /// Those that are not over, by their first date; withdrawn ones too.
    pub async fn openings(&self, actor: &Actor) -> Result<Vec<OpeningShown>, Problem> {
        actor.may(Right::HandleBookings)?;
        let today = local_date(office().zone, self.0.clock.now());
        let rows = openings::ending_from(self.0.db.reader(), today).await?;
        let makers: Vec<Uuid> = rows.iter().map(|row| row.made_by).collect();
        let makers = auth::ask::accounts(self.0.db.reader(), &makers).await?;
        let services = self.0.directory.kept_services().await?;
        let shown = |row: extra_opening::Model| {
            let info = services.get(row.service_id)?.clone();
            let made_by = makers.get(&row.made_by).map(|maker| maker.name.clone()).unwrap_or_default();
            Some(OpeningShown { row, info, made_by })
        };
        Ok(rows.into_iter().filter_map(shown).collect())
    }

    /// Withdraws an opening in which nobody has booked. A second time nothing happens.
    pub async fn withdraw_opening(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let row = openings::by_id(self.0.db.reader(), id).await?.ok_or_else(Problem::not_found)?;
        let info = self.info(row.service_id).await?;
        let calendar = self.0.directory.calendar().await?;
        let (now, by, inner) = (self.0.clock.now(), actor.evidence(), self.0.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                if !openings::withdraw(tx, id, now).await? {
                    return Ok(());
                }
                let booked = booked_in(tx, &info, &calendar, &row).await?;
                if !booked.is_empty() {
                    return Err(Fault::from(still_booked(&booked)));
                }
                let what = OpeningEntry::Withdrawn { opening_id: id };
                evidence::append(tx, NewEntry::new(SYSTEM, &what, by, now)).await?;
                bus::tell_in(tx, bus::DIRECTORY).await?;
                inner.tell_office(tx);
                Ok(())
            })
        });
        write.await?;
        self.0.directory.forget();
        Ok(())
    }

    /// The row of an opening with the times that were asked for, if they can be.
    async fn opening_of(&self, actor: &Actor, times: &OpeningTimes) -> Result<extra_opening::Model, Problem> {
        let info = self.0.directory.service(times.service_id).await?.filter(|info| info.row.active);
        let info = info.ok_or_else(unknown_service)?;
        let now = self.0.clock.now();
        let ((date_from, date_to), (from_minute, to_minute)) = (times.dates, times.minutes);
        check_times(&info, times.dates, times.minutes, now)?;
        if !(0..=MOST_SEATS).contains(&times.extra_seats) {
            return Err(Problem::invalid("extra_seats", words::booking::opening_seats(MOST_SEATS)));
        }
        Ok(extra_opening::Model {
            id: ids::new_id(now),
            service_id: times.service_id,
            date_from,
            date_to,
            from_minute,
            to_minute,
            extra_seats: times.extra_seats,
            text: ByLanguage::same(""),
            reason: String::new(),
            made_by: actor.account_id,
            made_at: now,
            withdrawn_at: None,
        })
    }
}

/// Refuses dates and minutes at which nothing can be announced.
pub(super) fn check_times(
    info: &ServiceInfo,
    (date_from, date_to): (NaiveDate, NaiveDate),
    (from_minute, to_minute): (i32, i32),
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let is_range = (0..MOST_DAYS).contains(&(date_to - date_from).num_days());
    if !is_range || date_from < local_date(info.zone, now) {
        return Err(Problem::invalid("date_to", words::booking::opening_dates(MOST_DAYS)));
    }
    if from_minute < 0 || from_minute >= to_minute || to_minute > 1440 {
        return Err(Problem::invalid("to_minute", words::booking::opening_minutes()));
    }
    Ok(())
}

/// What bookers read, in every language.
pub(super) fn checked_text(text: &ByLanguage) -> Result<ByLanguage, Problem> {
    let mut texts = Vec::new();
    for language in Language::ALL {
        let field = format!("text.{}", language.tag());
        let said = text.get(language).map(str::trim).filter(|said| !said.is_empty());
        let said =
            said.ok_or_else(|| Problem::invalid(field.clone(), words::booking::opening_text_required()))?;
        if said.chars().count() > TEXT_LENGTH {
            return Err(Problem::invalid(field, words::booking::too_long_reason(TEXT_LENGTH)));
        }
        texts.push((language, said.to_owned()));
    }
    Ok(ByLanguage::of(texts))
}

/// A service with other openings than it has.
fn with_extra(info: &ServiceInfo, extra: Vec<extra_opening::Model>) -> ServiceInfo {
    ServiceInfo { extra, ..info.clone() }
}

fn effect(info: &ServiceInfo, calendar: &Calendar, row: &extra_opening::Model) -> OpeningEffect {
    let with = with_extra(info, info.extra.iter().chain([row]).cloned().collect());
    let days = row.date_from.iter_days().take_while(|date| *date <= row.date_to);
    let mut sum = OpeningEffect { slots: 0, places: 0 };
    for date in days {
        let all = |of: &ServiceInfo| {
            plan_of(of).slots_on(date, |date| calendar.is_working(date)).unwrap_or_default()
        };
        let (before, after) = (all(info), all(&with));
        let places = |of: &ServiceInfo, slots: &[Slot]| -> i64 {
            slots.iter().map(|slot| i64::from(capacity_in(of, slot))).sum()
        };
        sum.slots += after.len() as i64 - before.len() as i64;
        sum.places += places(&with, &after) - places(info, &before);
    }
    sum
}

/// The bookings that could not be without an opening.
async fn booked_in(
    tx: &Tx,
    info: &ServiceInfo,
    calendar: &Calendar,
    row: &extra_opening::Model,
) -> Result<Vec<booking::Model>, DbErr> {
    let bounds = day_bounds(info.zone, row.date_from).zip(day_bounds(info.zone, row.date_to));
    let Some(((from, _), (_, to))) = bounds else { return Ok(Vec::new()) };
    let rows = read::live_of_service_between(tx.conn(), info.row.id, from, to + TimeDelta::days(1)).await?;
    if rows.is_empty() {
        return Ok(rows);
    }
    let ids = || rows.iter().map(|row| row.id);
    let mut seats: HashMap<Uuid, i32> = HashMap::new();
    for (owner, resource, seat) in places::ask::seats_of(tx.conn(), appointments::owners_of(ids())).await? {
        if resource == info.row.resource_id {
            seats.insert(owner, seat);
        }
    }
    let others = info.extra.iter().filter(|other| other.id != row.id).cloned().collect();
    let without = with_extra(info, others);
    let plan = plan_of(&without);
    let needs = |one: &appointment::Model| {
        let slot = Slot { starts_at: one.starts_at, ends_at: one.ends_at };
        let has_room = seats.get(&one.id).is_none_or(|seat| *seat < capacity_in(&without, &slot));
        touches(info, row, &slot) && !(has_room && is_open_over(&plan, calendar, &slot))
    };
    let all = appointments::of(tx.conn(), ids()).await?;
    let needing: Vec<Uuid> = all.iter().filter(|one| needs(one)).map(|one| one.booking_id).collect();
    Ok(rows.into_iter().filter(|row| needing.contains(&row.id)).collect())
}

/// Whether a slot lies in part in the hours of an opening.
fn touches(info: &ServiceInfo, row: &extra_opening::Model, slot: &Slot) -> bool {
    let hours = extra_hours(row);
    let mut days = row.date_from.iter_days().take_while(|date| *date <= row.date_to);
    days.any(|date| {
        let edge = |minute| instant(info.zone, date, minute);
        edge(hours.minutes.start).is_some_and(|begins| begins < slot.ends_at)
            && edge(hours.minutes.end).is_some_and(|ends| slot.starts_at < ends)
    })
}

/// Whether a plan is open from the start to the end of a slot, which may go on over midnight.
fn is_open_over(plan: &Plan, calendar: &Calendar, slot: &Slot) -> bool {
    let date = local_date(plan.zone, slot.starts_at);
    let mut until = slot.starts_at;
    for date in date.iter_days().take(2) {
        for open in plan.open_on(date, |date| calendar.is_working(date)).unwrap_or_default() {
            if open.start <= until && until < open.end {
                until = open.end;
            }
        }
    }
    slot.ends_at <= until
}

fn still_booked(booked: &[booking::Model]) -> Problem {
    let named: Vec<String> = booked.iter().take(NAMED).map(|row| display_reference(&row.reference)).collect();
    let problem = Problem::conflict(words::booking::opening_booked(named.join(", ")));
    match booked.first() {
        Some(first) => problem.about(first.id),
        None => problem,
    }
}
