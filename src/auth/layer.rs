//! The sign-in layer: from the cookie to the caller.

use super::{Auth, cookie};
use crate::http::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Puts the caller's `Arc<Actor>` into the request's extensions, if somebody is signed in.
pub async fn identify(State(auth): State<Auth>, mut request: Request, next: Next) -> Response {
    let Some(token) = token_of(request.headers()) else { return next.run(request).await };
    match auth.actor(&token).await {
        Ok(Some(actor)) => {
            request.extensions_mut().insert(Arc::new(actor));
            next.run(request).await
        }
        Ok(None) => next.run(request).await,
        Err(error) => Problem::from(error).into_response(),
    }
}

/// The session's token as the browser sent it.
pub(super) fn token_of(headers: &HeaderMap) -> Option<String> {
    let mut cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.find_map(cookie::token).map(str::to_owned)
}
