//! The sign-in layer: from the cookie to the caller, and the end of streams whose listener signed out.

use crate::auth::Auth;
use crate::auth::wire::cookie;
use crate::db::live::Topic;
use crate::http::Problem;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

/// How often it is looked whether the listener of a stream is still signed in.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Puts the caller's `Arc<Actor>` into the request's extensions, if somebody is signed in.
pub async fn identify(State(auth): State<Auth>, mut request: Request, next: Next) -> Response {
    let Some(token) = token_of(request.headers(), auth.0.secure) else { return next.run(request).await };
    match auth.actor(&token).await {
        Ok(Some(actor)) => {
            let sign_in = actor.sign_in_id;
            request.extensions_mut().insert(Arc::new(actor));
            until_signed_out(auth, sign_in, next.run(request).await)
        }
        Ok(None) => next.run(request).await,
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Every other answer is over in a moment; a stream of events is told things for hours, and so ends with
/// the sign-in that it was opened with: at once when that ends in this process, otherwise within seconds.
fn until_signed_out(auth: Auth, sign_in: Uuid, response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let events = body.into_data_stream().take_until(Box::pin(auth.signed_out(sign_in)));
    Response::from_parts(parts, Body::from_stream(events))
}

impl Auth {
    /// Resolves once a sign-in has ended.
    pub async fn signed_out(self, sign_in: Uuid) {
        let mut topics = self.0.live.listen();
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let ended = tokio::select! {
                topic = topics.recv() => match topic {
                    Ok(topic) => topic == Topic::SignInEnded(sign_in),
                    // Too slow for the bus: looking tells as well, a little later.
                    Err(RecvError::Lagged(_)) => false,
                    Err(RecvError::Closed) => true,
                },
                // A store that does not answer signs nobody out.
                _ = look.tick() => matches!(self.is_signed_in(sign_in).await, Ok(false)),
            };
            if ended {
                return;
            }
        }
    }
}

/// The session's token as the browser sent it.
pub fn token_of(headers: &HeaderMap, secure: bool) -> Option<String> {
    let mut cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.find_map(|cookies| cookie::token(cookies, secure)).map(str::to_owned)
}

/// The tickets of known devices as the browser sent them.
pub fn devices_of(headers: &HeaderMap, secure: bool) -> String {
    let mut cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.find_map(|cookies| cookie::devices(cookies, secure)).unwrap_or_default().to_owned()
}
