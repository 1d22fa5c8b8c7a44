//! How the types of the rules, use cases and tables of this feature look over the API.

use crate::base::words::ByLanguage;
use crate::booking::model::answers::Answer;
use crate::booking::model::bookable::{DayReason, NoneFree, OpenState, SlotReason};
use crate::booking::model::consent::ConsentWords;
use crate::booking::model::figures::WaitKind;
use crate::booking::model::group::{DocumentKind, Person, PersonColumn};
use crate::booking::model::settled::Outside;
use crate::booking::model::state::ExpiredBecause;
use crate::booking::model::steps::StepKind;
use crate::booking::model::warnings::FormWarning;
use crate::booking::model::why_not::{Remedy, Rule};
use crate::booking::service::waiting::{GlanceState, SessionGlance, WaitingPerson};
use crate::booking::store::entities::appointment::Site;
use crate::booking::store::entities::booking::{BookingState, Channel};
use crate::booking::store::entities::calendar_feed::Covers;
use crate::booking::store::entities::refusal::RefusalRule;
use crate::booking::store::entities::waiting_entry::WaitingState;
use crate::http::{fields_in_json, words_in_json};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

words_in_json! {
    /// Why a booking is expired.
    ExpiredBecause { HoldRanOut, NobodyDecided }

    /// For what people waited: for their number to be called (the first time), for a place until they took one that was
    /// offered, in front of a video meeting until they were let in.
    WaitKind { Queue, WaitingList, WaitingRoom }

    /// A step on the way of a booking.
    StepKind { ChooseTime, FillIn, Decision, JoinVideo, Come, Rate }

    /// Why nothing can be booked on a day.
    DayReason { Past, LeadTime, BeyondHorizon, Closed, Full, YearUnpublished, Quota, Reserved, NoOfficerFree, Terms, RecordingSpace }

    /// Why a booking that stands would not be given any more: the service is switched off, it has no such stage, it is not
    /// open then, or there are not so many places then or a day.
    Outside { Off, Stage, Hours, Seats, Quota }

    /// Why a slot cannot be booked.
    SlotReason { Past, LeadTime, Full, Quota, Reserved, NoOfficerFree, Terms }

    /// What stands in the way of a time.
    Rule { NotForPersons, NotForEnterprises, TierExcluded, ExplanationMissing, BlockedAfterNoShow, OutsideOfficeHours, TooManyBookings, BeyondHorizon, LeadTime, QuotaReached, Overlapping, RecordingSpace }

    /// The rule by which somebody was refused; its word is the code of the refusal.
    RefusalRule { SlotTaken, PlacesReserved, NoOfficerFree, LeadTime, BeyondHorizon, YearUnpublished, OutsideOfficeHours, NotForPersons, NotForEnterprises, TierExcluded, QuotaReached, TooManyBookings, TooManyHolds, Overlapping, BlockedAfterNoShow, ExplanationMissing, StageGap, GroupLead, RecordingSpace }

    /// What somebody can do about it.
    Remedy { CallOffice, BookForEnterprise, BookForOneself, ChooseLater, ApplyInOfficeHours, WriteExplanation, WaitUntil, FinishOne }

    /// Why a service has no free time up to its horizon; what says most is the greatest.
    NoneFree { Closed, YearUnpublished, Full }

    /// Whether a service is open.
    OpenState { Open, Closed, Unpublished }

    /// Which bookings a calendar shows: those on an officer's own desk, those of the whole office, those of the maker's
    /// enterprise, those of somebody who books for themselves.
    Covers { Desk, Office, Enterprise, Own }

    /// Where somebody stands who waits for a place: `passed` is an offer that nobody answered in time, `ended` a
    /// waiting whose days are over.
    WaitingState { Waiting, Offered, Taken, Declined, Passed, Withdrawn, Ended }

    /// Where a session stands; its states are named as in `video`.
    GlanceState { Waiting, Open, Ended }

    /// Where a stage takes place.
    Site { Office, Enterprise }

    /// By which way a booking came: its booker took it, or an officer for somebody who called or was at the counter.
    Channel { Online, Phone, Counter }

    /// What somebody shows that they are who they are.
    DocumentKind { ResidentId, Passport, Permit, Other }

    /// What a column of a list of persons is about.
    PersonColumn { Name, DocumentKind, DocumentNumber, BirthDate, Mobile }

    /// State of a booking (contracts).
    BookingState { Held, Requested, Accepted, Refused, CheckedIn, Completed, NoShow, Cancelled, Expired }
}

fields_in_json! {
    /// One answer with the question's label.
    Answer {
        key: String,
        label: ByLanguage,
        /// In words: of a choice the option's label.
        value: ByLanguage,
    }

    /// Somebody on the list of a group.
    Person {
        name: String,
        document_kind: DocumentKind,
        document_number: String,
        birth_date: NaiveDate,
        mobile: Option<String>,
    }

    /// The words of one box that was ticked.
    ConsentWords {
        key: String,
        label: ByLanguage,
        hint: Option<ByLanguage>,
    }

    /// Something that a form says and its writer may not have thought of. It can be requested all the
    /// same, once it is acknowledged.
    FormWarning {
        /// Goes into `acknowledged` of the request.
        code: String,
        /// As it is spelled in the API: `fields.departure_on`.
        field: String,
        text: ByLanguage,
    }

    /// Somebody who waits to be let in.
    WaitingPerson {
        session_id: Uuid,
        booking_id: Uuid,
        participant_id: Uuid,
        name: String,
        enterprise_name: Option<String>,
        service: ByLanguage,
        starts_at: DateTime<Utc>,
        since: DateTime<Utc>,
        /// Whether their page is open at this moment.
        present: bool,
    }

    /// A video session in a few figures, for the rows of a list.
    SessionGlance {
        session_id: Uuid,
        state: GlanceState,
        opened_at: Option<DateTime<Utc>>,
        /// Since when it is recorded without all recordings having ended; null while nothing is.
        recording_since: Option<DateTime<Utc>>,
        /// Guests who wait to be let in.
        waiting: u32,
        /// Since when the first of them waits.
        waiting_since: Option<DateTime<Utc>>,
        /// People who are in, officers included.
        inside: u32,
    }
}
