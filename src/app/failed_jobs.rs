//! What staff see of jobs that were given up. Failed mails have a list of their own ([`crate::app::messages`]).

use crate::auth::{Right, Signed};
use crate::base::clock::Clock;
use crate::db::Db;
use crate::db::entities::job;
use crate::db::jobs::{self, Job};
use crate::http::{Cursor, Page, PageParams, Params, PathId, Problem, Refused, refusals};
use crate::notify::jobs::SendMail;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Kinds with a list of their own.
const ELSEWHERE: &[&str] = &[SendMail::KIND];
const PAGE: usize = 50;

/// Routes under `/api/v1`.
pub(super) fn router(db: Db, clock: Clock) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_failed_jobs)).routes(routes!(retry_job)).with_state((db, clock))
}

/// A job that was given up.
#[derive(Debug, Serialize, ToSchema)]
struct FailedJob {
    id: Uuid,
    /// What was to be done, such as `booking.completed`.
    kind: String,
    attempts: i32,
    /// What the last attempt failed of, for whoever looks after the program.
    last_error: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<job::Model> for FailedJob {
    fn from(row: job::Model) -> Self {
        let job::Model { id, kind, attempts, last_error, created_at, .. } = row;
        Self { id, kind, attempts, last_error, created_at }
    }
}

refusals! {
    ListFailedJobs { FORBIDDEN: "forbidden"; }
    RetryJob { FORBIDDEN: "forbidden"; }
}

/// Jobs that were given up, newest first
#[utoipa::path(
    get, path = "/jobs", tag = "jobs", operation_id = "list_failed_jobs",
    params(PageParams),
    responses((status = 200, body = Page<FailedJob>), ListFailedJobs),
)]
async fn list_failed_jobs(
    Signed(actor): Signed,
    State((db, _)): State<(Db, Clock)>,
    Params(page): Params<PageParams>,
) -> Result<Json<Page<FailedJob>>, Refused<ListFailedJobs>> {
    actor.may(Right::SeeJobs)?;
    let before = Cursor::decode(page.cursor.as_deref())?;
    let rows = jobs::failed(db.reader(), ELSEWHERE, before, PAGE as u64 + 1).await?;
    Ok(Json(Page::of(rows, PAGE, |row| row.id, FailedJob::from)))
}

/// Have a job tried again
#[utoipa::path(
    post, path = "/jobs/{id}/retry", tag = "jobs", operation_id = "retry_job",
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is tried again, with all its attempts."), RetryJob),
)]
async fn retry_job(
    Signed(actor): Signed,
    State((db, clock)): State<(Db, Clock)>,
    PathId(id): PathId,
) -> Result<StatusCode, Refused<RetryJob>> {
    actor.may(Right::SeeJobs)?;
    let now = clock.now();
    let retry = db.write(move |tx| Box::pin(async move { jobs::retry(tx, id, ELSEWHERE, now).await }));
    match retry.await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found().into()),
    }
}
