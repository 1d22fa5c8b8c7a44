//! What goes on in video sessions, asked of whoever knows (`video`, filled in by `app`).

use crate::base::words::ByLanguage;
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// Knows who waits, and who is in.
#[async_trait::async_trait]
pub trait WaitingRoom: Send + Sync {
    /// For how many minutes of sessions there is room on the disk of the recordings; none where that is not looked after.
    fn minutes_left(&self) -> Option<i64>;

    /// Everybody who waits to be let in, who waits longest first.
    async fn waiting(&self) -> Result<Vec<WaitingPerson>, DbErr>;

    /// The sessions of these bookings at a glance; a booking that has none is left out.
    async fn glances(&self, bookings: &[Uuid]) -> Result<HashMap<Uuid, SessionGlance>, DbErr>;

    /// Whether an entry is one of a session, and then whether the booker finds it in the history.
    fn shows_booker(&self, bytes: &[u8], by_program: bool) -> Option<bool>;

    /// The session of one booking, as a transaction sees it.
    async fn glance_in(&self, tx: &Tx, booking: Uuid) -> Result<Option<SessionGlance>, DbErr>;
}

/// Somebody who waits to be let in.
#[derive(Clone, Debug, Serialize)]
pub struct WaitingPerson {
    pub session_id: Uuid,
    pub booking_id: Uuid,
    pub participant_id: Uuid,
    pub name: String,
    pub enterprise_name: Option<String>,
    pub service: ByLanguage,
    pub starts_at: DateTime<Utc>,
    pub since: DateTime<Utc>,
    /// Whether their page is open at this moment.
    pub present: bool,
}

/// Where a session stands; its states are named as in `video`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GlanceState {
    Waiting,
    Open,
    Ended,
}

/// A video session in a few figures, for the rows of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SessionGlance {
    pub session_id: Uuid,
    pub state: GlanceState,
    pub opened_at: Option<DateTime<Utc>>,
    /// Since when it is recorded without all recordings having ended; null while nothing is.
    pub recording_since: Option<DateTime<Utc>>,
    /// Guests who wait to be let in.
    pub waiting: u32,
    /// Since when the first of them waits.
    pub waiting_since: Option<DateTime<Utc>>,
    /// People who are in, officers included.
    pub inside: u32,
}

impl SessionGlance {
    pub fn is_open(&self) -> bool {
        self.state == GlanceState::Open
    }

    /// Whether somebody came: nobody who waits or is in can be told absent.
    pub fn somebody_came(&self) -> bool {
        self.state == GlanceState::Open || (self.state == GlanceState::Waiting && self.waiting > 0)
    }
}
