//! What services and venues are, and what other settings would do.

use crate::base::words::{ByLanguage, Language};
use crate::booking::model::bookable::DayReason;
use crate::booking::model::display_reference;
use crate::booking::model::settled::Outside;
use crate::booking::service::settings::{ChangeShown, ServiceSetup, parts_of};
use crate::booking::service::settings_tried::{DayEffect, DayFigures, SettingsEffect, StandsOutside};
use crate::booking::service::venues::{ServiceEffect, VenueSetup};
use crate::booking::store::entities::booking::BookingState;
use crate::booking::wire::dto::TermsTriedDto;
use crate::directory::ServiceInfo;
use crate::directory::entities::service::ServiceKind;
use crate::directory::model::calendar::DayClass;
use crate::directory::model::settings::{HoursOfDay, ServiceSettings, SetupPart, VenueSettings};
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// As many bookings are told one by one.
const TOLD: usize = 200;

/// A service as it is set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceSetup)]
pub struct ServiceSetupDto {
    id: Uuid,
    code: String,
    kind: ServiceKind,
    venue_id: Uuid,
    venue_name: ByLanguage,
    zone: String,
    grid_minutes: i32,
    /// Of the venue, on working days: what opens after hours, opens outside of them.
    office_hours: Vec<HoursOfDay>,
    /// What it was changed how often; whoever changes it says from which version on.
    version: i32,
    settings: ServiceSettings,
    /// Seats that are kept for callers and the counter: there cannot be fewer.
    kept_seats: i32,
    /// The latest ones, the newest first; in lists that one alone.
    changes: Vec<SetupChangeDto>,
    /// What is stored and breaks a rule that came later. It holds up no change of anything else.
    faults: Vec<StoredFaultDto>,
}

/// Something that is set and would not be taken now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StoredFault)]
pub struct StoredFaultDto {
    /// As a refusal names it: `settings.fields[2].label.en`.
    field: String,
    /// What a change of it would be refused for.
    code: String,
    /// The same in the language that was asked for.
    text: String,
}

impl ServiceSetupDto {
    pub fn of(ServiceSetup { info, changes }: ServiceSetup, language: Language) -> Self {
        let fault = |problem: Problem| StoredFaultDto {
            field: problem.field.unwrap_or_default().into_owned(),
            code: problem.code.to_owned(),
            text: problem.title.in_language(language),
        };
        Self {
            faults: info.stored_faults().into_iter().map(fault).collect(),
            id: info.row.id,
            code: info.row.code.clone(),
            kind: info.row.kind,
            venue_id: info.venue.id,
            venue_name: info.venue_name(),
            zone: info.zone.name().to_owned(),
            grid_minutes: info.venue.grid_minutes,
            office_hours: info.office_hours.to_vec(),
            version: changes.first().map_or(0, |newest| newest.row.version),
            settings: info.settings(),
            kept_seats: info.spec.shares.kept(),
            changes: changes.into_iter().map(SetupChangeDto::from).collect(),
        }
    }
}

/// Every service, by position, those that are not offered too.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceSetupList {
    pub items: Vec<ServiceSetupDto>,
}

/// What was changed of a service or venue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SetupChange)]
pub struct SetupChangeDto {
    version: i32,
    parts: Vec<SetupPart>,
    /// Why; for the office.
    reason: String,
    /// The name of who did it.
    made_by: String,
    made_at: DateTime<Utc>,
}

impl From<ChangeShown> for SetupChangeDto {
    fn from(ChangeShown { row, made_by }: ChangeShown) -> Self {
        let parts = parts_of(&row);
        Self { version: row.version, parts, reason: row.reason, made_by, made_at: row.made_at }
    }
}

/// What other settings would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettingsEffect)]
pub struct SettingsEffectDto {
    /// The venue's, in which days are counted.
    zone: String,
    /// Of a month, each once.
    days: Vec<DayEffectDto>,
    /// Dates that lose all their slots.
    days_lost: usize,
    /// Bookings to come that would stand outside, by their start; at most 200. They stay as they are.
    outside: Vec<OutsideBookingDto>,
    outside_count: usize,
    /// Those among them that do not by the settings in force.
    newly_outside: usize,
    /// What the settings in force and those that are tried say of the requests of the last days.
    requests: TermsTriedDto,
}

/// What other office hours of a venue would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VenueEffect)]
pub struct VenueEffectDto {
    /// Of each service that goes by them; none where they stay, or nothing there does.
    services: Vec<ServiceEffectDto>,
}

/// What they would do to a service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceEffect)]
pub struct ServiceEffectDto {
    id: Uuid,
    name: ByLanguage,
    effect: SettingsEffectDto,
}

impl From<Vec<ServiceEffect>> for VenueEffectDto {
    fn from(all: Vec<ServiceEffect>) -> Self {
        let told = |one: ServiceEffect| ServiceEffectDto {
            id: one.info.row.id,
            name: one.info.name(),
            effect: one.effect.into(),
        };
        Self { services: all.into_iter().map(told).collect() }
    }
}

/// What other shares would leave to those who book online.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SharesEffect)]
pub struct SharesEffectDto {
    /// The venue's, in which days are counted.
    zone: String,
    /// Of a month, each once; with the places that are free online.
    days: Vec<DayEffectDto>,
}

impl From<(Tz, Vec<DayEffect>)> for SharesEffectDto {
    fn from((zone, days): (Tz, Vec<DayEffect>)) -> Self {
        Self { zone: zone.name().to_owned(), days: days.into_iter().map(DayEffectDto::from).collect() }
    }
}

/// A date before and after.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DayEffect)]
pub struct DayEffectDto {
    date: NaiveDate,
    kind: DayClass,
    name: Option<String>,
    before: DayFiguresDto,
    after: DayFiguresDto,
}

/// A date in numbers.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = DayFigures)]
pub struct DayFiguresDto {
    slots: usize,
    /// Those in which there is a place.
    free_slots: usize,
    /// Places in them together, as far as a daily quota goes.
    free: i32,
    /// Why nothing is free.
    reason: Option<DayReason>,
}

/// A booking that would stand outside.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OutsideBooking)]
pub struct OutsideBookingDto {
    id: Uuid,
    /// As people write it.
    reference: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    state: BookingState,
    why: Outside,
    /// It stands outside by the settings in force too.
    already: bool,
}

impl From<SettingsEffect> for SettingsEffectDto {
    fn from(effect: SettingsEffect) -> Self {
        let lost = |day: &&DayEffect| day.before.slots > 0 && day.after.slots == 0;
        Self {
            zone: effect.zone.name().to_owned(),
            days_lost: effect.days.iter().filter(lost).count(),
            outside_count: effect.outside.len(),
            newly_outside: effect.outside.iter().filter(|one| !one.already).count(),
            days: effect.days.into_iter().map(DayEffectDto::from).collect(),
            outside: effect.outside.into_iter().take(TOLD).map(OutsideBookingDto::from).collect(),
            requests: effect.requests.into(),
        }
    }
}

impl From<DayEffect> for DayEffectDto {
    fn from(day: DayEffect) -> Self {
        let (before, after) = (day.before.into(), day.after.into());
        Self { date: day.date, kind: day.class, name: day.name, before, after }
    }
}

impl From<DayFigures> for DayFiguresDto {
    fn from(DayFigures { slots, free_slots, free, reason }: DayFigures) -> Self {
        Self { slots, free_slots, free, reason }
    }
}

impl From<StandsOutside> for OutsideBookingDto {
    fn from(StandsOutside { row, why, already }: StandsOutside) -> Self {
        Self {
            id: row.id,
            reference: display_reference(&row.reference),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            state: row.state,
            why,
            already,
        }
    }
}

/// A venue as it is set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VenueSetup)]
pub struct VenueSetupDto {
    id: Uuid,
    code: String,
    version: i32,
    settings: VenueSettings,
    /// What is offered there, or was.
    services: Vec<ServiceThereDto>,
    /// Its zone and grid cannot be changed any more: something is offered there, or was booked.
    is_fixed: bool,
    /// The newest one.
    change: Option<SetupChangeDto>,
}

/// A service of a venue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceThere)]
pub struct ServiceThereDto {
    id: Uuid,
    name: ByLanguage,
    active: bool,
}

impl From<VenueSetup> for VenueSetupDto {
    fn from(one: VenueSetup) -> Self {
        let there = |info: &std::sync::Arc<ServiceInfo>| ServiceThereDto {
            id: info.row.id,
            name: info.name(),
            active: info.row.active,
        };
        Self {
            id: one.id,
            code: one.code,
            version: one.change.as_ref().map_or(0, |newest| newest.row.version),
            settings: one.settings,
            services: one.services.iter().map(there).collect(),
            is_fixed: one.is_fixed,
            change: one.change.map(SetupChangeDto::from),
        }
    }
}

/// Every venue, in the order in which they were made.
#[derive(Debug, Serialize, ToSchema)]
pub struct VenueSetupList {
    pub items: Vec<VenueSetupDto>,
}
