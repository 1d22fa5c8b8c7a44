//! Why not? What the terms of a service (`directory/model/terms`) have against a party that wants a time, and from when
//! on it would be allowed. Pure; pages grey times by it, refusals quote it, and a chief sees by it what changed terms
//! would have done. Whether a place is free at all is [`crate::booking::model::bookable`]'s.

use crate::base::local_time::{instant, local_date};
use crate::base::words::ByLanguage;
use crate::booking::model::slots::Slot;
use crate::directory::model::calendar::Calendar;
use crate::directory::model::credit::CreditTier;
use crate::directory::model::settings::HoursOfDay;
use crate::directory::model::terms::{
    Bookers, NoShowTerms, OverlapRule, Quota, QuotaParty, QuotaPeriod, ServiceTerms,
};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// So many days ahead a moment in office hours is looked for: no holiday is longer.
const DAYS_LOOKED_AHEAD: u64 = 30;
/// So many periods ahead one within a quota is looked for.
const PERIODS_LOOKED_AHEAD: usize = 60;

/// What stands in the way. In the order in which it is told: first what no other time would mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    NotForPersons,
    NotForEnterprises,
    TierExcluded,
    ExplanationMissing,
    BlockedAfterNoShow,
    OutsideOfficeHours,
    TooManyBookings,
    BeyondHorizon,
    LeadTime,
    QuotaReached,
    Overlapping,
    /// What is booked already fills the disk of the recordings.
    RecordingSpace,
}

impl Rule {
    /// Whether it is about who wants it: no other time, and no waiting, mends that.
    pub fn is_about_who(self) -> bool {
        matches!(self, Self::NotForPersons | Self::NotForEnterprises | Self::TierExcluded)
    }
}

/// From when on a rule lets it pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earliest {
    /// An appointment that starts then.
    Start(DateTime<Utc>),
    /// An application that is made then.
    Apply(DateTime<Utc>),
}

/// What somebody can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    CallOffice,
    BookForEnterprise,
    BookForOneself,
    ChooseLater,
    ApplyInOfficeHours,
    WriteExplanation,
    WaitUntil,
    FinishOne,
}

/// Why a time cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hindrance {
    pub rule: Rule,
    /// None: not by waiting, or nobody knows.
    pub earliest: Option<Earliest>,
    pub remedy: Remedy,
    /// What the office wrote about it.
    pub reason: Option<ByLanguage>,
}

/// For whom it is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whom {
    /// Nobody in particular: what only holds for some is not in their way.
    #[default]
    Anybody,
    /// Somebody who books for themselves.
    Person,
    /// An enterprise, by its credit tier.
    Enterprise(CreditTier),
}

impl Whom {
    /// Of the enterprise.
    pub fn tier(self) -> Option<CreditTier> {
        match self {
            Self::Enterprise(tier) => Some(tier),
            Self::Anybody | Self::Person => None,
        }
    }

    /// Whether they act for an enterprise.
    pub fn is_enterprise(self) -> bool {
        matches!(self, Self::Enterprise(_))
    }
}

/// A booking that counts for quotas: its start, and for how many persons it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booked {
    pub starts_at: DateTime<Utc>,
    pub people: i32,
}

/// What is known of the party.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    pub whom: Whom,
    /// What they have of the service at a time; none where it was not asked.
    pub live: Option<i64>,
    /// What they have booked of the service.
    pub booked: Vec<Booked>,
    /// Whatever else they have.
    pub busy: Vec<Slot>,
    /// Starts of appointments of the service to which they did not come.
    pub no_shows: Vec<DateTime<Utc>>,
    /// Until when explanations were or are due that have not come.
    pub unexplained: Vec<DateTime<Utc>>,
}

impl Facts {
    fn party(&self) -> QuotaParty {
        if self.whom.is_enterprise() { QuotaParty::Enterprise } else { QuotaParty::Person }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    New,
    /// Another time for what was booked before. Whether they may book at all was asked then.
    Move,
    /// The form for what is held. How far ahead it is was asked then too; what it is about, the form tells.
    Form,
}

/// On what the answer depends beside the time that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub terms: &'a ServiceTerms,
    /// The service's own lead time, and how much a party may have of it at a time.
    pub lead_minutes: i32,
    /// So many days ahead it can be booked.
    pub horizon_days: i32,
    pub limit: i64,
    pub zone: Tz,
    /// Of the venue, on working days, in order.
    pub office_hours: &'a [HoursOfDay],
    pub calendar: &'a Calendar,
    /// When it is applied for.
    pub now: DateTime<Utc>,
    /// By the form, if that is filled in.
    pub category: Option<&'a str>,
    pub facts: &'a Facts,
    pub occasion: Occasion,
    /// They stand at the counter.
    pub walks_in: bool,
    /// It is asked for so many persons.
    pub people: i32,
    /// What starts before then could not be recorded.
    pub unrecordable_until: Option<DateTime<Utc>>,
}

impl Asked<'_> {
    /// All that is in the way of an appointment; nothing: they may have it if it is free.
    pub fn why_not(&self, wanted: &Slot) -> Vec<Hindrance> {
        let own = match self.occasion {
            Occasion::New => {
                vec![self.unexplained(), self.no_shows(), self.outside_office_hours(), self.too_many(wanted)]
            }
            Occasion::Move | Occasion::Form => Vec::new(),
        };
        let timed = [
            self.too_early(wanted),
            self.too_late(wanted),
            self.quota(wanted),
            self.overlapping(wanted),
            self.unrecordable(wanted),
        ];
        let who = [self.not_among_bookers(), self.excluded()];
        who.into_iter().chain(own).chain(timed).flatten().collect()
    }

    /// How long ahead they have to book.
    pub fn lead(&self) -> TimeDelta {
        if self.walks_in && self.terms.walk_ins_at_once {
            return TimeDelta::zero();
        }
        let minutes = self.terms.lead_minutes(self.facts.whom.tier(), self.category, self.lead_minutes);
        TimeDelta::minutes(i64::from(minutes))
    }

    fn not_among_bookers(&self) -> Option<Hindrance> {
        if self.facts.whom == Whom::Anybody || self.terms.bookers.include(self.facts.party()) {
            return None;
        }
        let (rule, remedy) = match self.terms.bookers {
            Bookers::Persons => (Rule::NotForEnterprises, Remedy::BookForOneself),
            Bookers::Enterprises | Bookers::Everybody => (Rule::NotForPersons, Remedy::BookForEnterprise),
        };
        Some(hindrance(rule, None, remedy))
    }

    fn excluded(&self) -> Option<Hindrance> {
        let tier = self.facts.whom.tier()?;
        let excluded = self.terms.excluded_tiers.iter().find(|excluded| excluded.tier == tier)?;
        let reason = Some(excluded.reason.clone());
        Some(Hindrance { rule: Rule::TierExcluded, earliest: None, remedy: Remedy::CallOffice, reason })
    }

    /// Until the day comes from which on its date can be booked.
    fn too_early(&self, wanted: &Slot) -> Option<Hindrance> {
        if self.occasion == Occasion::Form {
            return None;
        }
        let days = Days::new(u64::try_from(self.horizon_days).unwrap_or(0));
        // None: before all calendars, so that it can be booked for ever.
        let opens = local_date(self.zone, wanted.starts_at).checked_sub_days(days)?;
        let is_open = opens <= local_date(self.zone, self.now);
        let earliest = || instant(self.zone, opens, 0).map(Earliest::Apply);
        (!is_open).then(|| hindrance(Rule::BeyondHorizon, earliest(), Remedy::WaitUntil))
    }

    fn too_late(&self, wanted: &Slot) -> Option<Hindrance> {
        let from = self.now + self.lead();
        let late = wanted.starts_at < from;
        late.then(|| hindrance(Rule::LeadTime, Some(Earliest::Start(from)), Remedy::ChooseLater))
    }

    fn outside_office_hours(&self) -> Option<Hindrance> {
        if !self.terms.applications_in_office_hours {
            return None;
        }
        let open = self.next_in_office_hours();
        if open == Some(self.now) {
            return None;
        }
        let earliest = open.map(Earliest::Apply);
        Some(hindrance(Rule::OutsideOfficeHours, earliest, Remedy::ApplyInOfficeHours))
    }

    /// Now, or the next moment at which applications are taken; none where nobody knows which days are worked.
    fn next_in_office_hours(&self) -> Option<DateTime<Utc>> {
        let today = local_date(self.zone, self.now);
        for date in (0..DAYS_LOOKED_AHEAD).map_while(|days| today.checked_add_days(Days::new(days))) {
            if !self.calendar.is_working(date)? {
                continue;
            }
            for hours in self.office_hours {
                let from = instant(self.zone, date, hours.from_minute)?;
                let to = instant(self.zone, date, hours.to_minute)?;
                if self.now < to {
                    return Some(self.now.max(from));
                }
            }
        }
        None
    }

    fn quotas(&self) -> impl Iterator<Item = &Quota> {
        let party = self.facts.party();
        self.terms.quotas.iter().filter(move |quota| quota.of == party)
    }

    fn quota(&self, wanted: &Slot) -> Option<Hindrance> {
        let is_full = |quota: &Quota, at| quota.most.is_some_and(|most| self.with_this(quota, at) > most);
        if !self.quotas().any(|quota| is_full(quota, wanted.starts_at)) {
            return None;
        }
        // The next day is the next period of one of them at the soonest.
        let mut at = wanted.starts_at;
        let mut earliest = None;
        for _ in 0..PERIODS_LOOKED_AHEAD {
            let after = self
                .quotas()
                .filter_map(|quota| is_full(quota, at).then(|| self.period(quota.per, at).1).flatten());
            match after.max() {
                Some(next) => at = next,
                None => {
                    earliest = Some(Earliest::Start(at));
                    break;
                }
            }
        }
        Some(hindrance(Rule::QuotaReached, earliest, Remedy::ChooseLater))
    }

    /// For how many persons they would have booked in the period of an instant.
    fn with_this(&self, quota: &Quota, at: DateTime<Utc>) -> i32 {
        let (from, to) = self.period(quota.per, at);
        let inside = |one: &&Booked| {
            from.is_none_or(|from| from <= one.starts_at) && to.is_none_or(|to| one.starts_at < to)
        };
        let booked = self.facts.booked.iter().filter(inside);
        booked.fold(self.people, |sum, one| sum.saturating_add(one.people))
    }

    fn period(&self, per: QuotaPeriod, at: DateTime<Utc>) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        period(self.zone, per, at)
    }

    fn too_many(&self, wanted: &Slot) -> Option<Hindrance> {
        let guaranteed = self
            .quotas()
            .any(|quota| quota.least.is_some_and(|least| self.with_this(quota, wanted.starts_at) <= least));
        let many = self.facts.live? >= self.limit && !guaranteed;
        many.then(|| hindrance(Rule::TooManyBookings, None, Remedy::FinishOne))
    }

    fn overlapping(&self, wanted: &Slot) -> Option<Hindrance> {
        if self.terms.overlap != OverlapRule::Refused {
            return None;
        }
        let length = wanted.ends_at - wanted.starts_at;
        let mut busy = self.facts.busy.clone();
        busy.sort_by_key(|slot| slot.starts_at);
        let mut at = wanted.starts_at;
        for slot in busy {
            if slot.starts_at < at + length && at < slot.ends_at {
                at = slot.ends_at;
            }
        }
        let overlaps = at != wanted.starts_at;
        overlaps.then(|| hindrance(Rule::Overlapping, Some(Earliest::Start(at)), Remedy::ChooseLater))
    }

    fn unrecordable(&self, wanted: &Slot) -> Option<Hindrance> {
        let until = self.unrecordable_until.filter(|until| wanted.starts_at < *until)?;
        Some(hindrance(Rule::RecordingSpace, Some(Earliest::Start(until)), Remedy::ChooseLater))
    }

    fn no_shows(&self) -> Option<Hindrance> {
        let terms = self.terms.no_shows?;
        let until = blocked_until(&terms, &self.facts.no_shows)?;
        let earliest = Some(Earliest::Apply(until));
        (self.now < until).then(|| hindrance(Rule::BlockedAfterNoShow, earliest, Remedy::WaitUntil))
    }

    fn unexplained(&self) -> Option<Hindrance> {
        let terms = self.terms.cancelling?;
        let blocked = TimeDelta::days(i64::from(terms.blocked_days));
        let mut dues = self.facts.unexplained.clone();
        dues.sort_unstable();
        // One that falls due until then goes on with it.
        let until = dues.into_iter().fold(self.now, |until, due| match due <= until {
            true => until.max(due + blocked),
            false => until,
        });
        if until == self.now {
            return None;
        }
        let earliest = Some(Earliest::Apply(until));
        Some(hindrance(Rule::ExplanationMissing, earliest, Remedy::WriteExplanation))
    }
}

/// Until when somebody who did not come so often is not given new appointments.
fn blocked_until(terms: &NoShowTerms, no_shows: &[DateTime<Utc>]) -> Option<DateTime<Utc>> {
    let mut starts = no_shows.to_vec();
    starts.sort_unstable();
    let count = usize::try_from(terms.count).ok().filter(|count| *count > 0)?;
    let within = TimeDelta::days(i64::from(terms.within_days));
    let last =
        starts.windows(count).filter(|few| few[count - 1] - few[0] <= within).map(|few| few[count - 1]);
    Some(last.max()? + TimeDelta::days(i64::from(terms.blocked_days)))
}

/// The day, week or month of an instant at the venue.
pub fn period(
    zone: Tz,
    per: QuotaPeriod,
    at: DateTime<Utc>,
) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let date = local_date(zone, at);
    let (first, next) = match per {
        QuotaPeriod::Day => (Some(date), date.succ_opt()),
        QuotaPeriod::Week => {
            let monday = date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())));
            (monday, monday.and_then(|monday| monday.checked_add_days(Days::new(7))))
        }
        QuotaPeriod::Month => {
            let first = date.with_day(1);
            (first, first.and_then(|first| first.checked_add_months(Months::new(1))))
        }
    };
    let midnight = |date: Option<NaiveDate>| instant(zone, date?, 0);
    (midnight(first), midnight(next))
}

fn hindrance(rule: Rule, earliest: Option<Earliest>, remedy: Remedy) -> Hindrance {
    Hindrance { rule, earliest, remedy, reason: None }
}

#[cfg(test)]
#[path = "why_not_tests.rs"]
mod tests;
