//! Why a time can or cannot be had, for somebody: told with each slot, and for one time on its own.

use crate::auth::{self, Actor, Right};
use crate::base::local_time::local_date;
use crate::base::words;
use crate::booking::model::bookable::{DayReason, Free, Offer, SlotReason, Terms};
use crate::booking::model::shares::Kept;
use crate::booking::model::slots::Slot;
use crate::booking::model::why_not::{Earliest, Facts, Hindrance, Whom};
use crate::booking::service::free::with_boards;
use crate::booking::service::stage_boards::StageAsked;
use crate::booking::service::stages::{stage_of, unknown_stage};
use crate::booking::service::terms::{Question, whom_of};
use crate::booking::service::wish::stage_plan;
use crate::booking::service::{Booking, Drawing, in_sight, plan_of, scope_of, terms_of};
use crate::booking::store::Scope;
use crate::booking::store::entities::appointment::Site;
use crate::booking::store::entities::booking::Channel;
use crate::booking::words::problems::out_of_sight;
use crate::directory::ServiceInfo;
use crate::directory::entities::service_stage::Stage;
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::sync::Arc;
use uuid::Uuid;

/// A slot with all that the terms have against it for somebody.
pub type Explained = (Offer, Vec<Hindrance>);

/// For whom it is asked.
#[derive(Clone, Debug, Default)]
pub struct WhyFor {
    /// Of staff: an enterprise by its id or 统一社会信用代码.
    pub enterprise: Option<String>,
    /// Of staff: for who calls or stands at the counter. Otherwise for who books online.
    pub channel: Option<Channel>,
    pub category: Option<String>,
    /// For one stage alone, rather than for the whole.
    pub stage: Option<(Stage, Site)>,
}

/// Why a time can or cannot be had.
pub struct Why {
    pub info: Arc<ServiceInfo>,
    pub starts_at: DateTime<Utc>,
    /// Why there is no place then, whoever asks; none if one is free.
    pub reason: Option<DayReason>,
    /// What is kept for others, where that is the reason.
    pub kept: Option<Kept>,
    pub hindrances: Vec<Hindrance>,
    /// The next time from then on that is free and that they may have; none where waiting for one does not help.
    pub next_starts_at: Option<DateTime<Utc>>,
    /// About whom it was asked.
    pub whom: Whom,
    /// How long ahead they have to book.
    pub lead: TimeDelta,
}

impl Booking {
    /// The slots of a date, each with what stands in the caller's way, for so many persons. One query, and none where no term needs it.
    pub async fn explained(
        &self,
        actor: &Actor,
        info: &Arc<ServiceInfo>,
        offers: Vec<Offer>,
        (category, people): (Option<String>, i32),
    ) -> Result<(Question, Vec<Explained>), Problem> {
        let now = self.0.clock.now();
        let question = self.question(info, whom_of(actor), None, now).await?;
        let question = Question { category, people, ..question };
        let from = offers.first().map_or(now, |offer| offer.slot.starts_at);
        let facts = self.facts(&question, scope_of(actor)?, from).await?;
        let explain = |offer: Offer| {
            if offer.reason == Some(SlotReason::Past) {
                return (offer, Vec::new());
            }
            let hindrances = question.why_not(&offer.slot, &facts);
            let is_free = offer.reason.is_none() && hindrances.is_empty();
            let reason = if is_free { None } else { offer.reason.or(Some(SlotReason::Terms)) };
            (Offer { reason, free: if is_free { offer.free } else { 0 }, ..offer }, hindrances)
        };
        let explained = offers.into_iter().map(explain).collect();
        Ok((question, explained))
    }

    /// Why a time of a service can or cannot be had: by the caller, or by an enterprise that an officer asks about.
    pub async fn why(
        &self,
        actor: &Actor,
        service_id: Uuid,
        starts_at: DateTime<Utc>,
        of: WhyFor,
    ) -> Result<Why, Problem> {
        let info = self.offered(service_id).await?;
        if of.channel.is_some() {
            actor.may(Right::HandleBookings)?;
        }
        let (whom, scope) = self.party_of(actor, of.enterprise.as_deref(), of.channel).await?;
        let now = self.0.clock.now();
        let question = self.question(&info, whom, None, now).await?;
        let channel = of.channel.unwrap_or_default();
        let question = Question { category: of.category, channel, ..question };
        let facts = match scope {
            Some(scope) => self.all_facts(&question, scope, question.needs(starts_at.max(now))).await?,
            None => Facts::default(),
        };
        let stage = match of.stage {
            Some((stage, site)) => Some((stage_of(&info, stage).ok_or_else(unknown_stage)?, site)),
            None => None,
        };
        let plan = stage.map_or_else(|| plan_of(&info), |(stage, _)| stage_plan(&info, stage));
        let duration = TimeDelta::minutes(plan.duration_minutes);
        let ends_at = starts_at.checked_add_signed(duration).ok_or_else(out_of_sight)?;
        let wanted = Slot { starts_at, ends_at };
        let usual = terms_of(&info, &plan, &question.calendar, now);
        let drawing = Drawing { channel, now };
        let look = |free: &dyn Free| {
            let at_once = Terms { lead: TimeDelta::zero(), ..usual };
            let offers = |date| at_once.offers(date, free);
            let none = match starts_at < now {
                true => Some((DayReason::Past, None)),
                // The horizon is a rule, and told as one.
                false => {
                    no_place(in_sight(at_once).offers(local_date(info.zone, starts_at), free), starts_at)
                }
            };
            let free = dates_from(&usual, local_date(info.zone, starts_at.max(now)))
                .flat_map(|date| offers(date).unwrap_or_default())
                .filter(|offer| offer.reason.is_none() && offer.slot.starts_at >= starts_at);
            let mut allowed = free.filter(|offer| question.why_not(&offer.slot, &facts).is_empty());
            let by_waiting = |one: &Hindrance| matches!(one.earliest, Some(Earliest::Start(_)));
            let helps = question.why_not(&wanted, &facts).iter().all(by_waiting);
            (none, if helps { allowed.next() } else { None })
        };
        let (none, next) = match stage {
            None => with_boards(&self.0.places, &info, drawing, |boards| look(boards)),
            Some((stage, site)) => {
                let until = now + TimeDelta::days(i64::from(info.row.horizon_days) + 2);
                let officers = self.stages_now(&info, now..until.max(ends_at), None).await?;
                let begins = info.stages.first().is_some_and(|first| first.row.stage == stage.row.stage);
                let asked = StageAsked { stage, site, begins };
                self.look_at_stage(&info, asked, drawing, &officers, |boards| look(boards))
            }
        };
        let hindrances = question.why_not(&wanted, &facts);
        let next_starts_at = next.map(|offer| offer.slot.starts_at);
        let lead = question.lead();
        let (reason, kept) = none.map_or((None, None), |(reason, kept)| (Some(reason), kept));
        Ok(Why { info, starts_at, reason, kept, hindrances, next_starts_at, whom, lead })
    }

    /// Who it is, and whose bookings count. An officer who names nobody asks about anybody; with a channel, about somebody
    /// there who wants it for themselves.
    async fn party_of(
        &self,
        actor: &Actor,
        enterprise: Option<&str>,
        channel: Option<Channel>,
    ) -> Result<(Whom, Option<Scope>), Problem> {
        let is_staff = actor.has(Right::HandleBookings);
        if !is_staff {
            actor.may(Right::Book)?;
        }
        let Some(named) = enterprise else {
            return match (is_staff, channel) {
                (false, _) => Ok((whom_of(actor), Some(scope_of(actor)?))),
                (true, Some(_)) => Ok((Whom::Person, None)),
                (true, None) => Ok((Whom::Anybody, None)),
            };
        };
        let found = auth::ask::enterprise_named(self.0.db.reader(), named).await?;
        let is_own = |id| actor.enterprise.as_ref().is_some_and(|own| own.id == id);
        match found {
            Some(row) if is_staff || is_own(row.id) => {
                Ok((Whom::Enterprise(row.credit_tier), Some(Scope::Enterprise(row.id))))
            }
            None if is_staff => Err(Problem::invalid("enterprise", words::booking::unknown_enterprise())),
            _ => Err(Problem::forbidden()),
        }
    }
}

/// Why there is no place at a time, if there is none, and what of it is kept for others.
fn no_place(
    offers: Result<Vec<Offer>, DayReason>,
    starts_at: DateTime<Utc>,
) -> Option<(DayReason, Option<Kept>)> {
    let offers = match offers {
        Ok(offers) => offers,
        Err(reason) => return Some((reason, None)),
    };
    let Some(offer) = offers.iter().find(|offer| offer.slot.starts_at == starts_at) else {
        return Some((DayReason::Closed, None));
    };
    let reason = offer.reason.map(|reason| match reason {
        SlotReason::Past => DayReason::Past,
        SlotReason::LeadTime | SlotReason::Terms => DayReason::LeadTime,
        SlotReason::Full => DayReason::Full,
        SlotReason::Quota => DayReason::Quota,
        SlotReason::Reserved => DayReason::Reserved,
        SlotReason::NoOfficerFree => DayReason::NoOfficerFree,
    });
    reason.map(|reason| (reason, offer.kept))
}

fn dates_from(terms: &Terms<'_>, from: NaiveDate) -> impl Iterator<Item = NaiveDate> + use<> {
    let last = terms.last_date();
    from.iter_days().take_while(move |date| *date <= last)
}
