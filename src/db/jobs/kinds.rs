//! The kinds of jobs that a process does, and how each is done.

use crate::db::jobs::{Claim, Job};
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::DbErr;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Why a job was not done.
#[derive(Clone, Debug)]
pub enum NotDone {
    /// It failed, and is tried again as its kind says.
    Failed(String),
    /// It is not its time; that is no failure.
    NotBefore(DateTime<Utc>),
    /// It cannot be done, however often it is tried.
    Never(String),
}

impl From<DbErr> for NotDone {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.to_string())
    }
}

/// How a kind of job is done by whoever knows how (`C`).
pub trait Run<C>: Job {
    /// How many a process does at the same time: a slow one does not hold up the others of its kind.
    const SIDE_BY_SIDE: usize = 4;
    /// What has not ended by then has failed.
    const WITHIN: Duration = Duration::from_secs(20);
    /// How long a claimed job belongs to who claimed it; longer than doing it may take.
    const LEASE: TimeDelta = TimeDelta::seconds(60);
    /// Of a kind that comes again by itself: how long after it ended. There is one row of it, whatever becomes of it.
    const EVERY: Option<TimeDelta> = None;

    /// How long to wait after so many attempts in vain; `None`: given up.
    fn wait_after(attempts: u32) -> Option<TimeDelta> {
        backoff(attempts)
    }

    fn run(self, context: C, claim: Claim) -> impl Future<Output = Result<(), NotDone>> + Send;
}

/// The longest wait between two attempts.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(10);
/// About two days of attempts.
const MOST_ATTEMPTS: u32 = 300;

/// Twice as long each time, from a second up to ten minutes, for about two days.
pub fn backoff(attempts: u32) -> Option<TimeDelta> {
    let doublings = attempts.clamp(1, 16) - 1;
    (attempts < MOST_ATTEMPTS).then(|| TimeDelta::seconds(1_i64 << doublings).min(LONGEST_WAIT))
}

type Start = dyn Fn(Value, Claim) -> BoxFuture<'static, Result<(), NotDone>> + Send + Sync;

/// One kind, its types forgotten.
#[derive(Clone)]
pub(super) struct Kind {
    pub side_by_side: usize,
    pub within: Duration,
    pub lease: TimeDelta,
    pub every: Option<TimeDelta>,
    pub wait_after: fn(u32) -> Option<TimeDelta>,
    pub start: Arc<Start>,
}

/// All kinds that a process does.
#[derive(Clone, Default)]
pub struct Kinds(BTreeMap<&'static str, Kind>);

impl Kinds {
    /// Takes jobs of this kind, doing them with `context`.
    #[must_use]
    pub fn take<J, C>(mut self, context: C) -> Self
    where
        J: Run<C>,
        C: Clone + Send + Sync + 'static,
    {
        let start = move |payload: Value, claim: Claim| {
            let context = context.clone();
            async move {
                match serde_json::from_value::<J>(payload) {
                    Ok(job) => job.run(context, claim).await,
                    Err(error) => Err(NotDone::Never(format!("it cannot be read: {error}"))),
                }
            }
            .boxed()
        };
        let kind = Kind {
            side_by_side: J::SIDE_BY_SIDE,
            within: J::WITHIN,
            lease: J::LEASE,
            every: J::EVERY,
            wait_after: J::wait_after,
            start: Arc::new(start),
        };
        self.0.insert(J::KIND, kind);
        self
    }

    pub(super) fn get(&self, kind: &str) -> Option<(&'static str, &Kind)> {
        self.0.get_key_value(kind).map(|(name, kind)| (*name, kind))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Kind)> {
        self.0.iter().map(|(name, kind)| (*name, kind))
    }

    /// The names of all of them.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_waits_longer_each_time_up_to_ten_minutes_and_for_two_days_in_all() {
        let waits: Vec<i64> = [1, 2, 3, 10, 11, 299].map(|n| backoff(n).unwrap().num_seconds()).into();
        assert_eq!(waits, [1, 2, 4, 512, 600, 600]);
        assert_eq!((backoff(300), backoff(u32::MAX)), (None, None));
        let total: TimeDelta = (1..).map_while(backoff).sum();
        assert!((46..52).contains(&total.num_hours()), "{total}");
    }
}
