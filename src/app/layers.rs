//! What concerns every request: ids, problems, panics, limits, who calls, headers, metrics.

use crate::app::streams::{self, Streams};
use crate::app::{App, edge, elsewhere, idempotency, metrics, openapi, unread, watch, web};
use crate::auth;
use crate::base::clock::Clock;
use crate::base::words;
use crate::http::{ClientAddress, Operations, Problem, render_problems, tell_lost_answers};
use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi as Document;

/// Bodies of the API are small; SDP offers, the largest, stay far below.
const LARGEST_BODY: usize = 256 * 1024;

pub(super) fn wrap(app: &App, api: Router, document: Document) -> Router {
    let operations = Arc::new(Operations::of(&document));
    let document = openapi::pretty(&document);
    let keys = idempotency::Idempotency::new(
        app.db.clone(),
        app.clock.clone(),
        app.keyring.clone(),
        app.tasks.clone(),
    );
    let keys = Arc::new(keys);
    let router = api
        .layer(from_fn(tell_lost_answers))
        .layer(from_fn_with_state(keys, idempotency::layer))
        .layer(from_fn_with_state(Streams::default(), streams::bound))
        .layer(from_fn_with_state(app.auth.clone(), auth::identify))
        .layer(from_fn_with_state(app.clone(), elsewhere::hand_on))
        .layer(from_fn_with_state(app.clone(), refuse_when_stopping))
        .route(
            "/api/openapi.json",
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document) }),
        )
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(watch::ready).with_state(app.clone()))
        .fallback(web::page)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(csrf(app))
        .layer(CompressionLayer::new().compress_when(compressible()))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Problem::for_panic().into_response()
        }))
        .layer(from_fn(unread::take_in))
        .layer(from_fn(edge::well_formed))
        .layer(from_fn_with_state(operations, render_problems))
        .layer(from_fn_with_state(app.clone(), metrics::observe));
    // What need not know the route stands around the router: the layers in a route are cloned one in the other, each
    // with all that are under it, for every request.
    let around = ServiceBuilder::new()
        // Who has come over TLS once comes over TLS for a year.
        .option_layer(
            app.settings.is_secure().then(|| header_layer("strict-transport-security", "max-age=31536000")),
        )
        // What is not said to be kept is somebody's: no cache on the way or in a shared browser holds it.
        .layer(header_layer("cache-control", "no-store"))
        .layer(header_layer("cross-origin-opener-policy", "same-origin"))
        .layer(header_layer(
            "permissions-policy",
            "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
        ))
        .layer(header_layer("referrer-policy", "no-referrer"))
        .layer(header_layer("x-content-type-options", "nosniff"))
        .layer(header_layer("content-security-policy", CONTENT_SECURITY_POLICY))
        .layer(from_fn_with_state(app.clock.clone(), tell_the_time))
        .layer(from_fn_with_state(app.clone(), only_trusted_peers));
    Router::new().fallback_service(around.service(router))
}

/// Nothing from another host, no inline script or style, no framing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

fn header_layer(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
}

/// Pages and JSON are compressed; recordings are compressed already, and a compressed stream of events
/// would be held back.
fn compressible() -> impl Predicate {
    SizeAbove::new(512)
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("image/"))
        .and(NotForContentType::const_new("text/event-stream"))
}

fn csrf(app: &App) -> CsrfLayer<impl Fn(ProtectionError) -> Response + Clone + use<>> {
    // A public URL that is no origin is simply not added: same-origin requests pass without it.
    let layer = CsrfLayer::new();
    let layer = layer.clone().add_trusted_origin(&app.settings.public_url).unwrap_or(layer);
    // Media takes a bearer token and never a cookie: nothing ambient signs it in, and other origins may call.
    let layer = layer.with_insecure_bypass(|_, uri| {
        uri.path().starts_with("/api/v1/whip/") || uri.path().starts_with("/api/v1/whep/")
    });
    layer.with_rejection_response(|_: ProtectionError| StatusCode::FORBIDDEN.into_response())
}

/// While the program stops it takes no new work; reads go on until the connections close.
async fn refuse_when_stopping(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.is_stopping() && !request.method().is_safe() {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, words::app::stopping()).into_response();
    }
    next.run(request).await
}

/// Pages go by the server's time (the `Date` header), also when that is shifted for a demonstration.
async fn tell_the_time(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let now = clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(now) = HeaderValue::from_str(&now) {
        response.headers_mut().insert(header::DATE, now);
    }
    response
}

/// Learns who is calling from where. With trusted proxies set, whoever is not one of them would come
/// without TLS.
async fn only_trusted_peers(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let proxies = &app.settings.trusted_proxies;
    let trusted = |ip: IpAddr| ip.to_canonical().is_loopback() || proxies.iter().any(|net| net.contains(ip));
    if !proxies.is_empty() && peer.is_some_and(|peer| !trusted(peer)) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Some(client) = peer.and_then(|peer| ClientAddress::of(peer, request.headers(), trusted)) {
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}
