//! Hands events of lower features to higher ones, each for itself.

use crate::app::App;
use crate::db::entities::feature_event;
use crate::db::events;
use futures::{FutureExt, StreamExt, stream};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The kinds that somebody takes.
pub(super) const TAKEN: &[&str] = &[events::BOOKING_COMPLETED];
/// How many are looked at in one round.
const AT_ONCE: u64 = 50;
/// How many are handled at the same time: a slow one does not hold up the others.
const SIDE_BY_SIDE: usize = 4;
/// What has not ended by then has failed.
const HANDLED_WITHIN: Duration = Duration::from_secs(20);

/// One round: gives each event that is due to its feature, which marks it done in its own transaction.
pub(super) async fn hand_over(app: App) -> Result<(), String> {
    let due =
        events::due(app.db.reader(), app.clock.now(), AT_ONCE).await.map_err(|error| error.to_string())?;
    if due.is_empty() {
        return Ok(());
    }
    let failed = AtomicUsize::new(0);
    stream::iter(due)
        .for_each_concurrent(SIDE_BY_SIDE, |event| {
            let (app, failed) = (&app, &failed);
            async move {
                if let Err(error) = handle(app, &event).await {
                    failed.fetch_add(1, Ordering::Relaxed);
                    put_off(app, &event, &error).await;
                }
            }
        })
        .await;
    match failed.into_inner() {
        0 => Ok(()),
        failed => Err(format!("{failed} events were put off")),
    }
}

async fn handle(app: &App, event: &feature_event::Model) -> Result<(), String> {
    let work = async {
        match event.kind.as_str() {
            events::BOOKING_COMPLETED => {
                app.survey.invite(event.clone()).await.map_err(|error| error.to_string())
            }
            _ => {
                tracing::error!(event = %event.id, kind = event.kind, "nobody takes this event; it was put aside");
                events::park(&app.db, event, app.clock.now()).await.map_err(|error| error.to_string())?;
                app.metrics.house.one_parked();
                Ok(())
            }
        }
    };
    match tokio::time::timeout(HANDLED_WITHIN, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err("it panicked".to_owned()),
        Err(_) => Err("it took too long".to_owned()),
    }
}

async fn put_off(app: &App, event: &feature_event::Model, error: &str) {
    tracing::warn!(event = %event.id, kind = event.kind, attempts = event.attempts + 1, error, "an event was put off");
    // A store that is away keeps the event as it is: it comes again with the next round.
    if let Err(error) = events::failed(&app.db, event, error, app.clock.now()).await {
        tracing::warn!(event = %event.id, %error, "that could not be written down");
    }
}
