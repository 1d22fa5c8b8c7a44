//! Media ends with the sign-in that opened it: signed out, another password, ended from elsewhere.

use crate::db::live::Topic;
use crate::http::Problem;
use crate::video::service::Video;
use crate::video::words::problems;
use std::collections::{HashMap, HashSet};
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it is looked whether the sign-ins of running media still stand: some end without being told of
/// here, by their time or in another process.
const LOOK_EVERY: Duration = Duration::from_secs(4);

impl Video {
    /// Closes media whose sign-in ends, until cancelled. Run it once, as a task.
    pub async fn run_sign_ins(self, cancel: CancellationToken) {
        let mut topics = self.live().listen();
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                topic = topics.recv() => match topic {
                    Ok(Topic::SignInEnded(sign_in)) => self.close_opened_by(sign_in).await,
                    // Too slow for the bus: looking tells as well.
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
                _ = look.tick() => self.look_at_sign_ins().await,
            }
        }
    }

    async fn look_at_sign_ins(&self) {
        let used: HashSet<Uuid> = {
            let mut opened = self.opened_by();
            opened.retain(|resource, _| self.0.engine.owner(*resource).is_some());
            opened.values().copied().collect()
        };
        for sign_in in used {
            // A store that does not answer signs nobody out.
            if let Ok(false) = self.0.auth.is_signed_in(sign_in).await {
                self.close_opened_by(sign_in).await;
            }
        }
    }

    async fn close_opened_by(&self, sign_in: Uuid) {
        let resources: Vec<Uuid> = {
            let mut opened = self.opened_by();
            opened.extract_if(|_, by| *by == sign_in).map(|(resource, _)| resource).collect()
        };
        futures::future::join_all(resources.into_iter().map(|resource| self.0.engine.close(resource))).await;
    }

    /// Notes by which sign-in a resource was opened; one that ended meanwhile opens nothing.
    pub(in crate::video) async fn opened(&self, resource: Uuid, sign_in: Uuid) -> Result<(), Problem> {
        self.opened_by().insert(resource, sign_in);
        if self.0.auth.is_signed_in(sign_in).await? {
            return Ok(());
        }
        self.close_opened_by(sign_in).await;
        Err(problems::bad_token())
    }

    fn opened_by(&self) -> MutexGuard<'_, HashMap<Uuid, Uuid>> {
        self.0.opened_by.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
