//! Use cases.

pub mod announced;
mod board;
mod booker;
pub mod clearance;
pub mod closings;
mod consent;
mod day;
mod decide;
pub mod desk;
mod drawing;
mod explain;
pub mod feeds;
mod figures;
mod free;
pub mod group;
mod hindrances;
mod history;
mod lacking;
pub mod moves;
mod offers;
mod offers_answered;
pub mod official_calendar;
mod official_calendar_shown;
pub mod openings;
pub mod papers;
mod prefill;
mod presented;
mod recording_space;
mod refused;
mod reminders;
mod request;
mod reschedule;
mod results;
mod seal;
pub mod settings;
pub mod settings_tried;
pub mod shares;
mod stage_boards;
mod stage_officers;
mod stages;
mod sweep;
pub mod take;
mod terms;
mod terms_tried;
mod transition;
pub mod venues;
mod view;
pub mod waiting;
mod waiting_list;
pub mod waits;
mod why;
mod wish;

pub use desk::{DeskAsked, DeskBooking, ExplainedWay};
pub use drawing::capacity_in;
pub use figures::{MonthOfWork, ServiceMonth};
pub use free::ServiceNow;
pub use request::RequestForm;
pub use stage_officers::StageOfficer;
pub use stages::{ClockAction, StageOffer, Way};
pub use take::NewBooking;
pub use terms::Excluded;
pub use terms_tried::DAYS_TRIED;
pub use waiting_list::{WaitingShown, WaitingWish};
pub use why::WhyFor;
pub use wish::WantedTime;

use crate::auth::entities::account::Role;
use crate::auth::{Actor, Right};
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::booking::model::bookable::Terms;
use crate::booking::model::slots::{DatedHours, Opening, Plan};
use crate::booking::service::drawing::{Drawing, seats_over};
use crate::booking::service::papers::Papers;
use crate::booking::service::refused::Uncounted;
use crate::booking::service::waiting::WaitingRoom;
use crate::booking::service::waits::Waits;
use crate::booking::store::entities::booking;
use crate::booking::store::{Scope, read};
use crate::db::live::Live;
use crate::db::{Db, StoreFault, WriteError, fault_of};
use crate::directory::entities::{announced_hours, opening_rule};
use crate::directory::model::calendar::Calendar;
use crate::directory::model::credit::CreditTier;
use crate::directory::{Directory, ServiceInfo};
use crate::http::Problem;
use crate::places::Places;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// What the mails of bookings print about this installation.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Where people reach the pages, without a slash at the end.
    pub public_url: String,
    /// The address from which mails come.
    pub mail_from: String,
}

/// The feature. Cheap to clone.
#[derive(Clone)]
pub struct Booking(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    directory: Directory,
    live: Live,
    installation: Installation,
    places: Places,
    waiting_room: OnceLock<Arc<dyn WaitingRoom>>,
    papers: OnceLock<Arc<dyn Papers>>,
    waits: OnceLock<Vec<Arc<dyn Waits>>>,
    uncounted: Uncounted,
    keyring: Keyring,
}

/// Why a write did not happen: the caller's doing, or the store's.
#[derive(Debug)]
enum Fault {
    Told(Problem),
    Store(DbErr),
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        Self::Store(error)
    }
}

impl WriteError for Fault {
    fn store_fault(&self) -> Option<StoreFault> {
        match self {
            Self::Told(problem) => problem.store_fault(),
            Self::Store(error) => fault_of(error),
        }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Told(problem)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Told(problem) => problem,
            Fault::Store(error) => error.into(),
        }
    }
}

impl Booking {
    pub fn new(
        db: Db,
        clock: Clock,
        directory: Directory,
        places: Places,
        live: Live,
        installation: Installation,
        keyring: Keyring,
    ) -> Self {
        let public_url = installation.public_url.trim_end_matches('/').to_owned();
        let installation = Installation { public_url, ..installation };
        Self(Arc::new(Inner {
            db,
            clock,
            directory,
            live,
            installation,
            places,
            waiting_room: OnceLock::new(),
            papers: OnceLock::new(),
            waits: OnceLock::new(),
            uncounted: Uncounted::default(),
            keyring,
        }))
    }

    /// Tells which documents were uploaded; set once, by whoever keeps them.
    pub fn set_papers(&self, papers: Arc<dyn Papers>) {
        // As below.
        if self.0.papers.set(papers).is_err() {
            tracing::warn!("who keeps the documents was set twice");
        }
    }

    /// Tells how long people waited elsewhere; set once, by whoever knows.
    pub fn set_waits(&self, waits: Vec<Arc<dyn Waits>>) {
        // As below.
        if self.0.waits.set(waits).is_err() {
            tracing::warn!("who knows of waits was set twice");
        }
    }

    /// Tells who waits in video sessions; set once, by whoever knows.
    pub fn set_waiting_room(&self, waiting_room: Arc<dyn WaitingRoom>) {
        // A second one is a mistake in the wiring, and the first one stays.
        if self.0.waiting_room.set(waiting_room).is_err() {
            tracing::warn!("the waiting room was set twice");
        }
    }

    /// The bus on which the office's pages hear of changes.
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// The standing data that bookings are made by.
    pub fn directory(&self) -> &Directory {
        &self.0.directory
    }

    /// A booking by id, for the program itself.
    pub async fn find(&self, id: Uuid) -> Result<Option<booking::Model>, DbErr> {
        read::any(self.0.db.reader(), id).await
    }

    /// A booking that this person may see; a foreign one is not found.
    pub async fn find_for(&self, actor: &Actor, id: Uuid) -> Result<booking::Model, Problem> {
        let scope = scope_of(actor)?;
        read::by_id(self.0.db.reader(), scope, id).await?.ok_or_else(Problem::not_found)
    }

    /// Bookings by id, as far as this person may see them.
    pub async fn find_all(&self, actor: &Actor, ids: &[Uuid]) -> Result<Vec<booking::Model>, Problem> {
        Ok(read::by_ids(self.0.db.reader(), scope_of(actor)?, ids).await?)
    }

    /// The service of a booking.
    async fn info(&self, service_id: Uuid) -> Result<Arc<ServiceInfo>, Problem> {
        let info = self.0.directory.service(service_id).await?;
        info.ok_or_else(|| DbErr::RecordNotFound("the service of a booking".into()).into())
    }
}

/// Whose bookings somebody may reach; 403 for a role that has nothing to do with bookings.
fn scope_of(actor: &Actor) -> Result<Scope, Problem> {
    if actor.has(Right::HandleBookings) {
        return Ok(Scope::Office);
    }
    actor.may(Right::Book)?;
    Ok(match &actor.enterprise {
        Some(enterprise) if actor.role != Role::Traveller => Scope::Enterprise(enterprise.id),
        _ => Scope::Person(actor.account_id),
    })
}

/// What slots of a service are made from.
fn plan_of(info: &ServiceInfo) -> Plan {
    let opening = |rule: &opening_rule::Model| Opening {
        days: rule.day_kind,
        weekdays: rule.weekdays,
        from: rule.from_minute,
        to: rule.to_minute,
    };
    Plan {
        zone: info.zone,
        grid_minutes: i64::from(info.venue.grid_minutes),
        duration_minutes: i64::from(info.row.duration_minutes),
        dense: false,
        openings: info.rules.iter().map(opening).collect(),
        office: info.office_hours.clone(),
        extra: info.extra.iter().map(hours_of).collect(),
        closed: info.closed.iter().map(hours_of).collect(),
        buffers: (
            i64::from(info.spec.terms.buffer_before_minutes),
            i64::from(info.spec.terms.buffer_after_minutes),
        ),
    }
}

/// How long ahead a service is booked at least by somebody of a tier; by nobody in particular without one.
fn lead_of(info: &ServiceInfo, tier: Option<CreditTier>) -> TimeDelta {
    TimeDelta::minutes(i64::from(info.spec.terms.lead_minutes(tier, None, info.row.lead_minutes)))
}

fn hours_of(row: &announced_hours::Model) -> DatedHours {
    DatedHours { dates: (row.date_from, row.date_to), minutes: row.from_minute..row.to_minute }
}

/// Nothing is booked further ahead, by nobody and for no reason.
const MOST_DAYS_AHEAD: i64 = 400;

/// The same terms with all dates that can be booked at all, whatever the horizon of the service.
fn in_sight(terms: Terms<'_>) -> Terms<'_> {
    Terms { horizon_days: terms.horizon_days.max(MOST_DAYS_AHEAD), ..terms }
}

fn terms_of<'a>(info: &ServiceInfo, plan: &'a Plan, calendar: &'a Calendar, now: DateTime<Utc>) -> Terms<'a> {
    Terms {
        plan,
        calendar,
        lead: lead_of(info, None),
        horizon_days: i64::from(info.row.horizon_days),
        capacity: info.seats,
        now,
    }
}
