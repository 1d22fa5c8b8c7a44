//! Cached reads of the standing data.

mod cache;
pub mod customs;
pub mod import;
pub mod settings;
pub mod terms;
pub mod versions;

use crate::base::clock::Clock;
use crate::base::local_time::local_date;
use crate::base::words::ByLanguage;
use crate::db::Db;
use crate::directory::model::ServiceSpec;
use crate::directory::model::calendar::{Calendar, add_working_days};
use crate::directory::model::customs::CustomsList;
use crate::directory::model::settings::HoursOfDay;
use crate::directory::service::cache::Cached;
use crate::directory::store;
use crate::directory::store::entities::announced_hours::{self, AnnouncedKind};
use crate::directory::store::entities::opening_rule::DayKind;
use crate::directory::store::entities::{opening_rule, service, service_stage, venue};
use crate::directory::{Office, office};
use chrono::NaiveDate;
use chrono_tz::Tz;
use sea_orm::DbErr;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The standing data. Cheap to clone; clones share what they keep.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    calendar: Cached<Calendar>,
    customs: Cached<CustomsList>,
    services: Cached<Services>,
}

/// All services as they were at one time.
pub struct Services {
    all: HashMap<Uuid, Arc<ServiceInfo>>,
    active: Arc<Vec<Arc<ServiceInfo>>>,
}

impl Services {
    /// A service, also one that is no longer offered.
    pub fn get(&self, id: Uuid) -> Option<&Arc<ServiceInfo>> {
        self.all.get(&id)
    }

    /// Every service, also those that are no longer offered.
    pub fn all(&self) -> impl Iterator<Item = &Arc<ServiceInfo>> {
        self.all.values()
    }
}

impl Directory {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            calendar: Cached::default(),
            customs: Cached::default(),
            services: Cached::default(),
        }))
    }

    fn db(&self) -> &Db {
        &self.0.db
    }

    fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The official calendar.
    pub async fn calendar(&self) -> Result<Arc<Calendar>, DbErr> {
        let now = self.0.clock.now();
        match self.0.calendar.get(now) {
            Ok(calendar) => Ok(calendar),
            Err(turn) => {
                let calendar = store::calendar::calendar(self.0.db.reader()).await?;
                Ok(self.0.calendar.keep(calendar, turn, now))
            }
        }
    }

    /// The office's facts with the terms that begin today. They are told without those when the store is away.
    pub async fn office(&self) -> Office {
        let office = office();
        let today = local_date(office.zone, self.0.clock.now());
        let days = u32::from(office.approval_working_days);
        let calendar = self.calendar().await.ok();
        let approval_by = calendar.and_then(|calendar| add_working_days(&calendar, today, days).ok());
        Office { approval_by, ..office }
    }

    /// The customs offices by code.
    pub async fn customs(&self) -> Result<Arc<CustomsList>, DbErr> {
        let now = self.0.clock.now();
        match self.0.customs.get(now) {
            Ok(list) => Ok(list),
            Err(turn) => {
                let list = store::customs(self.0.db.reader()).await?;
                Ok(self.0.customs.keep(list, turn, now))
            }
        }
    }

    /// A service, also one that is no longer offered: bookings of it remain.
    pub async fn service(&self, id: Uuid) -> Result<Option<Arc<ServiceInfo>>, DbErr> {
        Ok(self.kept_services().await?.all.get(&id).cloned())
    }

    /// The services that are offered, by position.
    pub async fn services(&self) -> Result<Arc<Vec<Arc<ServiceInfo>>>, DbErr> {
        Ok(self.kept_services().await?.active.clone())
    }

    /// Imports the shipped years of the official calendar that are not there yet; at every start.
    pub async fn ensure_calendar(&self) -> Result<(), DbErr> {
        import::ensure_calendar(&self.0.db, &self.0.clock).await?;
        self.0.calendar.forget();
        Ok(())
    }

    /// Drops what is kept. To be called after the calendar or a service was changed.
    pub fn forget(&self) {
        self.0.calendar.forget();
        self.0.customs.forget();
        self.0.services.forget();
    }

    /// All of them, for whoever does not know yet which one it is about.
    pub async fn kept_services(&self) -> Result<Arc<Services>, DbErr> {
        let now = self.0.clock.now();
        match self.0.services.get(now) {
            Ok(services) => Ok(services),
            Err(turn) => {
                let rows = store::services(self.0.db.reader()).await?;
                Ok(self.0.services.keep(assemble(rows)?, turn, now))
            }
        }
    }
}

/// A service with all that is needed to show, offer and book it.
#[derive(Clone, Debug)]
pub struct ServiceInfo {
    pub row: service::Model,
    pub venue: venue::Model,
    /// The venue's zone: opening rules and days are counted in it.
    pub zone: Tz,
    /// When somebody is at the venue on working days, in order: as its chiefs set it, or else the office's. Nothing else
    /// says what is after hours, and when applications are taken where that is in office hours only.
    pub office_hours: Arc<[HoursOfDay]>,
    /// By the minute in which they begin.
    pub rules: Vec<opening_rule::Model>,
    pub spec: ServiceSpec,
    /// Places side by side in each cell of the grid.
    pub seats: i32,
    /// Places a day, where there is a daily quota.
    pub quota_seats: Option<i32>,
    /// In their order; none where it is not booked in stages.
    pub stages: Vec<StageInfo>,
    /// What was announced beside its rules and was not withdrawn.
    pub extra: Vec<announced_hours::Model>,
    /// When it was announced to be closed, and that was not withdrawn.
    pub closed: Vec<announced_hours::Model>,
}

/// A stage with what it takes.
#[derive(Clone, Debug)]
pub struct StageInfo {
    pub row: service_stage::Model,
    /// Of the resource that it takes beside the service's own.
    pub seats: Option<i32>,
    /// Of whom one is taken for its time, as a place is; nobody where there are none.
    pub officers: Arc<[Uuid]>,
}

impl StageInfo {
    /// What may be taken for it beside a seat of the service: by resource, of which a person is one.
    pub fn needs(&self) -> impl Iterator<Item = Uuid> {
        self.row.resource_id.into_iter().chain(self.officers.iter().copied())
    }
}

impl ServiceInfo {
    /// Whether its opening hours need the official calendar; then an unpublished year is refused.
    pub fn uses_working_days(&self) -> bool {
        self.rules.iter().any(|rule| rule.day_kind != DayKind::Any)
    }

    /// How much may be booked on a date: its daily quota with what was announced beside; none where there is no quota.
    pub fn quota_on(&self, date: NaiveDate) -> Option<i32> {
        let of_date = self.extra.iter().filter(|row| (row.date_from..=row.date_to).contains(&date));
        let more = of_date.map(|row| row.extra_quota).fold(0, i32::saturating_add);
        self.quota_seats.map(|usual| usual.saturating_add(more))
    }

    pub fn name(&self) -> ByLanguage {
        self.row.name.for_all()
    }

    pub fn venue_name(&self) -> ByLanguage {
        self.venue.name.for_all()
    }

    pub fn venue_address(&self) -> ByLanguage {
        self.venue.address.for_all()
    }

    /// The telephone under which somebody answers about this service: its venue's, or the office's duty phone.
    pub fn contact(&self) -> &str {
        if self.venue.phone.is_empty() { office().duty_phone } else { &self.venue.phone }
    }
}

fn assemble(rows: store::ServiceRows) -> Result<Services, DbErr> {
    let mut rules: HashMap<Uuid, Vec<opening_rule::Model>> = HashMap::new();
    for rule in rows.rules {
        rules.entry(rule.service_id).or_default().push(rule);
    }
    let mut staged: HashMap<Uuid, Vec<service_stage::Model>> = HashMap::new();
    for stage in rows.stages {
        staged.entry(stage.service_id).or_default().push(stage);
    }
    let (mut extra, mut closed) = (HashMap::new(), HashMap::new());
    for row in rows.announced {
        let of_kind: &mut HashMap<Uuid, Vec<announced_hours::Model>> = match row.kind {
            AnnouncedKind::Opening => &mut extra,
            AnnouncedKind::Closing => &mut closed,
        };
        of_kind.entry(row.service_id).or_default().push(row);
    }
    let mut all = HashMap::new();
    let mut active = Vec::new();
    for row in rows.services {
        let broken = |what: &str| DbErr::Type(format!("service {}: {what}", row.code));
        let venue = rows.venues.get(&row.venue_id).ok_or_else(|| broken("its venue is missing"))?.clone();
        let (zone, office_hours) = settings::at_venue(&venue)?;
        let seats = |id| rows.resources.get(&id).map(|resource| resource.seats);
        let of_stage = |stage: service_stage::Model| {
            let officers: Vec<Uuid> =
                serde_json::from_value(stage.officers.clone()).map_err(|error| broken(&error.to_string()))?;
            let seats = stage.resource_id.and_then(seats);
            Ok::<_, DbErr>(StageInfo { seats, officers: officers.into(), row: stage })
        };
        let stages = staged.remove(&row.id).unwrap_or_default().into_iter().map(of_stage);
        let info = Arc::new(ServiceInfo {
            zone,
            office_hours,
            stages: stages.collect::<Result<_, _>>()?,
            extra: extra.remove(&row.id).unwrap_or_default(),
            closed: closed.remove(&row.id).unwrap_or_default(),
            rules: rules.remove(&row.id).unwrap_or_default(),
            spec: serde_json::from_value(row.spec.clone()).map_err(|error| broken(&error.to_string()))?,
            seats: seats(row.resource_id).ok_or_else(|| broken("its resource is missing"))?,
            quota_seats: row.quota_resource_id.and_then(seats),
            venue,
            row,
        });
        if info.row.active {
            active.push(info.clone());
        }
        all.insert(info.row.id, info);
    }
    Ok(Services { all, active: Arc::new(active) })
}
