//! The demo's venues and services, so that a newcomer finds an office that is at work.

mod after_hours;
mod certificate;
mod fields;
mod health;
mod video;

use crate::base::clock::Clock;
use crate::base::ids;
use crate::base::words::{Text, demo};
use crate::db::{Db, Tx};
use crate::directory::model::ServiceSpec;
use crate::directory::model::settings::{EVERY_DAY, HoursOfDay};
use crate::directory::service::customs;
use crate::directory::store;
use crate::directory::store::entities::opening_rule::{self, DayKind};
use crate::directory::store::entities::resource::{self, CellKind};
use crate::directory::store::entities::service::{self, ServiceKind};
use crate::directory::store::entities::service_stage::{self, Stage};
use crate::directory::store::entities::venue;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

/// A venue of the demo.
struct DemoVenue {
    code: &'static str,
    name: fn() -> Text,
    address: fn() -> Text,
    /// When somebody is there on working days; in the office's hours where there are none.
    hours: &'static [HoursOfDay],
}

const VENUES: [DemoVenue; 3] = [
    DemoVenue { code: "city", name: demo::venue_city_name, address: demo::venue_city_address, hours: &[] },
    DemoVenue {
        code: "rail",
        name: demo::venue_rail_name,
        address: demo::venue_rail_address,
        // Without a break at noon.
        hours: &[HoursOfDay { from_minute: 8 * HOUR + 30, to_minute: 17 * HOUR }],
    },
    DemoVenue {
        code: "health",
        name: demo::venue_health_name,
        address: demo::venue_health_address,
        hours: &[],
    },
];

/// A service of the demo.
struct DemoService {
    code: &'static str,
    kind: ServiceKind,
    venue: &'static str,
    name: fn() -> Text,
    /// Places side by side.
    seats: i32,
    /// Places a day.
    quota: Option<i32>,
    duration_minutes: i32,
    lead_minutes: i32,
    horizon_days: i32,
    needs_decision: bool,
    rules: &'static [(DayKind, i32, i32)],
    stages: &'static [DemoStage],
    spec: fn() -> ServiceSpec,
}

/// A stage of one of them.
struct DemoStage {
    stage: Stage,
    duration_minutes: i32,
    /// Of what it takes beside an officer.
    seats: Option<i32>,
    /// Minutes that lie between it and the stage before, at least and at most.
    gap: (i32, i32),
    at_enterprise: bool,
}

const HOUR: i32 = 60;
const DAY: i32 = 24 * HOUR;
const HOLD_MINUTES: i32 = 10;

const SERVICES: [&DemoService; 6] = [
    &after_hours::CLEARANCE,
    &health::CHECK_UP,
    &health::VACCINATION,
    &video::FACE_TO_FACE,
    &video::TRY_ANY_TIME,
    &certificate::REISSUE,
];

/// Lays what is not there yet, found by its code; what is there stays as it is. Safe to repeat.
pub async fn seed(db: &Db, clock: &Clock) -> Result<(), DbErr> {
    let now = clock.now();
    db.write(move |tx| Box::pin(lay(tx, now))).await
}

async fn lay(tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
    customs::insert_customs(tx, now).await?;
    for venue in &VENUES {
        if store::venue_by_code(tx.conn(), venue.code).await?.is_none() {
            store::insert_venue(tx, venue.row(now)).await?;
        }
    }
    for (position, service) in (1..).zip(SERVICES) {
        let row = match store::service_by_code(tx.conn(), service.code).await? {
            Some(row) => row,
            None => {
                let venue = store::venue_by_code(tx.conn(), service.venue).await?;
                let venue = venue.ok_or_else(|| DbErr::RecordNotFound("a venue of the demo".into()))?;
                service.lay(tx, venue.id, position, now).await?
            }
        };
        // Those of a former version were laid without.
        if !store::has_stages(tx.conn(), row.id).await? {
            service.lay_stages(tx, &row, now).await?;
        }
    }
    Ok(())
}

impl DemoVenue {
    fn row(&self, now: DateTime<Utc>) -> venue::Model {
        venue::Model {
            id: ids::new_id(now),
            code: self.code.into(),
            name: (self.name)().into(),
            address: (self.address)().into(),
            zone: "Asia/Shanghai".into(),
            grid_minutes: 15,
            phone: String::new(),
            office_hours: serde_json::json!(self.hours),
        }
    }
}

impl DemoService {
    async fn lay(
        &self,
        tx: &Tx,
        venue_id: Uuid,
        position: i32,
        now: DateTime<Utc>,
    ) -> Result<service::Model, DbErr> {
        let resource =
            |code: String, seats, cell| resource::Model { id: ids::new_id(now), venue_id, code, seats, cell };
        let places = resource(self.code.into(), self.seats, CellKind::Grid);
        let quota = self.quota.map(|seats| resource(format!("{}-day", self.code), seats, CellKind::Day));
        let row = service::Model {
            id: ids::new_id(now),
            code: self.code.into(),
            kind: self.kind,
            venue_id,
            resource_id: places.id,
            quota_resource_id: quota.as_ref().map(|quota| quota.id),
            name: (self.name)().into(),
            duration_minutes: self.duration_minutes,
            lead_minutes: self.lead_minutes,
            horizon_days: self.horizon_days,
            hold_minutes: HOLD_MINUTES,
            needs_decision: self.needs_decision,
            position,
            active: true,
            spec: serde_json::to_value((self.spec)()).map_err(|error| DbErr::Json(error.to_string()))?,
        };
        let service_id = row.id;
        for resource in [Some(places), quota].into_iter().flatten() {
            store::insert_resource(tx, resource).await?;
        }
        store::insert_service(tx, row.clone()).await?;
        for &(day_kind, from_minute, to_minute) in self.rules {
            let (id, weekdays) = (ids::new_id(now), EVERY_DAY);
            let rule = opening_rule::Model { id, service_id, day_kind, weekdays, from_minute, to_minute };
            store::insert_rule(tx, rule).await?;
        }
        Ok(row)
    }

    async fn lay_stages(&self, tx: &Tx, service: &service::Model, now: DateTime<Utc>) -> Result<(), DbErr> {
        for (position, stage) in (0..).zip(self.stages) {
            let (venue_id, name) = (service.venue_id, sea_orm::ActiveEnum::to_value(&stage.stage));
            let resource = stage.seats.map(|seats| resource::Model {
                id: ids::new_id(now),
                venue_id,
                code: format!("{}-{name}", self.code),
                seats,
                cell: CellKind::Grid,
            });
            let row = service_stage::Model {
                id: ids::new_id(now),
                service_id: service.id,
                position,
                stage: stage.stage,
                duration_minutes: stage.duration_minutes,
                resource_id: resource.as_ref().map(|resource| resource.id),
                gap_least_minutes: stage.gap.0,
                gap_most_minutes: stage.gap.1,
                at_enterprise: stage.at_enterprise,
                officers: serde_json::json!([]),
            };
            if let Some(resource) = resource {
                store::insert_resource(tx, resource).await?;
            }
            store::insert_stage(tx, row).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;
    use crate::directory::Directory;
    use crate::directory::model::FieldKind;
    use std::collections::BTreeSet;

    #[test]
    fn specs_are_complete_in_both_languages_and_their_keys_are_unique() {
        for service in SERVICES {
            let spec = (service.spec)();
            let mut texts = vec![spec.summary, spec.who];
            texts.extend(spec.bring.into_iter().chain(spec.rules));
            let mut keys = BTreeSet::new();
            for field in spec.fields {
                assert!(keys.insert(field.key.clone()), "{}: {} twice", service.code, field.key);
                assert_eq!(field.kind == FieldKind::Choice, field.options.is_some(), "{}", field.key);
                texts.push(field.label);
                texts.extend(field.hint);
                texts.extend(field.options.into_iter().flatten().map(|option| option.label));
            }
            texts.extend(spec.checks.into_iter().map(|check| check.label));
            for text in texts {
                for language in Language::ALL {
                    assert!(!text.in_language(language).is_empty(), "{}: {text:?}", service.code);
                }
                assert!(
                    !text.in_language(Language::En).chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
                    "{text:?}"
                );
            }
        }
    }

    #[tokio::test]
    async fn laying_it_twice_lays_it_once() {
        let dir = std::env::temp_dir().join(format!("mianqia-demo-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let db = Db::open(&format!("sqlite://{}", dir.join("db").display())).await.unwrap();
        let clock = Clock::fixed("2026-11-23T02:00:00Z".parse().unwrap());
        for _ in 0..2 {
            seed(&db, &clock).await.unwrap();
        }
        let directory = Directory::new(db, clock);
        let services = directory.services().await.unwrap();
        let found: Vec<_> = services
            .iter()
            .map(|info| {
                let row = &info.row;
                (row.code.as_str(), info.uses_working_days(), info.seats, info.quota_seats, info.rules.len())
            })
            .collect();
        assert_eq!(
            found,
            [
                ("after-hours", true, 2, None, 1),
                ("check-up", true, 6, Some(90), 1),
                ("vaccination", true, 6, Some(90), 1),
                ("video", true, 2, None, 2),
                ("video-try", false, 4, None, 1),
                ("certificate", true, 2, None, 1),
            ]
        );
        let first = &services[0];
        assert_eq!(directory.service(first.row.id).await.unwrap().unwrap().row, first.row);
        assert_eq!(first.zone, chrono_tz::Asia::Shanghai);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
