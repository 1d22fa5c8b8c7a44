//! The terms of a service for somebody: what stands in the way of a time, told as hindrances or as a refusal.

use crate::auth::entities::account::Role;
use crate::auth::{self, Actor, Right};
use crate::base::local_time::local_date;
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::model::why_not::{self, Asked, Earliest, Facts, Hindrance, Occasion, Whom};
use crate::booking::service::{Booking, plan_of, terms_of};
use crate::booking::store::Scope;
use crate::booking::store::entities::booking::{self, Channel};
use crate::booking::store::facts::{self, FactsNeeded, FactsOf};
use crate::booking::words::why_not::refusal;
use crate::directory::ServiceInfo;
use crate::directory::model::calendar::Calendar;
use crate::directory::model::credit::CreditTier;
use crate::directory::model::terms::{OverlapRule, QuotaPeriod};
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Map, Value};
use std::sync::Arc;
use uuid::Uuid;

/// So many days ahead a slot is looked for at which a rule would let it pass.
const DAYS_LOOKED_AHEAD: usize = 62;

/// Who asks, about which service, for what.
#[derive(Clone, Debug)]
pub struct Question {
    pub info: Arc<ServiceInfo>,
    pub calendar: Arc<Calendar>,
    pub whom: Whom,
    pub category: Option<String>,
    /// When it is applied for.
    pub now: DateTime<Utc>,
    pub occasion: Occasion,
    /// By which way: what is waived for who stands at the counter.
    pub channel: Channel,
    /// For so many persons.
    pub people: i32,
    /// What starts before then could not be recorded.
    pub unrecordable_until: Option<DateTime<Utc>>,
}

/// Somebody who may book nothing of a service, and why.
#[derive(Clone, Debug)]
pub struct Excluded {
    pub question: Question,
    pub hindrance: Hindrance,
}

impl Booking {
    /// The question of somebody, or about somebody, who would book.
    pub(super) async fn question(
        &self,
        info: &Arc<ServiceInfo>,
        whom: Whom,
        answers: Option<&Map<String, Value>>,
        now: DateTime<Utc>,
    ) -> Result<Question, Problem> {
        let calendar = self.0.directory.calendar().await?;
        let category = answers.and_then(|answers| info.spec.terms.category(answers)).map(str::to_owned);
        let (info, occasion, channel) = (Arc::clone(info), Occasion::New, Channel::Online);
        let unrecordable_until = self.unrecordable_until(&info, now).await?;
        Ok(Question { info, calendar, whom, category, now, occasion, channel, people: 1, unrecordable_until })
    }

    /// The question whether a booking can be moved, by the answers of its form and for whom it was booked.
    pub(super) async fn question_of_move(
        &self,
        info: &Arc<ServiceInfo>,
        row: &booking::Model,
        now: DateTime<Utc>,
    ) -> Result<Question, Problem> {
        let whom = match row.enterprise_id {
            Some(id) => {
                let found = auth::ask::enterprises(self.0.db.reader(), &[id]).await?.remove(&id);
                found.map_or(Whom::Anybody, |enterprise| Whom::Enterprise(enterprise.credit_tier))
            }
            None => Whom::Person,
        };
        let question = self.question(info, whom, row.fields.as_object(), now).await?;
        // Where it is now, room is kept for it already.
        let unrecordable_until = question.unrecordable_until.filter(|until| *until <= row.starts_at);
        let people = row.people.unwrap_or(1);
        Ok(Question { occasion: Occasion::Move, people, unrecordable_until, ..question })
    }

    /// What is known of a party beside who it is; nothing is asked where no term needs it.
    pub(super) async fn facts(
        &self,
        question: &Question,
        scope: Scope,
        from: DateTime<Utc>,
    ) -> Result<Facts, Problem> {
        let needed = question.needs(from);
        if !needed.any() {
            return Ok(Facts::default());
        }
        self.all_facts(question, scope, needed).await
    }

    pub(super) async fn all_facts(
        &self,
        question: &Question,
        scope: Scope,
        needed: FactsNeeded,
    ) -> Result<Facts, Problem> {
        let of = FactsOf { scope, service: question.info.row.id, but: &[] };
        Ok(facts::of(self.0.db.reader(), of, needed, question.now).await?)
    }
}

impl Booking {
    /// Why a booker who has signed in may book nothing of a service, whichever time it is; of others nothing is known.
    pub(super) async fn excluded(
        &self,
        info: &Arc<ServiceInfo>,
        caller: Option<&Actor>,
    ) -> Result<Option<Excluded>, Problem> {
        let Some(actor) = caller.filter(|actor| actor.has(Right::Book)) else { return Ok(None) };
        let question = self.question(info, whom_of(actor), None, self.0.clock.now()).await?;
        Ok(question.excluded().map(|hindrance| Excluded { question, hindrance }))
    }
}

/// The tier of the enterprise for which somebody books.
pub(super) fn tier_of(actor: &Actor) -> Option<CreditTier> {
    let own = actor.enterprise.as_ref().filter(|_| actor.role != Role::Traveller);
    own.map(|enterprise| enterprise.credit_tier)
}

/// For whom somebody books.
pub(super) fn whom_of(actor: &Actor) -> Whom {
    tier_of(actor).map_or(Whom::Person, Whom::Enterprise)
}

impl Question {
    /// Which facts about the party decide, for times from `from` on.
    pub fn needs(&self, from: DateTime<Utc>) -> FactsNeeded {
        let terms = &self.info.spec.terms;
        let days = |days: i32| TimeDelta::days(i64::from(days));
        let is_new = self.occasion == Occasion::New;
        // The first day of the month may lie in a week that began before it.
        let zone = self.info.zone;
        let first = [QuotaPeriod::Week, QuotaPeriod::Month].map(|per| why_not::period(zone, per, from).0);
        FactsNeeded {
            booked_from: first.into_iter().flatten().min().filter(|_| !terms.quotas.is_empty()),
            busy: terms.overlap == OverlapRule::Refused,
            no_shows_from: terms
                .no_shows
                .filter(|_| is_new)
                .map(|terms| self.now - days(terms.within_days) - days(terms.blocked_days)),
            unexplained_from: terms
                .cancelling
                .filter(|_| is_new)
                .map(|terms| self.now - days(terms.blocked_days)),
        }
    }

    fn asked<'a>(&'a self, facts: &'a Facts) -> Asked<'a> {
        let limits = self.info.spec.limits;
        let limit = if facts.whom.is_enterprise() { limits.enterprise } else { limits.person };
        Asked {
            terms: &self.info.spec.terms,
            lead_minutes: self.info.row.lead_minutes,
            horizon_days: self.info.row.horizon_days,
            limit: i64::from(limit),
            zone: self.info.zone,
            office_hours: &self.info.office_hours,
            calendar: &self.calendar,
            now: self.now,
            category: self.category.as_deref(),
            facts,
            occasion: self.occasion,
            walks_in: self.channel == Channel::Counter,
            people: self.people,
            unrecordable_until: self.unrecordable_until,
        }
    }

    /// How long ahead they have to book.
    pub fn lead(&self) -> TimeDelta {
        let facts = Facts { whom: self.whom, ..Facts::default() };
        self.asked(&facts).lead()
    }

    /// All that is in the way of an appointment, with earliest starts by rule alone.
    pub(super) fn hindrances(&self, wanted: &Slot, facts: &Facts) -> Vec<Hindrance> {
        let facts = Facts { whom: self.whom, ..facts.clone() };
        self.asked(&facts).why_not(wanted)
    }

    /// All that is in the way of an appointment, whether or not it is free; starts are those of real slots.
    pub fn why_not(&self, wanted: &Slot, facts: &Facts) -> Vec<Hindrance> {
        let mut found = self.hindrances(wanted, facts);
        for hindrance in &mut found {
            if let Some(Earliest::Start(from)) = hindrance.earliest {
                hindrance.earliest = self.slot_from(from).map(|slot| Earliest::Start(slot.starts_at));
            }
        }
        found
    }

    /// Refuses for the first thing that is in the way.
    pub fn allow(&self, wanted: &Slot, facts: &Facts) -> Result<(), Problem> {
        match self.why_not(wanted, facts).first() {
            Some(hindrance) => Err(self.refusal(hindrance)),
            None => Ok(()),
        }
    }

    fn refusal(&self, hindrance: &Hindrance) -> Problem {
        refusal(hindrance, &self.info, self.lead(), self.whom.is_enterprise())
    }

    /// Why no time of the service could be given to them, whichever it is.
    pub fn excluded(&self) -> Option<Hindrance> {
        let any = Slot { starts_at: self.now, ends_at: self.now };
        let all = self.hindrances(&any, &Facts::default());
        all.into_iter().find(|hindrance| hindrance.rule.is_about_who())
    }

    /// Refuses whom no time of the service could be given, whichever it is.
    pub fn not_excluded(&self) -> Result<(), Problem> {
        self.excluded().map_or(Ok(()), |hindrance| Err(self.refusal(&hindrance)))
    }

    /// The first slot of the service that starts then or later, up to the horizon.
    fn slot_from(&self, from: DateTime<Utc>) -> Option<Slot> {
        let usual = plan_of(&self.info);
        let plan = Plan { dense: !self.info.stages.is_empty(), ..usual };
        let terms = terms_of(&self.info, &plan, &self.calendar, self.now);
        let dates = local_date(self.info.zone, from).iter_days().take(DAYS_LOOKED_AHEAD);
        let slots_of = |date: NaiveDate| terms.slots(date).unwrap_or_default();
        dates
            .take_while(|date| *date <= terms.last_date())
            .flat_map(slots_of)
            .find(|slot| slot.starts_at >= from)
    }

    /// Whose facts they are.
    pub fn scope(account: Uuid, enterprise: Option<Uuid>) -> Scope {
        enterprise.map_or(Scope::Person(account), Scope::Enterprise)
    }
}
