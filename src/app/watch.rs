//! Watches what everything stands on: the store and the disk of the recordings. Both are tried with a real
//! write, because a disk that is full still reads well.

use crate::app::App;
use crate::db::{StoreFault, fault_of, jobs};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::{counter::Counter, family::Family, gauge::Gauge};
use prometheus_client::registry::Registry;
use serde_json::json;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How often the program looks by itself.
pub(super) const EVERY: Duration = Duration::from_secs(2);
/// What was found a moment ago is not looked for again, however often readiness is asked for.
const FRESH: Duration = Duration::from_millis(900);
/// What takes longer counts as failing.
const WITHIN: Duration = Duration::from_millis(1900);
/// A disk on the edge sounds its alarm once in this time.
const ALARM_AGAIN: Duration = Duration::from_secs(30);
/// A disk with no room for this has none for a recording.
const PROBE_BYTES: usize = 4096;

/// What is wrong, in a word each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Findings {
    store: Option<&'static str>,
    recordings: Option<&'static str>,
}

/// What was found last.
#[derive(Default)]
pub(super) struct Watch(tokio::sync::Mutex<Last>);

#[derive(Default)]
struct Last {
    at: Option<Instant>,
    findings: Findings,
    recordings_alarmed: Option<Instant>,
}

/// `/readyz`: whether the program can do what it is for, and if not, what is wrong.
pub(super) async fn ready(State(app): State<App>) -> Response {
    if app.is_stopping() {
        return not_ready(json!({"why": "stopping"}));
    }
    let findings = look(&app).await;
    let (store, recordings) = (findings.store.unwrap_or("ok"), findings.recordings.unwrap_or("ok"));
    match findings.store.map(|_| "store").or(findings.recordings.map(|_| "recordings")) {
        None => Json(json!({"ready": true, "why": null, "store": store, "recordings": recordings}))
            .into_response(),
        Some(why) => not_ready(json!({"why": why, "store": store, "recordings": recordings})),
    }
}

/// A problem (RFC 9457) with members of its own: what is wrong is for programs, so it has no language.
fn not_ready(mut body: serde_json::Value) -> Response {
    body["ready"] = json!(false);
    body["code"] = json!("not_ready");
    body["status"] = json!(StatusCode::SERVICE_UNAVAILABLE.as_u16());
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (StatusCode::SERVICE_UNAVAILABLE, kind, body.to_string()).into_response()
}

/// The duty: what is wrong sounds its alarm although nobody asks.
pub(super) async fn look_round(app: App) -> Result<(), String> {
    look(&app).await;
    Ok(())
}

async fn look(app: &App) -> Findings {
    let mut last = app.watch.0.lock().await;
    if last.at.is_some_and(|at| at.elapsed() < FRESH) {
        return last.findings;
    }
    let directory = app.settings.data_dir.join("recordings");
    let video = app.video.clone();
    let look = move || {
        let written = write_and_remove(&directory);
        video.look_at_space();
        written
    };
    let (store, recordings) = tokio::join!(try_store(app), try_directory(look));
    tell(&mut last, recordings);
    last.findings = Findings { store, recordings };
    last.at = Some(Instant::now());
    app.metrics.health.recordings_disk_failing.set(i64::from(recordings.is_some()));
    app.metrics.health.recordings_bytes_left.set(app.video.bytes_left().unwrap_or(-1));
    last.findings
}

/// A write that was kept a moment ago is proof enough.
async fn try_store(app: &App) -> Option<&'static str> {
    let health = app.db.health();
    if health.has_kept_within(FRESH) {
        return None;
    }
    match timeout(WITHIN, app.db.probe(app.clock.now())).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(match fault_of(&error) {
            Some(StoreFault::Unavailable(why)) => why,
            Some(StoreFault::Conflict) => "locked",
            Some(StoreFault::Unknown) | None => health.failing().unwrap_or("broken"),
        }),
        Err(_) => {
            health.failed(Some(StoreFault::Unavailable("slow")), &"a write took too long");
            Some("slow")
        }
    }
}

async fn try_directory(look: impl FnOnce() -> io::Result<()> + Send + 'static) -> Option<&'static str> {
    match timeout(WITHIN, tokio::task::spawn_blocking(look)).await {
        Ok(Ok(Ok(()))) => None,
        Ok(Ok(Err(error))) => Some(match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk_full",
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => "read_only",
            _ => "disk_error",
        }),
        Ok(Err(_)) => Some("disk_error"),
        Err(_) => Some("slow"),
    }
}

fn write_and_remove(directory: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let path = directory.join(".probe");
    let written =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).and_then(
            |mut file| {
                file.write_all(&[0; PROBE_BYTES])?;
                file.sync_data()
            },
        );
    written.and(std::fs::remove_file(&path))
}

fn tell(last: &mut Last, recordings: Option<&'static str>) {
    match (last.findings.recordings, recordings) {
        (_, Some(why)) => {
            if last.recordings_alarmed.is_none_or(|at| at.elapsed() > ALARM_AGAIN) {
                last.recordings_alarmed = Some(Instant::now());
                tracing::error!(alarm = "recordings", why, "the disk of the recordings takes nothing");
            }
        }
        (Some(_), None) => tracing::info!("the disk of the recordings takes what it is given again"),
        (None, None) => {}
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DutyLabel {
    duty: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

/// What an operator's alarms are made of.
pub(super) struct HealthMetrics {
    store_failing: Gauge,
    store_failures: Gauge,
    store_retries: Gauge,
    wal_bytes: Gauge,
    recordings_disk_failing: Gauge,
    recordings_bytes_left: Gauge,
    jobs_due: Gauge,
    jobs_failed: Gauge,
    jobs_unknown: Gauge,
    job_failures: Family<KindLabel, Counter>,
    duty_failures: Family<DutyLabel, Counter>,
}

impl HealthMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let gauge = |registry: &mut Registry, name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let this = Self {
            store_failing: gauge(registry, "store_failing", "1 while the store refuses writes"),
            store_failures: gauge(registry, "store_failures", "Failed commits and connections since start"),
            store_retries: gauge(registry, "store_retries", "Writes run again after a conflict since start"),
            wal_bytes: gauge(registry, "store_wal_bytes", "Size of SQLite's write-ahead log"),
            recordings_disk_failing: gauge(
                registry,
                "recordings_disk_failing",
                "1 while the disk of the recordings takes nothing",
            ),
            recordings_bytes_left: gauge(
                registry,
                "recordings_bytes_left",
                "What the disk of the recordings can still take; -1 while that is not known",
            ),
            jobs_due: gauge(registry, "jobs_due", "Jobs that are due and not begun"),
            jobs_failed: gauge(registry, "jobs_failed", "Jobs that were given up"),
            jobs_unknown: gauge(registry, "jobs_unknown", "Due jobs that this version does not know"),
            job_failures: Family::default(),
            duty_failures: Family::default(),
        };
        registry.register("clockwork_failures", "Failed rounds by duty", this.duty_failures.clone());
        registry.register("job_failures", "Failed attempts since start by kind", this.job_failures.clone());
        this
    }

    pub(super) fn duty_failed(&self, duty: &'static str) {
        self.duty_failures.get_or_create(&DutyLabel { duty }).inc();
    }

    pub(super) fn job_failed(&self, kind: &'static str) {
        self.job_failures.get_or_create(&KindLabel { kind }).inc();
    }

    pub(super) fn set_jobs(&self, figures: jobs::Figures) {
        self.jobs_due.set(whole(figures.due));
        self.jobs_failed.set(whole(figures.failed));
        self.jobs_unknown.set(whole(figures.unknown));
    }

    /// Takes over what the store knows of itself.
    pub(super) fn refresh(&self, app: &App) {
        let health = app.db.health();
        self.store_failing.set(i64::from(health.failing().is_some()));
        self.store_failures.set(whole(health.failures()));
        self.store_retries.set(whole(health.retries()));
        self.wal_bytes.set(health.wal_bytes());
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
