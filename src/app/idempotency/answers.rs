//! Answers on their way into the store: kept behind the reply, many in one transaction.

use crate::app::entities::idempotency::Model;
use crate::app::idempotency::store::{self, Keyed, StoredAnswer};
use crate::db::Db;
use sea_orm::DbErr;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::task::TaskTracker;

/// How many are kept in one transaction.
const TOGETHER: usize = 64;
/// With so many on their way the store is behind: whoever comes then waits for their own.
const MOST: usize = 1024;

/// What is not in the store yet.
pub(super) struct Answers {
    on_the_way: Mutex<OnTheWay>,
    /// Waited for when the program stops.
    tasks: TaskTracker,
}

#[derive(Default)]
struct OnTheWay {
    answers: HashMap<Vec<u8>, (Keyed, StoredAnswer)>,
    /// Somebody is writing, and goes on until nothing is left.
    writing: bool,
}

impl Answers {
    pub fn new(tasks: TaskTracker) -> Self {
        Self { on_the_way: Mutex::default(), tasks }
    }

    /// Keeps an answer. It is found from now on; one that the store does not take is told as lost.
    pub async fn keep(self: &Arc<Self>, db: &Db, keyed: Keyed, answer: StoredAnswer) {
        if self.lock().answers.len() >= MOST {
            return told(store::keep(db, vec![(keyed, answer)]).await, 1);
        }
        let is_idle = {
            let mut on_the_way = self.lock();
            on_the_way.answers.insert(keyed.scope.clone(), (keyed, answer));
            !std::mem::replace(&mut on_the_way.writing, true)
        };
        if is_idle {
            self.tasks.spawn(Arc::clone(self).write(db.clone()));
        }
    }

    /// A row with the answer that is on its way to it.
    pub fn fill(&self, row: Model) -> Model {
        match self.lock().answers.get(&row.scope) {
            Some((_, answer)) if row.status.is_none() => Model {
                status: Some(answer.status.into()),
                content_type: answer.content_type.clone(),
                body: Some(answer.body.clone()),
                ..row
            },
            _ => row,
        }
    }

    async fn write(self: Arc<Self>, db: Db) {
        loop {
            let some: Vec<(Keyed, StoredAnswer)> = {
                let mut on_the_way = self.lock();
                let some: Vec<_> = on_the_way.answers.values().take(TOGETHER).cloned().collect();
                if some.is_empty() {
                    on_the_way.writing = false;
                    return;
                }
                some
            };
            let scopes: Vec<Vec<u8>> = some.iter().map(|(keyed, _)| keyed.scope.clone()).collect();
            told(store::keep(&db, some).await, scopes.len());
            let mut on_the_way = self.lock();
            for scope in scopes {
                on_the_way.answers.remove(&scope);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, OnTheWay> {
        self.on_the_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told(kept: Result<(), DbErr>, count: usize) {
    if let Err(error) = kept {
        tracing::error!(%error, count, "answers could not be kept");
    }
}
