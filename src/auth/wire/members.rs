//! The people of an enterprise.

use crate::auth::store::entities::account::{self, Membership};
use crate::auth::wire::refusals;
use crate::auth::{Auth, Signed};
use crate::http::{PathId, Refused};
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
    responses((status = OK, body = Members), refusals::ListMembers),
)]
pub async fn list_members(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId(id): PathId,
) -> Result<Json<Members>, Refused<refusals::ListMembers>> {
    let rows = auth.members(&actor, id).await?;
    Ok(Json(Members { items: rows.into_iter().map(Member::from).collect() }))
}

/// Lets somebody join, also after a refusal.
#[utoipa::path(
    post, path = "/enterprises/{id}/members/{member_id}/approve", tag = "people", operation_id = "approve_member",
    params(("id" = Uuid, Path), ("member_id" = Uuid, Path)),
    responses((status = OK, body = Member), refusals::ApproveMember),
)]
pub async fn approve_member(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId((id, member_id)): PathId<(Uuid, Uuid)>,
) -> Result<Json<Member>, Refused<refusals::ApproveMember>> {
    Ok(Json(auth.approve_member(&actor, id, member_id).await?.into()))
}

/// Turns somebody away who asks to join.
#[utoipa::path(
    post, path = "/enterprises/{id}/members/{member_id}/refuse", tag = "people", operation_id = "refuse_member",
    params(("id" = Uuid, Path), ("member_id" = Uuid, Path)),
    responses((status = OK, body = Member), refusals::RefuseMember),
)]
pub async fn refuse_member(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId((id, member_id)): PathId<(Uuid, Uuid)>,
) -> Result<Json<Member>, Refused<refusals::RefuseMember>> {
    Ok(Json(auth.refuse_member(&actor, id, member_id).await?.into()))
}

/// Ends somebody's membership: they are signed out and can no longer act for the enterprise.
#[utoipa::path(
    post, path = "/enterprises/{id}/members/{member_id}/end", tag = "people", operation_id = "end_member",
    params(("id" = Uuid, Path), ("member_id" = Uuid, Path)),
    responses((status = OK, body = Member), refusals::EndMember),
)]
pub async fn end_member(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId((id, member_id)): PathId<(Uuid, Uuid)>,
) -> Result<Json<Member>, Refused<refusals::EndMember>> {
    Ok(Json(auth.end_member(&actor, id, member_id).await?.into()))
}
