//! What a service and a venue are, as chiefs set it: read off their rows, and put into them.

use crate::base::words;
use crate::directory::model::documents::{LEAST_BYTES, MOST_BYTES};
use crate::directory::model::forms::LINK_LENGTH;
use crate::directory::model::forms::{remembered, remembered_documents, remembered_labels};
use crate::directory::model::settings::{
    HoursOfDay, RuleSettings, ServiceSettings, SettingsContext, SettingsFault, SettingsFaultKind,
    StageSettings, VenueSettings,
};
use crate::directory::service::{StageInfo, assemble};
use crate::directory::store;
use crate::directory::store::entities::{opening_rule, service_stage, venue};
use crate::directory::{ServiceInfo, office};
use crate::http::Problem;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{ConnectionTrait, DbErr};
use std::iter;
use std::sync::Arc;
use uuid::Uuid;

/// A service as the store has it at this moment, whatever is kept in memory of it.
pub async fn stored(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Arc<ServiceInfo>>, DbErr> {
    Ok(assemble(store::services(conn).await?)?.all.remove(&id))
}

/// All of them, those that are not offered too, by position.
pub async fn all_stored(conn: &impl ConnectionTrait) -> Result<Vec<Arc<ServiceInfo>>, DbErr> {
    let mut all: Vec<_> = assemble(store::services(conn).await?)?.all.into_values().collect();
    all.sort_by_key(|info| (info.row.position, info.row.id));
    Ok(all)
}

impl ServiceInfo {
    /// What it is, as it is set.
    pub fn settings(&self) -> ServiceSettings {
        let rule = |rule: &opening_rule::Model| RuleSettings {
            day_kind: rule.day_kind,
            weekdays: RuleSettings::weekdays_of(rule.weekdays),
            from_minute: rule.from_minute,
            to_minute: rule.to_minute,
        };
        let stage = |stage: &StageInfo| StageSettings {
            stage: stage.row.stage,
            duration_minutes: stage.row.duration_minutes,
            gap_least_minutes: stage.row.gap_least_minutes,
            gap_most_minutes: stage.row.gap_most_minutes,
            at_enterprise: stage.row.at_enterprise,
            seats: stage.seats,
            officers: stage.officers.to_vec(),
        };
        let (row, spec) = (&self.row, &self.spec);
        ServiceSettings {
            name: row.name.for_all(),
            summary: spec.summary.clone(),
            who: spec.who.clone(),
            bring: spec.bring.clone(),
            rules: spec.rules.clone(),
            prepare: spec.prepare.clone(),
            duration_minutes: row.duration_minutes,
            lead_minutes: row.lead_minutes,
            horizon_days: row.horizon_days,
            hold_minutes: row.hold_minutes,
            needs_decision: row.needs_decision,
            seats: self.seats,
            daily_quota: self.quota_seats,
            quota_shares: spec.quota_shares,
            opening_rules: self.rules.iter().map(rule).collect(),
            stages: self.stages.iter().map(stage).collect(),
            stages_only: spec.stages_only,
            fields: spec.fields.clone(),
            documents: spec.documents.clone(),
            active: row.active,
        }
    }

    /// The same service with other settings from `now` on; what is new in it has no id yet.
    pub fn with_settings(&self, settings: &ServiceSettings, now: DateTime<Utc>) -> Self {
        let mut other = self.clone();
        let (row, spec) = (&mut other.row, &mut other.spec);
        row.name = settings.name.clone();
        row.duration_minutes = settings.duration_minutes;
        row.lead_minutes = settings.lead_minutes;
        row.horizon_days = settings.horizon_days;
        row.hold_minutes = settings.hold_minutes;
        row.needs_decision = settings.needs_decision;
        row.active = settings.active;
        spec.summary = settings.summary.clone();
        spec.who = settings.who.clone();
        spec.bring = settings.bring.clone();
        spec.rules = settings.rules.clone();
        spec.prepare = settings.prepare.clone();
        let asked = spec.every_field();
        spec.former_labels = remembered_labels(&spec.former_labels, &asked, &settings.fields, now);
        spec.former_fields = remembered(&spec.former_fields, &spec.fields, &settings.fields);
        spec.former_documents =
            remembered_documents(&spec.former_documents, &spec.documents, &settings.documents);
        spec.fields = settings.fields.clone();
        spec.documents = settings.documents.clone();
        spec.quota_shares = settings.quota_shares;
        spec.stages_only = settings.stages_only;
        other.seats = settings.seats;
        other.quota_seats = settings.daily_quota;
        row.quota_resource_id = settings.daily_quota.map(|_| self.row.quota_resource_id.unwrap_or_default());
        let service_id = self.row.id;
        let rule = |rule: &RuleSettings| opening_rule::Model {
            id: Uuid::nil(),
            service_id,
            day_kind: rule.day_kind,
            weekdays: rule.bits(),
            from_minute: rule.from_minute,
            to_minute: rule.to_minute,
        };
        other.rules = settings.opening_rules.iter().map(rule).collect();
        other.rules.sort_by_key(|rule| rule.from_minute);
        let resource = |of: &StageSettings| {
            let known = self.stages.iter().find(|stage| stage.row.stage == of.stage);
            of.seats.map(|_| known.and_then(|stage| stage.row.resource_id).unwrap_or_default())
        };
        let stage = |(position, of): (i32, &StageSettings)| StageInfo {
            row: service_stage::Model {
                id: Uuid::nil(),
                service_id,
                position,
                stage: of.stage,
                duration_minutes: of.duration_minutes,
                resource_id: resource(of),
                gap_least_minutes: of.gap_least_minutes,
                gap_most_minutes: of.gap_most_minutes,
                at_enterprise: of.at_enterprise,
                officers: serde_json::json!(of.officers),
            },
            seats: of.seats,
            officers: of.officers.as_slice().into(),
        };
        other.stages = iter::zip(0.., &settings.stages).map(stage).collect();
        other
    }

    /// The same service at its venue as that might be.
    pub fn at_venue(&self, venue: &venue::Model) -> Result<Self, DbErr> {
        let (zone, office_hours) = at_venue(venue)?;
        Ok(Self { venue: venue.clone(), zone, office_hours, ..self.clone() })
    }

    /// Refuses settings that cannot be meant for this service; what is stored already is told by [`Self::stored_faults`].
    pub fn check_settings(&self, settings: &ServiceSettings) -> Result<(), Problem> {
        let context = self.settings_context();
        settings.check_change(&self.settings(), &context).map_err(|fault| refused(&fault))
    }

    /// What is stored of it and breaks a rule that came later.
    pub fn stored_faults(&self) -> Vec<Problem> {
        let faults = self.settings().faults(&self.settings_context());
        faults.iter().map(refused).collect()
    }

    fn settings_context(&self) -> SettingsContext<'_> {
        SettingsContext {
            asked: &self.spec.fields,
            former: &self.spec.former_fields,
            warnings: &self.spec.warnings,
            terms: &self.spec.terms,
            shares: self.spec.shares,
            grid_minutes: self.venue.grid_minutes,
            office_hours: &self.office_hours,
        }
    }
}

/// The zone of a venue, and when somebody is there on working days: in the office's hours, where it has none of its own.
pub(super) fn at_venue(row: &venue::Model) -> Result<(Tz, Arc<[HoursOfDay]>), DbErr> {
    let zone = row.zone.parse();
    let zone = zone.map_err(|_| DbErr::Type(format!("venue {}: its zone is unknown", row.code)))?;
    let own = venue_settings(row)?.office_hours;
    let hours = if own.is_empty() { office().hours.iter().map(|one| one.of_day()).collect() } else { own };
    Ok((zone, hours.into()))
}

/// What a venue is, as it is set.
pub fn venue_settings(row: &venue::Model) -> Result<VenueSettings, DbErr> {
    let broken = |error: serde_json::Error| DbErr::Json(error.to_string());
    Ok(VenueSettings {
        name: row.name.for_all(),
        address: row.address.for_all(),
        zone: row.zone.clone(),
        grid_minutes: row.grid_minutes,
        phone: row.phone.clone(),
        office_hours: serde_json::from_value(row.office_hours.clone()).map_err(broken)?,
    })
}

/// The row of a venue with other settings.
pub fn with_venue_settings(row: venue::Model, settings: &VenueSettings) -> Result<venue::Model, DbErr> {
    let broken = |error: serde_json::Error| DbErr::Json(error.to_string());
    Ok(venue::Model {
        name: settings.name.clone(),
        address: settings.address.clone(),
        zone: settings.zone.clone(),
        grid_minutes: settings.grid_minutes,
        phone: settings.phone.clone(),
        office_hours: serde_json::to_value(&settings.office_hours).map_err(broken)?,
        ..row
    })
}

/// What is wrong with settings, with the field as it is spelled in the API.
pub fn refused(fault: &SettingsFault) -> Problem {
    use words::directory as say;
    let title = match fault.kind {
        SettingsFaultKind::TextMissing => say::settings_text_missing(),
        SettingsFaultKind::TextTooLong(most) => say::settings_text_too_long(most),
        SettingsFaultKind::TooManyLines(most) => say::settings_too_many(most),
        SettingsFaultKind::OutOfRange(from, to) => say::settings_out_of_range(from, to),
        SettingsFaultKind::NoWeekday => say::settings_no_weekday(),
        SettingsFaultKind::Backwards => say::settings_backwards(),
        SettingsFaultKind::NoSlotInRule(minutes) => say::settings_rule_too_short(minutes),
        SettingsFaultKind::Overlaps(other) => say::settings_rules_overlap(other),
        SettingsFaultKind::StageOrder => say::settings_stage_order(),
        SettingsFaultKind::FirstGap => say::settings_first_gap(),
        SettingsFaultKind::SeatsKept(seats) => say::settings_seats_kept(seats),
        SettingsFaultKind::SharesAboveQuota(quota) => say::settings_shares_above_quota(quota),
        SettingsFaultKind::SharesWithoutQuota => say::settings_shares_without_quota(),
        SettingsFaultKind::NoSlotLeft => say::settings_no_slot_left(),
        SettingsFaultKind::UnknownZone => say::settings_unknown_zone(),
        SettingsFaultKind::Grid => say::settings_grid(),
        SettingsFaultKind::Phone => say::settings_phone(),
        SettingsFaultKind::Key(longest) => say::settings_key(longest),
        SettingsFaultKind::KeyTwice => say::settings_key_twice(),
        SettingsFaultKind::KeyReserved => say::settings_key_reserved(),
        SettingsFaultKind::KindFixed => say::settings_kind_fixed(),
        SettingsFaultKind::NoOptions => say::settings_no_options(),
        SettingsFaultKind::OnlyChoice => say::settings_only_choice(),
        SettingsFaultKind::NoSuchOption => say::settings_no_such_option(),
        SettingsFaultKind::NoConsent => say::settings_no_consent(),
        SettingsFaultKind::UsedByTerms => say::settings_used_by_terms(),
        SettingsFaultKind::UsedByWarning => say::settings_used_by_warning(),
        SettingsFaultKind::FileKinds => say::settings_file_kinds(),
        SettingsFaultKind::NoStages => say::settings_no_stages(),
        SettingsFaultKind::OnlyNumbers => say::settings_only_numbers(),
        SettingsFaultKind::Link => say::settings_link(LINK_LENGTH),
        SettingsFaultKind::DocumentSize => say::settings_document_size(LEAST_BYTES >> 10, MOST_BYTES >> 20),
    };
    Problem::invalid(format!("settings.{}", fault.field), title)
}
