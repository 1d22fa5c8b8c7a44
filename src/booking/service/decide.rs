//! What is decided about a booking: by the officer, or by the booker who cancels.

use crate::auth::entities::{account, enterprise};
use crate::auth::{self, Actor, Right};
use crate::base::words::Language;
use crate::booking::log::BookedStage;
use crate::booking::model::state::{Action, Side, hold_expired, hold_lapsed, keeps_place};
use crate::booking::model::{form, state};
use crate::booking::service::transition::{Transition, take_step};
use crate::booking::service::{Booking, Installation, scope_of};
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState, Channel};
use crate::booking::store::{appointments, write};
use crate::booking::words::mails::{self, News};
use crate::directory::ServiceInfo;
use crate::http::Problem;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

/// What somebody decided.
struct Decision {
    side: Side,
    action: Action,
    reason: Option<String>,
    /// They were warned and want it all the same.
    anyway: bool,
}

impl Decision {
    /// An officer's, without more words.
    fn to(action: Action) -> Self {
        Self { side: Side::Officer, action, reason: None, anyway: false }
    }
}

impl Booking {
    /// Accepts a request. An officer who has another appointment at the time must say that they
    /// want it `anyway`.
    pub async fn accept(&self, actor: &Actor, id: Uuid, anyway: bool) -> Result<booking::Model, Problem> {
        self.decide(actor, id, Decision { anyway, ..Decision::to(Action::Accept) }).await
    }

    pub async fn refuse(&self, actor: &Actor, id: Uuid, reason: &str) -> Result<booking::Model, Problem> {
        actor.may(Right::HandleBookings)?;
        let reason = form::require_reason(Some(reason))?;
        self.decide(actor, id, Decision { reason: Some(reason), ..Decision::to(Action::Refuse) }).await
    }

    pub async fn check_in_at_desk(&self, actor: &Actor, id: Uuid) -> Result<booking::Model, Problem> {
        self.decide(actor, id, Decision::to(Action::CheckIn)).await
    }

    pub async fn complete_at_desk(&self, actor: &Actor, id: Uuid) -> Result<booking::Model, Problem> {
        self.decide(actor, id, Decision::to(Action::Complete)).await
    }

    pub async fn no_show(&self, actor: &Actor, id: Uuid) -> Result<booking::Model, Problem> {
        self.decide(actor, id, Decision::to(Action::NoShow)).await
    }

    /// Takes a no-show back.
    pub async fn reopen(&self, actor: &Actor, id: Uuid) -> Result<booking::Model, Problem> {
        self.decide(actor, id, Decision::to(Action::Reopen)).await
    }

    /// Cancels one's own booking. What the office has heard of needs a reason. What an officer took for somebody who
    /// cannot sign in, officers cancel for them.
    pub async fn cancel(
        &self,
        actor: &Actor,
        id: Uuid,
        reason: Option<&str>,
    ) -> Result<booking::Model, Problem> {
        let at_desk = actor.has(Right::HandleBookings);
        if !at_desk {
            actor.may(Right::Book)?;
        }
        let seen = self.find_for(actor, id).await?;
        if at_desk && seen.channel == Channel::Online {
            return Err(Problem::forbidden());
        }
        let reason = form::check_reason(reason)?;
        let now = self.0.clock.now();
        // First whether it can be cancelled at all: nobody should write a reason for nothing.
        let zone = self.info(seen.service_id).await?.zone;
        state::step(&seen, Action::Cancel, Side::Booker, now).map_err(|refusal| refusal.problem(zone))?;
        if seen.state != BookingState::Held && reason.is_none() {
            form::require_reason(None)?;
        }
        let decision = Decision { side: Side::Booker, reason, ..Decision::to(Action::Cancel) };
        self.change(actor, seen, decision).await
    }

    async fn decide(&self, actor: &Actor, id: Uuid, decision: Decision) -> Result<booking::Model, Problem> {
        actor.may(Right::HandleBookings)?;
        let seen = self.find_for(actor, id).await?;
        self.change(actor, seen, decision).await
    }

    async fn change(
        &self,
        actor: &Actor,
        seen: booking::Model,
        decision: Decision,
    ) -> Result<booking::Model, Problem> {
        let Decision { side, action, reason, anyway } = decision;
        let now = self.0.clock.now();
        let scope = scope_of(actor)?;
        let info = self.info(seen.service_id).await?;
        let people = self.people_of(&info, &seen).await?;
        let officer = (side == Side::Officer).then_some(actor.account_id);
        let zone = info.zone;
        // Who told an officer why has explained it.
        let explain_by = match actor.has(Right::HandleBookings) {
            true => None,
            false => self.explain_by(&info, &seen, action, now).await?,
        };
        let actor = actor.evidence();
        let step = Transition {
            side,
            actor,
            officer,
            reason,
            zone,
            explain_by,
            ..Transition::by_program(action, now)
        };
        let inner = self.0.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let before =
                        write::lock_scoped(tx, scope, seen.id).await?.ok_or_else(Problem::not_found)?;
                    if hold_lapsed(&before, now) && side == Side::Booker {
                        // The sweep is about to write that down.
                        return Err(hold_expired());
                    }
                    let was = before.state;
                    if action == Action::Cancel && was != BookingState::Held && step.reason.is_none() {
                        // It was requested while its cancelling was on the way.
                        form::require_reason(None)?;
                    }
                    state::step(&before, action, side, now).map_err(|refusal| refusal.problem(zone))?;
                    inner.hindered(tx, &before, action, officer, anyway).await?;
                    let row = take_step(tx, before, step).await.map_err(Problem::from)?;
                    if !keeps_place(row.state) {
                        inner.places.vacate(tx, appointments::owners(row.id)).await?;
                    }
                    let news = people.news(&inner.installation, &info, &row, now);
                    match (action, was) {
                        (Action::Accept, _) => mails::accepted(tx, &news).await?,
                        (Action::Refuse, _) => mails::refused(tx, &news).await?,
                        // Nobody was told of a hold.
                        (Action::Cancel, BookingState::Held) => {}
                        (Action::Cancel, was) => {
                            mails::cancelled(tx, &news, was == BookingState::Accepted).await?;
                        }
                        _ => {}
                    }
                    inner.tell_office(tx);
                    Ok(row)
                })
            })
            .await
    }

    /// The people behind a booking, read before the transaction.
    pub(super) async fn people_of(&self, info: &ServiceInfo, row: &booking::Model) -> Result<People, DbErr> {
        People::read(self.0.db.reader(), info, row).await
    }
}

/// Whom news about a booking reach, in which language, and what of it stands in other tables.
#[derive(Clone)]
pub(super) struct People {
    to: Option<String>,
    language: Language,
    /// Of the booking, where it has some.
    stages: Vec<BookedStage>,
}

impl People {
    /// Those of a booking.
    pub async fn read(
        conn: &impl ConnectionTrait,
        info: &ServiceInfo,
        row: &booking::Model,
    ) -> Result<Self, DbErr> {
        let account = auth::ask::accounts(conn, &[row.account_id]).await?.remove(&row.account_id);
        let enterprise = match row.enterprise_id {
            Some(id) => auth::ask::enterprises(conn, &[id]).await?.remove(&id),
            None => None,
        };
        let appointments = match info.stages.is_empty() {
            true => Vec::new(),
            false => appointments::of(conn, [row.id]).await?,
        };
        Ok(Self { stages: BookedStage::of(&appointments), ..Self::of(account.as_ref(), enterprise.as_ref()) })
    }

    /// In which language they are told.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The same about other appointments.
    pub fn about(&self, appointments: &[appointment::Model]) -> Self {
        Self { stages: BookedStage::of(appointments), ..self.clone() }
    }

    fn of(account: Option<&account::Model>, enterprise: Option<&enterprise::Model>) -> Self {
        Self {
            to: account.and_then(|account| auth::booker_address(account, enterprise)),
            language: account.map(|account| account.locale).unwrap_or_default(),
            stages: Vec::new(),
        }
    }

    /// Of somebody who has not signed in: the contact of their enterprise, if they book for one.
    pub fn of_caller(enterprise: Option<&enterprise::Model>) -> Self {
        let to = enterprise.map(|enterprise| enterprise.contact_email.clone());
        Self { to, language: Language::default(), stages: Vec::new() }
    }

    /// For a booking of the caller's own.
    pub fn of_actor(actor: &Actor) -> Self {
        Self { to: actor.news_to.clone(), language: actor.locale, stages: Vec::new() }
    }

    /// What a mail about the booking is written from.
    pub fn news<'a>(
        &self,
        installation: &'a Installation,
        info: &'a ServiceInfo,
        row: &'a booking::Model,
        now: DateTime<Utc>,
    ) -> News<'a> {
        let stages = self.stages.clone();
        News { installation, info, row, now, to: self.to.clone(), language: self.language, stages }
    }
}
