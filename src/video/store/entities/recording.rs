//! One segment of a publication as recorded. `manifest_sha256` is over the index beside the file.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recording")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub session_id: Uuid,
    pub publication_id: Uuid,
    pub segment: i32,
    pub state: RecordingState,
    pub file: String,
    pub created_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    pub duration_ms: i64,
    pub bytes: i64,
    pub clusters: i32,
    pub manifest_sha256: Option<Vec<u8>>,
    /// Why it broke off, or why there is nothing in it.
    pub reason: Option<String>,
    /// How far sound and pictures were at most from where the server's clock had them, as far as that was measured.
    pub audio_error_ms: Option<i32>,
    pub video_error_ms: Option<i32>,
    /// On which node its bytes lie.
    pub node_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// State of a recording. `interrupted`: cut off when the service was killed; `partial`: broke off because it could
/// not be written any more. What there is of both is kept, with its manifest. `failed`: there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum RecordingState {
    #[sea_orm(string_value = "recording")]
    #[serde(rename = "recording")]
    Recording,
    #[sea_orm(string_value = "finalised")]
    #[serde(rename = "finalised")]
    Finalised,
    #[sea_orm(string_value = "interrupted")]
    #[serde(rename = "interrupted")]
    Interrupted,
    #[sea_orm(string_value = "partial")]
    #[serde(rename = "partial")]
    Partial,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
}
