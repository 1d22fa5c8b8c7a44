//! The decision about enterprises.

use crate::auth::service::enterprises::{Found, Listed, PAGE};
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::auth::wire::refusals;
use crate::auth::{Auth, Right, Signed};
use crate::directory::model::credit::CreditTier;
use crate::http::{Body, Cursor, Page, Params, PathId, Refused};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// An enterprise and its contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct Enterprise {
    id: Uuid,
    name: String,
    uscc: String,
    contact_name: String,
    contact_mobile: String,
    contact_email: String,
    state: EnterpriseState,
    credit_tier: CreditTier,
    /// Why it was refused.
    reason: Option<String>,
    created_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    /// Enterprises that were not refused and whose names look the same.
    twins: Vec<Twin>,
    /// How many people ask to join it.
    members_waiting: u64,
}

/// An enterprise whose name looks the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct Twin {
    id: Uuid,
    name: String,
    uscc: String,
    state: EnterpriseState,
}

impl From<Listed> for Enterprise {
    fn from(Listed { row, twins, members_waiting }: Listed) -> Self {
        let twin =
            |row: enterprise::Model| Twin { id: row.id, name: row.name, uscc: row.uscc, state: row.state };
        Self {
            id: row.id,
            name: row.name,
            uscc: row.uscc,
            contact_name: row.contact_name,
            contact_mobile: row.contact_mobile,
            contact_email: row.contact_email,
            state: row.state,
            credit_tier: row.credit_tier,
            reason: row.reason,
            created_at: row.created_at,
            decided_at: row.decided_at,
            twins: twins.into_iter().map(twin).collect(),
            members_waiting,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EnterpriseQuery {
    /// Only those in this state.
    state: Option<EnterpriseState>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Registered enterprises, the earliest first. For chiefs.
#[utoipa::path(
    get, path = "/enterprises", tag = "people", operation_id = "list_enterprises", params(EnterpriseQuery),
    responses((status = OK, body = Page<Enterprise>), refusals::ListEnterprises),
)]
pub async fn list_enterprises(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    Params(query): Params<EnterpriseQuery>,
) -> Result<Json<Page<Enterprise>>, Refused<refusals::ListEnterprises>> {
    actor.may(Right::ApproveEnterprises)?;
    let after = Cursor::decode::<Uuid>(query.cursor.as_deref())?;
    let rows = auth.enterprises(query.state, after).await?;
    Ok(Json(Page::of(rows, PAGE, |listed| listed.row.id, Enterprise::from)))
}

/// What an enterprise is found by.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindQuery {
    /// Part of the name or of the 统一社会信用代码, in any spelling of its letters.
    #[param(min_length = 2, max_length = 100)]
    q: String,
}

/// An enterprise that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundEnterprise {
    id: Uuid,
    name: String,
    uscc: String,
    credit_tier: CreditTier,
}

/// Enterprises that were found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundEnterprises {
    /// By name, ten at most.
    items: Vec<FoundEnterprise>,
    /// Whether others fit too.
    more: bool,
}

/// Enterprises that were let in, by a part of their name or code: for whom an officer books at the desk. For officers.
#[utoipa::path(
    get, path = "/desk/enterprises", tag = "office_day", operation_id = "find_enterprises", params(FindQuery),
    responses((status = OK, body = FoundEnterprises), refusals::FindEnterprises),
)]
pub async fn find_enterprises(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    Params(FindQuery { q }): Params<FindQuery>,
) -> Result<Json<FoundEnterprises>, Refused<refusals::FindEnterprises>> {
    actor.may(Right::HandleBookings)?;
    let Found { rows, more } = auth.find_enterprises(&q).await?;
    let found = |row: enterprise::Model| FoundEnterprise {
        id: row.id,
        name: row.name,
        uscc: row.uscc,
        credit_tier: row.credit_tier,
    };
    Ok(Json(FoundEnterprises { items: rows.into_iter().map(found).collect(), more }))
}

/// Lets an enterprise in. For chiefs.
#[utoipa::path(
    post, path = "/enterprises/{id}/approve", tag = "people", operation_id = "approve_enterprise",
    params(("id" = Uuid, Path)),
    responses((status = OK, body = Enterprise), refusals::ApproveEnterprise),
)]
pub async fn approve_enterprise(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId(id): PathId,
) -> Result<Json<Enterprise>, Refused<refusals::ApproveEnterprise>> {
    actor.may(Right::ApproveEnterprises)?;
    Ok(Json(auth.approve(&actor, id).await?.into()))
}

/// Why an enterprise is turned away; its contact reads it.
#[derive(Deserialize, ToSchema)]
pub struct RefuseEnterprise {
    #[schema(min_length = 2, max_length = 500)]
    reason: String,
}

/// Turns an enterprise away. For chiefs.
#[utoipa::path(
    post, path = "/enterprises/{id}/refuse", tag = "people", operation_id = "refuse_enterprise",
    params(("id" = Uuid, Path)), request_body = RefuseEnterprise,
    responses((status = OK, body = Enterprise), refusals::RefuseEnterprise),
)]
pub async fn refuse_enterprise(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId(id): PathId,
    Body(body): Body<RefuseEnterprise>,
) -> Result<Json<Enterprise>, Refused<refusals::RefuseEnterprise>> {
    actor.may(Right::ApproveEnterprises)?;
    Ok(Json(auth.refuse(&actor, id, &body.reason).await?.into()))
}

/// A credit tier, and why.
#[derive(Deserialize, ToSchema)]
pub struct SetCreditTier {
    credit_tier: CreditTier,
    /// The decision or notice that it goes by; it is kept with the entry.
    #[schema(min_length = 2, max_length = 500)]
    reason: String,
}

/// Puts an enterprise into a credit tier. For chiefs.
#[utoipa::path(
    put, path = "/enterprises/{id}/credit-tier", tag = "people", operation_id = "set_credit_tier",
    params(("id" = Uuid, Path)), request_body = SetCreditTier,
    responses((status = OK, body = Enterprise), refusals::SetCreditTier),
)]
pub async fn set_credit_tier(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId(id): PathId,
    Body(body): Body<SetCreditTier>,
) -> Result<Json<Enterprise>, Refused<refusals::SetCreditTier>> {
    actor.may(Right::ApproveEnterprises)?;
    Ok(Json(auth.set_credit_tier(&actor, id, body.credit_tier, &body.reason).await?.into()))
}
