//! Overtime days and surge plans that a chief announces: what they open, and withdrawing what nobody has booked in.

use crate::auth::{Actor, Right};
use crate::base::local_time::{day_bounds, instant, local_date};
use crate::base::words::{self, ByLanguage};
use crate::booking::log::OpeningEntry;
use crate::booking::model::slots::Slot;
use crate::booking::model::{display_reference, form};
use crate::booking::service::announced::{AnnouncedShown, AnnouncedTimes, checked_text, tell};
use crate::booking::service::{Booking, Fault, capacity_in, hours_of, plan_of};
use crate::booking::store::entities::{appointment, booking};
use crate::booking::store::{appointments, read};
use crate::db::Tx;
use crate::directory::entities::announced_hours::{self, AnnouncedKind};
use crate::directory::model::calendar::Calendar;
use crate::directory::{ServiceInfo, announced};
use crate::evidence::{NewEntry, SYSTEM};
use crate::http::Problem;
use crate::places;
use chrono::TimeDelta;
use sea_orm::DbErr;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// So many places may be added.
pub const MOST_SEATS: i32 = 50;
/// So much more of a day's quota.
pub const MOST_QUOTA: i32 = 1000;
/// As many bookings are named when withdrawing is refused.
const NAMED: usize = 8;

/// What would be there beside what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningEffect {
    pub slots: i64,
    /// As far as the daily quota goes.
    pub places: i64,
    /// On some of its days the slots have more places than may be booked on a day.
    pub limited_by_quota: bool,
}

/// How many places an opening adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtraPlaces {
    /// Side by side.
    pub seats: i32,
    /// Of each day's quota.
    pub quota: i32,
}

impl Booking {
    /// What an opening would open. Writes nothing.
    pub async fn preview_opening(
        &self,
        actor: &Actor,
        times: &AnnouncedTimes,
        extra: ExtraPlaces,
    ) -> Result<OpeningEffect, Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let (row, info) = self.opening_of(actor, times, extra).await?;
        Ok(effect(&info, &*self.0.directory.calendar().await?, &row))
    }

    /// Announces an opening: it can be booked and read of at once.
    pub async fn announce_opening(
        &self,
        actor: &Actor,
        times: &AnnouncedTimes,
        extra: ExtraPlaces,
        text: &ByLanguage,
        reason: &str,
    ) -> Result<AnnouncedShown, Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let (row, info) = self.opening_of(actor, times, extra).await?;
        let (text, reason) = (checked_text(text)?, form::require_reason(Some(reason))?);
        let row = announced_hours::Model { text, reason, ..row };
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
            extra_quota: row.extra_quota,
        };
        let entry = NewEntry::new(SYSTEM, &what, actor.evidence(), row.made_at);
        let (inner, made) = (self.0.clone(), row.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                announced::insert(tx, made).await?;
                tell(tx, &inner, entry).await
            })
        });
        write.await?;
        Ok(AnnouncedShown { row, info, made_by: actor.name.clone() })
    }

    /// Withdraws an opening in which nobody has booked. A second time nothing happens.
    pub async fn withdraw_opening(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let row = announced::by_id(self.0.db.reader(), AnnouncedKind::Opening, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let info = self.info(row.service_id).await?;
        let calendar = self.0.directory.calendar().await?;
        let (now, by, inner) = (self.0.clock.now(), actor.evidence(), self.0.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                if !announced::withdraw(tx, id, now).await? {
                    return Ok(());
                }
                let booked = booked_in(tx, &info, &calendar, &row).await?;
                if !booked.is_empty() {
                    return Err(Fault::from(still_booked(&booked)));
                }
                let what = OpeningEntry::Withdrawn { opening_id: id };
                tell(tx, &inner, NewEntry::new(SYSTEM, &what, by, now)).await
            })
        });
        Ok(write.await?)
    }

    async fn opening_of(
        &self,
        actor: &Actor,
        times: &AnnouncedTimes,
        extra: ExtraPlaces,
    ) -> Result<(announced_hours::Model, Arc<ServiceInfo>), Problem> {
        let (row, info) = self.announced_of(actor, AnnouncedKind::Opening, times).await?;
        if !(0..=MOST_SEATS).contains(&extra.seats) {
            return Err(Problem::invalid("extra_seats", words::booking::opening_seats(MOST_SEATS)));
        }
        let most = if info.quota_seats.is_some() { MOST_QUOTA } else { 0 };
        if !(0..=most).contains(&extra.quota) {
            return Err(Problem::invalid("extra_quota", words::booking::opening_quota(MOST_QUOTA)));
        }
        let row = announced_hours::Model { extra_seats: extra.seats, extra_quota: extra.quota, ..row };
        Ok((row, info))
    }
}

/// A service with other openings than it has.
fn with_extra(info: &ServiceInfo, extra: Vec<announced_hours::Model>) -> ServiceInfo {
    ServiceInfo { extra, ..info.clone() }
}

fn effect(info: &ServiceInfo, calendar: &Calendar, row: &announced_hours::Model) -> OpeningEffect {
    let with = with_extra(info, info.extra.iter().chain([row]).cloned().collect());
    let days = row.date_from.iter_days().take_while(|date| *date <= row.date_to);
    let mut sum = OpeningEffect { slots: 0, places: 0, limited_by_quota: false };
    for date in days {
        let all = |of: &ServiceInfo| {
            plan_of(of).slots_on(date, |date| calendar.is_working(date)).unwrap_or_default()
        };
        let (before, after) = (all(info), all(&with));
        let places = |of: &ServiceInfo, slots: &[Slot]| -> i64 {
            slots.iter().map(|slot| i64::from(capacity_in(of, slot))).sum()
        };
        sum.slots += after.len() as i64 - before.len() as i64;
        let bounded = |of: &ServiceInfo, places: i64| -> i64 {
            of.quota_on(date).map_or(places, |quota| places.min(i64::from(quota)))
        };
        let (was, would_be) = (places(info, &before), places(&with, &after));
        sum.places += bounded(&with, would_be) - bounded(info, was);
        sum.limited_by_quota |= bounded(&with, would_be) < would_be;
    }
    sum
}

/// The bookings that could not be without an opening.
async fn booked_in(
    tx: &Tx,
    info: &ServiceInfo,
    calendar: &Calendar,
    row: &announced_hours::Model,
) -> Result<Vec<booking::Model>, DbErr> {
    let bounds = day_bounds(info.zone, row.date_from).zip(day_bounds(info.zone, row.date_to));
    let Some(((from, _), (_, to))) = bounds else { return Ok(Vec::new()) };
    let rows = read::live_of_service_between(tx.conn(), info.row.id, from, to + TimeDelta::days(1)).await?;
    if rows.is_empty() {
        return Ok(rows);
    }
    let ids = || rows.iter().map(|row| row.id);
    // The highest seat of each, of those side by side and of the day's quota.
    let (mut seats, mut of_quota): (HashMap<Uuid, i32>, HashMap<Uuid, i32>) = Default::default();
    for (owner, resource, seat) in places::ask::seats_of(tx.conn(), appointments::owners_of(ids())).await? {
        let of = match resource {
            id if id == info.row.resource_id => &mut seats,
            id if Some(id) == info.row.quota_resource_id => &mut of_quota,
            _ => continue,
        };
        let highest = of.entry(owner).or_default();
        *highest = seat.max(*highest);
    }
    let others = info.extra.iter().filter(|other| other.id != row.id).cloned().collect();
    let without = with_extra(info, others);
    let plan = plan_of(&without);
    let needs = |one: &appointment::Model| {
        let slot = Slot { starts_at: one.starts_at, ends_at: one.ends_at };
        let has_room = seats.get(&one.id).is_none_or(|seat| *seat < capacity_in(&without, &slot));
        let is_open = || plan.is_open_over(&slot, |date| calendar.is_working(date)).unwrap_or(false);
        let date = local_date(info.zone, slot.starts_at);
        let quota = without.quota_on(date).zip(of_quota.get(&one.id));
        let needs_quota = row.extra_quota > 0
            && (row.date_from..=row.date_to).contains(&date)
            && quota.is_some_and(|(quota, seat)| *seat >= quota);
        let needs_hours = touches(info, row, &slot) && !(has_room && is_open());
        needs_quota || needs_hours
    };
    let all = appointments::of(tx.conn(), ids()).await?;
    let needing: Vec<Uuid> = all.iter().filter(|one| needs(one)).map(|one| one.booking_id).collect();
    Ok(rows.into_iter().filter(|row| needing.contains(&row.id)).collect())
}

/// Whether a slot lies in part in the hours of an opening.
fn touches(info: &ServiceInfo, row: &announced_hours::Model, slot: &Slot) -> bool {
    let hours = hours_of(row);
    let mut days = row.date_from.iter_days().take_while(|date| *date <= row.date_to);
    days.any(|date| {
        let edge = |minute| instant(info.zone, date, minute);
        edge(hours.minutes.start).is_some_and(|begins| begins < slot.ends_at)
            && edge(hours.minutes.end).is_some_and(|ends| slot.starts_at < ends)
    })
}

fn still_booked(booked: &[booking::Model]) -> Problem {
    let named: Vec<String> = booked.iter().take(NAMED).map(|row| display_reference(&row.reference)).collect();
    let problem = Problem::conflict(words::booking::opening_booked(named.join(", ")));
    match booked.first() {
        Some(first) => problem.about(first.id),
        None => problem,
    }
}
