//! Services and what is free.

use crate::base::words::ByLanguage;
use crate::booking::model::bookable::{DayReason, NoneFree, OpenState, SlotReason};
use crate::booking::model::steps::StepKind;
use crate::booking::store::entities::appointment::Site;
use crate::booking::wire::dto::{HindranceDto, KeptDto};
use crate::directory::entities::service::ServiceKind;
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::calendar::DayClass;
use crate::directory::model::documents::DocumentSpec;
use crate::directory::model::settings::HoursOfDay;
use crate::directory::model::terms::ServiceTerms;
use crate::directory::model::{FieldSpec, GroupTerms, Limits, QuotaShares, Shares, WarningRule};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that can be booked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Service)]
pub struct ServiceDto {
    pub id: Uuid,
    pub code: String,
    pub kind: ServiceKind,
    pub name: ByLanguage,
    pub summary: ByLanguage,
    pub who: ByLanguage,
    pub bring: Vec<ByLanguage>,
    pub rules: Vec<ByLanguage>,
    /// How to prepare, such as with an empty stomach.
    pub prepare: Option<ByLanguage>,
    /// Whether groups are booked by a list, and how; null where they are not.
    pub groups: Option<GroupTerms>,
    /// Results are promised after so many working days.
    pub results_after_days: Option<u32>,
    pub duration_minutes: i32,
    /// Places side by side in each slot.
    pub capacity: i32,
    /// For who has no terms of their own in `terms.lead_times`.
    pub lead_minutes: i32,
    pub horizon_days: i32,
    pub hold_minutes: i32,
    /// Whether an officer decides about each request.
    pub needs_decision: bool,
    /// The steps of a booking, in order; without a decision where none is needed.
    pub steps: Vec<StepKind>,
    /// Only to get to know the program; not in the doors of `ServiceList.kinds`.
    pub trial: bool,
    /// How many live bookings of it a person or an enterprise may have at a time.
    pub limits: Limits,
    /// Seats of each slot that are kept for callers and the counter.
    pub shares: Shares,
    /// What of the daily quota is kept for them; null where nothing is.
    pub quota_shares: Option<QuotaShares>,
    /// It is booked stage by stage, and not as a whole.
    pub stages_only: bool,
    /// Who can book it when.
    pub terms: ServiceTerms,
    /// What a form is checked for before it is requested (`POST /bookings/{id}/check`).
    pub warnings: Vec<WarningRule>,
    /// Whether it depends on the official calendar; then unpublished years cannot be booked.
    pub uses_working_days: bool,
    /// In which stages it can be booked, in order; none where it is booked as a whole only.
    pub stages: Vec<ServiceStageDto>,
    pub daily_quota: Option<i32>,
    /// Whether the session is recorded.
    pub recorded: bool,
    pub fields: Vec<FieldSpec>,
    /// Questions and options of before, by which bookings that were made then are shown.
    pub former_fields: Vec<FieldSpec>,
    /// The documents to bring or to upload, in order (`POST /bookings/{id}/documents`).
    pub documents: Vec<DocumentSpec>,
    /// Overtime days, surge plans and closings to come or going on.
    pub announcements: Vec<AnnouncementDto>,
    pub venue: VenueDto,
    pub now: ServiceNowDto,
}

/// On these dates the service is open within these minutes beside its rules and has so many places more, or is closed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Announcement)]
pub struct AnnouncementDto {
    pub date_from: NaiveDate,
    /// The last one.
    pub date_to: NaiveDate,
    /// After midnight at the venue.
    pub from_minute: i32,
    pub to_minute: i32,
    pub extra_seats: i32,
    /// Nobody is served then, whatever the rules say.
    pub closed: bool,
    pub text: ByLanguage,
}

/// A stage of a service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceStage)]
pub struct ServiceStageDto {
    pub stage: Stage,
    pub duration_minutes: i32,
    /// So much time may lie between the end of the stage before and its start.
    pub gap_least_minutes: i32,
    pub gap_most_minutes: i32,
    /// Whether officers may come to the enterprise for it.
    pub at_enterprise: bool,
}

/// Ways to have some stages together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StageAlternatives)]
pub struct StageAlternativesDto {
    pub zone: String,
    /// At most three, the earliest first; none when there is no way up to the horizon.
    pub alternatives: Vec<StageWayDto>,
    /// Why whoever asks may have none, whatever is free: it is about who they are.
    pub hindrances: Vec<HindranceDto>,
}

/// One way: all stages that were asked for, in order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StageWay)]
pub struct StageWayDto {
    pub stages: Vec<StageOfferDto>,
}

/// Ways to have some stages together for somebody at the desk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskAlternatives)]
pub struct DeskAlternativesDto {
    pub zone: String,
    /// First at most three that nothing is against, the earliest first, then those that can be had with a reason.
    pub alternatives: Vec<DeskWayDto>,
}

/// One of them: all stages that were asked for, in order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskWay)]
pub struct DeskWayDto {
    pub stages: Vec<StageOfferDto>,
    /// What the terms have against it; with a reason it can be had all the same.
    pub hindrances: Vec<HindranceDto>,
}

/// A stage at a time at which it is free.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StageOffer)]
pub struct StageOfferDto {
    pub stage: Stage,
    pub site: Site,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// Where a service is given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Venue)]
pub struct VenueDto {
    pub id: Uuid,
    pub code: String,
    pub name: ByLanguage,
    pub address: ByLanguage,
    pub zone: String,
    pub grid_minutes: i32,
    /// Under which somebody answers there.
    pub phone: String,
    /// When somebody is there on working days, in order.
    pub office_hours: Vec<HoursOfDay>,
}

/// The service at this moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceNow)]
pub struct ServiceNowDto {
    pub open: bool,
    /// The same, told apart from a day of which nobody knows yet whether it is worked.
    pub state: OpenState,
    pub next_free_at: Option<DateTime<Utc>>,
    pub next_free_until: Option<DateTime<Utc>>,
    /// Why there is no next free time up to the horizon; null when there is one.
    pub none_free: Option<NoneFree>,
    /// The first date up to the horizon that cannot be booked because its year's calendar is not published.
    pub unpublished_from: Option<NaiveDate>,
}

/// A kind of service at this moment: what its door shows and where it leads.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KindNow)]
pub struct KindNowDto {
    pub kind: ServiceKind,
    /// Its services that a door advertises, in the office's order; trials are left out.
    pub service_ids: Vec<Uuid>,
    /// The service with the soonest free time: the door that shows the time opens this one.
    pub soonest_service_id: Option<Uuid>,
    pub next_free_at: Option<DateTime<Utc>>,
    pub next_free_until: Option<DateTime<Utc>>,
    /// Why none of them has a free time.
    pub none_free: Option<NoneFree>,
    /// Open if one of them is.
    pub state: OpenState,
}

/// The services that are offered.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceList {
    pub items: Vec<ServiceDto>,
    /// The kinds that are offered, in the order of their first service.
    pub kinds: Vec<KindNowDto>,
}

/// What is free day by day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceDays)]
pub struct DaysDto {
    pub service_id: Uuid,
    pub zone: String,
    pub days: Vec<DayOfPlacesDto>,
    /// Why whoever asks may have none of it, on whichever day: it is about who they are.
    pub hindrances: Vec<HindranceDto>,
}

/// A date with its free places.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceDay)]
pub struct DayOfPlacesDto {
    pub date: NaiveDate,
    pub kind: DayClass,
    pub name: Option<String>,
    pub free: i32,
    pub total: i32,
    /// Why nothing is free.
    pub reason: Option<DayReason>,
}

/// The slots of a date.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceSlots)]
pub struct SlotsDto {
    pub date: NaiveDate,
    pub zone: String,
    pub slots: Vec<SlotDto>,
    /// Why nothing is free on the whole day.
    pub reason: Option<DayReason>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Slot)]
pub struct SlotDto {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub free: i32,
    pub capacity: i32,
    pub reason: Option<SlotReason>,
    /// What is kept for others, where the reason is `reserved`.
    pub kept: Option<KeptDto>,
    /// What the terms have against it for whoever asks; signed in, that is more than the time.
    pub hindrances: Vec<HindranceDto>,
}
