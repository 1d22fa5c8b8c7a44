//! Whether the store takes what it is given: noted by every write, told once by an alarm in the log, and
//! read by readiness and metrics.

use crate::db::fault::{self, StoreFault};
use sea_orm::DbErr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A store on the edge fails and works by turns; its alarm sounds once in this time.
const ALARM_AGAIN: Duration = Duration::from_secs(30);

/// How the store does. Cheap to clone.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    begun: Instant,
    /// Beside the lock, because it is looked at after each commit.
    is_failing: AtomicBool,
    failing: Mutex<Failing>,
    /// Milliseconds since `begun` of the last commit.
    kept_at: AtomicU64,
    failures: AtomicU64,
    retries: AtomicU64,
    wal_bytes: AtomicI64,
}

#[derive(Default)]
struct Failing {
    since: Option<Instant>,
    alarmed: Option<Instant>,
    why: &'static str,
}

impl Default for Health {
    fn default() -> Self {
        Self(Arc::new(Inner {
            begun: Instant::now(),
            is_failing: AtomicBool::default(),
            failing: Mutex::default(),
            kept_at: AtomicU64::default(),
            failures: AtomicU64::default(),
            retries: AtomicU64::default(),
            wal_bytes: AtomicI64::default(),
        }))
    }
}

impl Health {
    /// Something was made durable.
    pub(super) fn kept(&self) {
        let inner = &self.0;
        inner.kept_at.store(inner.begun.elapsed().as_millis() as u64, Ordering::Relaxed);
        if inner.is_failing.swap(false, Ordering::Relaxed) {
            let mut failing = inner.failing.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(since) = failing.since.take() {
                let ms = since.elapsed().as_millis() as u64;
                tracing::info!(ms, why = failing.why, "the store keeps what it is given again");
            }
        }
    }

    /// The store failed. What is no fault of the store counts for nothing.
    pub fn failed(&self, fault: Option<StoreFault>, error: &dyn std::fmt::Display) {
        match fault {
            Some(StoreFault::Unavailable(why)) => self.alarm(why, error),
            Some(StoreFault::Unknown) => self.alarm("broken", error),
            Some(StoreFault::Conflict) | None => {}
        }
    }

    /// The writer's connection cannot be trusted any more, whatever the error says.
    pub(super) fn broke(&self, error: &DbErr) {
        match fault::fault_of(error) {
            fault @ Some(StoreFault::Unavailable(_)) => self.failed(fault, error),
            Some(StoreFault::Conflict) => self.alarm("locked", error),
            _ => self.alarm("broken", error),
        }
    }

    fn alarm(&self, why: &'static str, error: &dyn std::fmt::Display) {
        let inner = &self.0;
        inner.failures.fetch_add(1, Ordering::Relaxed);
        let mut failing = inner.failing.lock().unwrap_or_else(PoisonError::into_inner);
        inner.is_failing.store(true, Ordering::Relaxed);
        failing.why = why;
        failing.since.get_or_insert_with(Instant::now);
        if failing.alarmed.is_none_or(|at| at.elapsed() > ALARM_AGAIN) {
            failing.alarmed = Some(Instant::now());
            tracing::error!(alarm = "store", why, %error, "the store does not keep what it is given: writes are refused");
        }
    }

    pub(super) fn tried_again(&self) {
        self.0.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn set_wal_bytes(&self, bytes: u64) {
        self.0.wal_bytes.store(i64::try_from(bytes).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// Why writes are refused at present, in a word.
    pub fn failing(&self) -> Option<&'static str> {
        if !self.0.is_failing.load(Ordering::Relaxed) {
            return None;
        }
        Some(self.0.failing.lock().unwrap_or_else(PoisonError::into_inner).why)
    }

    /// Whether something was made durable within that time, and nothing failed since.
    pub fn has_kept_within(&self, time: Duration) -> bool {
        let kept = self.0.kept_at.load(Ordering::Relaxed);
        kept > 0
            && !self.0.is_failing.load(Ordering::Relaxed)
            && self.0.begun.elapsed().saturating_sub(Duration::from_millis(kept)) <= time
    }

    /// How often the store failed since the start.
    pub fn failures(&self) -> u64 {
        self.0.failures.load(Ordering::Relaxed)
    }

    /// How often a write was tried again because others were at the same rows.
    pub fn retries(&self) -> u64 {
        self.0.retries.load(Ordering::Relaxed)
    }

    /// The size of SQLite's write-ahead log when it was last looked at; 0 on PostgreSQL.
    pub fn wal_bytes(&self) -> i64 {
        self.0.wal_bytes.load(Ordering::Relaxed)
    }
}
