//! What is counted against whoever gives a password or registers, in the store: all processes count together, and a
//! restart forgets nothing.

use crate::auth::model::attempts::{Attempts, Begun, Subject};
use crate::auth::model::budget::{Budget, Share};
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
        let keys: Vec<_> = subjects.iter().map(Subject::key).collect();
        let counted = store::counted(self.0.db.reader(), &keys).await?;
        Ok(Attempts::of(counted).waits_until(subjects, now))
    }

    /// Begins an attempt, which counts as failed until it is proven right; or tells until when one has to wait.
    pub(super) async fn begin_attempt(
        &self,
        subjects: &[Subject],
        now: DateTime<Utc>,
    ) -> Result<Result<Begun, DateTime<Utc>>, DbErr> {
        let subjects = subjects.to_vec();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let keys: Vec<_> = subjects.iter().map(Subject::key).collect();
                    let mut attempts = Attempts::of(store::lock_counted(tx, &keys, now).await?);
                    let begun = attempts.begin(&subjects, now);
                    if begun.is_ok() {
                        store::keep_counted(tx, attempts.counted()).await?;
                    }
                    Ok::<_, DbErr>(begun)
                })
            })
            .await
    }

    /// The attempt was right.
    pub(super) async fn forgive(&self, subjects: &[Subject], now: DateTime<Utc>) -> Result<(), DbErr> {
        let subjects = subjects.to_vec();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let keys: Vec<_> = subjects.iter().map(Subject::key).collect();
                    let mut attempts = Attempts::of(store::lock_counted(tx, &keys, now).await?);
                    attempts.succeeded(&subjects);
                    store::keep_counted(tx, attempts.counted()).await
                })
            })
            .await
    }

    /// Takes of all shares, or tells when there will be something of each again.
    pub(super) async fn take_shares(
        &self,
        shares: Vec<Share>,
        now: DateTime<Utc>,
    ) -> Result<Result<(), DateTime<Utc>>, DbErr> {
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let keys: Vec<_> = shares.iter().map(Share::key).collect();
                    let mut budget = Budget::of(store::lock_counted(tx, &keys, now).await?);
                    let taken = budget.take(&shares, now);
                    if taken.is_ok() {
                        store::keep_counted(tx, budget.counted()).await?;
                    }
                    Ok::<_, DbErr>(taken)
                })
            })
            .await
    }
}
