//! A ticket of somebody who has come to a venue.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "queue_ticket")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub booking_id: Uuid,
    pub venue_id: Uuid,
    /// At the venue.
    pub date: Date,
    /// Drawn in order, from 1 on, each day at each venue.
    pub number: i32,
    /// Before the number, by kind of service.
    pub letter: String,
    pub state: TicketState,
    /// Where it was called to.
    pub counter: Option<String>,
    /// From when on it is its turn; the order of calling.
    pub due_at: DateTimeUtc,
    pub drawn_at: DateTimeUtc,
    /// The last time.
    pub called_at: Option<DateTimeUtc>,
    pub times_called: i32,
    /// Until then its holder waited. Not known of old tickets.
    pub first_called_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum TicketState {
    #[sea_orm(string_value = "waiting")]
    #[serde(rename = "waiting")]
    Waiting,
    #[sea_orm(string_value = "called")]
    #[serde(rename = "called")]
    Called,
    #[sea_orm(string_value = "done")]
    #[serde(rename = "done")]
    Done,
    /// Called, and nobody came.
    #[sea_orm(string_value = "missed")]
    #[serde(rename = "missed")]
    Missed,
}
