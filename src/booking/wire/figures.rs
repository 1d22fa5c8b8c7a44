//! Figures of operation over HTTP.

use crate::auth::Signed;
use crate::base::words::{self, ByLanguage};
use crate::booking::Booking;
use crate::booking::model::figures::{Durations, MOST_MONTHS};
use crate::booking::service::{MonthOfWork, ServiceMonth};
use crate::booking::wire::refusals;
use crate::directory::entities::service_stage::Stage;
use crate::http::{Params, Problem, Refused};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What bookings came to, month by month.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkFigures {
    /// The latest first.
    months: Vec<WorkMonth>,
}

#[derive(Debug, Serialize, ToSchema)]
struct WorkMonth {
    /// Such as 2026-11, by the office's clocks.
    month: String,
    services: Vec<ServiceWork>,
    /// Stages of clearance that ended in it.
    stages: Vec<StageWork>,
}

/// Bookings of a service whose time lies in the month; what was only held is not counted.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceWork {
    service_id: Uuid,
    service: ByLanguage,
    booked: i64,
    completed: i64,
    no_show: i64,
    cancelled: i64,
    refused: i64,
    /// Nobody decided in time.
    undecided: i64,
    /// Dealt with by video: nobody had to travel.
    visits_saved: i64,
    /// Taken by officers for who called.
    by_phone: i64,
    /// Taken by officers for who stood at the counter.
    at_counter: i64,
    /// Taken by officers against the terms of the service, with a written reason.
    against_terms: i64,
}

/// How long a stage took from its beginning to its end, by the officers' clicks.
#[derive(Debug, Serialize, ToSchema)]
struct StageWork {
    stage: Stage,
    n: usize,
    /// Half of them took no longer.
    median_minutes: i64,
    /// Nine of ten took no longer.
    most_minutes: i64,
}

impl From<ServiceMonth> for ServiceWork {
    fn from(month: ServiceMonth) -> Self {
        let of = |state| month.counts.states.get(state).copied().unwrap_or(0);
        Self {
            service_id: month.info.row.id,
            service: month.info.name(),
            booked: month.booked,
            completed: of("completed"),
            no_show: of("no_show"),
            cancelled: of("cancelled"),
            refused: of("refused"),
            undecided: of("expired"),
            visits_saved: month.visits_saved,
            by_phone: month.counts.by_phone,
            at_counter: month.counts.at_counter,
            against_terms: month.counts.against_terms,
        }
    }
}

impl From<(Stage, Durations)> for StageWork {
    fn from((stage, took): (Stage, Durations)) -> Self {
        let minutes = |took: chrono::TimeDelta| (took.num_seconds() + 30).div_euclid(60);
        Self { stage, n: took.n, median_minutes: minutes(took.median), most_minutes: minutes(took.most) }
    }
}

impl From<MonthOfWork> for WorkMonth {
    fn from(month: MonthOfWork) -> Self {
        Self {
            month: month.first.format("%Y-%m").to_string(),
            services: month.services.into_iter().map(ServiceWork::from).collect(),
            stages: month.stages.into_iter().map(StageWork::from).collect(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WorkQuery {
    /// How many months up to the present one, 12 where it is not said.
    #[param(minimum = 1, maximum = 36)]
    months: Option<u32>,
}

/// Bookings by what they came to, visits saved, and how long the stages of clearance took, month by month.
#[utoipa::path(get, path = "/figures/work", tag = "office_day", operation_id = "work_figures", params(WorkQuery),
    responses((status = OK, body = WorkFigures), refusals::WorkFigures))]
pub async fn work_figures(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Params(WorkQuery { months }): Params<WorkQuery>,
) -> Result<Json<WorkFigures>, Refused<refusals::WorkFigures>> {
    let count = months.unwrap_or(12);
    if !(1..=MOST_MONTHS).contains(&count) {
        return Err(Problem::invalid("months", words::booking::bad_months(MOST_MONTHS)).into());
    }
    let months = booking.work(&actor, count).await?.into_iter().map(WorkMonth::from).collect();
    Ok(Json(WorkFigures { months }))
}
