//! How many requests are refused because the calendar of their year is missing.

use crate::base::local_time::local_date;
use crate::booking::service::Booking;
use crate::directory;
use crate::http::Problem;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::collections::BTreeMap;
use std::mem;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Counts that are not written yet. One task writes them all, so that however many are refused at once, there is one
/// write at a time.
#[derive(Debug, Default)]
pub(super) struct Uncounted(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// By the year asked for and the date on which it was.
    waiting: BTreeMap<(i32, NaiveDate), i64>,
    somebody_writes: bool,
}

impl Uncounted {
    /// Adds one; true if the caller is to write.
    fn add(&self, year: i32, date: NaiveDate) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.waiting.entry((year, date)).or_default() += 1;
        !mem::replace(&mut counts.somebody_writes, true)
    }

    /// What waits; with nothing left nobody writes any more.
    fn take(&self) -> BTreeMap<(i32, NaiveDate), i64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.somebody_writes = !counts.waiting.is_empty();
        mem::take(&mut counts.waiting)
    }
}

impl Booking {
    /// Counts a refusal if it was for a missing year. Written beside the request, which was refused and has no more to
    /// wait for; what the store does not take is a figure lost.
    pub async fn count_unpublished(&self, refusal: &Problem, service_id: Uuid, starts_at: DateTime<Utc>) {
        if refusal.code != "year_unpublished" {
            return;
        }
        let Ok(Some(info)) = self.0.directory.service(service_id).await else { return };
        let year = local_date(info.zone, starts_at).year();
        let date = local_date(directory::office().zone, self.0.clock.now());
        if !self.0.uncounted.add(year, date) {
            return;
        }
        let inner = self.0.clone();
        tokio::spawn(async move {
            loop {
                let counts = inner.uncounted.take();
                if counts.is_empty() {
                    return;
                }
                for ((year, date), count) in counts {
                    if let Err(error) = directory::count_refusals(&inner.db, year, date, count).await {
                        tracing::warn!(%error, "refusals for a missing year were not counted");
                    }
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_first_writes_for_all_who_come_meanwhile() {
        let (uncounted, date) = (Uncounted::default(), NaiveDate::from_ymd_opt(2026, 11, 26).unwrap());
        assert!(uncounted.add(2027, date));
        assert!(!uncounted.add(2027, date) && !uncounted.add(2028, date));
        assert_eq!(uncounted.take(), [((2027, date), 2), ((2028, date), 1)].into());
        assert!(!uncounted.add(2027, date), "the first is still at it");
        assert_eq!(uncounted.take(), [((2027, date), 1)].into());
        assert!(uncounted.take().is_empty());
        assert!(uncounted.add(2027, date), "nobody writes any more");
    }
}
