//! The sign-in layer: from the cookie to the caller, and the end of streams whose listener signed out.

use super::{Auth, cookie};
use crate::http::Problem;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether the listener of a stream is still signed in.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Puts the caller's `Arc<Actor>` into the request's extensions, if somebody is signed in.
pub async fn identify(State(auth): State<Auth>, mut request: Request, next: Next) -> Response {
    let Some(token) = token_of(request.headers(), auth.0.secure) else { return next.run(request).await };
    match auth.actor(&token).await {
        Ok(Some(actor)) => {
            request.extensions_mut().insert(Arc::new(actor));
            until_signed_out(auth, token, next.run(request).await)
        }
        Ok(None) => next.run(request).await,
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Every other answer is over in a moment; a stream of events is told things for hours, and so ends with
/// the sign-in that it was opened with.
fn until_signed_out(auth: Auth, token: String, response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        return response;
    }
    let signed_out = async move {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            // A store that does not answer signs nobody out.
            if let Ok(false) = auth.is_signed_in(&token).await {
                return;
            }
        }
    };
    let (parts, body) = response.into_parts();
    let events = body.into_data_stream().take_until(Box::pin(signed_out));
    Response::from_parts(parts, Body::from_stream(events))
}

/// The session's token as the browser sent it.
pub(super) fn token_of(headers: &HeaderMap, secure: bool) -> Option<String> {
    let mut cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.find_map(|cookies| cookie::token(cookies, secure)).map(str::to_owned)
}
