//! `/metrics` in the Prometheus text format, on a listener of its own. No label holds personal data, and none a word
//! that callers choose: there would be no end to them.

use crate::app::listener::Gate;
use crate::app::watch::HealthMetrics;
use crate::app::{App, edge, jobs};
use crate::db;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram};
use prometheus_client::registry::Registry;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What is counted as it happens; the rest is read when asked for.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Family<Route, Histogram>,
    connections: Gauge,
    recordings: Gauge,
    packets_in: Gauge,
    packets_out: Gauge,
    lines: Gauge,
    refused: Gauge,
    failed: Gauge,
    timed_out: Gauge,
    gate: OnceLock<Arc<Gate>>,
    pub(super) health: HealthMetrics,
    packets_dropped: Gauge,
    packets_unsent: Gauge,
    streams: Gauge,
    streams_refused: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("mianqia");
        let requests = Family::default();
        let seconds = Family::<Route, Histogram>::new_with_constructor(|| {
            Histogram::new([0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0])
        });
        let (connections, recordings, packets_in, packets_out) =
            (Gauge::default(), Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("http_requests", "Answered requests", requests.clone());
        registry.register("http_request_seconds", "Time to the first byte of the answer", seconds.clone());
        registry.register("media_connections", "Open WHIP and WHEP resources", connections.clone());
        registry.register("recordings_running", "Recordings being written", recordings.clone());
        registry.register("media_packets_received", "Media packets received since start", packets_in.clone());
        registry.register("media_packets_sent", "Media packets sent since start", packets_out.clone());
        let (lines, refused, failed, timed_out) =
            (Gauge::default(), Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("http_connections", "Open connections", lines.clone());
        registry.register("http_connections_refused", "Connections turned away since start", refused.clone());
        registry.register(
            "http_accepts_failed",
            "Connections that could not be accepted since start",
            failed.clone(),
        );
        registry.register("http_connections_timed_out", "Connections closed for silence", timed_out.clone());
        let gate = OnceLock::new();
        let health = HealthMetrics::register(&mut registry);
        let (packets_dropped, packets_unsent) = (Gauge::default(), Gauge::default());
        registry.register(
            "media_packets_dropped",
            "Media packets that the kernel dropped since start because the receive buffer was full",
            packets_dropped.clone(),
        );
        registry.register(
            "media_packets_unsent",
            "Media packets not sent since start because the send buffer was full",
            packets_unsent.clone(),
        );
        let (streams, streams_refused) = (Gauge::default(), Gauge::default());
        registry.register("media_streams", "Open TCP streams of media", streams.clone());
        registry.register(
            "media_streams_refused",
            "TCP streams of media turned away since start because there were too many",
            streams_refused.clone(),
        );
        Self {
            registry,
            requests,
            seconds,
            connections,
            recordings,
            packets_in,
            packets_out,
            lines,
            refused,
            failed,
            timed_out,
            gate,
            health,
            packets_dropped,
            packets_unsent,
            streams,
            streams_refused,
        }
    }
}

impl Metrics {
    /// Whose connections are counted.
    pub(super) fn watch(&self, gate: Arc<Gate>) {
        // The first listener is the one of pages and API; there is no second.
        let _ = self.gate.set(gate);
    }

    fn read_gate(&self) {
        let Some(gate) = self.gate.get() else { return };
        self.lines.set(whole(gate.count() as u64));
        self.refused.set(whole(gate.refused.load(Ordering::Relaxed)));
        self.failed.set(whole(gate.failed.load(Ordering::Relaxed)));
        self.timed_out.set(whole(gate.timed_out.load(Ordering::Relaxed)));
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The layer that counts requests by route, never by address.
pub(super) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let method = edge::known(request.method()).to_owned();
    let begun = Instant::now();
    let response = db::of_request(next.run(request)).await;
    let status = response.status().as_u16();
    let took = begun.elapsed();
    app.metrics.seconds.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
    tracing::info!(method, route, status, ms = took.as_millis() as u64, "request");
    app.metrics.requests.get_or_create(&Labels { method, route, status }).inc();
    response
}

/// What `METRICS_LISTEN` answers.
pub(super) fn router(app: &App) -> Router {
    Router::new().route("/metrics", get(show)).with_state(app.clone())
}

async fn show(State(app): State<App>) -> Response {
    let media = app.engine.stats();
    let metrics = &app.metrics;
    metrics.read_gate();
    metrics.connections.set(i64::try_from(media.connections).unwrap_or(i64::MAX));
    metrics.recordings.set(i64::try_from(media.recordings).unwrap_or(i64::MAX));
    metrics.packets_in.set(i64::try_from(media.packets_in).unwrap_or(i64::MAX));
    metrics.packets_out.set(i64::try_from(media.packets_out).unwrap_or(i64::MAX));
    metrics.health.refresh(&app);
    // A store that is away leaves the figures as they were.
    if let Ok(figures) = db::jobs::figures(app.db.reader(), &jobs::kinds(&app).names(), app.clock.now()).await
    {
        metrics.health.set_jobs(figures);
    }
    metrics.packets_dropped.set(i64::try_from(media.packets_dropped).unwrap_or(i64::MAX));
    metrics.packets_unsent.set(i64::try_from(media.packets_unsent).unwrap_or(i64::MAX));
    metrics.streams.set(whole(media.streams as u64));
    metrics.streams_refused.set(whole(media.streams_refused));
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = encode(&mut text, &metrics.registry);
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
        .into_response()
}
