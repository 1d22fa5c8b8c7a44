//! One's own sign-ins and password.

use crate::auth::store::entities::auth_session;
use crate::auth::wire::cookie;
use crate::auth::wire::layer::devices_of;
use crate::auth::wire::refusals;
use crate::auth::wire::with_cookie;
use crate::auth::{Auth, Signed};
use crate::http::{Body, NothingOfItsOwn, PathId, Refused};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A browser in which one is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSignIn {
    id: Uuid,
    /// What it calls itself, such as "Chrome · Windows"; empty when it says nothing that is known.
    browser: String,
    created_at: DateTime<Utc>,
    /// To the minute.
    last_seen_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    current: bool,
}

impl OwnSignIn {
    fn of(row: auth_session::Model, current: Uuid) -> Self {
        Self {
            current: row.id == current,
            id: row.id,
            browser: row.browser,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
        }
    }
}

/// One's own sign-ins.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignIns {
    items: Vec<OwnSignIn>,
}

/// Where one is signed in, the latest used first.
#[utoipa::path(
    get, path = "/me/sign-ins", tag = "people", operation_id = "list_sign_ins",
    responses((status = OK, body = SignIns)),
)]
pub async fn list_sign_ins(
    State(auth): State<Auth>,
    Signed(actor): Signed,
) -> Result<Json<SignIns>, Refused<NothingOfItsOwn>> {
    let rows = auth.sign_ins(&actor).await?;
    let items = rows.into_iter().map(|row| OwnSignIn::of(row, actor.sign_in_id)).collect();
    Ok(Json(SignIns { items }))
}

/// Signs one of one's other browsers out.
#[utoipa::path(
    delete, path = "/me/sign-ins/{id}", tag = "people", operation_id = "end_sign_in", params(("id" = Uuid, Path)),
    responses((status = NO_CONTENT)),
)]
pub async fn end_sign_in(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    PathId(id): PathId,
) -> Result<StatusCode, Refused<NothingOfItsOwn>> {
    auth.end_sign_in(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs all of one's browsers out but the one that asks.
#[utoipa::path(
    delete, path = "/me/sign-ins", tag = "people", operation_id = "end_other_sign_ins",
    responses((status = NO_CONTENT)),
)]
pub async fn end_other_sign_ins(
    State(auth): State<Auth>,
    Signed(actor): Signed,
) -> Result<StatusCode, Refused<NothingOfItsOwn>> {
    auth.end_other_sign_ins(&actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
pub struct PasswordChange {
    current_password: String,
    /// None of the common ones.
    #[schema(min_length = 10, max_length = 128)]
    new_password: String,
}

/// Changes one's password; this browser stays signed in, all others are signed out.
#[utoipa::path(
    post, path = "/me/password", tag = "people", operation_id = "change_password", request_body = PasswordChange,
    responses((status = NO_CONTENT, headers(("set-cookie" = String, description = "By which this browser is known as one's own."))), refusals::ChangePassword),
)]
pub async fn change_password(
    State(auth): State<Auth>,
    Signed(actor): Signed,
    headers: HeaderMap,
    Body(PasswordChange { current_password, new_password }): Body<PasswordChange>,
) -> Result<Response, Refused<refusals::ChangePassword>> {
    let secure = auth.0.secure;
    let devices = devices_of(&headers, secure);
    let devices = auth.change_password(&actor, &current_password, &new_password, &devices).await?;
    Ok((StatusCode::NO_CONTENT, with_cookie(cookie::set_devices(&devices, secure))).into_response())
}
