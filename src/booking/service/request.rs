//! Requesting a held place: the form, and at once the acceptance where no decision is needed.

use crate::auth::{Actor, Right};
use crate::base::keyring::Keyring;
use crate::base::local_time::local_date;
use crate::base::words;
use crate::booking::model::consent::GivenConsent;
use crate::booking::model::group::Person;
use crate::booking::model::slots::Slot;
use crate::booking::model::state::{self, Action, Side};
use crate::booking::model::warnings::{FormWarning, warnings};
use crate::booking::model::why_not::{Facts, Occasion};
use crate::booking::model::{form, sealed};
use crate::booking::service::booker::Booker;
use crate::booking::service::decide::People;
use crate::booking::service::papers::{Papers, all_there};
use crate::booking::service::terms::{Question, whom_of};
use crate::booking::service::transition::{Transition, expire, take_steps_behind};
use crate::booking::service::view::Fresh;
use crate::booking::service::wish::WantedAll;
use crate::booking::service::{Booking, Fault, scope_of};
use crate::booking::store::entities::booking::{self, BookingState, Channel};
use crate::booking::store::write::{self, Seen};
use crate::booking::store::{consents, external_numbers};
use crate::booking::wire::dto::BookingDto;
use crate::booking::words::mails;
use crate::booking::words::problems::documents_missing;
use crate::db::Tx;
use crate::directory::model::ServiceSpec;
use crate::directory::model::calendar::Calendar;
use crate::directory::model::documents::DocumentSpec;
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
    /// Empty where somebody at the counter has left none.
    pub contact_mobile: String,
    pub fields: Map<String, Value>,
    /// Of a group: who comes. None where somebody books for one.
    pub persons: Vec<Person>,
    /// Codes of the warnings that the booker has read.
    pub acknowledged: Vec<String>,
}

impl RequestForm {
    /// How many places it is for.
    pub(super) fn places(&self) -> i32 {
        i32::try_from(self.persons.len().max(1)).unwrap_or(i32::MAX)
    }

    /// In its stored form, or the first thing that is wrong with it. Who books stage by stage is asked less, and who
    /// calls or stands at the counter what they happen to say.
    pub(super) fn checked(
        self,
        spec: &ServiceSpec,
        in_stages: bool,
        channel: Channel,
    ) -> Result<Self, Problem> {
        let is_left_out = channel == Channel::Counter && self.contact_mobile.trim().is_empty();
        Ok(Self {
            contact_name: form::check_contact_name(&self.contact_name)?,
            contact_mobile: match is_left_out {
                true => String::new(),
                false => form::check_contact_mobile(&self.contact_mobile)?,
            },
            fields: match channel {
                Channel::Online => form::check_fields(&spec.fields, &self.fields, in_stages)?,
                _ => form::check_fields_at_desk(&spec.fields, &self.fields, in_stages)?,
            },
            persons: self.persons,
            acknowledged: self.acknowledged,
        })
    }
}

/// The same as it is stored: what is sensitive is sealed.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    pub contact_name: String,
    pub contact_mobile: String,
    pub fields: Map<String, Value>,
    /// Of a group.
    pub people: Option<i32>,
    /// The version of the words that were agreed to.
    pub consent: Option<String>,
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
    calendar: Arc<Calendar>,
    keyring: Keyring,
    now: DateTime<Utc>,
}

/// The same, checked, with what it is about.
pub(super) struct Requested {
    form: RequestForm,
    warnings: Vec<FormWarning>,
    actor: evidence::Actor,
    /// The officer at the desk, who decides with the request.
    officer: Option<Uuid>,
    info: Arc<ServiceInfo>,
    consent: Option<GivenConsent>,
    keyring: Keyring,
    now: DateTime<Utc>,
}

impl Requested {
    fn of(
        form: RequestForm,
        booker: &Booker,
        info: &Arc<ServiceInfo>,
        (starts_at, in_stages): (DateTime<Utc>, bool),
        now: DateTime<Utc>,
        keyring: &Keyring,
    ) -> Result<Self, Problem> {
        let form = form.checked(&info.spec, in_stages, booker.channel)?;
        let warnings = warnings(&info.spec.warnings, &form.fields, local_date(info.zone, starts_at));
        let consent = GivenConsent::of(&info.spec.fields, &form.fields);
        let (actor, officer) = (booker.by, booker.officer);
        let (info, keyring) = (Arc::clone(info), keyring.clone());
        Ok(Self { form, warnings, actor, officer, info, consent, keyring, now })
    }

    /// Together with the taking of the place.
    pub fn at_once(
        form: RequestForm,
        booker: &Booker,
        info: &Arc<ServiceInfo>,
        wanted: &WantedAll,
        now: DateTime<Utc>,
        keyring: &Keyring,
    ) -> Result<Self, Problem> {
        let about = (wanted.span().starts_at, wanted.in_stages());
        let requested = Self::of(form, booker, info, about, now, keyring)?;
        requested.all_read()?;
        // Uploaded is what is held. A group brings its documents, and the desk asks for what it needs.
        if booker.officer.is_none() && requested.form.persons.is_empty() {
            let missing: Vec<DocumentSpec> = info.spec.required_uploads().cloned().collect();
            documents_missing(&missing).map_or(Ok(()), Err)?;
        }
        Ok(requested)
    }

    /// Refuses while there is a warning that was not read.
    fn all_read(&self) -> Result<(), Problem> {
        let read = |warning: &&FormWarning| self.form.acknowledged.contains(&warning.code);
        self.warnings.iter().find(|warning| !read(warning)).map_or(Ok(()), |warning| Err(unread(warning)))
    }

    /// Keeps what stands beside the booking: the words that were agreed to, and the numbers by which it is found.
    pub fn keep_beside(&self, tx: &Tx, booking: Uuid) {
        let searched = self.info.spec.fields.iter().filter(|field| field.is_searched());
        let answered =
            searched.filter_map(|field| Some((&*field.key, self.form.fields.get(&field.key)?.as_str()?)));
        external_numbers::keep(tx, booking, answered);
        if let Some(given) = &self.consent {
            consents::keep(tx, given, self.now);
        }
    }

    fn says_the_same(&self, row: &booking::Model) -> bool {
        row.contact_name.as_deref() == Some(&self.form.contact_name)
            && row.contact_mobile.as_deref() == Some(&self.form.contact_mobile)
            && sealed::open(&self.keyring, row.id, &row.fields).fields == self.form.fields
    }

    fn filled(&self, booking: Uuid) -> Filled {
        let people = (!self.form.persons.is_empty()).then(|| self.form.places());
        let RequestForm { contact_name, contact_mobile, fields, persons, .. } = self.form.clone();
        let mut fields = sealed::seal(&self.keyring, booking, &self.info.spec.fields, fields);
        if people.is_some() {
            sealed::put_persons(&self.keyring, booking, &mut fields, &persons);
        }
        let consent = self.consent.as_ref().map(|given| given.version.clone());
        Filled { contact_name, contact_mobile, fields, people, consent }
    }

    /// The request of a booking, and its acceptance where nobody decides or the officer at the desk has.
    pub fn steps(&self, booking: Uuid) -> impl Iterator<Item = Transition> {
        let step = Transition {
            action: Action::Request,
            side: Side::Booker,
            actor: self.actor,
            officer: None,
            reason: None,
            form: Some(self.filled(booking)),
            acknowledged: self.warnings.iter().map(|warning| warning.code.clone()).collect(),
            explain_by: None,
            moved: None,
            late_from: None,
            now: self.now,
            zone: self.info.zone,
        };
        let accepted = match self.officer {
            Some(officer) => Some(Transition {
                actor: self.actor,
                // Where nobody decides, it comes to lie on nobody's desk.
                officer: self.info.row.needs_decision.then_some(officer),
                ..Transition::by_program(Action::Accept, self.now)
            }),
            None => (!self.info.row.needs_decision).then(|| Transition::by_program(Action::Accept, self.now)),
        };
        std::iter::once(step).chain(accepted)
    }
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
        let calendar = self.0.directory.calendar().await?;
        let (now, keyring) = (self.0.clock.now(), self.0.keyring.clone());
        let wish = Wish { form, actor: Arc::clone(actor), services, calendar, keyring, now };
        let this = self.clone();
        let outcome: Result<Outcome, Fault> = self
            .0
            .db
            .write_ahead(move |tx| {
                Box::pin(async move {
                    let seen = write::seen(tx, scope, id, now).await?.ok_or_else(Problem::not_found)?;
                    let case = wish.about(&seen)?;
                    // Read before anything is put aside.
                    let is_known = seen.row.account_id == wish.actor.account_id && !seen.is_in_stages;
                    let people = if is_known {
                        People::of_actor(&wish.actor)
                    } else {
                        People::read(tx.conn(), &case.info, &seen.row).await?
                    };
                    let terms = wish.terms(&seen, &case);
                    let papers = this.0.papers.get();
                    let outcome = request_seen(tx, (&this.0.places, papers), seen, &case, &terms).await?;
                    if let Outcome::Done(Fresh { row, .. }) = &outcome {
                        this.0.tell_office(tx);
                        if row.state == BookingState::Accepted {
                            let news = people.news(&this.0.installation, &case.info, row, case.now);
                            mails::accepted(tx, &news).await?;
                        }
                    }
                    Ok(outcome)
                })
            })
            .await;
        match self.counted_of(outcome.map_err(Problem::from), id, None).await? {
            Outcome::Done(fresh) => self.show_fresh(actor, fresh).await,
            Outcome::Repeated(row) => self.show(actor, row).await,
            Outcome::Expired => Err(state::hold_expired()),
        }
    }
}

impl Wish {
    fn about(&self, seen: &Seen) -> Result<Requested, Fault> {
        let info = self.services.get(seen.row.service_id);
        let info = info.ok_or_else(|| DbErr::RecordNotFound("the service of a booking".into()))?;
        let asked = (seen.row.starts_at, seen.is_in_stages);
        let booker = Booker::of(&self.actor);
        Ok(Requested::of(self.form.clone(), &booker, info, asked, self.now, &self.keyring)?)
    }

    /// The terms for what the form says, as of when the place was held: the form may take its time.
    fn terms(&self, seen: &Seen, case: &Requested) -> Question {
        Question {
            info: Arc::clone(&case.info),
            calendar: Arc::clone(&self.calendar),
            whom: whom_of(&self.actor),
            category: case.info.spec.terms.category(&case.form.fields).map(str::to_owned),
            now: seen.row.created_at,
            occasion: Occasion::Form,
            channel: seen.row.channel,
            // A place that is held is for one.
            people: 1,
            // So is the room for what was booked.
            unrecordable_until: None,
        }
    }
}

async fn request_seen(
    tx: &Tx,
    (places, papers): (&Places, Option<&Arc<dyn Papers>>),
    seen: Seen,
    case: &Requested,
    terms: &Question,
) -> Result<Outcome, Fault> {
    let Requested { info, now, .. } = case;
    let row = &seen.row;
    if state::hold_lapsed(row, *now) {
        expire(tx, places, row.id, *now).await?;
        return Ok(Outcome::Expired);
    }
    if matches!(row.state, BookingState::Requested | BookingState::Accepted) && case.says_the_same(row) {
        return Ok(Outcome::Repeated(seen.row));
    }
    if row.state == BookingState::Expired {
        return Ok(Outcome::Expired);
    }
    // It was held when nobody had to decide about it.
    if row.state == BookingState::Held && info.row.needs_decision && row.starts_at <= *now {
        return Err(state::hold_expired().into());
    }
    if let Err(unread) = case.all_read() {
        // Only of what can still be requested.
        state::step(row, Action::Request, Side::Booker, *now)
            .map_err(|refusal| refusal.problem(info.zone))?;
        return Err(unread.into());
    }
    // How they stand was asked when it was held; what it is about, the form tells.
    terms.allow(&Slot { starts_at: row.starts_at, ends_at: row.ends_at }, &Facts::default())?;
    if row.state == BookingState::Held {
        all_there(tx, papers, info, row.id).await?;
    }
    let (is_beside_another, is_in_stages) = (seen.is_beside_another, seen.is_in_stages);
    let steps = case.steps(seen.row.id);
    case.keep_beside(tx, seen.row.id);
    let row = take_steps_behind(tx, seen, steps)?;
    // A booking in stages is shown with them, which were not read.
    let appointments = Vec::new();
    Ok(Outcome::Done(Fresh { row, appointments, is_beside_another: is_beside_another || is_in_stages }))
}

/// The warning's own words: whoever knows nothing of warnings still reads what it is about.
fn unread(warning: &FormWarning) -> Problem {
    let field = Some(warning.field.clone().into());
    Problem { field, ..Problem::conflict(words::booking::unread_warning(&warning.text)) }
}
