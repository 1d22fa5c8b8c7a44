//! What a request must be like before anybody looks at what it wants: a method that exists here, one host
//! (RFC 9112 §3.2), a body that comes.

use crate::base::words;
use crate::http::Problem;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// The methods that something here takes.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
const ALLOW: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// A method as it may stand in a metric: what callers make up is one word.
pub(super) fn known(method: &Method) -> &str {
    if METHODS.contains(method) { method.as_str() } else { "other" }
}

/// Turns away what is no request to this program.
pub(super) async fn well_formed(request: Request, next: Next) -> Response {
    if !METHODS.contains(request.method()) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, ALLOW)]).into_response();
    }
    if !has_one_host(&request) {
        return Problem::new(StatusCode::BAD_REQUEST, words::app::bad_host()).into_response();
    }
    let (parts, body) = request.into_parts();
    // Most requests have no body: nothing is wrapped around nothing.
    let patience = if brings_file(&parts) { FILE } else { BODY };
    let body = if body.is_end_stream() { body } else { Body::new(Patient::new(body, patience)) };
    next.run(Request::from_parts(parts, body)).await
}

fn has_one_host(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        (None, None) => match request.version() {
            Version::HTTP_2 => request.uri().authority().is_some(),
            version => version < Version::HTTP_11,
        },
        (_, Some(_)) => false,
    }
}

fn is_host(text: &str) -> bool {
    !text.contains('@') && text.parse::<Authority>().is_ok_and(|authority| !authority.host().is_empty())
}

/// How long a body may say nothing, and how long it may take in all: the largest has some hundred kilobytes.
#[derive(Clone, Copy, Debug)]
struct Patience {
    silence: Duration,
    in_all: Duration,
}

const BODY: Patience = Patience { silence: Duration::from_secs(30), in_all: Duration::from_secs(120) };

/// Ten megabytes over the line of a telephone take their time.
const FILE: Patience = Patience { silence: Duration::from_secs(30), in_all: Duration::from_secs(600) };

fn brings_file(parts: &Parts) -> bool {
    parts.method == Method::POST && parts.uri.path().ends_with("/documents")
}

/// A body that is not waited for without end.
struct Patient {
    inner: Body,
    silence: Duration,
    end: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Patient {
    fn new(inner: Body, Patience { silence, in_all }: Patience) -> Self {
        let now = Instant::now();
        Self { inner, silence, end: now + in_all, timer: Box::pin(tokio::time::sleep(silence)) }
    }
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(frame) => {
                let until = (Instant::now() + this.silence).min(this.end);
                this.timer.as_mut().reset(until);
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                ready!(this.timer.as_mut().poll(cx));
                Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http;
    use axum::body::to_bytes;
    use axum::extract::FromRequest;
    use futures::{StreamExt, stream};

    fn request(version: Version, uri: &str, hosts: &[&str]) -> Request {
        let mut request = Request::builder().version(version).uri(uri);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn a_request_names_one_host() {
        for (version, uri, hosts, right) in [
            (Version::HTTP_11, "/", vec!["meet.example"], true),
            (Version::HTTP_11, "/", vec!["[2001:db8::1]:8443"], true),
            (Version::HTTP_11, "/", vec![], false),
            (Version::HTTP_11, "/", vec![""], false),
            (Version::HTTP_11, "/", vec!["a.example", "b.example"], false),
            (Version::HTTP_11, "/", vec!["a.example", "a.example"], false),
            (Version::HTTP_11, "/", vec!["a b"], false),
            (Version::HTTP_11, "/", vec!["a.example/x"], false),
            (Version::HTTP_11, "/", vec!["who@a.example"], false),
            (Version::HTTP_10, "/", vec![], true),
            (Version::HTTP_2, "https://meet.example/", vec![], true),
            (Version::HTTP_2, "/", vec![], false),
        ] {
            assert_eq!(has_one_host(&request(version, uri, &hosts)), right, "{version:?} {uri} {hosts:?}");
        }
    }

    #[tokio::test]
    async fn a_body_that_falls_silent_or_drips_for_ever_is_given_up() {
        let patience = Patience { silence: Duration::from_millis(80), in_all: Duration::from_millis(400) };
        let whole = Body::from("whole");
        assert_eq!(to_bytes(Body::new(Patient::new(whole, patience)), 100).await.unwrap(), "whole");
        let silent = Body::from_stream(stream::pending::<io::Result<Bytes>>());
        assert!(to_bytes(Body::new(Patient::new(silent, patience)), 100).await.is_err());
        let dripping = stream::repeat(()).then(|()| async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            io::Result::Ok(Bytes::from_static(b"x"))
        });
        let dripping = Body::new(Patient::new(Body::from_stream(dripping), patience));
        assert!(to_bytes(dripping, 100_000).await.is_err());
    }

    #[tokio::test]
    async fn who_sends_too_slowly_is_told_so() {
        let patience = Patience { silence: Duration::from_millis(80), in_all: Duration::from_millis(400) };
        let silent = Body::from_stream(stream::pending::<io::Result<Bytes>>());
        let request = Request::builder()
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::new(Patient::new(silent, patience)))
            .unwrap();
        let problem = http::Body::<serde_json::Value>::from_request(request, &()).await.err().unwrap();
        assert_eq!((problem.status, problem.code), (StatusCode::REQUEST_TIMEOUT, "body_too_slow"));
    }

    #[test]
    fn a_made_up_method_is_one_word() {
        assert_eq!(known(&Method::GET), "GET");
        assert_eq!(known(&Method::from_bytes(b"FROBNICATE").unwrap()), "other");
        assert_eq!(known(&Method::TRACE), "other");
    }
}
