//! Answers on their way into the store: kept behind the reply, many in one transaction.

use crate::app::entities::idempotency::Model;
use crate::app::idempotency::store::{self, Keyed, StoredAnswer};
use crate::db::Db;
use sea_orm::DbErr;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::task::TaskTracker;

/// So much is kept in one transaction.
const TOGETHER: Load = Load { answers: 64, bytes: 4 << 20 };
/// With so much on its way the store is behind: whoever comes then waits for their own. An answer is a few kilobytes,
/// and a megabyte at most.
const MOST: Load = Load { answers: 1024, bytes: 32 << 20 };

/// How much of them there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Load {
    answers: usize,
    bytes: usize,
}

impl Load {
    /// Of one with an answer of so many bytes more, unless it is then more than `most`.
    fn with(self, bytes: usize, most: Self) -> Option<Self> {
        let more = Self { answers: self.answers + 1, bytes: self.bytes + bytes };
        (more.answers <= most.answers && more.bytes <= most.bytes).then_some(more)
    }
}

/// What is not in the store yet.
pub(super) struct Answers {
    on_the_way: Mutex<OnTheWay>,
    /// Waited for when the program stops.
    tasks: TaskTracker,
}

#[derive(Default)]
struct OnTheWay {
    answers: HashMap<Vec<u8>, (Keyed, StoredAnswer)>,
    load: Load,
    /// Somebody is writing, and goes on until nothing is left.
    writing: bool,
}

impl OnTheWay {
    /// Takes an answer, or gives it back where there is no room for it.
    fn put(&mut self, keyed: Keyed, answer: StoredAnswer) -> Option<(Keyed, StoredAnswer)> {
        self.remove(&keyed.scope);
        let Some(load) = self.load.with(answer.body.len(), MOST) else { return Some((keyed, answer)) };
        self.load = load;
        self.answers.insert(keyed.scope.clone(), (keyed, answer));
        None
    }

    fn remove(&mut self, scope: &[u8]) {
        if let Some((_, answer)) = self.answers.remove(scope) {
            self.load.answers -= 1;
            self.load.bytes -= answer.body.len();
        }
    }

    /// What is kept in the next transaction: one at least, if there is one.
    fn some(&self) -> Vec<(Keyed, StoredAnswer)> {
        let mut load = Load::default();
        let mut some = Vec::new();
        for one in self.answers.values() {
            match load.with(one.1.body.len(), TOGETHER) {
                Some(more) => load = more,
                None if some.is_empty() => load = TOGETHER,
                None => continue,
            }
            some.push(one.clone());
        }
        some
    }
}

impl Answers {
    pub fn new(tasks: TaskTracker) -> Self {
        Self { on_the_way: Mutex::default(), tasks }
    }

    /// Keeps an answer. It is found from now on; one that the store does not take is told as lost.
    pub async fn keep(self: &Arc<Self>, db: &Db, keyed: Keyed, answer: StoredAnswer) {
        let put = {
            let mut on_the_way = self.lock();
            match on_the_way.put(keyed, answer) {
                None => Ok(!std::mem::replace(&mut on_the_way.writing, true)),
                Some(left) => Err(left),
            }
        };
        match put {
            Ok(is_idle) => {
                if is_idle {
                    self.tasks.spawn(Arc::clone(self).write(db.clone()));
                }
            }
            Err(left) => told(store::keep(db, vec![left]).await, 1),
        }
    }

    /// The answer that is on its way, if one is.
    pub fn of(&self, scope: &[u8]) -> Option<StoredAnswer> {
        self.lock().answers.get(scope).map(|(_, answer)| answer.clone())
    }

    async fn write(self: Arc<Self>, db: Db) {
        loop {
            let some: Vec<(Keyed, StoredAnswer)> = {
                let mut on_the_way = self.lock();
                let some = on_the_way.some();
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
                on_the_way.remove(&scope);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, OnTheWay> {
        self.on_the_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A row with the answer that was on its way to it.
pub(super) fn filled(row: Model, answer: Option<StoredAnswer>) -> Model {
    match answer {
        Some(StoredAnswer { status, content_type, body }) if row.status.is_none() => {
            Model { status: Some(status.into()), content_type, body: Some(body), ..row }
        }
        _ => row,
    }
}

fn told(kept: Result<(), DbErr>, count: usize) {
    if let Err(error) = kept {
        tracing::error!(%error, count, "answers could not be kept");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    const MEGABYTE: usize = 1 << 20;

    fn keyed(number: usize) -> Keyed {
        Keyed { scope: number.to_be_bytes().to_vec(), body_hash: Vec::new(), at: DateTime::UNIX_EPOCH }
    }

    fn answer(bytes: usize) -> StoredAnswer {
        StoredAnswer { status: 200, content_type: None, body: vec![0; bytes] }
    }

    #[test]
    fn answers_on_their_way_are_bounded_by_number_and_by_size() {
        // How many come of what size; how many of them find room, and how many of those go together.
        for (count, bytes, taken, together) in [
            (10, 100, 10, 10),
            (2000, 100, 1024, 64),
            (2000, 40_000, 838, 64),
            (100, MEGABYTE, 32, 4),
            (100, MEGABYTE + 28, 31, 3),
            (3, 5 * MEGABYTE, 3, 1),
            (1, 33 * MEGABYTE, 0, 0),
            (0, 0, 0, 0),
        ] {
            let mut on_the_way = OnTheWay::default();
            let refused =
                (0..count).filter_map(|number| on_the_way.put(keyed(number), answer(bytes))).count();
            assert_eq!((count - refused, on_the_way.answers.len()), (taken, taken), "{count} of {bytes}");
            assert_eq!(on_the_way.some().len(), together, "{count} of {bytes}");
            // What was written makes room again, all of it.
            while !on_the_way.answers.is_empty() {
                on_the_way.some().iter().for_each(|(keyed, _)| on_the_way.remove(&keyed.scope));
            }
            assert_eq!(on_the_way.load, Load::default(), "{count} of {bytes}");
        }
    }

    #[test]
    fn an_answer_in_the_place_of_another_is_counted_once() {
        let mut on_the_way = OnTheWay::default();
        for bytes in [100, 5, 70] {
            assert!(on_the_way.put(keyed(1), answer(bytes)).is_none());
        }
        assert_eq!(on_the_way.load, Load { answers: 1, bytes: 70 });
    }
}
