//! How often a rule of a service refused somebody on a date. No person stands in it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "refusal")]
pub struct Model {
    /// When, at the venue.
    #[sea_orm(primary_key, auto_increment = false)]
    pub date: Date,
    /// All zeroes: what was counted before services were told apart.
    #[sea_orm(primary_key, auto_increment = false)]
    pub service_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule: RefusalRule,
    /// The year that was asked for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    pub refused: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The rule by which somebody was refused; its word is the code of the refusal.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum RefusalRule {
    SlotTaken,
    PlacesReserved,
    NoOfficerFree,
    LeadTime,
    BeyondHorizon,
    YearUnpublished,
    OutsideOfficeHours,
    NotForPersons,
    NotForEnterprises,
    TierExcluded,
    QuotaReached,
    TooManyBookings,
    TooManyHolds,
    Overlapping,
    BlockedAfterNoShow,
    ExplanationMissing,
    StageGap,
    GroupLead,
    RecordingSpace,
}

impl RefusalRule {
    /// The rule behind a refusal; none where it was no rule, but the request itself.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::try_from_value(&code.to_owned()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn every_rule_is_what_somebody_who_books_can_be_refused_for() {
        let document = include_str!("../../../../openapi.json");
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        let said = |path: &str| document["paths"][path]["post"]["responses"].to_string();
        let of_booking = said("/api/v1/bookings") + &said("/api/v1/services/{id}/group");
        for rule in RefusalRule::iter() {
            let code = rule.to_value();
            assert!(of_booking.contains(&format!("\"{code}\"")), "{code}");
            assert_eq!(RefusalRule::of_code(&code), Some(rule));
        }
        assert_eq!(RefusalRule::of_code("not_a_slot"), None);
    }
}
