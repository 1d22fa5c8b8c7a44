//! Requesting a held place: the form, and at once the acceptance where no decision is needed.

use super::decide::People;
use super::transition::{Step, expire, take_steps};
use super::{Booking, Fault, scope_of};
use crate::auth::{Actor, Right};
use crate::booking::model::form;
use crate::booking::model::state::{self, Action, Refusal, Side};
use crate::booking::store::write;
use crate::booking::{mails, places::Places};
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::entity::booking::{self, BookingState};
use crate::evidence;
use crate::http::Problem;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::sync::Arc;
use uuid::Uuid;

/// What the booker filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestForm {
    pub contact_name: String,
    pub contact_mobile: String,
    pub fields: Map<String, Value>,
}

/// How a request ended.
enum Outcome {
    Done(booking::Model),
    /// The same was requested before; nothing changed.
    Repeated(booking::Model),
    /// The hold was over; that is now on record, so it is no error of the transaction.
    Expired,
}

struct Case {
    form: RequestForm,
    actor: evidence::Actor,
    info: Arc<ServiceInfo>,
    people: People,
    now: DateTime<Utc>,
}

impl Booking {
    /// Requests a held place. Saying the same again changes nothing and is no error.
    pub async fn request(
        &self,
        actor: &Actor,
        id: Uuid,
        form: RequestForm,
    ) -> Result<booking::Model, Problem> {
        actor.may(Right::Book)?;
        let scope = scope_of(actor)?;
        let seen = self.find_for(actor, id).await?;
        let info = self.info(seen.service_id).await?;
        let form = RequestForm {
            contact_name: form::check_contact_name(&form.contact_name)?,
            contact_mobile: form::check_contact_mobile(&form.contact_mobile)?,
            fields: form::check_fields(&info.spec.fields, &form.fields)?,
        };
        let people = self.people_of(&seen).await?;
        let case = Case { form, actor: actor.evidence(), info, people, now: self.0.clock.now() };
        let inner = self.0.clone();
        let outcome: Result<Outcome, Fault> = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let row = write::lock_scoped(tx, scope, id).await?.ok_or_else(Problem::not_found)?;
                    let outcome = request_locked(tx, &inner.places, row, &case).await?;
                    if let Outcome::Done(row) = &outcome {
                        inner.tell_office(tx);
                        if row.state == BookingState::Accepted {
                            let news = case.people.news(&inner.office, &case.info, row, case.now);
                            mails::accepted(tx, &news).await?;
                        }
                    }
                    Ok(outcome)
                })
            })
            .await;
        match outcome? {
            Outcome::Done(row) | Outcome::Repeated(row) => Ok(row),
            Outcome::Expired => Err(Refusal::HoldExpired.into()),
        }
    }
}

async fn request_locked(
    tx: &Tx,
    places: &Arc<Places>,
    row: booking::Model,
    case: &Case,
) -> Result<Outcome, Fault> {
    let Case { form, actor, info, now, .. } = case;
    if state::hold_lapsed(&row, *now) {
        expire(tx, places, row.id, *now).await?;
        return Ok(Outcome::Expired);
    }
    if matches!(row.state, BookingState::Requested | BookingState::Accepted) && says_the_same(&row, form) {
        return Ok(Outcome::Repeated(row));
    }
    if row.state == BookingState::Expired {
        return Ok(Outcome::Expired);
    }
    let step = Step {
        action: Action::Request,
        side: Side::Booker,
        actor: *actor,
        officer: None,
        reason: None,
        form: Some(form.clone()),
        now: *now,
    };
    let accepted = (!info.row.needs_decision).then(|| Step::by_program(Action::Accept, *now));
    let row = take_steps(tx, row, std::iter::once(step).chain(accepted)).await?;
    Ok(Outcome::Done(row))
}

fn says_the_same(row: &booking::Model, form: &RequestForm) -> bool {
    row.contact_name.as_deref() == Some(&form.contact_name)
        && row.contact_mobile.as_deref() == Some(&form.contact_mobile)
        && row.fields.as_object() == Some(&form.fields)
}
