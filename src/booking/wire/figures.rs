//! Figures of operation over HTTP.

use crate::auth::Signed;
use crate::base::words::{self, ByLanguage};
use crate::booking::Booking;
use crate::booking::model::decisions::{AT_ONCE, Decisions};
use crate::booking::model::figures::{Durations, FEW, MOST_MONTHS, Part, WaitKind};
use crate::booking::service::{MonthOfWork, ServiceMonth};
use crate::booking::store::entities::booking::BookingState;
use crate::booking::store::entities::refusal::RefusalRule;
use crate::booking::wire::refusals;
use crate::directory::ServiceInfo;
use crate::directory::entities::service_stage::Stage;
use crate::http::{Params, Problem, Refused};
use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What bookings came to, month by month.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkFigures {
    /// The latest first.
    months: Vec<WorkMonth>,
    /// A share of fewer than so many says little, and the 90 % point is but the greatest of them.
    few: i64,
    /// What was decided so soon counts as decided at once.
    at_once_minutes: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct WorkMonth {
    /// Such as 2026-11, by the office's clocks.
    month: String,
    services: Vec<ServiceWork>,
    /// Stages of clearance that ended in it.
    stages: Vec<StageWork>,
    /// How long people had waited whose waiting ended in it.
    waits: Vec<WaitWork>,
    /// What rules refused in it: whoever wanted a time and could not have it. Tries are counted, not people.
    refusals: Vec<RuleRefusals>,
}

/// So many of so many.
#[derive(Debug, Serialize, ToSchema)]
struct PartOf {
    k: i64,
    n: i64,
    /// With one decimal; null of nothing.
    percent: Option<f64>,
}

/// Bookings of a service whose time lies in the month; what was only held is not counted.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceWork {
    service_id: Uuid,
    service: ByLanguage,
    booked: i64,
    /// Still to take place, or going on.
    open: i64,
    completed: i64,
    no_show: i64,
    /// Of those whose appointment is over.
    no_shows: PartOf,
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
    decisions: DecisionFigures,
}

/// How soon requests were decided, of bookings whose time lies in the month: 当时, 当日, 及时. A day is a working day by the
/// official calendar, and what came on a day off came on the next one. Of what was moved, its last request counts; what
/// was taken back before a decision is left out.
#[derive(Debug, Serialize, ToSchema)]
struct DecisionFigures {
    requested: i64,
    decided: i64,
    at_once: PartOf,
    /// On the same working day, but not at once.
    same_day: PartOf,
    later: PartOf,
    /// May still be decided in time.
    waiting: i64,
    /// The appointment began, and nobody had decided.
    undecided_by_start: i64,
    /// What the service promises now; null: nothing.
    promised_working_days: Option<i32>,
    /// Within the promised term, of those of which that is known.
    in_term: PartOf,
    /// Half of them waited no longer for the decision; null where nothing was decided.
    median_minutes: Option<i64>,
    /// Nine of ten waited no longer.
    most_minutes: Option<i64>,
}

/// How often a rule of a service refused somebody.
#[derive(Debug, Serialize, ToSchema)]
struct RuleRefusals {
    /// Null: counted before services were told apart.
    service_id: Option<Uuid>,
    service: Option<ByLanguage>,
    rule: RefusalRule,
    refused: i64,
}

/// How long a stage took from its beginning to its end, by the officers' clicks or the office's own systems.
#[derive(Debug, Serialize, ToSchema)]
struct StageWork {
    stage: Stage,
    n: usize,
    /// Half of them took no longer.
    median_minutes: i64,
    /// Nine of ten took no longer.
    most_minutes: i64,
}

impl From<Part> for PartOf {
    fn from(part: Part) -> Self {
        Self { k: part.k, n: part.n, percent: part.percent() }
    }
}

impl From<ServiceMonth> for ServiceWork {
    fn from(month: ServiceMonth) -> Self {
        let of = |state| month.counts.in_state(state);
        Self {
            service_id: month.info.row.id,
            service: month.info.name(),
            booked: month.counts.booked(),
            open: month.counts.open(),
            completed: of(BookingState::Completed),
            no_show: of(BookingState::NoShow),
            no_shows: month.counts.no_shows().into(),
            cancelled: of(BookingState::Cancelled),
            refused: of(BookingState::Refused),
            undecided: of(BookingState::Expired),
            visits_saved: month.visits_saved(),
            by_phone: month.counts.by_phone,
            at_counter: month.counts.at_counter,
            against_terms: month.counts.against_terms,
            decisions: DecisionFigures::of(
                &month.decisions,
                month.info.spec.terms.decided_within_working_days,
            ),
        }
    }
}

impl DecisionFigures {
    fn of(decisions: &Decisions, promised_working_days: Option<i32>) -> Self {
        let n = decisions.decided();
        let part = |k| Part { k, n }.into();
        let (k, known) = decisions.in_term;
        Self {
            requested: decisions.requested,
            decided: n,
            at_once: part(decisions.at_once),
            same_day: part(decisions.same_day),
            later: part(decisions.later),
            waiting: decisions.waiting,
            undecided_by_start: decisions.undecided_by_start,
            promised_working_days,
            in_term: Part { k, n: known }.into(),
            median_minutes: decisions.took.map(|took| in_minutes(took.median)),
            most_minutes: decisions.took.map(|took| in_minutes(took.most)),
        }
    }
}

impl From<(Option<Arc<ServiceInfo>>, RefusalRule, i64)> for RuleRefusals {
    fn from((info, rule, refused): (Option<Arc<ServiceInfo>>, RefusalRule, i64)) -> Self {
        let service_id = info.as_ref().map(|info| info.row.id);
        Self { service_id, service: info.map(|info| info.name()), rule, refused }
    }
}

impl From<(Stage, Durations)> for StageWork {
    fn from((stage, took): (Stage, Durations)) -> Self {
        let (median_minutes, most_minutes) = (in_minutes(took.median), in_minutes(took.most));
        Self { stage, n: took.n, median_minutes, most_minutes }
    }
}

/// How long people waited for something, by service.
#[derive(Debug, Serialize, ToSchema)]
struct WaitWork {
    kind: WaitKind,
    service_id: Uuid,
    service: ByLanguage,
    n: usize,
    /// Half of them waited no longer.
    median_minutes: i64,
    /// Nine of ten waited no longer.
    most_minutes: i64,
}

impl From<(WaitKind, Arc<ServiceInfo>, Durations)> for WaitWork {
    fn from((kind, info, took): (WaitKind, Arc<ServiceInfo>, Durations)) -> Self {
        let (median_minutes, most_minutes) = (in_minutes(took.median), in_minutes(took.most));
        Self { kind, service_id: info.row.id, service: info.name(), n: took.n, median_minutes, most_minutes }
    }
}

fn in_minutes(took: TimeDelta) -> i64 {
    (took.num_seconds() + 30).div_euclid(60)
}

impl From<MonthOfWork> for WorkMonth {
    fn from(month: MonthOfWork) -> Self {
        Self {
            month: month.first.format("%Y-%m").to_string(),
            services: month.services.into_iter().map(ServiceWork::from).collect(),
            stages: month.stages.into_iter().map(StageWork::from).collect(),
            waits: month.waits.into_iter().map(WaitWork::from).collect(),
            refusals: month.refusals.into_iter().map(RuleRefusals::from).collect(),
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

/// Bookings by what they came to, visits saved, how soon requests were decided, how long people waited, what rules refused,
/// and how long the stages of clearance took, month by month.
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
    let at_once_minutes = AT_ONCE.num_minutes();
    Ok(Json(WorkFigures { months, few: FEW, at_once_minutes }))
}
