//! Server-sent events: the one way in which a stream of them is answered.

use axum::http::{HeaderName, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, stream};
use std::convert::Infallible;
use std::time::Duration;

/// Proxies close what says nothing for long, and a reader that is gone is found by writing to it.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// After so long a browser whose stream broke opens it anew: soon for who looks at it, and not so soon that all of
/// them are at the door of a program that is just starting.
const RETRY: Duration = Duration::from_secs(2);

/// The answer that carries `events`, until they are over or `until` is: what was opened with a sign-in ends with it.
/// Its first bytes go out at once, so that a page knows that it is connected, and its headers keep every proxy on the
/// way from gathering, changing or keeping what comes.
pub fn event_stream(
    events: impl Stream<Item = Event> + Send + 'static,
    until: impl Future<Output = ()> + Send + 'static,
) -> Response {
    let greeting = stream::iter([Event::default().comment("here").retry(RETRY)]);
    let events = greeting.chain(events).take_until(Box::pin(until)).map(Ok::<_, Infallible>);
    let headers = [
        (header::CACHE_CONTROL, "no-cache, no-store, no-transform"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).text("still here");
    (headers, Sse::new(events).keep_alive(heartbeat)).into_response()
}
