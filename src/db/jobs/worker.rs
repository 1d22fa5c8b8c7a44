//! Does what is due: one worker a process.

use crate::base::clock::Clock;
use crate::db::Db;
use crate::db::jobs::kinds::{Kind, Kinds, NotDone};
use crate::db::jobs::{Claim, store};
use futures::FutureExt;
use sea_orm::DbErr;
use serde_json::Value;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinSet};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it is looked for what is due without having been told: what became due by time, and what another node
/// left behind.
const LOOK: Duration = Duration::from_secs(1);
/// What is enqueued this close together is looked for once: many commits a second need not each be followed by a look.
const TOGETHER: Duration = Duration::from_millis(10);
/// How long jobs at hand may take to end when the program stops.
const LAST_JOBS: Duration = Duration::from_secs(4);

/// Told of each attempt that failed, by kind.
type OnFailure = Arc<dyn Fn(&'static str) + Send + Sync>;

/// Does the jobs of the kinds that it knows.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    clock: Clock,
    node: Uuid,
    kinds: Arc<Kinds>,
    on_failure: OnFailure,
}

/// The jobs at hand.
#[derive(Default)]
struct Doing {
    tasks: JoinSet<()>,
    of: HashMap<Id, (&'static str, Uuid)>,
}

impl Doing {
    fn count(&self, kind: &str) -> usize {
        self.of.values().filter(|(of, _)| *of == kind).count()
    }

    fn ids(&self, kind: &str) -> Vec<Uuid> {
        self.of.values().filter(|(of, _)| *of == kind).map(|(_, id)| *id).collect()
    }

    fn ended(&mut self, task: Id) {
        self.of.remove(&task);
    }
}

impl Worker {
    pub fn new(db: Db, clock: Clock, node: Uuid, kinds: Kinds) -> Self {
        Self { db, clock, node, kinds: Arc::new(kinds), on_failure: Arc::new(|_| {}) }
    }

    /// Tells `on_failure` of each attempt that failed.
    #[must_use]
    pub fn telling(self, on_failure: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self { on_failure: Arc::new(on_failure), ..self }
    }

    /// The kinds that it does.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// Does what is due now and ends.
    pub async fn do_due(&self) -> Result<(), DbErr> {
        let mut doing = Doing::default();
        loop {
            self.begin_due(&mut doing).await?;
            let Some(ended) = doing.tasks.join_next_with_id().await else { return Ok(()) };
            doing.ended(task_of(&ended));
        }
    }

    /// Does what is due until told to stop.
    pub async fn run(self, cancel: CancellationToken) {
        let mut tick = tokio::time::interval(LOOK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut doing = Doing::default();
        let mut is_set_up = false;
        loop {
            if !is_set_up {
                is_set_up = self
                    .told(store::ensure_periodic(&self.db, &self.kinds, self.clock.now()).await)
                    .is_some();
            }
            self.told(self.begin_due(&mut doing).await);
            tokio::select! {
                () = cancel.cancelled() => break,
                _ = tick.tick() => {}
                () = self.db.woken() => tokio::time::sleep(TOGETHER).await,
                Some(ended) = doing.tasks.join_next_with_id() => doing.ended(task_of(&ended)),
            }
            while let Some(ended) = doing.tasks.try_join_next_with_id() {
                doing.ended(task_of(&ended));
            }
        }
        let rest = async { while doing.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_JOBS, rest).await.is_err() {
            tracing::warn!("jobs at hand were left; they are done after their lease");
        }
        doing.tasks.abort_all();
    }

    /// What the store said, if it failed: it is asked again soon.
    fn told<T>(&self, outcome: Result<T, DbErr>) -> Option<T> {
        outcome.inspect_err(|error| tracing::error!(%error, "the jobs could not be read")).ok()
    }

    /// Claims and begins what is due, of each kind as much as goes side by side.
    async fn begin_due(&self, doing: &mut Doing) -> Result<(), DbErr> {
        let now = self.clock.now();
        let free: Vec<&'static str> = self
            .kinds
            .iter()
            .filter(|(name, kind)| doing.count(name) < kind.side_by_side)
            .map(|(name, _)| name)
            .collect();
        // Looked at first, so that it costs no turn of the writer when nothing is due.
        for name in store::due_kinds(self.db.reader(), &free, now).await? {
            let Some((name, kind)) = self.kinds.get(name) else { continue };
            let limit = kind.side_by_side.saturating_sub(doing.count(name)) as u64;
            let (kind, node, at_hand) = (kind.clone(), self.node, doing.ids(name));
            let claiming = kind.clone();
            let claimed = self.db.write(move |tx| {
                Box::pin(async move { store::claim(tx, (name, &claiming), node, now, limit, at_hand).await })
            });
            for (claim, payload) in claimed.await? {
                let id = claim.id;
                let task = doing.tasks.spawn(self.clone().carry_out(kind.clone(), claim, payload));
                doing.of.insert(task.id(), (name, id));
            }
        }
        Ok(())
    }

    async fn carry_out(self, kind: Kind, claim: Claim, payload: Value) {
        let work = AssertUnwindSafe(async { (kind.start)(payload, claim.clone()).await }).catch_unwind();
        let outcome = match tokio::time::timeout(kind.within, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(NotDone::Failed("it panicked".to_owned())),
            Err(_) => Err(NotDone::Failed("it took too long".to_owned())),
        };
        if let Err(NotDone::Failed(error) | NotDone::Never(error)) = &outcome {
            (self.on_failure)(claim.kind);
            tracing::warn!(job = %claim.id, kind = claim.kind, attempt = claim.attempt, error, "a job failed");
        }
        if claim.is_settled() {
            return;
        }
        // A store that is away leaves the lease to run out: then it comes again.
        if let Err(error) = self.settle(&kind, &claim, outcome).await {
            tracing::warn!(job = %claim.id, kind = claim.kind, %error, "what became of a job could not be stored");
        }
    }

    async fn settle(&self, kind: &Kind, claim: &Claim, outcome: Result<(), NotDone>) -> Result<(), DbErr> {
        let now = self.clock.now();
        let attempts = u32::try_from(claim.attempt).unwrap_or(u32::MAX);
        let wait = match kind.every {
            // It has its own time, and is never given up.
            Some(every) => Some(every),
            None => (kind.wait_after)(attempts),
        };
        let (claim, is_periodic) = (claim.clone(), kind.every.is_some());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    match (outcome, wait) {
                        (Ok(()), _) => store::finish(tx, &claim, now).await.map(drop),
                        (Err(NotDone::NotBefore(at)), _) => store::put_off(tx, &claim, at, None, false).await,
                        (Err(NotDone::Never(error)), _) if !is_periodic => {
                            store::give_up(tx, &claim, &error).await
                        }
                        (Err(NotDone::Failed(error) | NotDone::Never(error)), Some(wait)) => {
                            store::put_off(tx, &claim, now + wait, Some(&error), true).await
                        }
                        (Err(NotDone::Failed(error) | NotDone::Never(error)), None) => {
                            store::give_up(tx, &claim, &error).await
                        }
                    }
                })
            })
            .await
    }
}

fn task_of(ended: &Result<(Id, ()), tokio::task::JoinError>) -> Id {
    match ended {
        Ok((id, ())) => *id,
        Err(error) => error.id(),
    }
}
