//! At the desk: an officer books for somebody who calls or stands at the counter, from the pool that everybody draws from.

use crate::auth::entities::enterprise::{self, EnterpriseState};
use crate::auth::{self, Actor, Right};
use crate::base::words;
use crate::booking::model::bookable::{DayReason, Offer, SlotReason};
use crate::booking::model::form;
use crate::booking::model::slots::Slot;
use crate::booking::model::why_not::{Facts, Hindrance, Whom};
use crate::booking::service::booker::{Booker, Whose};
use crate::booking::service::decide::People;
use crate::booking::service::request::RequestForm;
use crate::booking::service::stages::{Way, WaysAsked};
use crate::booking::service::take::NewBooking;
use crate::booking::service::terms::Question;
use crate::booking::service::view::Fresh;
use crate::booking::service::why::Explained;
use crate::booking::service::wish::WantedTime;
use crate::booking::service::{Booking, Drawing, plan_of};
use crate::booking::store::Scope;
use crate::booking::store::entities::appointment::Site;
use crate::booking::store::entities::booking::Channel;
use crate::booking::words::problems::unknown_service;
use crate::directory::ServiceInfo;
use crate::directory::entities::service::ServiceKind;
use crate::directory::entities::service_stage::Stage;
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::sync::Arc;
use uuid::Uuid;

/// What an officer books for somebody.
#[derive(Clone, Debug)]
pub struct DeskBooking {
    pub service_id: Uuid,
    /// None if it was not said in one way.
    pub time: Option<WantedTime>,
    pub channel: Channel,
    /// The mobile number may be empty at the counter.
    pub form: RequestForm,
    /// By its id or 统一社会信用代码.
    pub enterprise: Option<String>,
    /// They have the same place already, and want one more.
    pub anyway: bool,
    /// Why it is booked against the terms of the service; without it they hold.
    pub reason: Option<String>,
}

/// Whose terms are asked about at the desk.
#[derive(Clone, Debug)]
pub struct DeskAsked {
    pub channel: Channel,
    pub enterprise: Option<String>,
    pub category: Option<String>,
}

/// A way to have stages together, after what the terms have against it.
pub type ExplainedWay = (Vec<Hindrance>, Way);

/// From the beginning of the first stage to the end of the last one.
fn span(way: &Way) -> Slot {
    let ends_at = way.iter().map(|offer| offer.slot.ends_at).max();
    Slot { starts_at: start(way), ends_at: ends_at.unwrap_or_default() }
}

fn start(way: &Way) -> DateTime<Utc> {
    way.iter().map(|offer| offer.slot.starts_at).min().unwrap_or_default()
}

impl Booking {
    /// Takes a place for somebody who calls or stands at the counter: accepted at once, nothing is held.
    pub async fn take_at_desk(&self, actor: &Actor, new: DeskBooking) -> Result<Fresh, Problem> {
        actor.may(Right::HandleBookings)?;
        let info = self.0.directory.service(new.service_id).await?.filter(|info| info.row.active);
        let info = info.ok_or_else(unknown_service)?;
        let enterprise = self.let_in(new.enterprise.as_deref()).await?;
        // Who joins a meeting has signed in: of the enterprise there is somebody who can.
        if info.row.kind == ServiceKind::Video && enterprise.is_none() {
            return Err(Problem::invalid("enterprise", words::booking::desk_needs_enterprise()));
        }
        let against = form::check_reason(new.reason.as_deref())?;
        let form =
            new.form.checked(&info.spec, matches!(new.time, Some(WantedTime::Stages(_))), new.channel)?;
        let mobile = Some(form.contact_mobile.clone()).filter(|mobile| !mobile.is_empty());
        let booker = Booker {
            whose: Whose::Caller { name: form.contact_name.clone(), mobile },
            whom: whom_at_desk(enterprise.as_ref()),
            people: People::of_caller(enterprise.as_ref()),
            enterprise: enterprise.map(|row| row.id),
            by: actor.evidence(),
            officer: Some(actor.account_id),
            channel: new.channel,
        };
        let DeskBooking { service_id, time, anyway, .. } = new;
        self.take_for(booker, NewBooking { service_id, time, anyway, form: Some(form), against }).await
    }

    /// The slots of a date as somebody at the desk can have them, each with what the terms have against it for whom the
    /// officer asks: that can be booked with a reason, as long as there is a seat.
    pub async fn slots_at_desk(
        &self,
        actor: &Actor,
        service_id: Uuid,
        asked: DeskAsked,
        date: NaiveDate,
    ) -> Result<(Question, Vec<Explained>, Option<DayReason>), Problem> {
        actor.may(Right::HandleBookings)?;
        let info = self.offered(service_id).await?;
        let (calendar, drawing) = (self.0.directory.calendar().await?, self.drawing(&asked));
        let (question, enterprise) = self.question_at_desk(&info, asked, drawing).await?;
        let (offers, reason) =
            self.drawn(&info, &plan_of(&info), &calendar, (TimeDelta::zero(), drawing), date, &[]);
        let from = offers.first().map_or(drawing.now, |offer| offer.slot.starts_at);
        let facts = self.facts_of(&question, enterprise, from).await?;
        let explain = |offer: Offer| {
            let past = offer.reason == Some(SlotReason::Past);
            let hindrances: Vec<Hindrance> =
                if past { Vec::new() } else { question.why_not(&offer.slot, &facts) };
            let reason = offer.reason.or((!hindrances.is_empty()).then_some(SlotReason::Terms));
            (Offer { reason, ..offer }, hindrances)
        };
        let explained = offers.into_iter().map(explain).collect();
        Ok((question, explained, reason))
    }

    /// Ways to have some stages together for whom the officer asks, from `from` on: at most three that keep their lead time,
    /// and at most three sooner ones, each with what the terms have against it. Those that need no reason come first.
    pub async fn ways_at_desk(
        &self,
        actor: &Actor,
        service_id: Uuid,
        asked: DeskAsked,
        wanted: &[(Stage, Site)],
        from: DateTime<Utc>,
    ) -> Result<(Question, Vec<ExplainedWay>), Problem> {
        actor.may(Right::HandleBookings)?;
        let info = self.offered(service_id).await?;
        let drawing = self.drawing(&asked);
        let (question, enterprise) = self.question_at_desk(&info, asked, drawing).await?;
        let leads = [question.lead(), TimeDelta::zero()];
        let asked = WaysAsked { wanted, from, drawing, moved: None };
        let [mut ways, sooner] = self.ways(&info, asked, leads, |_| true).await?;
        let first = ways.first().map(start);
        ways.extend(sooner.into_iter().filter(|way| first.is_none_or(|first| start(way) < first)));
        let facts = self.facts_of(&question, enterprise, from.max(drawing.now)).await?;
        let explain = |way: Way| (question.why_not(&span(&way), &facts), way);
        let mut ways: Vec<ExplainedWay> = ways.into_iter().map(explain).collect();
        ways.sort_by_key(|(hindrances, _)| !hindrances.is_empty());
        Ok((question, ways))
    }

    fn drawing(&self, asked: &DeskAsked) -> Drawing {
        Drawing { channel: asked.channel, now: self.0.clock.now() }
    }

    /// The question of whom an officer asks for, and their enterprise.
    async fn question_at_desk(
        &self,
        info: &Arc<ServiceInfo>,
        asked: DeskAsked,
        drawing: Drawing,
    ) -> Result<(Question, Option<Uuid>), Problem> {
        let enterprise = self.let_in(asked.enterprise.as_deref()).await?;
        let whom = whom_at_desk(enterprise.as_ref());
        let question = self.question(info, whom, None, drawing.now).await?;
        let question = Question { category: asked.category, channel: asked.channel, ..question };
        Ok((question, enterprise.map(|row| row.id)))
    }

    /// What is known of it, for times from `from` on; of a caller nothing is known.
    async fn facts_of(
        &self,
        question: &Question,
        enterprise: Option<Uuid>,
        from: DateTime<Utc>,
    ) -> Result<Facts, Problem> {
        match enterprise {
            Some(id) => self.facts(question, Scope::Enterprise(id), from).await,
            None => Ok(Facts::default()),
        }
    }

    /// The enterprise that was named, if it was let in.
    async fn let_in(&self, named: Option<&str>) -> Result<Option<enterprise::Model>, Problem> {
        let Some(named) = named.map(str::trim).filter(|named| !named.is_empty()) else { return Ok(None) };
        let refused = |text| Err(Problem::invalid("enterprise", text));
        match auth::ask::enterprise_named(self.0.db.reader(), named).await? {
            Some(row) if row.state == EnterpriseState::Approved => Ok(Some(row)),
            Some(_) => refused(words::booking::enterprise_not_let_in()),
            None => refused(words::booking::unknown_enterprise()),
        }
    }
}

/// For whom an officer books: who calls for no enterprise calls for themselves.
fn whom_at_desk(enterprise: Option<&enterprise::Model>) -> Whom {
    enterprise.map_or(Whom::Person, |row| Whom::Enterprise(row.credit_tier))
}
