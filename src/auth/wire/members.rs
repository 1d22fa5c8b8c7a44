//! The people of an enterprise.

use crate::auth::store::entities::account::{self, Membership};
use crate::auth::{Auth, Signed};
use crate::http::{PathId, Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody of an enterprise.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    id: Uuid,
    name: String,
    login: String,
    mobile: Option<String>,
    email: Option<String>,
    membership: Membership,
    /// Since when they belong to the enterprise. Who came later cannot end a membership.
    member_since: Option<DateTime<Utc>>,
    /// When they registered.
    created_at: DateTime<Utc>,
}

/// The people of an enterprise, in the order in which they came.
#[derive(Debug, Serialize, ToSchema)]
pub struct Members {
    items: Vec<Member>,
}

impl From<account::Model> for Member {
    fn from(row: account::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            login: row.login,
            mobile: row.mobile,
            email: row.email,
            membership: row.membership.unwrap_or(Membership::Ended),
            member_since: row.member_since,
            created_at: row.created_at,
        }
    }
}

/// The people of one's own enterprise once that was let in; chiefs see those of any.
#[utoipa::path(
    get, path = "/enterprises/{id}/members", tag = "people", operation_id = "list_members",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = Members),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
        (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
        (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list_members(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId(id): PathId,
) -> Result<Json<Members>, Problem> {
    let rows = auth.members(&actor, id).await?;
    Ok(Json(Members { items: rows.into_iter().map(Member::from).collect() }))
}

/// Lets somebody join, also after a refusal.
#[utoipa::path(
    post, path = "/enterprises/{id}/members/{member_id}/approve", tag = "people", operation_id = "approve_member",
    params(("id" = Uuid, Path), ("member_id" = Uuid, Path)),
    responses(
        (status = OK, body = Member),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
        (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
        (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
        (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`already_decided`, `not_oneself`, `enterprise_pending`, `enterprise_refused`"),
    ),
)]
pub async fn approve_member(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId((id, member_id)): PathId<(Uuid, Uuid)>,
) -> Result<Json<Member>, Problem> {
    Ok(Json(auth.approve_member(&actor, id, member_id).await?.into()))
}

/// Turns somebody away who asks to join.
#[utoipa::path(
    post, path = "/enterprises/{id}/members/{member_id}/refuse", tag = "people", operation_id = "refuse_member",
    params(("id" = Uuid, Path), ("member_id" = Uuid, Path)),
    responses(
        (status = OK, body = Member),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
        (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
        (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
        (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`already_decided`, `not_oneself`"),
    ),
)]
pub async fn refuse_member(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId((id, member_id)): PathId<(Uuid, Uuid)>,
) -> Result<Json<Member>, Problem> {
    Ok(Json(auth.refuse_member(&actor, id, member_id).await?.into()))
}

/// Ends somebody's membership: they are signed out and can no longer act for the enterprise.
#[utoipa::path(
    post, path = "/enterprises/{id}/members/{member_id}/end", tag = "people", operation_id = "end_member",
    params(("id" = Uuid, Path), ("member_id" = Uuid, Path)),
    responses(
        (status = OK, body = Member),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
        (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json", description = "`joined_later`"),
        (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
        (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`already_decided`, `not_oneself`"),
    ),
)]
pub async fn end_member(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId((id, member_id)): PathId<(Uuid, Uuid)>,
) -> Result<Json<Member>, Problem> {
    Ok(Json(auth.end_member(&actor, id, member_id).await?.into()))
}
