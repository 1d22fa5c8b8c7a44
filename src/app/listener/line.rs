//! A connection that is not waited for without end.
//!
//! The stream below HTTP sees bytes, the service above it sees requests; together they know for what a connection
//! is silent. While a request is being answered nothing is expected from the caller, and a stream of events may
//! last for hours. Between requests a head that has begun must come to its end, and a line on which nobody asks is
//! closed. Whoever does not take what is sent is closed too, whatever it is.

use crate::app::listener::Limits;
use crate::app::listener::gate::Pass;
use axum::body::{Body, HttpBody};
use axum::http::{Request, Response, Version};
use bytes::Bytes;
use futures::future::BoxFuture;
use http_body::{Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};
use tower_service::Service;

/// What is known of one connection.
#[derive(Debug)]
pub struct Line(Mutex<State>);

#[derive(Debug)]
struct State {
    limits: Limits,
    /// For the first head, with the TLS handshake before it.
    first: Duration,
    /// Requests whose answer is not over.
    open: u32,
    /// Since when nothing is being answered.
    since: Instant,
    /// When the first bytes of the next request came.
    head_since: Option<Instant>,
    asked: bool,
    /// Several requests share the line, and its frames are no heads: only silence counts.
    shared: bool,
}

impl Line {
    pub fn new(limits: Limits, first: Duration) -> Arc<Self> {
        let since = Instant::now();
        let state = State { limits, first, open: 0, since, head_since: None, asked: false, shared: false };
        Arc::new(Self(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bytes_came(&self) {
        let mut state = self.state();
        if state.open == 0 && !state.shared && state.head_since.is_none() {
            state.head_since = Some(Instant::now());
        }
    }

    /// Until when the caller must say something; none while it is being answered.
    fn deadline(&self) -> Option<Instant> {
        let state = self.state();
        match state.head_since {
            _ if state.open > 0 => None,
            _ if !state.asked => Some(state.since + state.first),
            Some(begun) => Some(begun + state.limits.head),
            None => Some(state.since + state.limits.idle),
        }
    }

    fn begin(self: &Arc<Self>, version: Version) -> Answering {
        let mut state = self.state();
        state.open += 1;
        state.asked = true;
        state.head_since = None;
        state.shared = version >= Version::HTTP_2;
        drop(state);
        Answering(Arc::clone(self))
    }
}

/// A request whose answer is not over.
#[derive(Debug)]
struct Answering(Arc<Line>);

impl Drop for Answering {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open = state.open.saturating_sub(1);
        state.since = Instant::now();
        state.head_since = None;
    }
}

/// The bytes of a connection.
pub struct Watched<T> {
    inner: T,
    line: Arc<Line>,
    pass: Pass,
    look: Duration,
    stalled_after: Duration,
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<T> Watched<T> {
    pub fn new(inner: T, line: Arc<Line>, pass: Pass, limits: Limits) -> Self {
        let (look, stalled_after) = (limits.head, limits.stalled);
        Self { inner, line, pass, look, stalled_after, reading: None, writing: None }
    }

    fn give_up(&self) -> io::Error {
        self.pass.timed_out();
        io::ErrorKind::TimedOut.into()
    }

    /// Nothing to read: is that all right?
    fn wait_to_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let now = Instant::now();
            let deadline = self.line.deadline();
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Poll::Ready(Err(self.give_up()));
            }
            // While a request is being answered it is looked again after a while.
            let until = deadline.unwrap_or(now + self.look);
            let timer = self.reading.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
            if deadline.is_some_and(|deadline| deadline != timer.deadline()) || timer.is_elapsed() {
                timer.as_mut().reset(until);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    fn wait_to_write<R>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<R>> {
        let after = self.stalled_after;
        let timer = self.writing.get_or_insert_with(|| Box::pin(tokio::time::sleep(after)));
        match timer.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(self.give_up())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Watched<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.inner).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                if buf.filled().len() > before {
                    this.line.bytes_came();
                }
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => this.wait_to_read(cx),
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_write(cx, buf) {
            Poll::Ready(done) => {
                this.writing = None;
                Poll::Ready(done)
            }
            Poll::Pending => this.wait_to_write(cx),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_write_vectored(cx, bufs) {
            Poll::Ready(done) => {
                this.writing = None;
                Poll::Ready(done)
            }
            Poll::Pending => this.wait_to_write(cx),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

/// The service of a connection: tells its line of each request.
#[derive(Clone)]
pub struct Counted<S> {
    inner: S,
    line: Arc<Line>,
}

impl<S> Counted<S> {
    pub fn new(inner: S, line: Arc<Line>) -> Self {
        Self { inner, line }
    }
}

impl<S, B> Service<Request<B>> for Counted<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answering = self.line.begin(request.version());
        let answer = self.inner.call(request);
        Box::pin(async move {
            Ok(answer.await?.map(|body| Body::new(Held { inner: body, _answering: answering })))
        })
    }
}

/// The body of an answer: the request is over when it is.
struct Held {
    inner: Body,
    _answering: Answering,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
