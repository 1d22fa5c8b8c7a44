//! What a service is, as chiefs see and set it. What is booked stands whatever is set; what would then lie outside is
//! asked about before.

use crate::auth::{self, Actor, Right};
use crate::base::ids;
use crate::base::local_time::local_date;
use crate::base::words::{self, ByLanguage, Language, Moment, Text};
use crate::booking::jobs::SealService;
use crate::booking::log::{Changed, ServiceEntry};
use crate::booking::model::settled::{StageTrouble, check_stages};
use crate::booking::model::{display_reference, form};
use crate::booking::service::settings_tried::{Standings, newly_outside};
use crate::booking::service::stage_officers::check_officers;
use crate::booking::service::wish::{stage_plan, terms_of_stages};
use crate::booking::service::{Booking, Fault};
use crate::booking::store::entities::booking;
use crate::db::{Tx, bus, jobs};
use crate::directory::entities::setup_change;
use crate::directory::model::calendar::Calendar;
use crate::directory::model::settings::{self as rules, ServiceSettings, SetupPart};
use crate::directory::settings::{all_stored, refused, stored};
use crate::directory::{ServiceInfo, office, setups};
use crate::evidence::{self, NewEntry, SYSTEM};
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// For so many days it is looked whether stages fit.
const DAYS_LOOKED_AT: usize = 28;
/// After this time nobody goes by a form of before.
const KEPT_IN_MEMORY: TimeDelta = TimeDelta::minutes(2);
/// As many bookings are named when something is refused for them.
const NAMED: usize = 8;

/// A service as it is set, and what was changed of it, the newest first.
pub struct ServiceSetup {
    pub info: Arc<ServiceInfo>,
    pub changes: Vec<ChangeShown>,
}

/// A change, and who made it.
#[derive(Clone, Debug)]
pub struct ChangeShown {
    pub row: setup_change::Model,
    pub made_by: String,
}

/// A service that is to be like another one.
#[derive(Clone, Debug)]
pub struct NewService {
    pub like: Uuid,
    pub venue_id: Uuid,
    pub name: ByLanguage,
    pub reason: String,
}

/// What is set otherwise.
#[derive(Clone, Debug)]
pub struct SetService {
    /// What it was when somebody began to change it.
    pub version: i32,
    pub settings: ServiceSettings,
    pub reason: String,
    /// They know which bookings would stand outside.
    pub anyway: bool,
}

impl Booking {
    /// Every service with its newest change, by position.
    pub async fn service_setups(&self, actor: &Actor) -> Result<Vec<ServiceSetup>, Problem> {
        actor.may(Right::SetTerms)?;
        let conn = self.0.db.reader();
        let mut newest = setups::newest_changes(conn).await?;
        let infos = all_stored(conn).await?;
        let rows = infos.iter().filter_map(|info| newest.remove(&info.row.id)).collect();
        let mut changes: HashMap<Uuid, ChangeShown> =
            shown(conn, rows).await?.into_iter().map(|one| (one.row.subject_id, one)).collect();
        let setup = |info: Arc<ServiceInfo>| {
            let changes = changes.remove(&info.row.id).into_iter().collect();
            ServiceSetup { info, changes }
        };
        Ok(infos.into_iter().map(setup).collect())
    }

    /// A service as it is set.
    pub async fn service_setup(&self, actor: &Actor, id: Uuid) -> Result<ServiceSetup, Problem> {
        actor.may(Right::SetTerms)?;
        let conn = self.0.db.reader();
        let info = stored(conn, id).await?.ok_or_else(Problem::not_found)?;
        let changes = shown(conn, setups::changes(conn, id).await?).await?;
        Ok(ServiceSetup { info, changes })
    }

    /// Makes a service that is like another one, and switched off until it is set.
    pub async fn make_service(&self, actor: &Actor, new: NewService) -> Result<ServiceSetup, Problem> {
        actor.may(Right::SetTerms)?;
        let reason = form::require_reason(Some(&new.reason))?;
        rules::name("name", &new.name).map_err(|fault| of_field(refused(&fault)))?;
        let (by, maker, now) = (actor.evidence(), actor.account_id, self.0.clock.now());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let all = all_stored(tx.conn()).await?;
                let like = all.iter().find(|info| info.row.id == new.like);
                let like = like.ok_or_else(|| Problem::invalid("like", words::booking::unknown_service()))?;
                let venue = setups::venue(tx.conn(), new.venue_id).await?.ok_or_else(unknown_venue)?;
                let mut info = ServiceInfo::clone(like);
                let kind = sea_orm::ActiveEnum::to_value(&like.row.kind).replace('_', "-");
                let is_taken = |code: &str| all.iter().any(|other| other.row.code == code);
                let code = free_code(&kind, is_taken);
                info.row.id = ids::new_id(now);
                info.row.code = code.clone();
                info.row.venue_id = venue.id;
                info.row.name = new.name;
                info.row.position = all.iter().map(|other| other.row.position).max().unwrap_or(0) + 1;
                info.row.active = false;
                // Nobody has answered it.
                info.spec.former_fields.clear();
                info.spec.former_documents.clear();
                info.spec.former_labels.clear();
                info.stages.iter_mut().for_each(|stage| stage.row.resource_id = None);
                let id = info.row.id;
                setups::write_new_service(tx, &info, now).await?;
                let parts = [SetupPart::Name];
                note(tx, id, 1, &parts, &reason, (maker, now)).await?;
                let what = ServiceEntry::Made { service: code, like: like.row.code.clone() };
                let entry = NewEntry::new(SYSTEM, &what, by, now).personal("reason", reason);
                evidence::append(tx, entry).await?;
                bus::tell_in(tx, bus::DIRECTORY).await?;
                Ok::<_, Fault>(id)
            })
        });
        let id = write.await?;
        self.0.directory.forget();
        self.service_setup(actor, id).await
    }

    /// Sets what a service is. The same again changes nothing.
    pub async fn set_service(
        &self,
        actor: &Actor,
        id: Uuid,
        set: SetService,
    ) -> Result<ServiceSetup, Problem> {
        actor.may(Right::SetTerms)?;
        let reason = form::require_reason(Some(&set.reason))?;
        let calendar = self.0.directory.calendar().await?;
        let (by, maker, now, inner) =
            (actor.evidence(), actor.account_id, self.0.clock.now(), self.0.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                setups::lock_service(tx, id).await?.ok_or_else(Problem::not_found)?;
                let before = stored(tx.conn(), id).await?.ok_or_else(Problem::not_found)?;
                let changes = setups::changes(tx.conn(), id).await?;
                check_version(tx, changes, set.version).await?;
                let (was, settings) = (before.settings(), set.settings);
                let parts = settings.parts_changed_since(&was);
                if parts.is_empty() {
                    return Ok(());
                }
                before.check_settings(&settings)?;
                check_officers(tx.conn(), &before, &settings).await?;
                let wanted = before.with_settings(&settings, now);
                fit_stages(&wanted, &calendar, now)?;
                let standings = Standings::of(tx.conn(), &before, &wanted, now).await?;
                let newly = newly_outside(&standings, &before, &wanted, &calendar);
                if !set.anyway && !newly.is_empty() {
                    let rows: Vec<&booking::Model> = newly.iter().map(|(row, _)| *row).collect();
                    return Err(Fault::from(would_stand_outside(&rows)));
                }
                let after = setups::write_service(tx, &before, &wanted, now).await?;
                let seats = standings.new_seats(tx.conn(), &after).await?;
                if !seats.is_empty() {
                    inner.places.occupy(tx, &seats);
                }
                if wanted.spec.newly_sensitive(&before.spec) {
                    let sealing = SealService { service_id: id, after: None };
                    jobs::enqueue(tx, now, &sealing).await?;
                    // Once more: who was just requesting went by what a process had in memory.
                    jobs::enqueue_for(tx, now, now + KEPT_IN_MEMORY, &sealing).await?;
                }
                note(tx, id, set.version + 1, &parts, &reason, (maker, now)).await?;
                let service = before.row.code.clone();
                for what in entries(service, &was, &settings)? {
                    let entry = NewEntry::new(SYSTEM, &what, by, now).personal("reason", reason.clone());
                    evidence::append(tx, entry).await?;
                }
                bus::tell_in(tx, bus::DIRECTORY).await?;
                // Who waits may have a place now.
                inner.places.have_looked_at(tx, after.row.resource_id).await?;
                inner.tell_office(tx);
                Ok::<_, Fault>(())
            })
        });
        write.await?;
        self.0.directory.forget();
        self.service_setup(actor, id).await
    }
}

/// What the chain is told: the hours by an entry of their own, and all else by one.
fn entries(
    service: String,
    was: &ServiceSettings,
    is_now: &ServiceSettings,
) -> Result<Vec<ServiceEntry>, DbErr> {
    let mut all = Vec::new();
    let mut changed = changed_fields(was, is_now)?;
    if let Some(Changed { was, is_now }) = changed.remove("opening_rules") {
        all.push(ServiceEntry::RulesChanged { service: service.clone(), was, is_now });
    }
    if !changed.is_empty() {
        all.push(ServiceEntry::Changed { service, changed });
    }
    Ok(all)
}

/// The fields that are other than before, with what they were and are.
pub(super) fn changed_fields<T: serde::Serialize>(
    was: &T,
    is_now: &T,
) -> Result<BTreeMap<String, Changed>, DbErr> {
    let value = |of: &T| serde_json::to_value(of).map_err(|error| DbErr::Json(error.to_string()));
    let (Value::Object(mut was), Value::Object(is_now)) = (value(was)?, value(is_now)?) else {
        return Ok(BTreeMap::new());
    };
    let changed = is_now.into_iter().filter_map(|(field, is_now)| {
        let was = was.remove(&field).unwrap_or(Value::Null);
        (was != is_now).then_some((field, Changed { was, is_now }))
    });
    Ok(changed.collect())
}

/// Notes who changed which parts of what, and why.
pub(super) async fn note(
    tx: &Tx,
    subject_id: Uuid,
    version: i32,
    parts: &[SetupPart],
    reason: &str,
    (made_by, made_at): (Uuid, DateTime<Utc>),
) -> Result<(), DbErr> {
    let parts = serde_json::to_value(parts).map_err(|error| DbErr::Json(error.to_string()))?;
    let (id, reason) = (ids::new_id(made_at), reason.to_owned());
    let row = setup_change::Model { id, subject_id, version, parts, reason, made_by, made_at };
    setups::insert_change(tx, row).await
}

/// Refuses what was begun before somebody else changed the same, and tells who and what.
pub(super) async fn check_version(
    tx: &Tx,
    changes: Vec<setup_change::Model>,
    version: i32,
) -> Result<(), Fault> {
    let current = changes.first().map_or(0, |newest| newest.version);
    if version == current {
        return Ok(());
    }
    let since: Vec<_> = changes.into_iter().filter(|change| change.version > version).collect();
    let shown = shown(tx.conn(), since).await?;
    let Some(newest) = shown.first() else {
        // A version that never was.
        return Err(Problem::invalid("version", words::booking::settings_unknown_version()).into());
    };
    let mut parts: Vec<SetupPart> = shown.iter().flat_map(|one| parts_of(&one.row)).collect();
    parts.sort_unstable();
    parts.dedup();
    let list = |language: Language| {
        let names: Vec<String> = parts.iter().map(|part| part_name(*part).in_language(language)).collect();
        (language, names.join(words::booking::settings_and().in_language(language).as_str()))
    };
    let parts = ByLanguage::of(Language::ALL.map(list));
    let at = Moment(newest.row.made_at, office().zone);
    let title = words::booking::changed_meanwhile(newest.made_by.as_str(), at, parts);
    Err(Problem::conflict(title).into())
}

/// The parts that a change was about.
pub fn parts_of(row: &setup_change::Model) -> Vec<SetupPart> {
    serde_json::from_value(row.parts.clone()).unwrap_or_default()
}

fn part_name(part: SetupPart) -> Text {
    use words::booking as say;
    match part {
        SetupPart::Name => say::settings_part_name(),
        SetupPart::Texts => say::settings_part_texts(),
        SetupPart::Booking => say::settings_part_booking(),
        SetupPart::Seats => say::settings_part_seats(),
        SetupPart::Hours => say::settings_part_hours(),
        SetupPart::Stages => say::settings_part_stages(),
        SetupPart::Form => say::settings_part_form(),
        SetupPart::Documents => say::settings_part_documents(),
        SetupPart::Active => say::settings_part_active(),
        SetupPart::Address => say::settings_part_address(),
        SetupPart::Contact => say::settings_part_contact(),
        SetupPart::Grid => say::settings_part_grid(),
    }
}

/// Changes with the names of those who made them.
pub(super) async fn shown(
    conn: &impl ConnectionTrait,
    rows: Vec<setup_change::Model>,
) -> Result<Vec<ChangeShown>, DbErr> {
    let makers: Vec<Uuid> = rows.iter().map(|row| row.made_by).collect();
    let makers = auth::ask::accounts(conn, &makers).await?;
    let shown = |row: setup_change::Model| {
        let made_by = makers.get(&row.made_by).map(|maker| maker.name.clone()).unwrap_or_default();
        ChangeShown { row, made_by }
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// A code that nothing has yet.
pub(super) fn free_code(of: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let code = |number: u32| format!("{of}-{number}");
    (2..).map(code).find(|code| !is_taken(code)).unwrap_or_else(|| of.to_owned())
}

pub(super) fn unknown_venue() -> Problem {
    Problem::invalid("venue_id", words::booking::unknown_venue())
}

/// A refusal of a field that is not among `settings`.
fn of_field(problem: Problem) -> Problem {
    let field = problem.field.as_deref().map(|field| field.trim_start_matches("settings.").to_owned());
    Problem { field: field.map(Into::into), ..problem }
}

/// Refuses stages that cannot be had one after the other within the opening hours.
pub(super) fn fit_stages(info: &ServiceInfo, calendar: &Calendar, now: DateTime<Utc>) -> Result<(), Problem> {
    // By the rules alone: what was announced passes.
    let info = ServiceInfo { extra: Vec::new(), closed: Vec::new(), ..info.clone() };
    let working = |date: NaiveDate| calendar.is_working(date);
    let dates = || local_date(info.zone, now).iter_days().take(DAYS_LOOKED_AT);
    let is_known = !info.uses_working_days() || dates().any(|date| working(date).is_some());
    if info.stages.is_empty() || info.rules.is_empty() || !is_known {
        return Ok(());
    }
    let slots = |stage| {
        let plan = stage_plan(&info, stage);
        dates().flat_map(|date| plan.slots_on(date, working).unwrap_or_default()).collect()
    };
    let slots: Vec<Vec<_>> = info.stages.iter().map(slots).collect();
    check_stages(&terms_of_stages(&info), &slots).map_err(|trouble| match trouble {
        StageTrouble::NoSlot(index) => Problem::invalid(
            format!("settings.stages[{index}].duration_minutes"),
            words::booking::settings_stage_no_slot(),
        ),
        StageTrouble::NoWay(index) => Problem::invalid(
            format!("settings.stages[{index}].gap_most_minutes"),
            words::booking::settings_stage_no_way(),
        ),
    })
}

/// Refuses what would leave bookings outside of it, unless that is wanted.
pub(super) fn would_stand_outside(rows: &[&booking::Model]) -> Problem {
    let named: Vec<String> = rows.iter().take(NAMED).map(|row| display_reference(&row.reference)).collect();
    let problem = Problem::conflict(words::booking::settings_bookings_outside(rows.len(), named.join(", ")));
    match rows.first() {
        Some(first) => problem.about(first.id),
        None => problem,
    }
}
