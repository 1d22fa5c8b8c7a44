//! Requesting a held place: the form, and at once the acceptance where no decision is needed.

use crate::auth::{Actor, Right};
use crate::base::local_time::local_date;
use crate::base::words;
use crate::booking::model::form;
use crate::booking::model::state::{self, Action, Side};
use crate::booking::model::warnings::{FormWarning, warnings};
use crate::booking::service::decide::People;
use crate::booking::service::transition::{Step, expire, take_steps_behind};
use crate::booking::service::view::Fresh;
use crate::booking::service::{Booking, Fault, scope_of};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::write::{self, Seen};
use crate::booking::wire::dto::BookingDto;
use crate::booking::words::mails;
use crate::db::Tx;
use crate::directory::model::ServiceSpec;
use crate::directory::{ServiceInfo, Services};
use crate::evidence;
use crate::http::Problem;
use crate::places::Places;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
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
    Done(Fresh),
    /// The same was requested before; nothing changed.
    Repeated(booking::Model),
    /// The hold was over; that is now on record, so it is no error of the transaction.
    Expired,
}

/// What the caller wants of a booking that has not been read yet.
#[derive(Clone)]
struct Wish {
    form: RequestForm,
    actor: Arc<Actor>,
    services: Arc<Services>,
    now: DateTime<Utc>,
}

/// The same, with what it is about.
struct Case {
    form: RequestForm,
    warnings: Vec<FormWarning>,
    actor: evidence::Actor,
    info: Arc<ServiceInfo>,
    now: DateTime<Utc>,
}

impl Booking {
    /// Requests a held place. Saying the same again changes nothing and is no error.
    pub async fn request(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        form: RequestForm,
    ) -> Result<BookingDto, Problem> {
        actor.may(Right::Book)?;
        let scope = scope_of(actor)?;
        let services = self.0.directory.kept_services().await?;
        let wish = Wish { form, actor: Arc::clone(actor), services, now: self.0.clock.now() };
        let this = self.clone();
        let outcome: Result<Outcome, Fault> = self
            .0
            .db
            .write_ahead(move |tx| {
                Box::pin(async move {
                    let seen = write::seen(tx, scope, id).await?.ok_or_else(Problem::not_found)?;
                    let case = wish.about(&seen.row)?;
                    // Read before anything is put aside.
                    let people = if seen.row.account_id == wish.actor.account_id {
                        People::of_actor(&wish.actor)
                    } else {
                        People::read(tx.conn(), &seen.row).await?
                    };
                    let outcome = request_seen(tx, &this.0.places, seen, &case).await?;
                    if let Outcome::Done(Fresh { row, .. }) = &outcome {
                        this.0.tell_office(tx);
                        if row.state == BookingState::Accepted {
                            let news = people.news(&this.0.office, &case.info, row, case.now);
                            mails::accepted(tx, &news).await?;
                        }
                    }
                    Ok(outcome)
                })
            })
            .await;
        match outcome? {
            Outcome::Done(fresh) => self.show_fresh(actor, fresh).await,
            Outcome::Repeated(row) => self.show(actor, row).await,
            Outcome::Expired => Err(state::hold_expired()),
        }
    }
}

impl Wish {
    fn about(&self, row: &booking::Model) -> Result<Case, Fault> {
        let info = self.services.get(row.service_id);
        let info = info.ok_or_else(|| DbErr::RecordNotFound("the service of a booking".into()))?.clone();
        let form = self.form.clone().checked(&info.spec)?;
        let warnings = warnings(&info.spec.warnings, &form.fields, local_date(info.zone, row.starts_at));
        Ok(Case { form, warnings, actor: self.actor.evidence(), info, now: self.now })
    }
}

async fn request_seen(tx: &Tx, places: &Places, seen: Seen, case: &Case) -> Result<Outcome, Fault> {
    let Case { form, actor, info, now, .. } = case;
    let row = &seen.row;
    if state::hold_lapsed(row, *now) {
        expire(tx, places, row.id, *now).await?;
        return Ok(Outcome::Expired);
    }
    if matches!(row.state, BookingState::Requested | BookingState::Accepted) && says_the_same(row, form) {
        return Ok(Outcome::Repeated(seen.row));
    }
    if row.state == BookingState::Expired {
        return Ok(Outcome::Expired);
    }
    let read = |warning: &&FormWarning| form.acknowledged.contains(&warning.code);
    if let Some(warning) = case.warnings.iter().find(|warning| !read(warning)) {
        // Only of what can still be requested.
        state::step(row, Action::Request, Side::Booker, *now)
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
    let is_beside_another = seen.is_beside_another;
    let row = take_steps_behind(tx, seen, std::iter::once(step).chain(accepted))?;
    Ok(Outcome::Done(Fresh { row, is_beside_another }))
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
