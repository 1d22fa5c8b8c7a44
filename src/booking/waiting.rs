//! Who waits to be let into a video session, asked of whoever knows (`video`, filled in by `app`).

use crate::text::Text;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Knows who waits.
#[async_trait::async_trait]
pub trait WaitingRoom: Send + Sync {
    async fn waiting(&self) -> Result<Vec<WaitingPerson>, DbErr>;
}

/// Somebody who waits to be let in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaitingPerson {
    pub session_id: Uuid,
    pub booking_id: Uuid,
    pub participant_id: Uuid,
    pub name: String,
    pub enterprise_name: Option<String>,
    pub service: Text,
    pub starts_at: DateTime<Utc>,
    pub since: DateTime<Utc>,
    /// Whether their page is open at this moment.
    pub present: bool,
}
