//! A message to send, written in the transaction that caused it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub case_id: Option<Uuid>,
    pub template: String,
    pub to_address: String,
    pub payload: Json,
    pub state: OutboxState,
    pub attempts: i32,
    pub next_at: DateTimeUtc,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
    /// What the mail is about: mails of a thread reach one receiver in their order.
    pub thread_id: Option<Uuid>,
    /// Its place in the thread.
    pub thread_seq: i32,
    /// The later mail that made it pointless.
    pub replaced_by: Option<Uuid>,
    /// From then on it is pointless by itself.
    pub useful_until: Option<DateTimeUtc>,
    /// Until when somebody is handing it over; stays when that one died.
    pub leased_until: Option<DateTimeUtc>,
    /// It was handed over once without an answer, or by a process that died over it.
    pub may_have_arrived: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// State of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum OutboxState {
    #[sea_orm(string_value = "pending")]
    #[serde(rename = "pending")]
    Pending,
    #[sea_orm(string_value = "sent")]
    #[serde(rename = "sent")]
    Sent,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
    /// Pointless before it could be sent.
    #[sea_orm(string_value = "withdrawn")]
    #[serde(rename = "withdrawn")]
    Withdrawn,
}
