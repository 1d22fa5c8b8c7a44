//! Registration of enterprises and the decision about them.

use crate::auth::enterprises::PAGE;
use crate::auth::model::input::Registration;
use crate::auth::{Auth, Refusal, Right, Signed};
use crate::entity::account::Locale;
use crate::entity::enterprise::{self, EnterpriseState};
use crate::http::{Body, Cursor, Page, Params, PathId, Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
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
    /// Why it was refused.
    reason: Option<String>,
    created_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
}

impl From<enterprise::Model> for Enterprise {
    fn from(row: enterprise::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            uscc: row.uscc,
            contact_name: row.contact_name,
            contact_mobile: row.contact_mobile,
            contact_email: row.contact_email,
            state: row.state,
            reason: row.reason,
            created_at: row.created_at,
            decided_at: row.decided_at,
        }
    }
}

/// A registration: the enterprise, its contact, and the account with which the contact signs in.
#[derive(Deserialize, ToSchema)]
pub struct NewEnterprise {
    #[schema(min_length = 2, max_length = 100)]
    name: String,
    /// 统一社会信用代码, 18 characters.
    #[schema(example = "91239999MA0000285Y")]
    uscc: String,
    #[schema(min_length = 1, max_length = 50)]
    contact_name: String,
    /// A mobile number of the mainland.
    #[schema(example = "15400000009")]
    contact_mobile: String,
    #[schema(format = Email)]
    contact_email: String,
    /// 3 to 32 of a–z, 0–9, dot, dash and underscore.
    #[schema(min_length = 3, max_length = 32)]
    login: String,
    #[schema(min_length = 10, max_length = 128)]
    password: String,
    locale: Locale,
}

/// Registers an enterprise. It waits for a chief's approval; its contact can sign in meanwhile.
#[utoipa::path(
    post, path = "/enterprises", tag = "people", operation_id = "register_enterprise", request_body = NewEnterprise,
    responses(
        (status = CREATED, body = Enterprise),
        (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`uscc_taken`, `login_taken`"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, content_type = "application/problem+json"),
        (status = TOO_MANY_REQUESTS, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register_enterprise(
    State(auth): State<Auth>,
    Body(new): Body<NewEnterprise>,
) -> Result<(StatusCode, Json<Enterprise>), Refusal> {
    let registration = Registration {
        name: new.name,
        uscc: new.uscc,
        contact_name: new.contact_name,
        contact_mobile: new.contact_mobile,
        contact_email: new.contact_email,
        login: new.login,
        password: new.password,
        locale: new.locale,
    };
    let row = auth.register(registration).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
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
    responses(
        (status = OK, body = Page<Enterprise>),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
        (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list_enterprises(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    Params(query): Params<EnterpriseQuery>,
) -> Result<Json<Page<Enterprise>>, Problem> {
    actor.may(Right::ApproveEnterprises)?;
    let after = Cursor::decode::<Uuid>(query.cursor.as_deref())?;
    let rows = auth.enterprises(query.state, after).await?;
    Ok(Json(Page::of(rows, PAGE, |row| row.id, Enterprise::from)))
}

/// Lets an enterprise in. For chiefs.
#[utoipa::path(
    post, path = "/enterprises/{id}/approve", tag = "people", operation_id = "approve_enterprise",
    params(("id" = Uuid, Path)),
    responses(
        (status = OK, body = Enterprise),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
        (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
        (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
        (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`already_decided`"),
    ),
)]
pub async fn approve_enterprise(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId(id): PathId,
) -> Result<Json<Enterprise>, Problem> {
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
    responses(
        (status = OK, body = Enterprise),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
        (status = FORBIDDEN, body = ProblemBody, content_type = "application/problem+json"),
        (status = NOT_FOUND, body = ProblemBody, content_type = "application/problem+json"),
        (status = CONFLICT, body = ProblemBody, content_type = "application/problem+json", description = "`already_decided`"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn refuse_enterprise(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId(id): PathId,
    Body(body): Body<RefuseEnterprise>,
) -> Result<Json<Enterprise>, Problem> {
    actor.may(Right::ApproveEnterprises)?;
    Ok(Json(auth.refuse(&actor, id, &body.reason).await?.into()))
}
