//! How long people waited where bookings know nothing of it, asked of whoever knows (`queue` and `video`, filled in by
//! `app`).

use crate::booking::model::figures::WaitKind;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use std::ops::Range;
use uuid::Uuid;

/// Knows of waits of a kind.
#[async_trait::async_trait]
pub trait Waits: Send + Sync {
    /// For what people waited.
    fn kind(&self) -> WaitKind;

    /// The waits that came to their end in a stretch of time.
    async fn ended(&self, within: Range<DateTime<Utc>>) -> Result<Vec<Wait>, DbErr>;
}

/// A wait that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub booking: Uuid,
    pub began_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
}
