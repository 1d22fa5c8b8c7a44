//! Registering, and the link in the mail that finishes it.

use crate::auth::model::input::{Registration, TypedEnterprise};
use crate::auth::service::registering::{Registered, Waiting};
use crate::auth::store::entities::account::Membership;
use crate::auth::store::entities::enterprise::EnterpriseState;
use crate::auth::store::entities::registration::RegistrationKind;
use crate::auth::wire::ip;
use crate::auth::wire::refusals;
use crate::auth::{Auth, Denial};
use crate::base::words::Language;
use crate::http::{Body, ClientAddress, PathText, Refused};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A registration: the enterprise, its contact, and the login of the contact.
#[derive(Deserialize, ToSchema)]
pub struct NewEnterprise {
    #[schema(min_length = 2, max_length = 100)]
    name: String,
    /// 统一社会信用代码, 18 characters.
    #[schema(example = "91239999MA0000285Y")]
    uscc: String,
    #[schema(min_length = 1, max_length = 60)]
    contact_name: String,
    /// A mobile number of the mainland, or one from abroad with + and the country code.
    #[schema(example = "15400000009")]
    contact_mobile: String,
    #[schema(format = Email)]
    contact_email: String,
    /// 3 to 32 of a–z, 0–9, dot, dash and underscore.
    #[schema(min_length = 3, max_length = 32)]
    login: String,
    #[schema(min_length = 10, max_length = 128)]
    password: String,
    locale: Language,
}

/// A registration of somebody who books for themselves.
#[derive(Deserialize, ToSchema)]
pub struct NewTraveller {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// A mobile number of the mainland, or one from abroad with + and the country code.
    #[schema(example = "+79161234567")]
    mobile: String,
    #[schema(format = Email)]
    email: String,
    /// 3 to 32 of a–z, 0–9, dot, dash and underscore.
    #[schema(min_length = 3, max_length = 32)]
    login: String,
    #[schema(min_length = 10, max_length = 128)]
    password: String,
    locale: Language,
}

/// A mail is on its way, whatever is registered already: its link finishes the registration.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegistrationSent {
    /// When the link stops working.
    expires_at: DateTime<Utc>,
}

/// Registers an enterprise, or asks to join one that is registered: which of both stands in the mail.
#[utoipa::path(
    post, path = "/enterprises", tag = "people", operation_id = "register_enterprise", request_body = NewEnterprise,
    responses((status = ACCEPTED, body = RegistrationSent), refusals::RegisterEnterprise),
)]
pub async fn register_enterprise(
    State(auth): State<Auth>,
    address: Option<Extension<ClientAddress>>,
    Body(new): Body<NewEnterprise>,
) -> Result<(StatusCode, Json<RegistrationSent>), Refused<refusals::RegisterEnterprise>> {
    let registration = Registration {
        enterprise: Some(TypedEnterprise { name: new.name, uscc: new.uscc }),
        name: new.contact_name,
        mobile: new.contact_mobile,
        email: new.contact_email,
        login: new.login,
        password: new.password,
        locale: new.locale,
    };
    Ok(take(auth, registration, address).await?)
}

/// Registers somebody who books for themselves.
#[utoipa::path(
    post, path = "/travellers", tag = "people", operation_id = "register_traveller", request_body = NewTraveller,
    responses((status = ACCEPTED, body = RegistrationSent), refusals::RegisterTraveller),
)]
pub async fn register_traveller(
    State(auth): State<Auth>,
    address: Option<Extension<ClientAddress>>,
    Body(new): Body<NewTraveller>,
) -> Result<(StatusCode, Json<RegistrationSent>), Refused<refusals::RegisterTraveller>> {
    let NewTraveller { name, mobile, email, login, password, locale } = new;
    let typed = Registration { enterprise: None, name, mobile, email, login, password, locale };
    Ok(take(auth, typed, address).await?)
}

async fn take(
    auth: Auth,
    registration: Registration,
    address: Option<Extension<ClientAddress>>,
) -> Result<(StatusCode, Json<RegistrationSent>), Denial> {
    let expires_at = auth.register(registration.checked()?, ip(address)).await?;
    Ok((StatusCode::ACCEPTED, Json(RegistrationSent { expires_at })))
}

/// A registration behind its link.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingRegistration {
    kind: RegistrationKind,
    login: String,
    /// Whether another login must be chosen.
    login_taken: bool,
    name: String,
    enterprise_name: Option<String>,
    uscc: Option<String>,
    /// Whether the enterprise is registered already, so that finishing asks to join it.
    joins: bool,
    /// Whether it has been finished.
    confirmed: bool,
    expires_at: DateTime<Utc>,
}

impl From<Waiting> for WaitingRegistration {
    fn from(Waiting { row, login_taken, joins }: Waiting) -> Self {
        Self {
            kind: row.kind,
            login: row.login,
            login_taken,
            name: row.name,
            enterprise_name: row.enterprise_name,
            uscc: row.uscc,
            joins,
            confirmed: row.account_id.is_some(),
            expires_at: row.expires_at,
        }
    }
}

/// What a link of a mail finishes. Looking finishes nothing: mail programs open links by themselves.
#[utoipa::path(
    get, path = "/registrations/{token}", tag = "people", operation_id = "get_registration",
    params(("token" = String, Path)),
    responses((status = OK, body = WaitingRegistration), refusals::GetRegistration),
)]
pub async fn get_registration(
    State(auth): State<Auth>,
    PathText(token): PathText,
) -> Result<Json<WaitingRegistration>, Refused<refusals::GetRegistration>> {
    Ok(Json(auth.registration(&token).await?.into()))
}

/// With which login to finish.
#[derive(Deserialize, ToSchema)]
pub struct Confirmation {
    /// Another login than the one that was typed first.
    #[serde(default)]
    #[schema(min_length = 3, max_length = 32)]
    login: Option<String>,
}

/// What a registration became.
#[derive(Debug, Serialize, ToSchema)]
pub struct Confirmed {
    kind: RegistrationKind,
    login: String,
    enterprise_state: Option<EnterpriseState>,
    membership: Option<Membership>,
}

impl From<Registered> for Confirmed {
    fn from(Registered { account, enterprise }: Registered) -> Self {
        Self {
            kind: match enterprise {
                Some(_) => RegistrationKind::Enterprise,
                None => RegistrationKind::Traveller,
            },
            login: account.login,
            enterprise_state: enterprise.map(|enterprise| enterprise.state),
            membership: account.membership,
        }
    }
}

/// Finishes a registration: the account can sign in from now on. A second time it tells the same.
#[utoipa::path(
    post, path = "/registrations/{token}/confirm", tag = "people", operation_id = "confirm_registration",
    params(("token" = String, Path)), request_body = Confirmation,
    responses((status = OK, body = Confirmed), refusals::ConfirmRegistration),
)]
pub async fn confirm_registration(
    State(auth): State<Auth>,
    PathText(token): PathText,
    Body(body): Body<Confirmation>,
) -> Result<Json<Confirmed>, Refused<refusals::ConfirmRegistration>> {
    Ok(Json(auth.confirm(&token, body.login.as_deref()).await?.into()))
}
