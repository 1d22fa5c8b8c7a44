//! The table `job`.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// In the order of enqueuing, as the store counts: whoever enqueues two that belong together has locked what
    /// they are about.
    #[sea_orm(primary_key)]
    pub number: i64,
    #[sea_orm(unique)]
    pub id: Uuid,
    pub kind: String,
    /// What is done one after the other.
    pub key: Option<String>,
    pub payload: Json,
    pub state: JobState,
    /// How often it was begun.
    pub attempts: i32,
    /// When it may be begun; while somebody has it, when their lease ends.
    pub due_at: DateTimeUtc,
    /// The node that has it, or had it when it died.
    pub claimed_by: Option<Uuid>,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where a job stands. One that was done has no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum JobState {
    /// To be done, or somebody is at it.
    #[sea_orm(string_value = "waiting")]
    #[serde(rename = "waiting")]
    Waiting,
    /// Given up, until staff want it tried again.
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
}

/// A row that waits to be done.
pub(in crate::db) fn waiting(
    id: Uuid,
    kind: &str,
    key: Option<String>,
    payload: Json,
    created_at: DateTimeUtc,
    due_at: DateTimeUtc,
) -> ActiveModel {
    ActiveModel {
        number: NotSet,
        id: Set(id),
        kind: Set(kind.to_owned()),
        key: Set(key),
        payload: Set(payload),
        state: Set(JobState::Waiting),
        attempts: Set(0),
        due_at: Set(due_at),
        claimed_by: Set(None),
        last_error: Set(None),
        created_at: Set(created_at),
    }
}
