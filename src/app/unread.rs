//! What of a body nobody read. Who is still sending would not hear why it was refused (RFC 9112 §9.6), so the rest is
//! taken in and dropped before the answer goes; of what is far too large the line is given up, and said to be.

use crate::directory::model::documents::MOST_BYTES;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::StreamExt;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

/// As much is taken in: twice the largest file.
const MOST: u64 = 2 * MOST_BYTES as u64;

/// Lets nobody go unheard who sends more than was wanted.
pub(super) async fn take_in(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // HTTP/2 resets a stream and keeps the line.
    let is_line = parts.version < Version::HTTP_2;
    let waits_to_send = parts.headers.contains_key(header::EXPECT);
    let sent = Sent::new(body);
    let mut response = next.run(Request::from_parts(parts, Body::new(sent.clone()))).await;
    if !sent.taken_in(waits_to_send).await && is_line {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A body that can still be read when its reader has gone.
#[derive(Clone)]
struct Sent(Arc<Mutex<State>>);

struct State {
    body: Body,
    is_begun: bool,
    /// It came to its end, or broke.
    has_ended: bool,
}

impl Sent {
    fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(State { body, is_begun: false, has_ended: false })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what is left, as far as it is not too much; whether nothing is.
    async fn taken_in(self, waits_to_send: bool) -> bool {
        {
            let state = self.state();
            if state.has_ended || state.body.is_end_stream() {
                return true;
            }
            // It was not asked for, so it does not come; or it is more than is taken in.
            if (waits_to_send && !state.is_begun) || state.body.size_hint().lower() > MOST {
                return false;
            }
        }
        // Who still reads it goes on with it.
        let Some(state) = Arc::into_inner(self.0) else { return true };
        let mut body = state.into_inner().unwrap_or_else(PoisonError::into_inner).body.into_data_stream();
        let mut passed = 0;
        while let Some(Ok(chunk)) = body.next().await {
            passed += chunk.len() as u64;
            if passed > MOST {
                return false;
            }
        }
        true
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let mut state = self.state();
        state.is_begun = true;
        let frame = ready!(Pin::new(&mut state.body).poll_frame(cx));
        state.has_ended |= !matches!(frame, Some(Ok(_)));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        let state = self.state();
        state.has_ended || state.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.state().body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::to_bytes;
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use futures::stream;
    use std::io;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tower::ServiceExt;

    const CHUNK: u64 = 1 << 20;

    /// Sends so many chunks; how many were taken, and whether the line was said to close.
    async fn sent(router: Router, chunks: u64, expects: bool) -> (u64, bool) {
        let taken = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&taken);
        let body = Body::from_stream(stream::iter(0..chunks).map(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            io::Result::Ok(Bytes::from(vec![b'x'; CHUNK as usize]))
        }));
        let mut request = Request::post("/");
        if expects {
            request = request.header(header::EXPECT, "100-continue");
        }
        let answer = router.layer(from_fn(take_in)).oneshot(request.body(body).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        (taken.load(Ordering::Relaxed), answer.headers().contains_key(header::CONNECTION))
    }

    #[tokio::test]
    async fn what_nobody_read_taken_in_unless_it_is_far_too_large() {
        let refusing = || Router::new().route("/", post(|| async { StatusCode::CONFLICT }));
        assert_eq!(sent(refusing(), 5, false).await, (5, false));
        assert_eq!(sent(refusing(), 100, false).await, (MOST / CHUNK + 1, true));
        // Who waits to be asked is not asked for nothing.
        assert_eq!(sent(refusing(), 5, true).await, (0, true));
    }

    #[tokio::test]
    async fn what_was_read_is_left_alone() {
        let reading = || {
            Router::new().route(
                "/",
                post(|body: Body| async {
                    to_bytes(body, 3 * CHUNK as usize)
                        .await
                        .map_or(StatusCode::CONFLICT, |_| StatusCode::CONFLICT)
                }),
            )
        };
        assert_eq!(sent(reading(), 3, false).await, (3, false));
        assert_eq!(sent(reading(), 3, true).await, (3, false));
        assert_eq!(sent(reading(), 9, false).await, (9, false));
    }
}
