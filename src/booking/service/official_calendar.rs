//! The official calendar seen from bookings: what an import would change, what a correction touches, and who is told.

use crate::auth::{Actor, Right};
use crate::base::ids;
use crate::base::local_time::midnight;
use crate::booking::log::BookingEntry;
use crate::booking::model::display_reference;
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::model::touched::{Touch, touch};
use crate::booking::service::{Booking, Fault, plan_of};
use crate::booking::store::entities::{booking, calendar_touched};
use crate::booking::store::touched::TouchedKey;
use crate::booking::store::{touched, write};
use crate::booking::words::mail_reclassified;
use crate::db::jobs::{self, Claim};
use crate::directory::jobs::CalendarCorrected;
use crate::directory::model::calendar_changes::{self, DayChange, Reclassified};
use crate::directory::{self, Draft, Import, ImportFault, ImportSummary, Oddity, ServiceInfo};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use chrono::{DateTime, Days, TimeDelta, Utc};
use sea_orm::DbErr;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// As many bookings are looked at in one go.
const AT_ONCE: u64 = 200;
/// As many touched bookings are named before an import; there may be more.
const NAMED: usize = 50;
/// By then every process has the new calendar in mind.
const SECOND_LOOK: TimeDelta = TimeDelta::minutes(2);

/// What an import would bring.
#[derive(Debug)]
pub struct CalendarPreview {
    /// The years of the file, each with the version that is in force.
    pub years: BTreeMap<i32, Option<i32>>,
    /// Days that differ from the plain week.
    pub days: usize,
    pub sha256: String,
    pub changes: Vec<DayChange>,
    pub oddities: Vec<Oddity>,
    pub touched_total: usize,
    /// The first of them.
    pub touched: Vec<Touched>,
}

/// A booking that a correction would touch.
#[derive(Debug)]
pub struct Touched {
    pub row: booking::Model,
    pub touch: Touch,
    pub info: Arc<ServiceInfo>,
}

impl Touched {
    pub fn reference(&self) -> String {
        display_reference(&self.row.reference)
    }
}

/// A listed booking, with the booking as it is now.
pub type Listed = (calendar_touched::Model, booking::Model);

impl Booking {
    /// What importing this file would change, and which bookings it would touch. Writes nothing.
    pub async fn preview_calendar(&self, csv: &[u8]) -> Result<CalendarPreview, ImportFault> {
        let draft = Draft::read(csv).map_err(ImportFault::File)?;
        let before = self.0.directory.calendar().await?;
        let changes = draft.changes(&before);
        let mut touched = self.touched_by(&calendar_changes::reclassified(&changes)).await?;
        touched.sort_by_key(|one| (one.row.starts_at, one.row.id));
        let touched_total = touched.len();
        touched.truncate(NAMED);
        Ok(CalendarPreview {
            years: self.0.directory.versions_of(&draft.file.years).await?,
            days: draft.file.days.len(),
            sha256: draft.sha256(),
            changes,
            oddities: draft.oddities,
            touched_total,
            touched,
        })
    }

    /// Imports a file; what bookings feel of it is found by the job [`CalendarCorrected`].
    pub async fn import_calendar(&self, csv: &[u8], import: Import) -> Result<ImportSummary, ImportFault> {
        let done = directory::import_calendar(&self.0.db, &self.0.clock, csv, import).await?;
        self.0.directory.forget();
        Ok(done)
    }

    async fn touched_by(&self, dates: &[Reclassified]) -> Result<Vec<Touched>, DbErr> {
        let now = self.0.clock.now();
        let Some(span) = span_of(dates, now) else { return Ok(Vec::new()) };
        let services = self.0.directory.kept_services().await?;
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let rows = touched::candidates(self.0.db.reader(), span, after, AT_ONCE).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            after = Some(last.id);
            for row in rows.into_iter().filter(|row| touched::matters(row, now)) {
                let Some(info) = services.get(row.service_id) else { continue };
                let slot = Slot { starts_at: row.starts_at, ends_at: row.ends_at };
                if let Some(touch) = touch(&plan_around(info, &slot), &slot, dates) {
                    found.push(Touched { row, touch, info: info.clone() });
                }
            }
        }
    }

    /// Lists the bookings that a correction touches and tells their bookers; each in a transaction of its own, so that
    /// however many there are, bookings go on meanwhile.
    pub async fn list_touched(&self, job: CalendarCorrected, claim: &Claim) -> Result<(), DbErr> {
        let version = (job.year, job.number);
        // By the second time another version may be in force, and has listed what it touches itself.
        let is_over = job.is_second_look && !self.0.directory.is_in_force(job.year, job.number).await?;
        if !is_over {
            let listed = touched::listed(self.0.db.reader(), version).await?;
            for found in self.touched_by(&job.dates).await? {
                if !listed.contains(&found.row.id) {
                    self.list_one(version, found).await.or_else(stored)?;
                }
            }
        }
        let (now, claim) = (self.0.clock.now(), claim.clone());
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if !job.is_second_look {
                        let again = CalendarCorrected { is_second_look: true, ..job };
                        jobs::enqueue_for(tx, now, now + SECOND_LOOK, &again).await?;
                    }
                    claim.done(tx, now).await
                })
            })
            .await
    }

    async fn list_one(&self, (year, number): (i32, i32), found: Touched) -> Result<(), Fault> {
        let Touched { row: seen, touch, info } = found;
        let people = self.people_of(&info, &seen).await?;
        let (inner, now) = (self.0.clone(), self.0.clock.now());
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(row) = write::lock(tx, seen.id).await? else { return Ok(()) };
                    let moved = row.starts_at != seen.starts_at || row.service_id != seen.service_id;
                    if moved || !touched::matters(&row, now) {
                        // Its booker or an officer was faster.
                        return Ok(());
                    }
                    let Touch { date, was, is_now, is_open } = touch;
                    let listed = calendar_touched::Model {
                        id: ids::new_id(now),
                        year,
                        number,
                        booking_id: row.id,
                        date,
                        was,
                        is_now,
                        is_open,
                        found_at: now,
                        settled_at: None,
                        settled_by: None,
                    };
                    if !touched::insert(tx, listed).await? {
                        return Ok(());
                    }
                    let reference = row.reference.clone();
                    let what =
                        BookingEntry::Reclassified { reference, date, was, is_now, is_open, year, number };
                    let entry = NewEntry::new(row.id, &what, evidence::Actor::PROGRAM, now);
                    evidence::append(tx, entry).await?;
                    mail_reclassified::told(tx, &people.news(&inner.installation, &info, &row, now), &touch)
                        .await?;
                    inner.tell_office(tx);
                    Ok(())
                })
            })
            .await
    }

    /// One page of the bookings that corrections touched: those that nobody has dealt with, or those that somebody has.
    pub async fn listed_touched(
        &self,
        actor: &Actor,
        settled: bool,
        after: Option<TouchedKey>,
        limit: u64,
    ) -> Result<Vec<Listed>, Problem> {
        actor.may(Right::HandleBookings)?;
        Ok(touched::list(self.0.db.reader(), settled, after, limit).await?)
    }

    /// Notes that somebody has dealt with a touched booking; a second time nothing happens.
    pub async fn settle_touched(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        actor.may(Right::HandleBookings)?;
        let row = touched::by_id(self.0.db.reader(), id).await?.ok_or_else(Problem::not_found)?;
        let (inner, now) = (self.0.clone(), self.0.clock.now());
        let (account, by) = (actor.account_id, actor.evidence());
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    // First of all the booking, as everywhere.
                    let booking = write::lock(tx, row.booking_id).await?.ok_or_else(Problem::not_found)?;
                    if touched::settle(tx, id, account, now).await? {
                        let what = BookingEntry::ReclassificationSettled {
                            reference: booking.reference,
                            year: row.year,
                            number: row.number,
                        };
                        evidence::append(tx, NewEntry::new(row.booking_id, &what, by, now)).await?;
                        inner.tell_office(tx);
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// From when to when bookings may start that fall on one of the dates, in whatever zone, and are still to come.
fn span_of(dates: &[Reclassified], now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (first, last) = (dates.first()?.date, dates.last()?.date);
    let from = midnight(chrono_tz::UTC, first.checked_sub_days(Days::new(1))?);
    let to = midnight(chrono_tz::UTC, last.checked_add_days(Days::new(2))?);
    Some((from.max(now), to))
}

/// A refusal cannot be meant for anybody here; the store's faults are.
fn stored(fault: Fault) -> Result<(), DbErr> {
    match fault {
        Fault::Store(error) => Err(error),
        Fault::Told(problem) => {
            tracing::warn!(code = problem.code, "a touched booking was not listed");
            Ok(())
        }
    }
}

/// The plan in which a booking has to fit as long as it is; stages may begin at every cell.
fn plan_around(info: &ServiceInfo, slot: &Slot) -> Plan {
    let duration_minutes = (slot.ends_at - slot.starts_at).num_minutes();
    Plan { duration_minutes, dense: !info.stages.is_empty(), ..plan_of(info) }
}
