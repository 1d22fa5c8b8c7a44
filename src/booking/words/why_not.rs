//! What stands in the way of a time, in words.

use crate::base::words::{self, ByLanguage, Moment, Text};
use crate::booking::model::why_not::{Earliest, Hindrance, Remedy, Rule};
use crate::booking::words::problems::duration;
use crate::directory::ServiceInfo;
use crate::http::{Problem, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};

/// A hindrance as a refusal, with the earliest time beside its words.
pub fn refusal(hindrance: &Hindrance, info: &ServiceInfo, lead: TimeDelta, enterprise: bool) -> Problem {
    let title = said(hindrance, info, lead, enterprise);
    let problem = match hindrance.rule {
        Rule::LeadTime | Rule::BeyondHorizon => Problem::invalid("starts_at", title),
        rule if rule.is_about_who() => Problem::new(StatusCode::FORBIDDEN, title),
        _ => Problem::conflict(title),
    };
    Problem { earliest_at: instant(hindrance).map(Box::new), ..problem }
}

/// The time from which on it would be allowed.
pub fn instant(hindrance: &Hindrance) -> Option<DateTime<Utc>> {
    hindrance.earliest.map(|earliest| match earliest {
        Earliest::Start(at) | Earliest::Apply(at) => at,
    })
}

/// Why not, and from when on it would be allowed.
pub fn said(hindrance: &Hindrance, info: &ServiceInfo, lead: TimeDelta, enterprise: bool) -> Text {
    use words::booking as say;
    let at = instant(hindrance).map(|at| Moment(at, info.zone));
    match (hindrance.rule, at) {
        (Rule::NotForPersons, _) => say::not_for_persons(),
        (Rule::NotForEnterprises, _) => say::not_for_enterprises(),
        (Rule::TierExcluded, _) => {
            let reason = hindrance.reason.clone().unwrap_or_else(|| ByLanguage::same(""));
            say::tier_excluded(reason)
        }
        (Rule::ExplanationMissing, Some(until)) => say::explanation_missing(until),
        (Rule::ExplanationMissing, None) => say::explanation_missing_open(),
        (Rule::BlockedAfterNoShow, Some(until)) => say::blocked_after_no_show(until),
        (Rule::BlockedAfterNoShow, None) => say::blocked_after_no_show_open(),
        (Rule::OutsideOfficeHours, Some(from)) => say::outside_office_hours(from),
        (Rule::OutsideOfficeHours, None) => say::outside_office_hours_open(),
        (Rule::TooManyBookings, _) => {
            let limits = info.spec.limits;
            match enterprise {
                true => say::too_many_bookings_enterprise(limits.enterprise),
                false => say::too_many_bookings(limits.person),
            }
        }
        (Rule::BeyondHorizon, Some(from)) => say::beyond_horizon_from(info.row.horizon_days, from),
        (Rule::BeyondHorizon, None) => say::beyond_horizon(info.row.horizon_days),
        (Rule::LeadTime, Some(from)) => say::lead_time_from(ahead(lead), from),
        (Rule::LeadTime, None) => say::lead_time(ahead(lead)),
        (Rule::QuotaReached, Some(from)) => say::quota_reached(from),
        (Rule::QuotaReached, None) => say::quota_reached_open(),
        (Rule::Overlapping, Some(from)) => say::overlapping(from),
        (Rule::Overlapping, None) => say::overlapping_open(),
        (Rule::RecordingSpace, Some(from)) => say::recording_space(from),
        (Rule::RecordingSpace, None) => say::recording_space_open(),
    }
}

/// What they can do about it.
pub fn remedy(hindrance: &Hindrance, info: &ServiceInfo) -> Text {
    use words::booking as say;
    match hindrance.remedy {
        Remedy::CallOffice => say::remedy_call_office(info.contact()),
        Remedy::BookForEnterprise => say::remedy_book_for_enterprise(),
        Remedy::BookForOneself => say::remedy_book_for_oneself(),
        Remedy::ChooseLater => say::remedy_choose_later(info.contact()),
        Remedy::ApplyInOfficeHours => say::remedy_apply_in_office_hours(info.contact()),
        Remedy::WriteExplanation => say::remedy_write_explanation(),
        Remedy::WaitUntil => say::remedy_wait_until(info.contact()),
        Remedy::FinishOne => say::remedy_finish_one(),
    }
}

fn ahead(lead: TimeDelta) -> Text {
    duration(i32::try_from(lead.num_minutes()).unwrap_or(i32::MAX))
}
