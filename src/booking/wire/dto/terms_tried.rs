//! What other terms would have done.

use crate::booking::model::display_reference;
use crate::booking::model::past_requests::{PastRequest, Refused, Tried};
use crate::booking::model::why_not::Rule;
use crate::booking::service::DAYS_TRIED;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What the terms in force and those that are tried say of the requests of the last days.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TermsTried)]
pub struct TermsTriedDto {
    /// Of so many days up to now.
    days: i64,
    /// So many requests were looked at.
    requests: usize,
    in_force: RefusedDto,
    tried: RefusedDto,
    /// So many are refused by the terms that are tried, and not by those in force.
    newly_refused: usize,
    /// The other way round.
    newly_allowed: usize,
    /// Some of the newly refused, the latest first.
    examples: Vec<TermsExample>,
}

/// How many requests some terms refuse.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefusedByTerms)]
struct RefusedDto {
    count: usize,
    /// A request is counted with each rule that stands in its way.
    by_rule: Vec<RuleCount>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RuleCount {
    rule: Rule,
    count: usize,
}

/// A request that would have been refused.
#[derive(Debug, Serialize, ToSchema)]
struct TermsExample {
    booking_id: Uuid,
    reference: String,
    applied_at: DateTime<Utc>,
    starts_at: DateTime<Utc>,
    rules: Vec<Rule>,
}

impl From<Tried> for TermsTriedDto {
    fn from(tried: Tried) -> Self {
        Self {
            days: DAYS_TRIED,
            requests: tried.requests,
            in_force: tried.now.into(),
            tried: tried.then.into(),
            newly_refused: tried.newly_refused_count,
            newly_allowed: tried.newly_allowed_count,
            examples: tried.newly_refused.into_iter().map(TermsExample::from).collect(),
        }
    }
}

impl From<Refused> for RefusedDto {
    fn from(refused: Refused) -> Self {
        let by_rule = refused.by_rule.into_iter().map(|(rule, count)| RuleCount { rule, count });
        Self { count: refused.count, by_rule: by_rule.collect() }
    }
}

impl From<(PastRequest, Vec<Rule>)> for TermsExample {
    fn from((one, rules): (PastRequest, Vec<Rule>)) -> Self {
        Self {
            booking_id: one.id,
            reference: display_reference(&one.reference),
            applied_at: one.applied_at,
            starts_at: one.slot.starts_at,
            rules,
        }
    }
}
