//! The caller of a request, as the sign-in layer found it.

use super::model::{self, Right};
use crate::entity::account::{self, Locale, Role};
use crate::entity::enterprise::{self, EnterpriseState};
use crate::evidence;
use crate::http::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::sync::Arc;
use uuid::Uuid;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The sign-in behind the request: whatever outlives the request ends with it (`Topic::SignInEnded`).
    pub sign_in_id: Uuid,
    pub account_id: Uuid,
    pub name: String,
    pub login: String,
    pub role: Role,
    pub locale: Locale,
    pub badge_no: Option<String>,
    /// The number given when registering, to begin a form with.
    pub mobile: Option<String>,
    pub enterprise: Option<ActorEnterprise>,
}

/// The enterprise for which a member acts.
#[derive(Clone, Debug)]
pub struct ActorEnterprise {
    pub id: Uuid,
    pub name: String,
    pub state: EnterpriseState,
}

/// Somebody from their rows.
pub(super) fn of(account: account::Model, enterprise: Option<enterprise::Model>, sign_in_id: Uuid) -> Actor {
    Actor {
        sign_in_id,
        account_id: account.id,
        name: account.name,
        login: account.login,
        role: account.role,
        locale: account.locale,
        badge_no: account.badge_no,
        mobile: account.mobile,
        enterprise: enterprise.map(|row| ActorEnterprise { id: row.id, name: row.name, state: row.state }),
    }
}

impl Actor {
    /// Refuses with 403 `forbidden` when the role does not include `right`.
    pub fn may(&self, right: Right) -> Result<(), Problem> {
        if self.has(right) { Ok(()) } else { Err(Problem::forbidden()) }
    }

    pub fn has(&self, right: Right) -> bool {
        model::role_has(self.role, right)
    }

    /// How this person stands in evidence entries.
    pub fn evidence(&self) -> evidence::Actor {
        evidence::Actor { id: Some(self.account_id), role: model::role_name(self.role) }
    }
}

/// Extractor: the caller, or 401 `not_signed_in`.
pub struct Signed(pub Arc<Actor>);

/// Extractor: the caller, if signed in.
pub struct MaybeSigned(pub Option<Arc<Actor>>);

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Arc<Actor>>().cloned().map(Self).ok_or_else(Problem::not_signed_in)
    }
}

impl<S: Sync> FromRequestParts<S> for MaybeSigned {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Arc<Actor>>().cloned()))
    }
}
