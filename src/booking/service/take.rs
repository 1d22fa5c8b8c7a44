//! Taking a place: one short transaction, decided by the primary key of `occupied`. It is held for some minutes, or
//! requested in the same step.

use crate::auth::{Actor, Right};
use crate::base::ids;
use crate::base::local_time::local_date;
use crate::booking::log::{BookedStage, BookingEntry};
use crate::booking::model::reference::new_reference;
use crate::booking::model::why_not::{Facts, Rule};
use crate::booking::service::booker::{Booker, may_book};
use crate::booking::service::request::{RequestForm, Requested};
use crate::booking::service::terms::Question;
use crate::booking::service::transition::advance_all;
use crate::booking::service::view::Fresh;
use crate::booking::service::wish::{Asked, WantedAll, WantedTime};
use crate::booking::service::{Booking, Drawing, Fault};
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::write::{Party, Standing};
use crate::booking::store::{appointments, write};
use crate::booking::words::mails;
use crate::booking::words::problems::{
    already_theirs, already_yours, stages_needed, too_many_holds, unknown_service,
};
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::places::Taken;
use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// As many places as one person may hold at a time.
pub const MOST_HOLDS: i64 = 5;

/// What is to be booked.
#[derive(Clone, Debug)]
pub struct NewBooking {
    pub service_id: Uuid,
    /// None if it was not said in one way.
    pub time: Option<WantedTime>,
    /// They know that they have the same place already.
    pub anyway: bool,
    /// Where all is known, it is requested in the same step, and nothing is held.
    pub form: Option<RequestForm>,
    /// Why an officer wants it against the terms of the service. Whoever sets it has asked whether they may; seats and
    /// opening hours it leaves as they are.
    pub against: Option<String>,
}

/// The same, worked out.
pub(super) struct Wish {
    pub booker: Booker,
    pub info: Arc<ServiceInfo>,
    wanted: WantedAll,
    requested: Option<Requested>,
    question: Question,
    against: Option<String>,
    anyway: bool,
    /// Somebody who waits is offered it.
    offer: Option<Offered>,
    pub now: DateTime<Utc>,
}

/// How a place is held for somebody who waits.
#[derive(Clone, Copy, Debug)]
struct Offered {
    until: DateTime<Utc>,
    /// The booking that moves there, which does not count.
    but: Option<Uuid>,
}

impl Booking {
    /// Holds a place for somebody for some minutes, or books it at once where the form comes with it. Who has the same
    /// place already must say that they want one more `anyway`.
    pub async fn take(&self, actor: &Arc<Actor>, new: NewBooking) -> Result<Fresh, Problem> {
        actor.may(Right::Book)?;
        may_book(actor)?;
        self.take_for(Booker::of(actor), new).await
    }

    /// The same for whomever it is. An officer at the desk has decided with it.
    pub(super) async fn take_for(&self, booker: Booker, new: NewBooking) -> Result<Fresh, Problem> {
        let (service, wanted) = (new.service_id, new.time.as_ref().map(WantedTime::starts_at));
        self.counted(self.try_to_take(booker, new).await, service, wanted).await
    }

    async fn try_to_take(&self, booker: Booker, new: NewBooking) -> Result<Fresh, Problem> {
        let now = self.0.clock.now();
        let info = self.0.directory.service(new.service_id).await?.filter(|info| info.row.active);
        let info = info.ok_or_else(unknown_service)?;
        if info.spec.stages_only && matches!(new.time, Some(WantedTime::Slot(_))) {
            return Err(stages_needed());
        }
        let drawing = Drawing { channel: booker.channel, now };
        let people = new.form.as_ref().map_or(1, RequestForm::places);
        let wanted = self.wanted(&info, new.time.as_ref(), drawing).await?.for_people(people);
        let question =
            self.question(&info, booker.whom, new.form.as_ref().map(|form| &form.fields), now).await?;
        let question = Question { channel: booker.channel, people, ..question };
        if new.against.is_none() {
            question
                .allow(&wanted.span(), &Facts::default())
                .map_err(|problem| wanted.in_its_words(problem))?;
        }
        let requested = match new.form {
            Some(form) => Some(Requested::at_once(form, &booker, &info, &wanted, now, &self.0.keyring)?),
            None => None,
        };
        let mut tries = wanted.tries();
        let parties = booker.parties();
        let (anyway, against) = (new.anyway, new.against);
        let offer = None;
        let wish = Arc::new(Wish { booker, info, wanted, requested, question, against, anyway, offer, now });
        let turn = self.0.db.turn(&parties).await?;
        loop {
            let (this, wish, spread) = (self.clone(), wish.clone(), tries.spread);
            let attempt = self.0.db.write_in(turn.as_ref(), move |tx| {
                Box::pin(async move { this.attempt(tx, &wish, spread).await })
            });
            match attempt.await {
                Ok(fresh) => return Ok(fresh),
                Err(fault) => tries.again(fault)?,
            }
        }
    }

    /// One try: the whole use case in one transaction.
    pub(super) async fn attempt(&self, tx: &Tx, wish: &Wish, spread: bool) -> Result<Fresh, Fault> {
        let places = &self.0.places;
        // Locked first, so that two at once cannot both be the last one allowed.
        let account = wish.booker.lock(tx, wish.now).await?;
        let asked = Asked {
            party: wish.party(account),
            but: wish.offer.as_ref().map_or(&[], |offer| offer.but.as_slice()),
            anyway: wish.anyway,
            same_place: if wish.booker.officer.is_some() { already_theirs } else { already_yours },
            now: wish.now,
        };
        let (standing, taken) = wish.wanted.find_seats(tx, places, &asked, spread).await?;
        if wish.requested.is_none() && wish.offer.is_none() && standing.holds >= MOST_HOLDS {
            return Err(too_many_holds().into());
        }
        let broken = wish.broken(&standing)?;
        let (row, appointments, entries) = wish.rows(account, broken, &taken)?;
        write::insert(tx, row.clone());
        appointments::insert(tx, appointments.iter().cloned());
        let owners = appointments.iter().map(|appointment| appointment.id);
        places.occupy(tx, &owners.zip(taken).collect::<Vec<_>>());
        evidence::begin(tx, entries)?;
        if let Some(requested) = &wish.requested {
            requested.keep_beside(tx, row.id);
            self.0.tell_office(tx);
        }
        if row.state == BookingState::Accepted {
            let people = wish.booker.people.about(&appointments);
            mails::accepted(tx, &people.news(&self.0.installation, &wish.info, &row, wish.now)).await?;
        }
        Ok(Fresh { row, appointments, is_beside_another: standing.beside > 0 })
    }
}

impl Wish {
    /// For somebody who waits; `but` is the booking that moves there if they take it.
    pub fn offered(
        actor: &Actor,
        info: &Arc<ServiceInfo>,
        (wanted, question): (WantedAll, Question),
        but: Option<Uuid>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Self {
        let offer = Some(Offered { until, but });
        let (booker, info) = (Booker::of(actor), Arc::clone(info));
        Self { booker, info, wanted, requested: None, question, against: None, anyway: false, offer, now }
    }

    /// On whose behalf it is held.
    fn by(&self) -> evidence::Actor {
        if self.offer.is_some() { evidence::Actor::PROGRAM } else { self.booker.by }
    }

    fn party(&self, account: Uuid) -> Party {
        let span = self.wanted.span();
        Party {
            account,
            enterprise: self.booker.enterprise,
            service: self.info.row.id,
            starts_at: span.starts_at,
            ends_at: span.ends_at,
            facts: self.question.needs(span.starts_at),
        }
    }

    /// The rules against which it is booked; without a reason for that there must be none.
    fn broken(&self, standing: &Standing) -> Result<Vec<Rule>, Problem> {
        let facts = Facts { live: Some(standing.of_service), ..standing.facts.clone() };
        let span = self.wanted.span();
        if self.against.is_none() {
            let allowed = self.question.allow(&span, &facts);
            return allowed.map(|()| Vec::new()).map_err(|problem| self.wanted.in_its_words(problem));
        }
        Ok(self.question.why_not(&span, &facts).iter().map(|hindrance| hindrance.rule).collect())
    }

    /// What is written of the booking.
    fn rows(
        &self,
        account: Uuid,
        broken: Vec<Rule>,
        taken: &[Vec<Taken>],
    ) -> Result<(booking::Model, Vec<appointment::Model>, Vec<NewEntry>), Fault> {
        let row = self.new_row(account);
        let appointments = self.wanted.appointments(row.id, taken, self.now);
        let held = BookingEntry::Held {
            reference: row.reference.clone(),
            service: self.info.row.code.clone(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            hold_expires_at: row.hold_expires_at,
            stages: BookedStage::of(&appointments),
        };
        let mut first = NewEntry::new(row.id, &held, self.by(), self.now).row(evidence::made(&row));
        for appointment in &appointments {
            first = first.row(evidence::made(appointment));
        }
        let mut entries = vec![first];
        if let Some(reason) = self.against.as_ref().filter(|_| !broken.is_empty()) {
            let what = BookingEntry::AgainstTerms { reference: row.reference.clone(), rules: broken };
            let entry = NewEntry::new(row.id, &what, self.booker.by, self.now);
            entries.push(entry.personal("reason", reason.clone()));
        }
        let row = match &self.requested {
            None => row,
            Some(requested) => {
                let id = row.id;
                let (row, more) = advance_all(row, requested.steps(id))?;
                entries.extend(more);
                row
            }
        };
        Ok((row, appointments, entries))
    }

    fn new_row(&self, account: Uuid) -> booking::Model {
        let span = self.wanted.span();
        let hold = TimeDelta::minutes(i64::from(self.info.row.hold_minutes));
        // What is still to be decided about ends as it begins.
        let is_to_be_decided = self.info.row.needs_decision && self.requested.is_none();
        let last = if is_to_be_decided { span.starts_at } else { span.ends_at };
        let today = local_date(self.info.zone, self.now);
        booking::Model {
            id: ids::new_id(self.now),
            reference: new_reference(today, |below| rand::rng().random_range(0..below)),
            service_id: self.info.row.id,
            account_id: account,
            enterprise_id: self.booker.enterprise,
            state: BookingState::Held,
            starts_at: span.starts_at,
            ends_at: span.ends_at,
            hold_expires_at: Some(match self.offer {
                Some(offer) => offer.until,
                None => last.min(self.now + hold),
            }),
            contact_name: None,
            contact_mobile: None,
            fields: json!({}),
            officer_id: None,
            reason: None,
            sequence: 0,
            created_at: self.now,
            updated_at: self.now,
            explain_by: None,
            explanation: None,
            explained_at: None,
            channel: self.booker.channel,
            consent_version: None,
            consented_at: None,
            consent_withdrawn_at: None,
            people: None,
            results_ready_at: None,
            requested_at: None,
            decided_at: None,
            late_from: None,
        }
    }
}
