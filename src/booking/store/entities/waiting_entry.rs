//! Somebody who waits for a place of a service.

use crate::booking::store::entities::appointment::Site;
use crate::directory::entities::service_stage::Stage;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "waiting_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub service_id: Uuid,
    pub account_id: Uuid,
    pub enterprise_id: Option<Uuid>,
    /// The enterprise, or who waits for themselves: one live entry per service.
    pub party_id: Uuid,
    pub state: WaitingState,
    /// The stages that are wanted together, in their order; none where it is the service as a whole.
    pub stages: WaitedStages,
    /// The days that suit, at the venue. Of stages it is about the first.
    pub from_date: Date,
    pub to_date: Date,
    /// The time of day in which it has to begin, in minutes after midnight; all day where none is said.
    pub from_minute: Option<i32>,
    pub to_minute: Option<i32>,
    /// The booking that is to be earlier; it is moved when the offer is taken.
    pub earlier_than_id: Option<Uuid>,
    /// The booking that holds the place that is offered.
    pub offered_booking_id: Option<Uuid>,
    pub offer_ends_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Stages that somebody waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct WaitedStages(pub Vec<WaitedStage>);

impl WaitedStages {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each with where it is to take place.
    pub fn at_sites(&self) -> Vec<(Stage, Site)> {
        self.0.iter().map(|one| (one.stage, one.site)).collect()
    }
}

impl FromIterator<(Stage, Site)> for WaitedStages {
    fn from_iter<T: IntoIterator<Item = (Stage, Site)>>(stages: T) -> Self {
        Self(stages.into_iter().map(|(stage, site)| WaitedStage { stage, site }).collect())
    }
}

/// One of them, and where it is to take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitedStage {
    pub stage: Stage,
    pub site: Site,
}

/// Where somebody stands who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WaitingState {
    #[sea_orm(string_value = "waiting")]
    #[serde(rename = "waiting")]
    Waiting,
    /// A place is held for them.
    #[sea_orm(string_value = "offered")]
    #[serde(rename = "offered")]
    Offered,
    #[sea_orm(string_value = "taken")]
    #[serde(rename = "taken")]
    Taken,
    #[sea_orm(string_value = "declined")]
    #[serde(rename = "declined")]
    Declined,
    /// They did not answer in time, and the place was offered to the next.
    #[sea_orm(string_value = "passed")]
    #[serde(rename = "passed")]
    Passed,
    #[sea_orm(string_value = "withdrawn")]
    #[serde(rename = "withdrawn")]
    Withdrawn,
    /// The days are over, or what was to be earlier is.
    #[sea_orm(string_value = "ended")]
    #[serde(rename = "ended")]
    Ended,
}
