//! What is counted against whoever gives a password or registers, in the store: all processes count together, and a
//! restart forgets nothing.

use crate::auth::model::attempts::{Attempts, Begun, Subject};
use crate::auth::model::budget::{Budget, Share};
use crate::auth::model::counted::{Counted, Key};
use crate::auth::service::Auth;
use crate::auth::store;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;

impl Auth {
    /// Until when one of them has to wait.
    pub(super) async fn waits_until(
        &self,
        subjects: &[Subject],
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, DbErr> {
        let counted = store::counted(self.0.db.reader(), &keys_of(subjects)).await?;
        Ok(Attempts::of(counted).waits_until(subjects, now))
    }

    /// Begins an attempt, which counts as failed until it is proven right; or tells until when one has to wait.
    pub(super) async fn begin_attempt(
        &self,
        subjects: &[Subject],
        now: DateTime<Utc>,
    ) -> Result<Result<Begun, DateTime<Utc>>, DbErr> {
        let (keys, subjects) = (keys_of(subjects), subjects.to_vec());
        let decision = move |counted: Vec<Counted>| {
            let mut attempts = Attempts::of(counted);
            let begun = attempts.begin(&subjects, now);
            let changed = begun.is_ok().then(|| attempts.counted());
            (begun, changed)
        };
        self.decide_by_count(keys, now, decision).await
    }

    /// The attempt was right.
    pub(super) async fn forgive(&self, subjects: &[Subject], now: DateTime<Utc>) -> Result<(), DbErr> {
        let (keys, subjects) = (keys_of(subjects), subjects.to_vec());
        let decision = move |counted: Vec<Counted>| {
            let mut attempts = Attempts::of(counted);
            attempts.succeeded(&subjects);
            ((), Some(attempts.counted()))
        };
        self.decide_by_count(keys, now, decision).await
    }

    /// Takes of all shares, or tells when there will be something of each again.
    pub(super) async fn take_shares(
        &self,
        shares: Vec<Share>,
        now: DateTime<Utc>,
    ) -> Result<Result<(), DateTime<Utc>>, DbErr> {
        let keys = shares.iter().map(Share::key).collect();
        let decision = move |counted: Vec<Counted>| {
            let mut budget = Budget::of(counted);
            let taken = budget.take(&shares, now);
            let changed = taken.is_ok().then(|| budget.counted());
            (taken, changed)
        };
        self.decide_by_count(keys, now, decision).await
    }

    /// Decides by what is counted under `keys`, which nobody else changes meanwhile. The decision tells what is to be
    /// counted from now on, unless it leaves that as it is.
    async fn decide_by_count<T: Send + 'static>(
        &self,
        keys: Vec<Key>,
        now: DateTime<Utc>,
        decision: impl FnOnce(Vec<Counted>) -> (T, Option<Vec<Counted>>) + Clone + Send + 'static,
    ) -> Result<T, DbErr> {
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let (decided, changed) = decision(store::lock_counted(tx, &keys, now).await?);
                    store::keep_counted(tx, changed.unwrap_or_default()).await?;
                    Ok::<_, DbErr>(decided)
                })
            })
            .await
    }
}

fn keys_of(subjects: &[Subject]) -> Vec<Key> {
    subjects.iter().map(Subject::key).collect()
}
