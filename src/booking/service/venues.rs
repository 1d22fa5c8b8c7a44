//! What a venue is, as chiefs see and set it.

use crate::auth::{Actor, Right};
use crate::base::ids;
use crate::base::words::{self, ByLanguage};
use crate::booking::log::VenueEntry;
use crate::booking::model::form;
use crate::booking::service::settings::{
    ChangeShown, changed_fields, check_version, free_code, note, shown, would_stand_outside,
};
use crate::booking::service::settings_tried::{SettingsEffect, Standings, newly_outside};
use crate::booking::service::{Booking, Fault};
use crate::booking::store::entities::booking;
use crate::booking::store::read;
use crate::db::{Tx, bus};
use crate::directory::ServiceInfo;
use crate::directory::entities::opening_rule::DayKind;
use crate::directory::entities::venue;
use crate::directory::model::calendar::Calendar;
use crate::directory::model::settings::{SetupPart, VenueSettings};
use crate::directory::settings::{all_stored, refused, venue_settings, with_venue_settings};
use crate::directory::setups;
use crate::evidence::{self, NewEntry, SYSTEM};
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A venue as it is set.
pub struct VenueSetup {
    pub id: Uuid,
    pub code: String,
    pub settings: VenueSettings,
    /// What is offered there, or was.
    pub services: Vec<Arc<ServiceInfo>>,
    /// Its zone and grid cannot be set any more.
    pub is_fixed: bool,
    /// The newest one.
    pub change: Option<ChangeShown>,
}

/// What is set otherwise of a venue.
#[derive(Clone, Debug)]
pub struct SetVenue {
    /// What it was when somebody began to change it.
    pub version: i32,
    pub settings: VenueSettings,
    pub reason: String,
    /// They know which bookings would stand outside.
    pub anyway: bool,
}

/// What other settings of a venue would do to a service there.
pub struct ServiceEffect {
    pub info: Arc<ServiceInfo>,
    pub effect: SettingsEffect,
}

impl Booking {
    /// Every venue, in the order in which they were made.
    pub async fn venue_setups(&self, actor: &Actor) -> Result<Vec<VenueSetup>, Problem> {
        actor.may(Right::SetTerms)?;
        let conn = self.0.db.reader();
        let services = all_stored(conn).await?;
        let rows = setups::venues(conn).await?;
        let mut newest = setups::newest_changes(conn).await?;
        let newest = rows.iter().filter_map(|row| newest.remove(&row.id)).collect();
        let mut changes: HashMap<Uuid, ChangeShown> =
            shown(conn, newest).await?.into_iter().map(|one| (one.row.subject_id, one)).collect();
        let mut setups = Vec::new();
        for row in rows {
            let services: Vec<_> =
                services.iter().filter(|info| info.row.venue_id == row.id).cloned().collect();
            setups.push(VenueSetup {
                id: row.id,
                code: row.code.clone(),
                settings: venue_settings(&row)?,
                is_fixed: is_fixed(conn, &services).await?,
                services,
                change: changes.remove(&row.id),
            });
        }
        Ok(setups)
    }

    /// A venue more.
    pub async fn make_venue(
        &self,
        actor: &Actor,
        settings: VenueSettings,
        reason: &str,
    ) -> Result<VenueSetup, Problem> {
        actor.may(Right::SetTerms)?;
        let reason = form::require_reason(Some(reason))?;
        settings.check().map_err(|fault| refused(&fault))?;
        let (by, maker, now) = (actor.evidence(), actor.account_id, self.0.clock.now());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let codes = setups::venue_codes(tx.conn()).await?;
                let code = free_code("venue", |code| codes.iter().any(|taken| taken == code));
                let id = ids::new_id(now);
                let row = venue::Model {
                    id,
                    code: code.clone(),
                    name: ByLanguage::same(""),
                    address: ByLanguage::same(""),
                    zone: String::new(),
                    grid_minutes: 0,
                    phone: String::new(),
                    office_hours: serde_json::json!([]),
                };
                setups::insert_venue(tx, with_venue_settings(row, &settings)?).await?;
                note(tx, id, 1, &[SetupPart::Name], &reason, (maker, now)).await?;
                let what = VenueEntry::Made { venue: code, settings: Box::new(settings) };
                let entry = NewEntry::new(SYSTEM, &what, by, now).personal("reason", reason);
                evidence::append(tx, entry).await?;
                bus::tell_in(tx, bus::DIRECTORY).await?;
                Ok::<_, Fault>(id)
            })
        });
        let id = write.await?;
        self.0.directory.forget();
        self.venue_setup(actor, id).await
    }

    /// What other office hours of a venue would do to a month (the next one, where none is named) of each service that
    /// goes by them, and to what is booked of it. Writes nothing.
    pub async fn preview_venue(
        &self,
        actor: &Actor,
        id: Uuid,
        settings: &VenueSettings,
        month: Option<NaiveDate>,
    ) -> Result<Vec<ServiceEffect>, Problem> {
        actor.may(Right::SetTerms)?;
        let conn = self.0.db.reader();
        let row = setups::venue(conn, id).await?.ok_or_else(Problem::not_found)?;
        settings.check().map_err(|fault| refused(&fault))?;
        let calendar = self.0.directory.calendar().await?;
        let there = all_stored(conn).await?;
        let mut effects = Vec::new();
        for (info, after) in by_its_hours(&there, with_venue_settings(row, settings)?)? {
            let effect = self.effect_of(&info, &Arc::new(after), &calendar, month).await?;
            effects.push(ServiceEffect { info, effect });
        }
        Ok(effects)
    }

    /// Sets what a venue is. The same again changes nothing.
    pub async fn set_venue(&self, actor: &Actor, id: Uuid, set: SetVenue) -> Result<VenueSetup, Problem> {
        actor.may(Right::SetTerms)?;
        let SetVenue { version, settings, reason, anyway } = set;
        let reason = form::require_reason(Some(&reason))?;
        let calendar = self.0.directory.calendar().await?;
        let (by, maker, now, inner) =
            (actor.evidence(), actor.account_id, self.0.clock.now(), self.0.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let row = setups::lock_venue(tx, id).await?.ok_or_else(Problem::not_found)?;
                check_version(tx, setups::changes(tx.conn(), id).await?, version).await?;
                let was = venue_settings(&row)?;
                let parts = settings.parts_changed_since(&was);
                if parts.is_empty() {
                    return Ok(());
                }
                settings.check().map_err(|fault| refused(&fault))?;
                if parts.contains(&SetupPart::Grid) {
                    let mut services = all_stored(tx.conn()).await?;
                    services.retain(|info| info.row.venue_id == id);
                    if is_fixed(tx.conn(), &services).await? {
                        return Err(Fault::from(Problem::conflict(words::booking::venue_in_use())));
                    }
                }
                let code = row.code.clone();
                let row = with_venue_settings(row, &settings)?;
                let moved = by_its_hours(&all_stored(tx.conn()).await?, row.clone())?;
                if !anyway {
                    refuse_outside(tx, &moved, &calendar, now).await?;
                }
                setups::update_venue(tx, row).await?;
                note(tx, id, version + 1, &parts, &reason, (maker, now)).await?;
                let what = VenueEntry::Changed { venue: code, changed: changed_fields(&was, &settings)? };
                let entry = NewEntry::new(SYSTEM, &what, by, now).personal("reason", reason);
                evidence::append(tx, entry).await?;
                bus::tell_in(tx, bus::DIRECTORY).await?;
                // Who waits may have a place now.
                for (info, _) in &moved {
                    inner.places.have_looked_at(tx, info.row.resource_id).await?;
                }
                inner.tell_office(tx);
                Ok::<_, Fault>(())
            })
        });
        write.await?;
        self.0.directory.forget();
        self.venue_setup(actor, id).await
    }

    async fn venue_setup(&self, actor: &Actor, id: Uuid) -> Result<VenueSetup, Problem> {
        let all = self.venue_setups(actor).await?;
        all.into_iter().find(|one| one.id == id).ok_or_else(Problem::not_found)
    }
}

/// The services that are offered at a venue and go by its office hours, as they are and as they would be by those of
/// `row`; none where the hours stay.
fn by_its_hours(
    all: &[Arc<ServiceInfo>],
    row: venue::Model,
) -> Result<Vec<(Arc<ServiceInfo>, ServiceInfo)>, DbErr> {
    let goes_by_them = |info: &&Arc<ServiceInfo>| {
        let opens = info.rules.iter().any(|rule| rule.day_kind == DayKind::AfterHours);
        info.row.venue_id == row.id
            && info.row.active
            && (opens || info.spec.terms.applications_in_office_hours)
    };
    let mut moved = Vec::new();
    for info in all.iter().filter(goes_by_them) {
        let after = info.at_venue(&row)?;
        if after.office_hours != info.office_hours {
            moved.push((Arc::clone(info), after));
        }
    }
    Ok(moved)
}

/// Refuses hours by which bookings would stand outside that do not now.
async fn refuse_outside(
    tx: &Tx,
    moved: &[(Arc<ServiceInfo>, ServiceInfo)],
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let mut rows: Vec<booking::Model> = Vec::new();
    for (before, after) in moved {
        let standings = Standings::of(tx.conn(), before, after, now).await?;
        let newly = newly_outside(&standings, before, after, calendar);
        rows.extend(newly.into_iter().map(|(row, _)| row.clone()));
    }
    if rows.is_empty() {
        return Ok(());
    }
    rows.sort_by_key(|row| row.starts_at);
    Err(would_stand_outside(&rows.iter().collect::<Vec<_>>()).into())
}

/// Whether a zone and grid cannot be set any more: cells are numbered by them, so nothing may be offered there or have
/// been booked.
async fn is_fixed(conn: &impl ConnectionTrait, services: &[Arc<ServiceInfo>]) -> Result<bool, DbErr> {
    if services.iter().any(|info| info.row.active) {
        return Ok(true);
    }
    read::was_ever_booked(conn, services.iter().map(|info| info.row.id)).await
}
