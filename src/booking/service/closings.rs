//! Days and hours on which a chief closes a service. Who has booked then is moved to the next time that is free, or their
//! booking is cancelled; everybody is told.

use crate::auth::model::actor;
use crate::auth::{self, Actor, Right};
use crate::base::local_time::{day_bounds, local_date};
use crate::base::words::{self, ByLanguage};
use crate::booking::jobs::ServiceClosed;
use crate::booking::log::ClosingEntry;
use crate::booking::model::form;
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::model::state::Action;
use crate::booking::service::announced::{AnnouncedShown, AnnouncedTimes, checked_text, tell};
use crate::booking::service::offers::withdraw_offer;
use crate::booking::service::transition::{Transition, take_step};
use crate::booking::service::{Booking, Fault, WantedTime, hours_of, lead_of, plan_of};
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{appointments, read, waiting_list, write};
use crate::booking::words::mails;
use crate::db::jobs;
use crate::directory::entities::announced_hours::{self, AnnouncedKind};
use crate::directory::{ServiceInfo, announced};
use crate::evidence::{NewEntry, SYSTEM};
use crate::http::Problem;
use chrono::{DateTime, Days, TimeDelta, Timelike, Utc};
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

/// What a closing would take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosingEffect {
    pub slots: usize,
    /// Bookings that lie in it, what is only held not among them.
    pub bookings: usize,
}

impl Booking {
    /// What a closing would take away. Writes nothing.
    pub async fn preview_closing(
        &self,
        actor: &Actor,
        times: &AnnouncedTimes,
    ) -> Result<ClosingEffect, Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let (row, info) = self.announced_of(actor, AnnouncedKind::Closing, times).await?;
        self.closing_effect(&row, &info).await
    }

    /// Closes a service: nobody can book then any more, and what is booked is moved or cancelled by a job.
    pub async fn close(
        &self,
        actor: &Actor,
        times: &AnnouncedTimes,
        text: &ByLanguage,
        reason: &str,
        rebooks: bool,
    ) -> Result<AnnouncedShown, Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let (row, info) = self.announced_of(actor, AnnouncedKind::Closing, times).await?;
        let (text, reason) = (checked_text(text)?, form::require_reason(Some(reason))?);
        let row = announced_hours::Model { text, reason, rebooks, ..row };
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
                announced::insert(tx, made).await?;
                jobs::enqueue(tx, now, &job).await?;
                jobs::enqueue_for(tx, now, now + KNOWN_BY, &job).await?;
                tell(tx, &inner, entry).await
            })
        });
        write.await?;
        Ok(AnnouncedShown { row, info, made_by: actor.name.clone() })
    }

    /// Withdraws a closing: it can be booked then again. What was moved or cancelled stays so. A second time nothing
    /// happens.
    pub async fn withdraw_closing(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        actor.may(Right::AnnounceOpenings)?;
        let row = announced::by_id(self.0.db.reader(), AnnouncedKind::Closing, id).await?;
        row.ok_or_else(Problem::not_found)?;
        let (now, by, inner) = (self.0.clock.now(), actor.evidence(), self.0.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                if !announced::withdraw(tx, id, now).await? {
                    return Ok::<_, Fault>(());
                }
                let what = ClosingEntry::Withdrawn { closing_id: id };
                tell(tx, &inner, NewEntry::new(SYSTEM, &what, by, now)).await
            })
        });
        Ok(write.await?)
    }

    /// Moves or cancels what is booked in a closing that stands. What is dealt with already is left alone.
    pub async fn clear_closed(&self, id: Uuid) -> Result<(), Problem> {
        let conn = self.0.db.reader();
        let row = announced::by_id(conn, AnnouncedKind::Closing, id).await?;
        let Some(row) = row.filter(|row| row.withdrawn_at.is_none()) else { return Ok(()) };
        let mut info = self.info(row.service_id).await?;
        if info.closed.iter().all(|closed| closed.id != id) {
            // Another node closed it a moment ago: as it is kept here it is still open.
            self.0.directory.forget();
            info = self.info(row.service_id).await?;
        }
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
        closing: &announced_hours::Model,
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
        let (this, now, by) = (self.clone(), self.0.clock.now(), chief.evidence());
        let info = Arc::clone(info);
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let Some(row) = write::lock(tx, booking.id).await? else { return Ok(()) };
                // It was moved meanwhile, or is over.
                if row.starts_at != booking.starts_at || !is_to_come(&row, now) {
                    return Ok(());
                }
                let was = row.state;
                let offered = match was {
                    BookingState::Held => waiting_list::offered(tx, row.service_id, row.id).await?,
                    _ => None,
                };
                let step = Transition {
                    actor: by,
                    reason: Some(said.clone()),
                    ..Transition::by_program(Action::Cancel, now)
                };
                let row = take_step(tx, row, step).await?;
                this.0.places.vacate(tx, appointments::owners(row.id)).await?;
                let news = people.news(&this.0.installation, &info, &row, now);
                match (was, offered) {
                    (BookingState::Held, Some(entry)) => {
                        withdraw_offer(tx, &this, &news, entry, by).await?;
                    }
                    // Whoever is filling in the form is told by its page.
                    (BookingState::Held, None) => {}
                    _ => mails::closed(tx, &news, was == BookingState::Accepted).await?,
                }
                this.0.tell_office(tx);
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
            let (_, ways, _) =
                self.stage_alternatives(None, info.row.id, &staged, booking.starts_at, None).await?;
            return Ok(ways.iter().map(|way| WantedTime::of_way(way)).collect());
        }
        let date = local_date(info.zone, booking.starts_at);
        let last = date.checked_add_days(Days::new(DAYS_LOOKED_AHEAD)).unwrap_or(date);
        let mut free = self.free_slots(info, (date, last), lead_of(info, None), self.0.clock.now()).await?;
        let own = minute_of_day(info, booking.starts_at);
        free.retain(|slot| slot.starts_at != booking.starts_at);
        free.sort_by_key(|slot| {
            let away = (minute_of_day(info, slot.starts_at) - own).abs();
            (local_date(info.zone, slot.starts_at), away, slot.starts_at < booking.starts_at)
        });
        Ok(free.into_iter().take(MOST_TRIED).map(|slot| WantedTime::Slot(slot.starts_at)).collect())
    }

    async fn closing_effect(
        &self,
        row: &announced_hours::Model,
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
fn only(row: &announced_hours::Model, info: &ServiceInfo) -> Plan {
    Plan { closed: vec![hours_of(row)], ..plan_of(info) }
}

fn is_to_come(row: &booking::Model, now: DateTime<Utc>) -> bool {
    let stands = matches!(row.state, BookingState::Held | BookingState::Requested | BookingState::Accepted);
    stands && now < row.starts_at
}

/// What is booked in a closing and still to come, each with its appointments.
async fn booked_in(
    conn: &impl ConnectionTrait,
    row: &announced_hours::Model,
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
