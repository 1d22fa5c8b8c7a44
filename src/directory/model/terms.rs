//! On which terms a service is booked: what a chief sets, and what is wrong with it. Pure; what follows from the terms
//! for a party and a time is worked out by `booking/model/why_not`.

use crate::base::words::{ByLanguage, Language};
use crate::directory::model::credit::CreditTier;
use crate::directory::model::{FieldKind, FieldSpec};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A term of days is at most ten years.
const MOST_DAYS: i32 = 3660;
const MINUTES_OF_DAY: i32 = 1440;

/// The terms of a service. Those of no service that says nothing hinder nobody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceTerms {
    /// Who may book it at all.
    pub bookers: Bookers,
    /// A field of kind `choice`: its answer is the category of a booking.
    pub category_field: Option<String>,
    /// How long ahead it is booked; who none of them fits, by the service's own lead time.
    pub lead_times: Vec<LeadTime>,
    pub excluded_tiers: Vec<ExcludedTier>,
    /// Who stands at the counter need not have come ahead: no lead time holds for them.
    pub walk_ins_at_once: bool,
    /// Applications are only taken in the venue's office hours, on working days by the official calendar.
    pub applications_in_office_hours: bool,
    /// The place is kept free so long before each appointment, and so long after it.
    pub buffer_before_minutes: i32,
    pub buffer_after_minutes: i32,
    pub quotas: Vec<Quota>,
    /// What follows when the party has something else at the time.
    pub overlap: OverlapRule,
    pub cancelling: Option<CancellingTerms>,
    pub no_shows: Option<NoShowTerms>,
    /// Requests are decided within so many working days: of 0, on the day on which they come. None: nothing is
    /// promised. What comes on a day off, came on the next working day.
    pub decided_within_working_days: Option<i32>,
}

/// Who may book a service at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bookers {
    #[default]
    Everybody,
    /// Who acts for an enterprise.
    Enterprises,
    /// Who books for themselves.
    Persons,
}

impl Bookers {
    /// Whether somebody of this kind is among them.
    pub fn include(self, party: QuotaParty) -> bool {
        match self {
            Self::Everybody => true,
            Self::Enterprises => party == QuotaParty::Enterprise,
            Self::Persons => party == QuotaParty::Person,
        }
    }
}

/// How long ahead some have to book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeadTime {
    /// None: whoever books, also for themselves.
    #[serde(default)]
    pub tier: Option<CreditTier>,
    /// None: whatever it is about.
    #[serde(default)]
    pub category: Option<String>,
    pub lead_minutes: i32,
}

/// A tier that cannot book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExcludedTier {
    pub tier: CreditTier,
    /// What its enterprises read.
    pub reason: ByLanguage,
}

/// How much a party may book of the service in a day, week or month of appointments: counted in persons, of whom a group
/// has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    pub of: QuotaParty,
    pub per: QuotaPeriod,
    /// Not more than so many.
    #[serde(default)]
    pub most: Option<i32>,
    /// So many in any case: how much they have at a time (`limits`) does not count until then.
    #[serde(default)]
    pub least: Option<i32>,
}

/// Whose bookings are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaParty {
    /// Somebody who books for themselves.
    Person,
    /// All members of an enterprise together.
    Enterprise,
}

/// In which time, at the venue; a week begins on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaPeriod {
    Day,
    Week,
    Month,
}

/// What follows when somebody books beside something else of theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverlapRule {
    Allowed,
    /// Their pages say so.
    #[default]
    Warned,
    Refused,
}

/// What follows when an appointment is cancelled late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancellingTerms {
    /// Until so long before the start nothing follows.
    pub free_until_minutes: i32,
    /// Later, a written explanation is due within so many working days by the official calendar.
    pub explain_within_working_days: i32,
    /// Where none came, the service cannot be booked for so many days, or until it comes.
    pub blocked_days: i32,
}

/// What follows when somebody does not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoShowTerms {
    /// So often …
    pub count: i32,
    /// … within so many days: …
    pub within_days: i32,
    /// … the service cannot be booked for so many days.
    pub blocked_days: i32,
}

/// What terms are checked against.
#[derive(Clone, Copy, Debug)]
pub struct TermsContext<'a> {
    pub fields: &'a [FieldSpec],
    pub horizon_days: i32,
}

/// What is wrong with terms: the field as it is spelled in the API, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsFault {
    pub field: String,
    pub kind: TermsFaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsFaultKind {
    /// It has to lie from here to there.
    OutOfRange(i32, i32),
    /// No slot of the horizon would be left.
    NoSlotLeft,
    /// The same was said by one before.
    Twice,
    UnknownCategory,
    /// The field is no choice of the form.
    NoChoice,
    /// A reason is missing in a language.
    ReasonMissing,
}

impl ServiceTerms {
    /// How long ahead a party has to book; the shortest that can be meant where the category is not known yet.
    /// `usual` is the service's own.
    pub fn lead_minutes(&self, tier: Option<CreditTier>, category: Option<&str>, usual: i32) -> i32 {
        if let Some(category) = category {
            return self.lead_of(tier, Some(category), usual);
        }
        let named = self.lead_times.iter().filter_map(|rule| rule.category.as_deref());
        let each = named.map(|category| self.lead_of(tier, Some(category), usual));
        each.chain([self.lead_of(tier, None, usual)]).min().unwrap_or(usual)
    }

    /// By the rule that says most about the party: its tier first, then the category.
    fn lead_of(&self, tier: Option<CreditTier>, category: Option<&str>, usual: i32) -> i32 {
        let fits = |rule: &&LeadTime| {
            rule.tier.is_none_or(|of| Some(of) == tier)
                && rule.category.as_deref().is_none_or(|of| Some(of) == category)
        };
        let rule =
            self.lead_times.iter().filter(fits).max_by_key(|rule| (rule.tier, rule.category.is_some()));
        rule.map_or(usual, |rule| rule.lead_minutes)
    }

    /// The category of a form.
    pub fn category<'a>(&self, fields: &'a serde_json::Map<String, serde_json::Value>) -> Option<&'a str> {
        fields.get(self.category_field.as_ref()?)?.as_str()
    }

    /// The first thing that is wrong.
    pub fn check(&self, context: &TermsContext<'_>) -> Result<(), TermsFault> {
        self.check_lead_times(context)?;
        self.check_tiers()?;
        in_range("buffer_before_minutes", self.buffer_before_minutes, 0, MINUTES_OF_DAY)?;
        in_range("buffer_after_minutes", self.buffer_after_minutes, 0, MINUTES_OF_DAY)?;
        self.check_quotas()?;
        if let Some(terms) = &self.cancelling {
            let most = MOST_DAYS * MINUTES_OF_DAY;
            in_range("cancelling.free_until_minutes", terms.free_until_minutes, 0, most)?;
            in_range("cancelling.explain_within_working_days", terms.explain_within_working_days, 1, 60)?;
            in_range("cancelling.blocked_days", terms.blocked_days, 0, MOST_DAYS)?;
        }
        if let Some(terms) = &self.no_shows {
            in_range("no_shows.count", terms.count, 1, 100)?;
            in_range("no_shows.within_days", terms.within_days, 1, MOST_DAYS)?;
            in_range("no_shows.blocked_days", terms.blocked_days, 1, MOST_DAYS)?;
        }
        in_range("decided_within_working_days", self.decided_within_working_days.unwrap_or(0), 0, 60)?;
        Ok(())
    }

    fn check_lead_times(&self, context: &TermsContext<'_>) -> Result<(), TermsFault> {
        let field = match &self.category_field {
            Some(key) => {
                let choice = |field: &&FieldSpec| field.key == *key && field.kind == FieldKind::Choice;
                let found = context.fields.iter().find(choice);
                Some(found.ok_or_else(|| fault("category_field", TermsFaultKind::NoChoice))?)
            }
            None => None,
        };
        let known = |category: &String| {
            let options = field.and_then(|field| field.options.as_ref());
            options.is_some_and(|options| options.iter().any(|option| option.value == *category))
        };
        let mut seen = BTreeSet::new();
        for (index, rule) in self.lead_times.iter().enumerate() {
            let name = |what: &str| format!("lead_times[{index}].{what}");
            in_range(&name("lead_minutes"), rule.lead_minutes, 0, i32::MAX)?;
            if i64::from(rule.lead_minutes) > i64::from(context.horizon_days) * i64::from(MINUTES_OF_DAY) {
                return Err(fault(name("lead_minutes"), TermsFaultKind::NoSlotLeft));
            }
            if rule.category.as_ref().is_some_and(|category| !known(category)) {
                return Err(fault(name("category"), TermsFaultKind::UnknownCategory));
            }
            if !seen.insert((rule.tier, rule.category.clone())) {
                return Err(fault(name("tier"), TermsFaultKind::Twice));
            }
        }
        Ok(())
    }

    fn check_tiers(&self) -> Result<(), TermsFault> {
        let mut seen = BTreeSet::new();
        for (index, excluded) in self.excluded_tiers.iter().enumerate() {
            if !seen.insert(excluded.tier) {
                return Err(fault(format!("excluded_tiers[{index}].tier"), TermsFaultKind::Twice));
            }
            let written =
                |language| excluded.reason.get(language).is_some_and(|text| !text.trim().is_empty());
            if !Language::ALL.into_iter().all(written) {
                return Err(fault(format!("excluded_tiers[{index}].reason"), TermsFaultKind::ReasonMissing));
            }
        }
        Ok(())
    }

    fn check_quotas(&self) -> Result<(), TermsFault> {
        let mut seen = BTreeSet::new();
        for (index, quota) in self.quotas.iter().enumerate() {
            let name = |what: &str| format!("quotas[{index}].{what}");
            if !seen.insert((quota.of, quota.per)) {
                return Err(fault(name("per"), TermsFaultKind::Twice));
            }
            if quota.most == Some(0) {
                return Err(fault(name("most"), TermsFaultKind::NoSlotLeft));
            }
            let most = quota.most.unwrap_or(MOST_DAYS);
            in_range(&name("most"), most, 1, MOST_DAYS)?;
            in_range(&name("least"), quota.least.unwrap_or(0), 0, most)?;
        }
        Ok(())
    }
}

fn fault(field: impl Into<String>, kind: TermsFaultKind) -> TermsFault {
    TermsFault { field: field.into(), kind }
}

fn in_range(field: &str, value: i32, from: i32, to: i32) -> Result<(), TermsFault> {
    let fits = (from..=to).contains(&value);
    if fits { Ok(()) } else { Err(fault(field, TermsFaultKind::OutOfRange(from, to))) }
}

#[cfg(test)]
#[path = "terms_tests.rs"]
mod tests;
