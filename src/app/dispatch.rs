//! The program's own clockwork: hands events of lower features to higher ones and sweeps what is over.

use super::{App, idempotency, store};
use crate::db::events;
use chrono::TimeDelta;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the clockwork looks. A completed booking's rating link may wait this long.
const EVERY: Duration = Duration::from_millis(500);
/// Sweeps come on every so many looks.
const SWEEP_EVERY: u32 = 20;
/// Keys of old requests are forgotten on every so many looks.
const FORGET_EVERY: u32 = 1200;

pub(super) async fn run(app: App, cancel: CancellationToken) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round = 0_u32;
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            _ = tick.tick() => {}
        }
        report("event", hand_over(&app).await);
        if round.is_multiple_of(SWEEP_EVERY) {
            report("expired holds", app.booking.sweep_expired().await.map(drop));
            report("people who are gone", app.video.sweep().await);
            report("expired sign-ins", app.auth.sweep().await.map(drop));
        }
        if round.is_multiple_of(FORGET_EVERY) {
            report("old keys", forget(&app).await);
        }
        round = round.wrapping_add(1);
    }
}

/// Gives each pending event to its feature, which marks it done in its own transaction.
pub(super) async fn hand_over(app: &App) -> Result<(), String> {
    for event in events::pending(app.db.reader(), 50).await.map_err(text)? {
        match event.kind.as_str() {
            events::BOOKING_COMPLETED => app.survey.invite(event).await.map_err(text)?,
            other => tracing::error!(kind = other, "nobody takes this event"),
        }
    }
    Ok(())
}

async fn forget(app: &App) -> Result<(), String> {
    let before = app.clock.now() - (idempotency::KEPT_FOR + TimeDelta::hours(1));
    app.db
        .write(move |tx| Box::pin(async move { store::forget_before(tx.conn(), before).await }))
        .await
        .map_err(text)
}

fn text(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

/// Nothing can be done here but to say so: the next round tries again.
fn report<E: std::fmt::Debug>(what: &str, result: Result<(), E>) {
    if let Err(error) = result {
        tracing::error!(what, ?error, "the clockwork failed");
    }
}
