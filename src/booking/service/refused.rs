//! How often whom a rule refused: by service, day, rule and the year that was asked for, and by nobody in particular.
//!
//! Counted in memory, and written by one task beside the requests: whoever is refused waits for no count, whoever is
//! accepted passes nothing of this, and of a storm of refusals there is one write at a time. What a killed process has
//! not written yet is lost: a figure, not evidence. Several processes add to the same rows.

use crate::base::local_time::local_date;
use crate::booking::service::{Booking, Inner};
use crate::booking::store::entities::refusal::{self, RefusalRule};
use crate::booking::store::refusals;
use crate::http::Problem;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The date, the service, the rule and the year that was asked for.
type Key = (NaiveDate, Uuid, RefusalRule, i32);

/// Counts that are not written yet. One task writes them all, so that however many are refused at once, there is one
/// write at a time.
#[derive(Debug, Default)]
pub(super) struct Uncounted(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    waiting: BTreeMap<Key, i64>,
    somebody_writes: bool,
}

impl Uncounted {
    /// Adds one; true if the caller is to write.
    fn add(&self, key: Key) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.waiting.entry(key).or_default() += 1;
        !mem::replace(&mut counts.somebody_writes, true)
    }

    /// What waits; with nothing left nobody writes any more.
    fn take(&self) -> BTreeMap<Key, i64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.somebody_writes = !counts.waiting.is_empty();
        mem::take(&mut counts.waiting)
    }
}

impl Booking {
    /// What somebody was answered who wanted a time of a service; counted, if a rule refused it.
    pub(super) async fn counted<T>(
        &self,
        answer: Result<T, Problem>,
        service_id: Uuid,
        wanted: Option<DateTime<Utc>>,
    ) -> Result<T, Problem> {
        if let Err(refusal) = &answer
            && let Some(rule) = RefusalRule::of_code(refusal.code)
        {
            self.count(rule, service_id, wanted).await;
        }
        answer
    }

    /// The same of somebody who wanted something of a booking of theirs: another time, or its own.
    pub(super) async fn counted_of<T>(
        &self,
        answer: Result<T, Problem>,
        booking: Uuid,
        wanted: Option<DateTime<Utc>>,
    ) -> Result<T, Problem> {
        let by_rule = answer.as_ref().is_err_and(|refusal| RefusalRule::of_code(refusal.code).is_some());
        if by_rule && let Ok(Some(row)) = self.find(booking).await {
            return self.counted(answer, row.service_id, wanted.or(Some(row.starts_at))).await;
        }
        answer
    }

    async fn count(&self, rule: RefusalRule, service_id: Uuid, wanted: Option<DateTime<Utc>>) {
        let Ok(Some(info)) = self.0.directory.service(service_id).await else { return };
        let now = self.0.clock.now();
        let year = local_date(info.zone, wanted.unwrap_or(now)).year();
        if !self.0.uncounted.add((local_date(info.zone, now), service_id, rule, year)) {
            return;
        }
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            loop {
                let counts = inner.uncounted.take();
                if counts.is_empty() {
                    return;
                }
                inner.write_counts(counts).await;
            }
        });
    }
}

impl Inner {
    /// What the store does not take is a figure lost.
    async fn write_counts(&self, counts: BTreeMap<Key, i64>) {
        let row = |((date, service_id, rule, year), refused)| refusal::Model {
            date,
            service_id,
            rule,
            year,
            refused,
        };
        let rows: Vec<refusal::Model> = counts.into_iter().map(row).collect();
        let written =
            self.db.write(move |tx| Box::pin(async move { refusals::add(tx, rows.clone()).await })).await;
        if let Err(error) = written {
            tracing::warn!(%error, "refusals were not counted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_first_writes_for_all_who_come_meanwhile() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        let uncounted = Uncounted::default();
        let key = |rule, year| (date, Uuid::nil(), rule, year);
        let (missing, late) = (key(RefusalRule::YearUnpublished, 2027), key(RefusalRule::LeadTime, 2026));
        assert!(uncounted.add(missing));
        assert!(!uncounted.add(missing) && !uncounted.add(late));
        assert_eq!(uncounted.take(), [(missing, 2), (late, 1)].into());
        assert!(!uncounted.add(missing), "the first is still at it");
        assert_eq!(uncounted.take(), [(missing, 1)].into());
        assert!(uncounted.take().is_empty());
        assert!(uncounted.add(missing), "nobody writes any more");
    }
}
