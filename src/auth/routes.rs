//! Signing in and out, and oneself.

use super::layer::token_of;
use super::routes_enterprises as enterprises;
use super::{Actor, Auth, MaybeSigned, Refusal, Signed, cookie};
use crate::entity::account::{Locale, Role};
use crate::entity::enterprise::EnterpriseState;
use crate::http::{Body, ClientAddress, Problem, ProblemBody};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// The routes of sign-in and registration.
pub fn router(auth: Auth) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
        .routes(routes!(get_me, patch_me))
        .routes(routes!(change_password))
        .routes(routes!(enterprises::register_enterprise, enterprises::list_enterprises))
        .routes(routes!(enterprises::approve_enterprise))
        .routes(routes!(enterprises::refuse_enterprise))
        .with_state(auth)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.problem.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    id: Uuid,
    name: String,
    login: String,
    role: Role,
    locale: Locale,
    /// Of staff: the number on the badge.
    badge_no: Option<String>,
    /// The enterprise for which a member acts.
    enterprise: Option<MyEnterprise>,
}

/// One's own enterprise.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyEnterprise {
    id: Uuid,
    name: String,
    state: EnterpriseState,
}

impl From<&Actor> for Me {
    fn from(actor: &Actor) -> Self {
        let enterprise = actor.enterprise.as_ref();
        Self {
            id: actor.account_id,
            name: actor.name.clone(),
            login: actor.login.clone(),
            role: actor.role,
            locale: actor.locale,
            badge_no: actor.badge_no.clone(),
            enterprise: enterprise.map(|own| MyEnterprise {
                id: own.id,
                name: own.name.clone(),
                state: own.state,
            }),
        }
    }
}

/// Login and password.
#[derive(Deserialize, ToSchema)]
struct SignIn {
    login: String,
    password: String,
}

/// Signs this browser in; the session that it had before ends.
#[utoipa::path(
    post, path = "/sign-in", tag = "people", operation_id = "sign_in", request_body = SignIn,
    responses(
        (status = OK, body = Me, headers(("set-cookie" = String, description = "The session's cookie."))),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json", description = "`wrong_login`"),
        (status = TOO_MANY_REQUESTS, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_many_attempts`, `busy`; with Retry-After"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
async fn sign_in(
    State(auth): State<Auth>,
    headers: HeaderMap,
    address: Option<Extension<ClientAddress>>,
    Body(SignIn { login, password }): Body<SignIn>,
) -> Result<Response, Refusal> {
    let signed_in =
        auth.sign_in(&login, password, token_of(&headers, auth.0.secure).as_deref(), ip(address)).await?;
    let set = cookie::set(&signed_in.token, auth.0.secure);
    Ok((with_cookie(set), Json(Me::from(&signed_in.actor))).into_response())
}

/// Signs this browser out.
#[utoipa::path(
    post, path = "/sign-out", tag = "people", operation_id = "sign_out",
    responses((status = NO_CONTENT, description = "Also when nobody was signed in.")),
)]
async fn sign_out(
    State(auth): State<Auth>,
    MaybeSigned(actor): MaybeSigned,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(token) = token_of(&headers, auth.0.secure) {
        auth.sign_out(&token, actor.as_deref()).await?;
    }
    Ok((StatusCode::NO_CONTENT, with_cookie(cookie::clear(auth.0.secure))).into_response())
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/me", tag = "people", operation_id = "get_me",
    responses(
        (status = OK, body = Me),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
async fn get_me(Signed(actor): Signed) -> Json<Me> {
    Json(Me::from(&*actor))
}

/// What one may change about oneself.
#[derive(Deserialize, ToSchema)]
struct MePatch {
    locale: Locale,
}

/// Sets the language in which one is written to.
#[utoipa::path(
    patch, path = "/me", tag = "people", operation_id = "patch_me", request_body = MePatch,
    responses(
        (status = OK, body = Me),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
async fn patch_me(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    Body(patch): Body<MePatch>,
) -> Result<Json<Me>, Problem> {
    let changed = auth.set_locale(&actor, patch.locale).await?;
    Ok(Json(Me::from(&changed)))
}

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
struct PasswordChange {
    current_password: String,
    /// 10 to 128 characters.
    new_password: String,
}

/// Changes one's password; this browser stays signed in, all others are signed out.
#[utoipa::path(
    post, path = "/me/password", tag = "people", operation_id = "change_password", request_body = PasswordChange,
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = ProblemBody, content_type = "application/problem+json"),
        (status = TOO_MANY_REQUESTS, body = ProblemBody, content_type = "application/problem+json",
            description = "`too_many_attempts`, `busy`; with Retry-After"),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody, content_type = "application/problem+json",
            description = "`wrong_password`, `bad_password`, `same_password`"),
    ),
)]
async fn change_password(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    headers: HeaderMap,
    address: Option<Extension<ClientAddress>>,
    Body(PasswordChange { current_password, new_password }): Body<PasswordChange>,
) -> Result<StatusCode, Refusal> {
    let token = token_of(&headers, auth.0.secure).unwrap_or_default();
    auth.change_password(&actor, &token, current_password, new_password, ip(address)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn ip(address: Option<Extension<ClientAddress>>) -> Option<IpAddr> {
    address.map(|Extension(ClientAddress(ip))| ip)
}

fn with_cookie(set: String) -> [(HeaderName, String); 1] {
    [(header::SET_COOKIE, set)]
}
