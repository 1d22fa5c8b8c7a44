//! The sign-in layer: from the cookie to the caller, and when what outlives a request ends with its sign-in.

use crate::auth::Auth;
use crate::auth::wire::cookie;
use crate::db::live::Topic;
use crate::http::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

/// How often it is looked whether a sign-in still stands: some end without being told of, by their time.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Puts the caller's `Arc<Actor>` into the request's extensions, if somebody is signed in.
pub async fn identify(State(auth): State<Auth>, mut request: Request, next: Next) -> Response {
    let Some(token) = token_of(request.headers(), auth.0.secure) else { return next.run(request).await };
    match auth.actor(&token).await {
        Ok(Some(actor)) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Ok(None) => next.run(request).await,
        Err(error) => Problem::from(error).into_response(),
    }
}

impl Auth {
    /// Resolves once a sign-in has ended: at once when that is told, otherwise within seconds. Every other answer is
    /// over in a moment, but a stream of events is told things for hours.
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
