//! What a participant sends from one source; re-joining makes a new recording segment of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub session_id: Uuid,
    pub participant_id: Uuid,
    pub source: Source,
    pub live: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is sent: the camera (with its microphone), the screen or a document camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Source {
    #[sea_orm(string_value = "camera")]
    #[serde(rename = "camera")]
    Camera,
    #[sea_orm(string_value = "screen")]
    #[serde(rename = "screen")]
    Screen,
    #[sea_orm(string_value = "document")]
    #[serde(rename = "document")]
    Document,
}
