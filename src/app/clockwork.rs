//! What each process does for itself: duties that come again and again, each a task of its own. One that
//! fails, panics or is slow holds up no other, and comes again at its time. What one process does for all is a job
//! ([`super::jobs`]).

use crate::app::{App, watch};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

/// Something to do again and again.
struct Duty {
    /// For the log and the metrics.
    name: &'static str,
    every: Duration,
    act: fn(App) -> BoxFuture<'static, Result<(), String>>,
}

const DUTIES: [Duty; 3] = [
    Duty { name: "people who are gone", every: SWEEP_EVERY, act: |app| sweep_sessions(app).boxed() },
    Duty { name: "watch", every: watch::EVERY, act: |app| watch::look_round(app).boxed() },
    Duty { name: "films", every: LOOK_AT_FILMS, act: |app| sweep_films(app).boxed() },
];

const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// Films are kept for days.
const LOOK_AT_FILMS: Duration = Duration::from_secs(15 * 60);
/// A duty that goes on failing says so once in this time.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// Starts all duties; they end when the program stops.
pub(super) fn start(app: &App) {
    for duty in &DUTIES {
        app.tasks.spawn(go_round(app.clone(), duty));
    }
}

async fn go_round(app: App, duty: &'static Duty) {
    let mut tick = tokio::time::interval(duty.every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said: Option<Instant> = None;
    loop {
        tokio::select! {
            () = app.cancel.cancelled() => return,
            _ = tick.tick() => {}
        }
        let act = AssertUnwindSafe(async { (duty.act)(app.clone()).await }).catch_unwind();
        let outcome = tokio::select! {
            // Each write of it is whole or not at all, so it may be left at any point.
            () = app.cancel.cancelled() => return,
            outcome = act => outcome.unwrap_or_else(|_| Err("it panicked".to_owned())),
        };
        match outcome {
            Ok(()) => {
                if said.take().is_some() {
                    tracing::info!(duty = duty.name, "the clockwork goes on");
                }
            }
            Err(error) => {
                app.metrics.health.duty_failed(duty.name);
                if said.is_none_or(|at| at.elapsed() > SAY_AGAIN) {
                    said = Some(Instant::now());
                    tracing::error!(duty = duty.name, error, "the clockwork failed");
                }
            }
        }
    }
}

async fn sweep_sessions(app: App) -> Result<(), String> {
    app.video.sweep().await.map_err(text)
}

async fn sweep_films(app: App) -> Result<(), String> {
    app.review.sweep_composites().await.map_err(|problem| problem.code.to_owned())
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
