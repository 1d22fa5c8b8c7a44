//! What can be booked and what is free; open to everybody.

use crate::auth::{MaybeSigned, Right, Signed};
use crate::base::words;
use crate::booking::Booking;
use crate::booking::model::bookable::{Offer, OpenState};
use crate::booking::model::steps;
use crate::booking::service::{DeskAsked, ServiceNow, WhyFor, capacity_in};
use crate::booking::store::entities::appointment::Site;
use crate::booking::store::entities::booking::Channel;
use crate::booking::wire::desk::DeskChannel;
use crate::booking::wire::dto::{
    AnnouncementDto, DayOfPlacesDto, DaysDto, HindranceDto, KeptDto, KindNowDto, Prefill, ServiceDto,
    ServiceList, ServiceNowDto, ServiceStageDto, SlotDto, SlotsDto, VenueDto, WhyDto,
};
use crate::booking::wire::refusals;
use crate::directory::ServiceInfo;
use crate::directory::entities::announced_hours;
use crate::directory::entities::service::ServiceKind;
use crate::directory::entities::service_stage::{self, Stage};
use crate::http::{NothingOfItsOwn, Params, PathId, Problem, Refused, dated};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use uuid::Uuid;

/// As many days as one answer holds.
const MOST_DAYS: i64 = 62;

/// The services that are offered, in the office's order.
#[utoipa::path(get, path = "/services", tag = "services", operation_id = "list_services", responses((status = OK, body = ServiceList)))]
pub async fn list_services(
    State(booking): State<Booking>,
) -> Result<Json<ServiceList>, Refused<NothingOfItsOwn>> {
    let services = booking.services().await?;
    let items = services.iter().map(|(info, now)| service(info, now)).collect();
    Ok(Json(ServiceList { items, kinds: kinds(&services) }))
}

/// One service.
#[utoipa::path(get, path = "/services/{id}", tag = "services", operation_id = "get_service",
    params(("id" = Uuid, Path)), responses((status = OK, body = ServiceDto)))]
pub async fn get_service(
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<ServiceDto>, Refused<NothingOfItsOwn>> {
    let (info, now) = booking.service(id).await?;
    Ok(Json(service(&info, &now)))
}

/// The days asked for, the first and the last included.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysQuery {
    #[serde(deserialize_with = "dated")]
    from: NaiveDate,
    #[serde(deserialize_with = "dated")]
    to: NaiveDate,
}

/// Free places day by day, at most 62 days at a time.
#[utoipa::path(get, path = "/services/{id}/days", tag = "services", operation_id = "list_service_days",
    params(("id" = Uuid, Path), DaysQuery), responses((status = OK, body = DaysDto), refusals::ListServiceDays))]
pub async fn list_service_days(
    MaybeSigned(caller): MaybeSigned,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Params(DaysQuery { from, to }): Params<DaysQuery>,
) -> Result<Json<DaysDto>, Refused<refusals::ListServiceDays>> {
    if !(0..MOST_DAYS).contains(&(to - from).num_days()) {
        return Err(Problem::invalid("to", words::booking::bad_range(MOST_DAYS)).into());
    }
    let (info, days, excluded) = booking.days(caller.as_deref(), id, from, to).await?;
    let days = days.into_iter().map(|day| DayOfPlacesDto {
        date: day.date,
        kind: day.class,
        name: day.name,
        free: day.total.free,
        total: day.total.total,
        reason: day.total.reason,
    });
    let hindrances = HindranceDto::of_excluded(excluded);
    Ok(Json(DaysDto { service_id: id, zone: info.zone.name().to_owned(), days: days.collect(), hindrances }))
}

/// What the form of a service can be filled in with: the caller's contact and last answers.
#[utoipa::path(get, path = "/services/{id}/prefill", tag = "bookings", operation_id = "get_prefill",
    params(("id" = Uuid, Path)), responses((status = OK, body = Prefill), refusals::GetPrefill))]
pub async fn get_prefill(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<Prefill>, Refused<refusals::GetPrefill>> {
    Ok(Json(booking.prefill(&actor, id).await?))
}

/// The date asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SlotsQuery {
    #[serde(deserialize_with = "dated")]
    date: NaiveDate,
    /// Of this stage alone, for a booking stage by stage.
    stage: Option<Stage>,
    /// Where the stage is to take place.
    #[serde(default)]
    #[param(required = false)]
    site: Site,
    /// What the form's field `terms.category_field` is going to say, if that is known.
    category: Option<String>,
    /// So many persons are to come together, by whom quotas count; one, if left out.
    people: Option<u16>,
    /// A booking of the caller that is to be moved: what it has does not count.
    moving: Option<Uuid>,
}

/// The slots of a date with what is free in each. To bookers who are signed in each tells what stands in their way.
#[utoipa::path(get, path = "/services/{id}/slots", tag = "services", operation_id = "list_service_slots",
    params(("id" = Uuid, Path), SlotsQuery), responses((status = OK, body = SlotsDto), refusals::ListServiceSlots))]
pub async fn list_service_slots(
    MaybeSigned(caller): MaybeSigned,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Params(SlotsQuery { date, stage, site, category, people, moving }): Params<SlotsQuery>,
) -> Result<Json<SlotsDto>, Refused<refusals::ListServiceSlots>> {
    let (info, offers, reason) = match stage {
        Some(stage) => booking.stage_slots(caller.as_deref(), id, (stage, site), date, moving).await?,
        None => booking.slots(caller.as_deref(), id, date, moving).await?,
    };
    let booker = caller.filter(|actor| actor.has(Right::Book));
    let slots: Vec<(Offer, Vec<HindranceDto>)> = match booker {
        Some(actor) => {
            let people = people.map_or(1, i32::from).max(1);
            let (question, slots) = booking.explained(&actor, &info, offers, (category, people)).await?;
            let (lead, enterprise) = (question.lead(), question.whom.is_enterprise());
            let told = |one| HindranceDto::of(one, &info, lead, enterprise);
            slots.iter().map(|(offer, all)| (*offer, all.iter().map(told).collect())).collect()
        }
        None => offers.into_iter().map(|offer| (offer, Vec::new())).collect(),
    };
    let slots = slots.into_iter().map(|(offer, hindrances)| slot_of(&info, &offer, hindrances));
    Ok(Json(SlotsDto { date, zone: info.zone.name().to_owned(), slots: slots.collect(), reason }))
}

fn slot_of(info: &ServiceInfo, offer: &Offer, hindrances: Vec<HindranceDto>) -> SlotDto {
    SlotDto {
        hindrances,
        starts_at: offer.slot.starts_at,
        ends_at: offer.slot.ends_at,
        free: offer.free,
        capacity: capacity_in(info, &offer.slot),
        reason: offer.reason,
        kept: offer.kept.map(|kept| KeptDto::of(&kept, info)),
    }
}

/// Which date, and for whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeskSlotsQuery {
    #[serde(deserialize_with = "dated")]
    date: NaiveDate,
    #[param(inline)]
    channel: DeskChannel,
    /// For an enterprise that was let in, by its id or 统一社会信用代码.
    enterprise: Option<String>,
    /// What the form's field `terms.category_field` is going to say, if that is known.
    category: Option<String>,
}

/// The slots of a date for somebody at the desk: how many places are free for them, and what the terms have against each
/// for the enterprise that is named, or without one for somebody themselves. With a reason it can be had all the same where
/// `free` is not 0. For officers.
#[utoipa::path(get, path = "/services/{id}/desk-slots", tag = "office_day", operation_id = "list_desk_slots",
    params(("id" = Uuid, Path), DeskSlotsQuery), responses((status = OK, body = SlotsDto), refusals::ListDeskSlots))]
pub async fn list_desk_slots(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Params(DeskSlotsQuery { date, channel, enterprise, category }): Params<DeskSlotsQuery>,
) -> Result<Json<SlotsDto>, Refused<refusals::ListDeskSlots>> {
    let asked = DeskAsked { channel: channel.into(), enterprise, category };
    let (question, slots, reason) = booking.slots_at_desk(&actor, id, asked, date).await?;
    let (info, lead, enterprise) = (&question.info, question.lead(), question.whom.is_enterprise());
    let told = |one| HindranceDto::of(one, info, lead, enterprise);
    let slots = slots.iter().map(|(offer, all)| slot_of(info, offer, all.iter().map(told).collect()));
    Ok(Json(SlotsDto { date, zone: info.zone.name().to_owned(), slots: slots.collect(), reason }))
}

/// Which time, and for whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhyQuery {
    #[serde(deserialize_with = "dated")]
    starts_at: DateTime<Utc>,
    /// Of officers: for an enterprise, by its id or 统一社会信用代码.
    enterprise: Option<String>,
    /// Of officers: for who calls or stands at the counter, for whom places may be kept; without an enterprise, for
    /// themselves.
    #[param(inline)]
    channel: Option<DeskChannel>,
    /// What the form's field `terms.category_field` is going to say, if that is known.
    category: Option<String>,
    /// Of this stage alone, for a booking stage by stage.
    stage: Option<Stage>,
    /// Where the stage is to take place.
    #[serde(default)]
    #[param(required = false)]
    site: Site,
}

/// Why a time can or cannot be had: by the caller, or by the enterprise that an officer asks about.
#[utoipa::path(get, path = "/services/{id}/why", tag = "services", operation_id = "why_not",
    params(("id" = Uuid, Path), WhyQuery), responses((status = OK, body = WhyDto), refusals::WhyNot))]
pub async fn why_not(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Params(WhyQuery { starts_at, enterprise, channel, category, stage, site }): Params<WhyQuery>,
) -> Result<Json<WhyDto>, Refused<refusals::WhyNot>> {
    let (channel, stage) = (channel.map(Channel::from), stage.map(|stage| (stage, site)));
    let why = booking.why(&actor, id, starts_at, WhyFor { enterprise, channel, category, stage }).await?;
    let told = |one| HindranceDto::of(one, &why.info, why.lead, why.whom.is_enterprise());
    Ok(Json(WhyDto {
        starts_at: why.starts_at,
        allowed: why.reason.is_none() && why.hindrances.is_empty(),
        reason: why.reason,
        kept: why.kept.map(|kept| KeptDto::of(&kept, &why.info)),
        hindrances: why.hindrances.iter().map(told).collect(),
        next_starts_at: why.next_starts_at,
        credit_tier: why.whom.tier(),
    }))
}

fn service(info: &ServiceInfo, now: &ServiceNow) -> ServiceDto {
    let (row, spec, venue) = (&info.row, &info.spec, &info.venue);
    ServiceDto {
        id: row.id,
        code: row.code.clone(),
        kind: row.kind,
        name: info.name(),
        summary: spec.summary.clone(),
        who: spec.who.clone(),
        bring: spec.bring.clone(),
        rules: spec.rules.clone(),
        prepare: spec.prepare.clone(),
        groups: spec.groups,
        results_after_days: spec.results_after_days,
        duration_minutes: row.duration_minutes,
        capacity: info.seats,
        lead_minutes: row.lead_minutes,
        horizon_days: row.horizon_days,
        hold_minutes: row.hold_minutes,
        needs_decision: row.needs_decision,
        steps: steps::steps(row.kind, row.needs_decision),
        trial: spec.trial,
        limits: spec.limits,
        shares: spec.shares,
        quota_shares: spec.quota_shares,
        stages_only: spec.stages_only,
        terms: spec.terms.clone(),
        warnings: spec.warnings.clone(),
        uses_working_days: info.uses_working_days(),
        stages: info.stages.iter().map(|stage| stage_of(&stage.row)).collect(),
        daily_quota: info.quota_seats,
        recorded: row.kind == ServiceKind::Video,
        fields: spec.fields.clone(),
        former_fields: spec.former_fields.clone(),
        documents: spec.documents.clone(),
        announcements: announcements(info, now.today),
        venue: VenueDto {
            id: venue.id,
            code: venue.code.clone(),
            name: info.venue_name(),
            address: info.venue_address(),
            zone: info.zone.name().to_owned(),
            grid_minutes: venue.grid_minutes,
            phone: info.contact().to_owned(),
            office_hours: info.office_hours.to_vec(),
        },
        now: ServiceNowDto {
            open: now.state == OpenState::Open,
            state: now.state,
            next_free_at: now.next_free.ok().map(|slot| slot.starts_at),
            next_free_until: now.next_free.ok().map(|slot| slot.ends_at),
            none_free: now.next_free.err(),
            unpublished_from: now.unpublished_from,
        },
    }
}

/// What was announced and is not over.
fn announcements(info: &ServiceInfo, today: NaiveDate) -> Vec<AnnouncementDto> {
    let near = info.extra.iter().filter(|row| row.date_to >= today);
    let told = |row: &announced_hours::Model| AnnouncementDto {
        date_from: row.date_from,
        date_to: row.date_to,
        from_minute: row.from_minute,
        to_minute: row.to_minute,
        extra_seats: row.extra_seats,
        closed: false,
        text: row.text.for_all(),
    };
    let closed = info.closed.iter().filter(|row| row.date_to >= today).map(|row| AnnouncementDto {
        date_from: row.date_from,
        date_to: row.date_to,
        from_minute: row.from_minute,
        to_minute: row.to_minute,
        extra_seats: 0,
        closed: true,
        text: row.text.for_all(),
    });
    closed.chain(near.map(told)).collect()
}

fn stage_of(row: &service_stage::Model) -> ServiceStageDto {
    ServiceStageDto {
        stage: row.stage,
        duration_minutes: row.duration_minutes,
        gap_least_minutes: row.gap_least_minutes,
        gap_most_minutes: row.gap_most_minutes,
        at_enterprise: row.at_enterprise,
    }
}

/// The kinds in the order of their first service. Trials stand in no door, unless a kind has nothing else.
fn kinds(services: &[(Arc<ServiceInfo>, ServiceNow)]) -> Vec<KindNowDto> {
    let mut kinds: Vec<ServiceKind> = Vec::new();
    for (info, _) in services {
        if !kinds.contains(&info.row.kind) {
            kinds.push(info.row.kind);
        }
    }
    kinds.into_iter().map(|kind| kind_now(kind, services)).collect()
}

fn kind_now(kind: ServiceKind, services: &[(Arc<ServiceInfo>, ServiceNow)]) -> KindNowDto {
    let all = || services.iter().filter(|(info, _)| info.row.kind == kind);
    let only_trials = all().all(|(info, _)| info.spec.trial);
    let shown: Vec<_> = all().filter(|(info, _)| only_trials || !info.spec.trial).collect();
    let free = shown.iter().filter_map(|(info, now)| Some((now.next_free.ok()?, info.row.id)));
    let soonest = free.min_by_key(|(slot, _)| slot.starts_at);
    let why = shown.iter().filter_map(|(_, now)| now.next_free.err()).max();
    let has = |state| shown.iter().any(|(_, now)| now.state == state);
    KindNowDto {
        kind,
        service_ids: shown.iter().map(|(info, _)| info.row.id).collect(),
        soonest_service_id: soonest.map(|(_, id)| id),
        next_free_at: soonest.map(|(slot, _)| slot.starts_at),
        next_free_until: soonest.map(|(slot, _)| slot.ends_at),
        none_free: why.filter(|_| soonest.is_none()),
        state: if has(OpenState::Open) {
            OpenState::Open
        } else if has(OpenState::Unpublished) {
            OpenState::Unpublished
        } else {
            OpenState::Closed
        },
    }
}
