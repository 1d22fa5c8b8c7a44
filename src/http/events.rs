//! Server-sent events: the one way in which a stream of them is answered.

use axum::http::{HeaderName, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, stream};
use std::convert::Infallible;
use std::time::Duration;

/// Proxies close what says nothing for long, and a reader that is gone is found by writing to it.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The answer that carries `events`. Its first bytes go out at once, so that a page knows that it is connected, and
/// its headers keep every proxy on the way from gathering, changing or keeping what comes.
pub fn event_stream(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let greeting = stream::iter([Event::default().comment("here")]);
    let events = greeting.chain(events).map(Ok::<_, Infallible>);
    let headers = [
        (header::CACHE_CONTROL, "no-cache, no-store, no-transform"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).text("still here");
    (headers, Sse::new(events).keep_alive(heartbeat)).into_response()
}
