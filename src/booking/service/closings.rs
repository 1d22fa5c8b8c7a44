//! Days and hours on which a chief closes a service. Who has booked then is moved to the next time that is free, or their
//! booking is cancelled; everybody is told.

use crate::auth::model::actor;
use crate::auth::{self, Actor, Right};
use crate::base::ids;
use crate::base::local_time::{day_bounds, local_date};
use crate::base::words::{self, ByLanguage};
use crate::booking::jobs::ServiceClosed;
use crate::booking::log::ClosingEntry;
use crate::booking::model::form;
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::model::stages::WantedStage;
use crate::booking::model::state::Action;
use crate::booking::service::openings::{check_times, checked_text};
use crate::booking::service::transition::{Step, take_step};
use crate::booking::service::{Booking, Fault, StageOffer, WantedTime, Way, closed_hours, plan_of};
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{appointments, read, write};
use crate::booking::words::mails;
use crate::booking::words::problems::unknown_service;
use crate::db::{bus, jobs};
use crate::directory::entities::closing;
use crate::directory::{ServiceInfo, closings, office};
use crate::evidence::{self, NewEntry, SYSTEM};
use crate::http::Problem;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Timelike, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// So many days after a booking another time is looked for.
const DAYS_LOOKED_AHEAD: u64 = 14;
/// So many other times are tried for one booking.
const MOST_TRIED: usize = 8;
/// Other nodes know of a closing by then; what was booked until then is looked at once more.
const KNOWN_BY: TimeDelta = TimeDelta::minutes(2);

/// When what is to be closed.
#[derive(Clone, Debug)]
pub struct ClosingTimes {
    pub service_id: Uuid,
    pub dates: (NaiveDate, NaiveDate),
    pub minutes: (i32, i32),
}

/// What a closing would take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosingEffect {
    pub slots: usize,
    /// Bookings that lie in it, what is only held not among them.
    pub bookings: usize,
}

/// A closing with its service and who made it.
pub struct ClosingShown {
    pub row: closing::Model,
    pub info: Arc<ServiceInfo>,
    pub made_by: String,
}

impl Booking {
    /// What a closing would take away. Writes nothing.
    pub async fn preview_closing(
        &self,
        actor: &Actor,
        times: &ClosingTimes,
    ) -> Result<ClosingEffect, Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let (row, info) = self.closing_of(actor, times).await?;
        self.closing_effect(&row, &info).await
    }

    /// Closes a service: nobody can book then any more, and what is booked is moved or cancelled by a job.
    pub async fn close(
        &self,
        actor: &Actor,
        times: &ClosingTimes,
        text: &ByLanguage,
        reason: &str,
        rebooks: bool,
    ) -> Result<ClosingShown, Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let (row, info) = self.closing_of(actor, times).await?;
        let (text, reason) = (checked_text(text)?, form::require_reason(Some(reason))?);
        let row = closing::Model { text, reason, rebooks, ..row };
        if self.closing_effect(&row, &info).await? == (ClosingEffect { slots: 0, bookings: 0 }) {
            return Err(Problem::invalid("from_minute", words::booking::closing_closes_nothing()));
        }
        let what = ClosingEntry::Announced {
            closing_id: row.id,
            service: info.row.code.clone(),
            date_from: row.date_from,
            date_to: row.date_to,
            from_minute: row.from_minute,
            to_minute: row.to_minute,
            rebooks,
        };
        let entry = NewEntry::new(SYSTEM, &what, actor.evidence(), row.made_at);
        let (inner, made) = (self.0.clone(), row.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let (job, now) = (ServiceClosed { closing_id: made.id }, made.made_at);
                closings::insert(tx, made).await?;
                evidence::append(tx, entry).await?;
                jobs::enqueue(tx, now, &job).await?;
                jobs::enqueue_for(tx, now, now + KNOWN_BY, &job).await?;
                bus::tell_in(tx, bus::DIRECTORY).await?;
                inner.tell_office(tx);
                Ok::<_, Fault>(())
            })
        });
        write.await?;
        self.0.directory.forget();
        Ok(ClosingShown { row, info, made_by: actor.name.clone() })
    }

    /// Those that are not over, by their first date; withdrawn ones too.
    pub async fn closings(&self, actor: &Actor) -> Result<Vec<ClosingShown>, Problem> {
        actor.may(Right::HandleBookings)?;
        let conn = self.0.db.reader();
        let rows = closings::ending_from(conn, local_date(office().zone, self.0.clock.now())).await?;
        let makers: Vec<Uuid> = rows.iter().map(|row| row.made_by).collect();
        let makers = auth::ask::accounts(conn, &makers).await?;
        let services = self.0.directory.kept_services().await?;
        let shown = |row: closing::Model| {
            let info = services.get(row.service_id)?.clone();
            let made_by = makers.get(&row.made_by).map(|maker| maker.name.clone()).unwrap_or_default();
            Some(ClosingShown { row, info, made_by })
        };
        Ok(rows.into_iter().filter_map(shown).collect())
    }

    /// Withdraws a closing: it can be booked then again. What was moved or cancelled stays so. A second time nothing
    /// happens.
    pub async fn withdraw_closing(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        actor.may(Right::AnnounceOpenings)?;
        closings::by_id(self.0.db.reader(), id).await?.ok_or_else(Problem::not_found)?;
        let (now, by, inner) = (self.0.clock.now(), actor.evidence(), self.0.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                if closings::withdraw(tx, id, now).await? {
                    let what = ClosingEntry::Withdrawn { closing_id: id };
                    evidence::append(tx, NewEntry::new(SYSTEM, &what, by, now)).await?;
                    bus::tell_in(tx, bus::DIRECTORY).await?;
                    inner.tell_office(tx);
                }
                Ok::<_, Fault>(())
            })
        });
        write.await?;
        self.0.directory.forget();
        Ok(())
    }

    /// Moves or cancels what is booked in a closing that stands. What is dealt with already is left alone.
    pub async fn clear_closed(&self, id: Uuid) -> Result<(), Problem> {
        // Another node may have closed it: the service as it is kept here may still be open then.
        self.0.directory.forget();
        let conn = self.0.db.reader();
        let row = closings::by_id(conn, id).await?.filter(|row| row.withdrawn_at.is_none());
        let Some(row) = row else { return Ok(()) };
        let info = self.info(row.service_id).await?;
        let Some(account) = auth::ask::accounts(conn, &[row.made_by]).await?.remove(&row.made_by) else {
            return Ok(());
        };
        let chief = actor::of(account, None, Uuid::nil());
        for (booking, appointments) in booked_in(conn, &row, &info, self.0.clock.now()).await? {
            match self.clear(&row, &info, &chief, booking, &appointments).await {
                Err(problem) if problem.status.is_server_error() => return Err(problem),
                // Its booker or an officer was faster.
                Err(problem) => tracing::info!(code = problem.code, "a booking was not cleared"),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn clear(
        &self,
        closing: &closing::Model,
        info: &Arc<ServiceInfo>,
        chief: &Actor,
        booking: booking::Model,
        appointments: &[appointment::Model],
    ) -> Result<(), Problem> {
        let people = self.people_of(info, &booking).await?;
        let said = closing.text.in_language(people.language()).to_owned();
        if closing.rebooks && booking.state != BookingState::Held {
            for time in self.other_times(info, &booking, appointments).await? {
                match self.reschedule_from(chief, (booking.id, booking.starts_at), time, &said).await {
                    Ok(_) => return Ok(()),
                    // It is not there any more.
                    Err(problem) if problem.code == "wrong_state" => return Ok(()),
                    Err(problem) if problem.status.is_server_error() => return Err(problem),
                    // Somebody was faster, or they cannot have it: the next.
                    Err(_) => {}
                }
            }
        }
        let (inner, now, by) = (self.0.clone(), self.0.clock.now(), chief.evidence());
        let (info, closing) = (Arc::clone(info), closing.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let Some(row) = write::lock(tx, booking.id).await? else { return Ok(()) };
                // It was moved meanwhile, or is over.
                if row.starts_at != booking.starts_at || !is_to_come(&row, now) {
                    return Ok(());
                }
                debug_assert_eq!(row.service_id, closing.service_id);
                let was = row.state;
                let step = Step { actor: by, reason: Some(said), ..Step::by_program(Action::Cancel, now) };
                let row = take_step(tx, row, step).await?;
                inner.places.vacate(tx, appointments::owners(row.id)).await?;
                if was != BookingState::Held {
                    let news = people.news(&inner.office, &info, &row, now);
                    mails::closed(tx, &news, was == BookingState::Accepted).await?;
                }
                inner.tell_office(tx);
                Ok::<_, Fault>(())
            })
        });
        Ok(write.await?)
    }

    /// Other times for a booking, the most like its own first: the soonest day, then the nearest time of day, rather later
    /// than earlier.
    async fn other_times(
        &self,
        info: &Arc<ServiceInfo>,
        booking: &booking::Model,
        appointments: &[appointment::Model],
    ) -> Result<Vec<WantedTime>, Problem> {
        let staged: Vec<_> = appointments.iter().filter_map(|one| Some((one.stage?, one.site))).collect();
        if !staged.is_empty() {
            let (_, ways) = self.stage_alternatives(None, info.row.id, &staged, booking.starts_at).await?;
            let wanted = |way: Way| {
                let stage = |offer: &StageOffer| WantedStage {
                    stage: offer.stage,
                    site: offer.site,
                    starts_at: offer.slot.starts_at,
                };
                WantedTime::Stages(way.iter().map(stage).collect())
            };
            return Ok(ways.into_iter().map(wanted).collect());
        }
        let date = local_date(info.zone, booking.starts_at);
        let last = date.checked_add_days(Days::new(DAYS_LOOKED_AHEAD)).unwrap_or(date);
        let mut free = self.free_slots(info, date, last, self.0.clock.now()).await?;
        let own = minute_of_day(info, booking.starts_at);
        free.retain(|slot| slot.starts_at != booking.starts_at);
        free.sort_by_key(|slot| {
            let away = (minute_of_day(info, slot.starts_at) - own).abs();
            (local_date(info.zone, slot.starts_at), away, slot.starts_at < booking.starts_at)
        });
        Ok(free.into_iter().take(MOST_TRIED).map(|slot| WantedTime::Slot(slot.starts_at)).collect())
    }

    /// The row of a closing with the times that were asked for, if they can be.
    async fn closing_of(
        &self,
        actor: &Actor,
        times: &ClosingTimes,
    ) -> Result<(closing::Model, Arc<ServiceInfo>), Problem> {
        let info = self.0.directory.service(times.service_id).await?.filter(|info| info.row.active);
        let info = info.ok_or_else(unknown_service)?;
        let now = self.0.clock.now();
        check_times(&info, times.dates, times.minutes, now)?;
        let row = closing::Model {
            id: ids::new_id(now),
            service_id: times.service_id,
            date_from: times.dates.0,
            date_to: times.dates.1,
            from_minute: times.minutes.0,
            to_minute: times.minutes.1,
            text: ByLanguage::same(""),
            reason: String::new(),
            rebooks: false,
            made_by: actor.account_id,
            made_at: now,
            withdrawn_at: None,
        };
        Ok((row, info))
    }

    async fn closing_effect(
        &self,
        row: &closing::Model,
        info: &ServiceInfo,
    ) -> Result<ClosingEffect, Problem> {
        let calendar = self.0.directory.calendar().await?;
        let (plan, now) = (plan_of(info), self.0.clock.now());
        let only = only(row, info);
        let days = row.date_from.iter_days().take_while(|date| *date <= row.date_to);
        let of_day = |date| plan.slots_on(date, |date| calendar.is_working(date)).unwrap_or_default();
        let slots = days.flat_map(of_day).filter(|slot| now < slot.starts_at && only.is_closed_in(slot));
        let booked = booked_in(self.0.db.reader(), row, info, now).await?;
        let bookings = booked.iter().filter(|(row, _)| row.state != BookingState::Held).count();
        Ok(ClosingEffect { slots: slots.count(), bookings })
    }
}

/// The plan of a service that is closed by nothing but this.
fn only(row: &closing::Model, info: &ServiceInfo) -> Plan {
    Plan { closed: vec![closed_hours(row)], ..plan_of(info) }
}

fn is_to_come(row: &booking::Model, now: DateTime<Utc>) -> bool {
    let stands = matches!(row.state, BookingState::Held | BookingState::Requested | BookingState::Accepted);
    stands && now < row.starts_at
}

/// What is booked in a closing and still to come, each with its appointments.
async fn booked_in(
    conn: &impl ConnectionTrait,
    row: &closing::Model,
    info: &ServiceInfo,
    now: DateTime<Utc>,
) -> Result<Vec<(booking::Model, Vec<appointment::Model>)>, DbErr> {
    let bounds = day_bounds(info.zone, row.date_from).zip(day_bounds(info.zone, row.date_to));
    let Some(((from, _), (_, to))) = bounds else { return Ok(Vec::new()) };
    let mut rows = read::live_of_service_between(conn, info.row.id, from, to).await?;
    rows.retain(|row| is_to_come(row, now));
    rows.sort_by_key(|row| row.created_at);
    let mut appointments: HashMap<Uuid, Vec<appointment::Model>> = HashMap::new();
    for one in appointments::of(conn, rows.iter().map(|row| row.id)).await? {
        appointments.entry(one.booking_id).or_default().push(one);
    }
    let only = only(row, info);
    let lies_in = |one: &appointment::Model| {
        only.is_closed_in(&Slot { starts_at: one.starts_at, ends_at: one.ends_at })
    };
    let with = |row: booking::Model| {
        let of = appointments.remove(&row.id).unwrap_or_default();
        of.iter().any(lies_in).then_some((row, of))
    };
    Ok(rows.into_iter().filter_map(with).collect())
}

fn minute_of_day(info: &ServiceInfo, at: DateTime<Utc>) -> i64 {
    let local = at.with_timezone(&info.zone);
    i64::from(local.hour() * 60 + local.minute())
}
