//! Requesting a held place: the form, and at once the acceptance where no decision is needed.

use crate::auth::{Actor, Right};
use crate::base::local_time::local_date;
use crate::base::words;
use crate::booking::model::boards::Boards;
use crate::booking::model::form;
use crate::booking::model::state::{self, Action, Side};
use crate::booking::model::warnings::{FormWarning, warnings};
use crate::booking::service::decide::People;
use crate::booking::service::transition::{Step, expire, take_steps};
use crate::booking::service::{Booking, Fault, scope_of};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::write;
use crate::booking::words::mails;
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::directory::model::ServiceSpec;
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
    /// Codes of the warnings that the booker has read.
    pub acknowledged: Vec<String>,
}

impl RequestForm {
    /// In its stored form, or the first thing that is wrong with it.
    pub(super) fn checked(self, spec: &ServiceSpec) -> Result<Self, Problem> {
        Ok(Self {
            contact_name: form::check_contact_name(&self.contact_name)?,
            contact_mobile: form::check_contact_mobile(&self.contact_mobile)?,
            fields: form::check_fields(&spec.fields, &self.fields)?,
            acknowledged: self.acknowledged,
        })
    }
}

/// How a request ended.
enum Outcome {
    Done(booking::Model),
    /// The same was requested before; nothing changed.
    Repeated(booking::Model),
    /// The hold was over; that is now on record, so it is no error of the transaction.
    Expired,
}

#[derive(Clone)]
struct Case {
    form: RequestForm,
    warnings: Vec<FormWarning>,
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
        let form = form.checked(&info.spec)?;
        let warnings = warnings(&info.spec.warnings, &form.fields, local_date(info.zone, seen.starts_at));
        let people = self.people_of(&seen).await?;
        let case = Case { form, warnings, actor: actor.evidence(), info, people, now: self.0.clock.now() };
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
            Outcome::Expired => Err(state::hold_expired()),
        }
    }
}

async fn request_locked(
    tx: &Tx,
    places: &Arc<Boards>,
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
    let read = |warning: &&FormWarning| form.acknowledged.contains(&warning.code);
    if let Some(warning) = case.warnings.iter().find(|warning| !read(warning)) {
        // Only of what can still be requested.
        state::step(&row, Action::Request, Side::Booker, *now)
            .map_err(|refusal| refusal.problem(info.zone))?;
        return Err(unread(warning).into());
    }
    let step = Step {
        action: Action::Request,
        side: Side::Booker,
        actor: *actor,
        officer: None,
        reason: None,
        form: Some(form.clone()),
        acknowledged: case.warnings.iter().map(|warning| warning.code.clone()).collect(),
        now: *now,
        zone: info.zone,
    };
    let accepted = (!info.row.needs_decision).then(|| Step::by_program(Action::Accept, *now));
    let row = take_steps(tx, row, std::iter::once(step).chain(accepted)).await?;
    Ok(Outcome::Done(row))
}

/// The warning's own words: whoever knows nothing of warnings still reads what it is about.
fn unread(warning: &FormWarning) -> Problem {
    let field = Some(warning.field.clone().into());
    Problem { field, ..Problem::conflict(words::booking::unread_warning(&warning.text)) }
}

fn says_the_same(row: &booking::Model, form: &RequestForm) -> bool {
    row.contact_name.as_deref() == Some(&form.contact_name)
        && row.contact_mobile.as_deref() == Some(&form.contact_mobile)
        && row.fields.as_object() == Some(&form.fields)
}
