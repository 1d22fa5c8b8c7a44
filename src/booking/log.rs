//! The entries that bookings write.

use crate::base::words::{self, Text};
use crate::booking::entities::appointment::{self, Site};
use crate::booking::entities::booking::BookingState;
use crate::booking::entities::calendar_feed::Covers;
use crate::booking::entities::waiting_entry::{WaitedStages, WaitingState};
use crate::booking::model::state::Action;
use crate::booking::model::why_not::Rule;
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::Shares;
use crate::directory::model::calendar::DayClass;
use crate::directory::model::settings::VenueSettings;
use crate::evidence::{Logged, Names};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The kind of [`BookingEntry::AgainstTerms`], for those who count them.
pub const AGAINST_TERMS: &str = "booking.against_terms";

/// What happens to a booking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum BookingEntry {
    /// A place is kept for somebody for some minutes; the first entry of every case.
    #[serde(rename = "booking.held")]
    Held {
        reference: String,
        /// The code of the service.
        service: String,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        hold_expires_at: Option<DateTime<Utc>>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stages: Vec<BookedStage>,
    },
    /// An officer booked it against the terms of the service; why, is committed to.
    #[serde(rename = "booking.against_terms")]
    AgainstTerms { reference: String, rules: Vec<Rule> },
    /// A written explanation came for its late cancelling.
    #[serde(rename = "booking.explained")]
    Explained { reference: String },
    /// It was moved to another time.
    #[serde(rename = "booking.rescheduled")]
    Rescheduled(Stepped),
    /// An officer began with a stage.
    #[serde(rename = "booking.stage_begun")]
    StageBegun(StageClock),
    /// A stage was done.
    #[serde(rename = "booking.stage_ended")]
    StageEnded(StageClock),
    /// Somebody else holds a stage.
    #[serde(rename = "booking.stage_officer_set")]
    StageOfficerSet(StageHeld),
    /// When stages began and ended, the office's own systems told; which, and why something else was there before, is
    /// committed to.
    #[serde(rename = "booking.stages_imported")]
    StagesImported {
        reference: String,
        stages: Vec<ImportedStage>,
        /// Of the file, in hexadecimal.
        sha256: String,
        /// Something else was there before.
        corrects: bool,
    },
    /// It was offered to somebody who waited, and they want it: it is held for the form.
    #[serde(rename = "booking.offer_taken")]
    OfferTaken(OfferTaken),
    /// The booker was reminded.
    #[serde(rename = "booking.reminded")]
    Reminded { reference: String },
    #[serde(rename = "booking.requested")]
    Requested(Stepped),
    #[serde(rename = "booking.accepted")]
    Accepted(Stepped),
    #[serde(rename = "booking.refused")]
    Refused(Stepped),
    #[serde(rename = "booking.cancelled")]
    Cancelled(Stepped),
    #[serde(rename = "booking.expired")]
    Expired(Stepped),
    #[serde(rename = "booking.checked_in")]
    CheckedIn(Stepped),
    #[serde(rename = "booking.completed")]
    Completed(Stepped),
    #[serde(rename = "booking.no_show")]
    NoShow(Stepped),
    #[serde(rename = "booking.reopened")]
    Reopened(Stepped),
    /// The official calendar was corrected, and the booking's day is another kind of day.
    #[serde(rename = "booking.reclassified")]
    Reclassified {
        reference: String,
        /// At the venue.
        date: NaiveDate,
        was: DayClass,
        is_now: DayClass,
        /// Whether the service is still open then.
        is_open: bool,
        /// With `number` the version of the calendar.
        year: i32,
        number: i32,
    },
    /// The results of the examination can be had.
    #[serde(rename = "booking.results_ready")]
    ResultsReady { reference: String },
    /// The booker took their consent back; the answers that it was about were taken away.
    #[serde(rename = "booking.consent_withdrawn")]
    ConsentWithdrawn { reference: String, version: String },
    /// Answers that an older version had kept readable are kept encrypted now.
    #[serde(rename = "booking.answers_sealed")]
    AnswersSealed { reference: String },
    /// Somebody has dealt with that.
    #[serde(rename = "booking.reclassification_settled")]
    ReclassificationSettled { reference: String, year: i32, number: i32 },
}

/// A held place that was offered, and until when it is held now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfferTaken {
    pub reference: String,
    pub hold_expires_at: Option<DateTime<Utc>>,
}

/// Where a step led to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stepped {
    pub reference: String,
    pub state: BookingState,
    /// Why it expired, where that was no hold that ran out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Codes of the warnings that the booker read before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<String>,
    /// From when to when it was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
}

/// A stage as it was booked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookedStage {
    pub stage: Stage,
    pub site: Site,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl BookedStage {
    /// Of appointments, as far as they are stages.
    pub fn of(appointments: &[appointment::Model]) -> Vec<Self> {
        let stage = |row: &appointment::Model| {
            Some(Self { stage: row.stage?, site: row.site, starts_at: row.starts_at, ends_at: row.ends_at })
        };
        appointments.iter().filter_map(stage).collect()
    }
}

/// From when to when a booking was moved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Moved {
    pub was: Times,
    pub is: Times,
}

/// The time of a booking with its stages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Times {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<BookedStage>,
}

/// A stage that began or was done, at the time of the entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StageClock {
    pub reference: String,
    pub stage: Stage,
}

/// Who holds a stage from then on. Their name stands nowhere in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StageHeld {
    pub reference: String,
    pub stage: Stage,
    pub officer_id: Uuid,
    /// Who held it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Uuid>,
}

/// When a stage really began and ended, by a file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportedStage {
    pub stage: Stage,
    pub began_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// Why a booking came to its end by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Nobody decided before its time was over.
    Undecided,
}

impl BookingEntry {
    /// The entry of a step that was taken.
    pub fn of(action: Action, stepped: Stepped) -> Self {
        match action {
            Action::Request => Self::Requested(stepped),
            Action::Cancel => Self::Cancelled(stepped),
            Action::Accept => Self::Accepted(stepped),
            Action::Refuse => Self::Refused(stepped),
            Action::CheckIn => Self::CheckedIn(stepped),
            Action::Complete => Self::Completed(stepped),
            Action::NoShow => Self::NoShow(stepped),
            Action::Reopen => Self::Reopened(stepped),
            Action::Expire => Self::Expired(stepped),
            Action::Reschedule => Self::Rescheduled(stepped),
        }
    }
}

impl Logged for BookingEntry {
    fn is_for_booker(&self, _by_program: bool) -> bool {
        !matches!(self, Self::ReclassificationSettled { .. } | Self::AnswersSealed { .. })
    }

    /// The words of the states are those of the chips on all pages (web: `common.state`).
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Held { .. } => words::log::booking_held(),
            Self::AgainstTerms { .. } => words::log::booking_against_terms(),
            Self::Explained { .. } => words::log::booking_explained(),
            Self::Rescheduled(_) => words::log::booking_rescheduled(),
            Self::StageBegun(clock) => words::log::booking_stage_begun(stage_name(clock.stage)),
            Self::StageEnded(clock) => words::log::booking_stage_ended(stage_name(clock.stage)),
            Self::StageOfficerSet(held) => words::log::booking_stage_officer_set(stage_name(held.stage)),
            Self::StagesImported { corrects: false, .. } => words::log::booking_stages_imported(),
            Self::StagesImported { .. } => words::log::booking_stages_corrected(),
            Self::OfferTaken(_) => words::log::booking_offer_taken(),
            Self::Reminded { .. } => words::log::booking_reminded(),
            Self::Requested(_) => words::log::booking_requested(),
            Self::Accepted(_) => words::log::booking_accepted(),
            Self::Refused(_) => words::log::booking_refused(),
            Self::Cancelled(_) => words::log::booking_cancelled(),
            Self::Expired(Stepped { cause: Some(Cause::Undecided), .. }) => {
                words::log::booking_expired_undecided()
            }
            Self::Expired(_) => words::log::booking_expired(),
            Self::CheckedIn(_) => words::log::booking_checked_in(),
            Self::Completed(_) => words::log::booking_completed(),
            Self::NoShow(_) => words::log::booking_no_show(),
            Self::Reopened(_) => words::log::booking_reopened(),
            Self::Reclassified { .. } => words::log::booking_reclassified(),
            Self::ResultsReady { .. } => words::log::booking_results_ready(),
            Self::ConsentWithdrawn { .. } => words::log::booking_consent_withdrawn(),
            Self::AnswersSealed { .. } => words::log::booking_answers_sealed(),
            Self::ReclassificationSettled { .. } => words::log::booking_reclassification_settled(),
        }
    }
}

/// What happens to calendars behind secret addresses; in the chain `system`, because they belong to no booking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum FeedEntry {
    #[serde(rename = "calendar_feed.made")]
    Made {
        feed_id: Uuid,
        covers: Covers,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        enterprise_id: Option<Uuid>,
        /// The one whose address it took the place of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<Uuid>,
    },
    #[serde(rename = "calendar_feed.revoked")]
    Revoked { feed_id: Uuid },
}

impl Logged for FeedEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Made { .. } => words::log::calendar_feed_made(),
            Self::Revoked { .. } => words::log::calendar_feed_revoked(),
        }
    }
}

/// Overtime days and surge plans; in the chain `system`, because they belong to no booking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum OpeningEntry {
    #[serde(rename = "opening.announced")]
    Announced {
        opening_id: Uuid,
        /// The code of the service.
        service: String,
        date_from: NaiveDate,
        date_to: NaiveDate,
        from_minute: i32,
        to_minute: i32,
        extra_seats: i32,
        /// More of the daily quota; older entries do not tell.
        #[serde(default)]
        extra_quota: i32,
    },
    #[serde(rename = "opening.withdrawn")]
    Withdrawn { opening_id: Uuid },
}

impl Logged for OpeningEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Announced { .. } => words::log::opening_announced(),
            Self::Withdrawn { .. } => words::log::opening_withdrawn(),
        }
    }
}

/// Closings; in the chain `system`. What follows for a booking stands in its own chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum ClosingEntry {
    #[serde(rename = "closing.announced")]
    Announced {
        closing_id: Uuid,
        /// The code of the service.
        service: String,
        date_from: NaiveDate,
        date_to: NaiveDate,
        from_minute: i32,
        to_minute: i32,
        rebooks: bool,
    },
    #[serde(rename = "closing.withdrawn")]
    Withdrawn { closing_id: Uuid },
}

impl Logged for ClosingEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Announced { .. } => words::log::closing_announced(),
            Self::Withdrawn { .. } => words::log::closing_withdrawn(),
        }
    }
}

/// What is decided about a service; in the chain `system`, because it belongs to no booking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum ServiceEntry {
    /// Which seats are kept for callers and the counter; why, is committed to.
    #[serde(rename = "service.shares_set")]
    SharesSet {
        /// Its code.
        service: String,
        was: Shares,
        is_now: Shares,
    },
    /// What it is was set otherwise, its opening rules aside.
    #[serde(rename = "service.changed")]
    Changed { service: String, changed: BTreeMap<String, Changed> },
    /// When it is open was set otherwise.
    #[serde(rename = "opening_rules.changed")]
    RulesChanged { service: String, was: Value, is_now: Value },
    /// It was made after another one, and is not offered yet.
    #[serde(rename = "service.made")]
    Made { service: String, like: String },
}

/// What a field was and is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    pub was: Value,
    pub is_now: Value,
}

/// What is decided about a venue; in the chain `system`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum VenueEntry {
    #[serde(rename = "venue.made")]
    Made {
        /// Its code.
        venue: String,
        settings: Box<VenueSettings>,
    },
    #[serde(rename = "venue.changed")]
    Changed { venue: String, changed: BTreeMap<String, Changed> },
}

impl Logged for VenueEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Made { .. } => words::log::venue_made(),
            Self::Changed { .. } => words::log::venue_changed(),
        }
    }
}

impl Logged for ServiceEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::SharesSet { .. } => words::log::service_shares_set(),
            Self::Changed { .. } => words::log::service_changed(),
            Self::RulesChanged { .. } => words::log::opening_rules_changed(),
            Self::Made { .. } => words::log::service_made(),
        }
    }
}

/// What happens to who waits for a place; in the chain `system`, because they belong to no booking yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum WaitingEntry {
    #[serde(rename = "waiting.joined")]
    Joined(Waited),
    #[serde(rename = "waiting.offered")]
    Offered(Waited),
    #[serde(rename = "waiting.taken")]
    Taken(Waited),
    #[serde(rename = "waiting.declined")]
    Declined(Waited),
    #[serde(rename = "waiting.passed")]
    Passed(Waited),
    /// The office is closed then: they wait on in their place.
    #[serde(rename = "waiting.offer_withdrawn")]
    OfferWithdrawn(Waited),
    #[serde(rename = "waiting.withdrawn")]
    Withdrawn(Waited),
    #[serde(rename = "waiting.ended")]
    Ended(Waited),
}

/// Who waits for what, by ids.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Waited {
    pub waiting_id: Uuid,
    pub service_id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enterprise_id: Option<Uuid>,
    /// The booking that holds what is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking_id: Option<Uuid>,
    /// The booking that is to be earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_than_id: Option<Uuid>,
    /// Where it is not the service as a whole.
    #[serde(default, skip_serializing_if = "WaitedStages::is_empty")]
    pub stages: WaitedStages,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_ends_at: Option<DateTime<Utc>>,
}

impl WaitingEntry {
    /// The entry of who stands there now.
    pub fn of(state: WaitingState, waited: Waited) -> Self {
        match state {
            WaitingState::Waiting => Self::Joined(waited),
            WaitingState::Offered => Self::Offered(waited),
            WaitingState::Taken => Self::Taken(waited),
            WaitingState::Declined => Self::Declined(waited),
            WaitingState::Passed => Self::Passed(waited),
            WaitingState::Withdrawn => Self::Withdrawn(waited),
            WaitingState::Ended => Self::Ended(waited),
        }
    }
}

impl Logged for WaitingEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Joined(_) => words::log::waiting_joined(),
            Self::Offered(_) => words::log::waiting_offered(),
            Self::Taken(_) => words::log::waiting_taken(),
            Self::Declined(_) => words::log::waiting_declined(),
            Self::Passed(_) => words::log::waiting_passed(),
            Self::OfferWithdrawn(_) => words::log::waiting_offer_withdrawn(),
            Self::Withdrawn(_) => words::log::waiting_withdrawn(),
            Self::Ended(_) => words::log::waiting_ended(),
        }
    }
}

/// What people call a stage.
pub fn stage_name(stage: Stage) -> Text {
    match stage {
        Stage::Declaration => words::booking::stage_declaration(),
        Stage::Inspection => words::booking::stage_inspection(),
        Stage::Release => words::booking::stage_release(),
    }
}
