//! Signing in and out, and oneself.

pub mod cookie;
mod enterprises;
pub mod layer;
mod members;
pub mod refusals;
mod registrations;
mod schemas;
mod sign_ins;
pub mod signed;

use crate::auth::store::entities::account::{Membership, Role};
use crate::auth::store::entities::enterprise::EnterpriseState;
use crate::auth::wire::layer::{devices_of, token_of};
use crate::auth::{Actor, Auth, Caller, Denial, MaybeSigned, Signed};
use crate::base::words::Language;
use crate::directory::model::credit::CreditTier;
use crate::http::{Body, ClientAddress, NothingOfItsOwn, Problem, Refusals, Refused};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
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
        .routes(routes!(sign_ins::change_password))
        .routes(routes!(sign_ins::list_sign_ins, sign_ins::end_other_sign_ins))
        .routes(routes!(sign_ins::end_sign_in))
        .routes(routes!(registrations::register_enterprise, enterprises::list_enterprises))
        .routes(routes!(registrations::register_traveller))
        .routes(routes!(registrations::get_registration))
        .routes(routes!(registrations::confirm_registration))
        .routes(routes!(enterprises::find_enterprises))
        .routes(routes!(enterprises::approve_enterprise))
        .routes(routes!(enterprises::refuse_enterprise))
        .routes(routes!(enterprises::set_credit_tier))
        .routes(routes!(members::list_members))
        .routes(routes!(members::approve_member))
        .routes(routes!(members::refuse_member))
        .routes(routes!(members::end_member))
        .with_state(auth)
}

impl<R: Refusals> From<Denial> for Refused<R> {
    fn from(Denial { problem, retry_after }: Denial) -> Self {
        Problem { retry_after: retry_after.or(problem.retry_after), ..problem }.into()
    }
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    id: Uuid,
    name: String,
    login: String,
    role: Role,
    locale: Language,
    /// Of staff: the number on the badge.
    badge_no: Option<String>,
    /// The mobile number given when registering.
    mobile: Option<String>,
    /// The enterprise for which a member acts.
    enterprise: Option<MyEnterprise>,
    /// How many ask to join that enterprise and wait for the caller or a colleague.
    colleagues_waiting: u64,
}

/// One's own enterprise.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyEnterprise {
    id: Uuid,
    name: String,
    state: EnterpriseState,
    credit_tier: CreditTier,
    /// Whether one may act for it.
    membership: Membership,
}

impl Me {
    async fn of(auth: &Auth, actor: &Actor) -> Result<Self, Problem> {
        let acts_for = actor.enterprise.as_ref().map(|own| (Membership::Approved, own));
        let enterprise = acts_for.or(actor.joining.as_ref().map(|(membership, own)| (*membership, own)));
        Ok(Self {
            id: actor.account_id,
            name: actor.name.clone(),
            login: actor.login.clone(),
            role: actor.role,
            locale: actor.locale,
            badge_no: actor.badge_no.clone(),
            mobile: actor.mobile.clone(),
            enterprise: enterprise.map(|(membership, own)| MyEnterprise {
                id: own.id,
                name: own.name.clone(),
                state: own.state,
                credit_tier: own.credit_tier,
                membership,
            }),
            colleagues_waiting: auth.colleagues_waiting(actor).await?,
        })
    }
}

/// Login and password.
#[derive(Deserialize, ToSchema)]
struct SignIn {
    login: String,
    password: String,
}

/// Who is signed in now, and what happened at the door meanwhile.
#[derive(Debug, Serialize, ToSchema)]
struct SignedInMe {
    #[serde(flatten)]
    me: Me,
    /// Wrong passwords for this login since the last sign-in, if there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_attempts: Option<FailedAttempts>,
}

/// Wrong passwords.
#[derive(Debug, Serialize, ToSchema)]
struct FailedAttempts {
    count: u64,
    /// When the latest of them were, at most five.
    times: Vec<DateTime<Utc>>,
}

/// Signs this browser in; the session that it had before ends.
#[utoipa::path(
    post, path = "/sign-in", tag = "people", operation_id = "sign_in", request_body = SignIn,
    responses((status = OK, body = SignedInMe, headers(
            ("set-cookie" = String, description = "The session's cookie, and one by which the browser is known next time."),
        )), refusals::SignIn),
)]
async fn sign_in(
    State(auth): State<Auth>,
    headers: HeaderMap,
    address: Option<Extension<ClientAddress>>,
    Body(SignIn { login, password }): Body<SignIn>,
) -> Result<Response, Refused<refusals::SignIn>> {
    let secure = auth.0.secure;
    let (token, devices) = (token_of(&headers, secure), devices_of(&headers, secure));
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let caller = Caller {
        token: token.as_deref(),
        devices: &devices,
        user_agent: user_agent.unwrap_or_default(),
        address: ip(address),
    };
    let signed_in = auth.sign_in(&login, password, caller).await?;
    let body = SignedInMe {
        me: Me::of(&auth, &signed_in.actor).await?,
        failed_attempts: (signed_in.failed > 0)
            .then_some(FailedAttempts { count: signed_in.failed, times: signed_in.failed_at }),
    };
    let mut response = (with_cookie(cookie::set(&signed_in.token, secure)), Json(body)).into_response();
    if let Ok(devices) = HeaderValue::from_str(&cookie::set_devices(&signed_in.devices, secure)) {
        response.headers_mut().append(header::SET_COOKIE, devices);
    }
    Ok(response)
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
) -> Result<Response, Refused<NothingOfItsOwn>> {
    if let Some(token) = token_of(&headers, auth.0.secure) {
        auth.sign_out(&token, actor.as_deref()).await?;
    }
    Ok((StatusCode::NO_CONTENT, with_cookie(cookie::clear(auth.0.secure))).into_response())
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/me", tag = "people", operation_id = "get_me",
    responses((status = OK, body = Me)),
)]
async fn get_me(
    State(auth): State<Auth>,
    Signed(actor): Signed,
) -> Result<Json<Me>, Refused<NothingOfItsOwn>> {
    Ok(Json(Me::of(&auth, &actor).await?))
}

/// What one may change about oneself.
#[derive(Deserialize, ToSchema)]
struct MePatch {
    locale: Language,
}

/// Sets the language in which one is written to.
#[utoipa::path(
    patch, path = "/me", tag = "people", operation_id = "patch_me", request_body = MePatch,
    responses((status = OK, body = Me)),
)]
async fn patch_me(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    Body(patch): Body<MePatch>,
) -> Result<Json<Me>, Refused<NothingOfItsOwn>> {
    let changed = auth.set_locale(&actor, patch.locale).await?;
    Ok(Json(Me::of(&auth, &changed).await?))
}

fn ip(address: Option<Extension<ClientAddress>>) -> Option<IpAddr> {
    address.map(|Extension(ClientAddress(ip))| ip)
}

fn with_cookie(set: String) -> [(HeaderName, String); 1] {
    [(header::SET_COOKIE, set)]
}
