//! What this process keeps in memory of the store: read anew, all of it, whenever it may not be true any more.
//!
//! Whoever learns of such a thing (a word of another node that was missed or could not be looked up, a new node, one
//! that died, a write of which nobody knows whether it stands) rings; one task reads, and goes on until it could. So
//! no cause needs a way of its own for a store that does not answer at that moment.

use crate::app::App;
use crate::db::bus;
use crate::db::live::Topic;
use sea_orm::DbErr;
use std::time::Duration;
use tokio::sync::Notify;

/// How long to wait before it is read again where it could not be read; twice as long each time,
const AGAIN: Duration = Duration::from_millis(250);
/// but not longer than this.
const AGAIN_AT_MOST: Duration = Duration::from_secs(4);

/// Rung where memory may not be true any more.
#[derive(Debug, Default)]
pub(super) struct Memory {
    bell: Notify,
}

impl Memory {
    /// All is to be read anew. A ring while that is being done has it done once more.
    pub fn ring(&self) {
        self.bell.notify_one();
    }
}

/// Keeps memory true until the program stops.
pub(super) async fn keep_true(app: App) {
    let cancel = app.cancel.clone();
    cancel.run_until_cancelled(read_whenever_rung(&app)).await;
}

async fn read_whenever_rung(app: &App) {
    let mut again: Option<Duration> = None;
    loop {
        tokio::select! {
            () = app.memory.bell.notified() => {}
            // What followed no commit here was told to nobody either.
            () = app.db.doubted() => app.db.bus().tell(bus::ALL),
            () = tokio::time::sleep(again.unwrap_or_default()), if again.is_some() => {}
        }
        again = match read(app).await {
            Ok(()) => None,
            Err(error) => {
                tracing::warn!(%error, "what is kept in memory could not be read anew");
                Some(again.map_or(AGAIN, |last| AGAIN_AT_MOST.min(2 * last)))
            }
        };
    }
}

async fn read(app: &App) -> Result<(), DbErr> {
    tracing::info!("what is kept in memory is read anew");
    // What is dropped is read again by whoever needs it.
    app.directory.forget();
    app.live.hear(Topic::PeopleChanged);
    app.places.reload().await?;
    // Pages ask when there is an answer, and workers look when there is something to find.
    app.live.hear(Topic::Day);
    app.db.wake_workers();
    Ok(())
}
