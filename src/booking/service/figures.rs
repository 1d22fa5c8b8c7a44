//! Figures of operation, for those who see figures.

use crate::auth::{Actor, Right};
use crate::booking::model::figures::{Durations, durations, months};
use crate::booking::service::Booking;
use crate::booking::store::entities::booking::{BookingState, Channel};
use crate::booking::store::figures;
use crate::directory::entities::service::ServiceKind;
use crate::directory::entities::service_stage::Stage;
use crate::directory::{ServiceInfo, office};
use crate::http::Problem;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// A month in figures.
#[derive(Clone, Debug)]
pub struct MonthOfWork {
    pub first: NaiveDate,
    pub services: Vec<ServiceMonth>,
    /// Stages of clearance that ended in it.
    pub stages: Vec<(Stage, Durations)>,
}

/// What the bookings of a service in a month came to.
#[derive(Clone, Debug)]
pub struct ServiceMonth {
    pub info: Arc<ServiceInfo>,
    pub counts: Counts,
    pub booked: i64,
    /// Nobody had to travel: what was dealt with by video.
    pub visits_saved: i64,
}

/// How many there are, by what they came to and by which way they came.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub states: BTreeMap<&'static str, i64>,
    pub by_phone: i64,
    pub at_counter: i64,
    /// An officer took them against the terms of the service.
    pub against_terms: i64,
}

impl Booking {
    /// The last `count` months, the latest first.
    pub async fn work(&self, actor: &Actor, count: u32) -> Result<Vec<MonthOfWork>, Problem> {
        actor.may(Right::SeeFigures)?;
        let conn = self.0.db.reader();
        let mut found = Vec::new();
        for (first, within) in months(office().zone, self.0.clock.now(), count).into_iter().rev() {
            let mut by_service: BTreeMap<Uuid, Counts> = BTreeMap::new();
            for (service, state, channel, number) in figures::states(conn, &within).await? {
                let counts = by_service.entry(service).or_default();
                *counts.states.entry(name(state)).or_default() += number;
                match channel {
                    Channel::Online => {}
                    Channel::Phone => counts.by_phone += number,
                    Channel::Counter => counts.at_counter += number,
                }
            }
            for (service, number) in figures::against_terms(conn, &within).await? {
                by_service.entry(service).or_default().against_terms = number;
            }
            let mut services = Vec::with_capacity(by_service.len());
            for (id, counts) in by_service {
                services.push(service_month(self.info(id).await?, counts));
            }
            services.sort_by_key(|one| one.info.row.position);
            let mut took: BTreeMap<Stage, Vec<chrono::TimeDelta>> = BTreeMap::new();
            for (stage, began_at, ended_at) in figures::clocks(conn, &within).await? {
                took.entry(stage).or_default().push(ended_at - began_at);
            }
            let stages =
                took.into_iter().filter_map(|(stage, took)| Some((stage, durations(took)?))).collect();
            found.push(MonthOfWork { first, services, stages });
        }
        Ok(found)
    }
}

fn service_month(info: Arc<ServiceInfo>, counts: Counts) -> ServiceMonth {
    let completed = counts.states.get(name(BookingState::Completed)).copied().unwrap_or(0);
    ServiceMonth {
        booked: counts.states.values().sum(),
        visits_saved: if info.row.kind == ServiceKind::Video { completed } else { 0 },
        counts,
        info,
    }
}

/// The word of the contracts for a state.
fn name(state: BookingState) -> &'static str {
    match state {
        BookingState::Held => "held",
        BookingState::Requested => "requested",
        BookingState::Accepted => "accepted",
        BookingState::Refused => "refused",
        BookingState::CheckedIn => "checked_in",
        BookingState::Completed => "completed",
        BookingState::NoShow => "no_show",
        BookingState::Cancelled => "cancelled",
        BookingState::Expired => "expired",
    }
}
