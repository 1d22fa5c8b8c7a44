//! Why a time cannot be had.

use crate::base::words::ByLanguage;
use crate::booking::model::bookable::DayReason;
use crate::booking::model::shares::Kept;
use crate::booking::model::why_not::{Earliest, Hindrance, Remedy, Rule};
use crate::booking::service::Excluded;
use crate::booking::words::problems::said_kept;
use crate::booking::words::why_not;
use crate::directory::ServiceInfo;
use crate::directory::model::credit::CreditTier;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// Something that stands in the way of a time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Hindrance)]
pub struct HindranceDto {
    /// Also the code of the refusal.
    pub rule: Rule,
    /// From when on it would be allowed; null where waiting does not help, or nobody knows.
    pub earliest_at: Option<DateTime<Utc>>,
    /// Of what that is the time.
    pub earliest: Option<EarliestOf>,
    pub remedy: Remedy,
    /// The rule in words, with that time by the clocks of the venue.
    pub text: ByLanguage,
    pub remedy_text: ByLanguage,
}

/// Of what an earliest time is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EarliestOf {
    /// Of the appointment: its start.
    Start,
    /// Of the application for it.
    Application,
}

impl HindranceDto {
    /// Of somebody who may book nothing of a service; nothing, where it is nobody.
    pub fn of_excluded(excluded: Option<Excluded>) -> Vec<Self> {
        let told = |Excluded { question, hindrance }: Excluded| {
            Self::of(&hindrance, &question.info, question.lead(), question.whom.is_enterprise())
        };
        excluded.into_iter().map(told).collect()
    }

    /// In words, for a party that has to book so long ahead.
    pub fn of(hindrance: &Hindrance, info: &ServiceInfo, lead: TimeDelta, enterprise: bool) -> Self {
        Self {
            rule: hindrance.rule,
            earliest_at: why_not::instant(hindrance),
            earliest: hindrance.earliest.map(|earliest| match earliest {
                Earliest::Start(_) => EarliestOf::Start,
                Earliest::Apply(_) => EarliestOf::Application,
            }),
            remedy: hindrance.remedy,
            text: why_not::said(hindrance, info, lead, enterprise).into(),
            remedy_text: why_not::remedy(hindrance, info).into(),
        }
    }
}

/// Places that are free, and kept for who books in another way until a set time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = KeptPlaces)]
pub struct KeptDto {
    /// From then on they are everybody's.
    pub until: DateTime<Utc>,
    /// So many a caller could have now; 0 where it is asked for callers.
    pub phone: i32,
    pub counter: i32,
    /// For whom, and until when by the clocks of the venue.
    pub text: ByLanguage,
}

impl KeptDto {
    pub fn of(kept: &Kept, info: &ServiceInfo) -> Self {
        let Kept { until, phone, counter } = *kept;
        Self { until, phone, counter, text: said_kept(kept, info.zone).into() }
    }
}

/// Why a time can or cannot be had.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Why)]
pub struct WhyDto {
    pub starts_at: DateTime<Utc>,
    /// Nothing stands in the way.
    pub allowed: bool,
    /// Why there is no place then, whoever asks; null if one is free.
    pub reason: Option<DayReason>,
    /// What is kept for others, where the reason is `reserved`.
    pub kept: Option<KeptDto>,
    /// What the terms of the service have against it for this party, what no waiting mends first.
    pub hindrances: Vec<HindranceDto>,
    /// The next time from then on that is free and that they may have.
    pub next_starts_at: Option<DateTime<Utc>>,
    /// Of the enterprise that was asked about.
    pub credit_tier: Option<CreditTier>,
}
