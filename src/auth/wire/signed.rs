//! The caller of a request, as the sign-in layer found it.

use crate::auth::Actor;
use crate::http::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::sync::Arc;

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
