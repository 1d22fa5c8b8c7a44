//! How the types of the rules and tables of this feature look over the API.

use crate::base::words::{ByLanguage, Language};
use crate::directory::model::calendar::DayClass;
use crate::directory::model::calendar_changes::ChangeKind;
use crate::directory::model::credit::CreditTier;
use crate::directory::model::customs::CustomsOffice;
use crate::directory::model::documents::{DocumentSpec, DocumentWay, FileKind};
use crate::directory::model::forms::FormerLabel;
use crate::directory::model::office::{Notice, Office, OfficeHours};
use crate::directory::model::settings::{
    HoursOfDay, RuleSettings, ServiceSettings, SetupPart, StageSettings, VenueSettings,
};
use crate::directory::model::terms::{
    Bookers, CancellingTerms, ExcludedTier, LeadTime, NoShowTerms, OverlapRule, Quota, QuotaParty,
    QuotaPeriod, ServiceTerms,
};
use crate::directory::model::{
    FieldKind, FieldOption, FieldSpec, GroupTerms, Limits, QuotaShares, Shares, WarningCondition, WarningRule,
};
use crate::directory::store::entities::calendar_import::ImportOrigin;
use crate::directory::store::entities::opening_rule::DayKind;
use crate::directory::store::entities::service::ServiceKind;
use crate::directory::store::entities::service_stage::Stage;
use crate::http::{fields_in_json, words_in_json};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

words_in_json! {
    /// What a date is by the official calendar.
    DayClass { Workday, Weekend, Holiday, MakeupWorkday, Unpublished }

    /// How a line of the calendar differs from the version before.
    ChangeKind { Added, Removed, Changed }

    /// By which way a calendar came: the page, the command, or with the program.
    ImportOrigin { Page, Command, Program }

    /// How a field is filled in and checked.
    FieldKind { Text, LongText, Choice, PortCode, HsCodes, DeclarationNo, ExternalNo, Date, Number, Consent }

    /// What a document is, by its content.
    FileKind { Pdf, Jpeg, Png }

    /// Whether a document is brought to the appointment or uploaded before.
    DocumentWay { Bring, Upload }

    /// How far customs trusts an enterprise: 高级认证, 认证, 常规, 失信, 严重失信.
    CreditTier { AdvancedCertified, Certified, Regular, Discredited, SeriouslyDiscredited }

    /// Who may book a service at all: those who act for an enterprise, those who book for themselves, or both.
    Bookers { Everybody, Enterprises, Persons }

    /// Whose bookings are counted together.
    QuotaParty { Person, Enterprise }

    /// In which time of appointments, at the venue; a week begins on Monday.
    QuotaPeriod { Day, Week, Month }

    /// What follows when somebody books beside something else of theirs.
    OverlapRule { Allowed, Warned, Refused }

    /// The days by the official calendar to which an opening rule applies: each, working days, the others, or what
    /// office hours leave of all of them.
    DayKind { Any, Working, NonWorking, AfterHours }

    /// A part of a service or venue that somebody changes.
    SetupPart { Name, Texts, Booking, Seats, Hours, Stages, Form, Documents, Active, Address, Contact, Grid }

    /// The three kinds of service.
    ServiceKind { AfterHours, Health, Video }

    /// The stages of clearance: 申报, 查验, 放行.
    Stage { Declaration, Inspection, Release }
}

fields_in_json! {
    /// A customs office.
    CustomsOffice {
        /// Four digits.
        code: String,
        /// Where it is not known in a language, as it is known.
        name: ByLanguage,
    }

    /// How many live bookings of one service (held ones included) a party may have at a time.
    Limits {
        /// Somebody who books for themselves.
        person: u32,
        /// All members of an enterprise together.
        enterprise: u32,
    }

    /// Seats side by side in each slot that are kept for callers and for the counter; the rest is everybody's.
    Shares {
        phone: i32,
        counter: i32,
        /// So long before a slot what is left of them is everybody's too.
        released_minutes_before: i32,
    }

    /// Of a day's quota, what is kept for callers and for the counter; the rest is everybody's.
    QuotaShares {
        /// Together with `counter` no more than the quota.
        #[schema(minimum = 0, maximum = 5000)]
        phone: i32,
        #[schema(minimum = 0, maximum = 5000)]
        counter: i32,
        /// So many days before the day what is left of them is everybody's too; 0 on the day itself.
        #[schema(minimum = 0, maximum = 31)]
        released_days_before: i32,
        /// The time of that, after midnight at the venue.
        #[schema(minimum = 0, maximum = 1439)]
        released_at_minute: i32,
    }

    /// How groups are taken.
    GroupTerms {
        most_people: u32,
        /// A group is booked so many days ahead at least.
        lead_days: u32,
    }

    /// What a service is. Texts are there in every language: a name has at most 60 characters, others 500.
    ServiceSettings {
        name: ByLanguage,
        /// In a sentence, what it is.
        summary: ByLanguage,
        /// Who it is for.
        who: ByLanguage,
        /// What to bring or have at hand.
        #[schema(max_items = 40)]
        bring: Vec<ByLanguage>,
        /// The rules in plain words.
        #[schema(max_items = 40)]
        rules: Vec<ByLanguage>,
        /// How to prepare, such as with an empty stomach.
        prepare: Option<ByLanguage>,
        #[schema(minimum = 5, maximum = 1440)]
        duration_minutes: i32,
        /// For who has no terms of their own; less than the horizon.
        #[schema(minimum = 0)]
        lead_minutes: i32,
        #[schema(minimum = 1, maximum = 366)]
        horizon_days: i32,
        #[schema(minimum = 1, maximum = 120)]
        hold_minutes: i32,
        /// Whether an officer decides about each request.
        needs_decision: bool,
        /// Places side by side in each slot.
        #[schema(minimum = 1, maximum = 200)]
        seats: i32,
        /// Places a day; null where that is not counted.
        #[schema(minimum = 1, maximum = 5000)]
        daily_quota: Option<i32>,
        /// What of them is kept; null where nothing is.
        quota_shares: Option<QuotaShares>,
        /// No two of them at the same time, and each long enough for a slot.
        #[schema(max_items = 40)]
        opening_rules: Vec<RuleSettings>,
        /// In their order; none where it is not booked in stages.
        #[schema(max_items = 3)]
        stages: Vec<StageSettings>,
        /// It is booked stage by stage, and not as a whole.
        #[serde(default)]
        stages_only: bool,
        /// What the booking form asks for, in order. A key is what answers are kept by; its kind never changes.
        #[schema(max_items = 40)]
        fields: Vec<FieldSpec>,
        /// The documents to bring or to upload, in order: each file of 100 kB to 10 MB, 50 pages and 8 files at most.
        #[schema(max_items = 40)]
        documents: Vec<DocumentSpec>,
        /// Whether it is offered.
        active: bool,
    }

    /// When a service is open.
    RuleSettings {
        day_kind: DayKind,
        /// 1 is Monday, 7 is Sunday; each once.
        #[schema(min_items = 1, max_items = 7)]
        weekdays: Vec<i32>,
        /// After midnight at the venue.
        #[schema(minimum = 0, maximum = 1439)]
        from_minute: i32,
        /// 1440 is the midnight that ends the day.
        #[schema(minimum = 1, maximum = 1440)]
        to_minute: i32,
    }

    /// A stage of a service.
    StageSettings {
        stage: Stage,
        #[schema(minimum = 5, maximum = 1440)]
        duration_minutes: i32,
        /// So much time lies between the end of the stage before and its start; 0 for the first.
        #[schema(minimum = 0, maximum = 10080)]
        gap_least_minutes: i32,
        #[schema(minimum = 0, maximum = 10080)]
        gap_most_minutes: i32,
        /// Whether officers may come to the enterprise for it.
        at_enterprise: bool,
        /// Places of what it takes at the office beside a place of the service; null where it takes nothing.
        #[schema(minimum = 1, maximum = 200)]
        seats: Option<i32>,
        /// Officers and chiefs, the usual first: one of them who is free is taken for its time. Nobody in particular, where
        /// there are none.
        #[schema(max_items = 40)]
        officers: Vec<Uuid>,
    }

    /// What a venue is. Texts are there in every language: a name has at most 60 characters, the address 500.
    VenueSettings {
        name: ByLanguage,
        address: ByLanguage,
        #[schema(example = "Asia/Shanghai")]
        zone: String,
        /// 5, 10 or 15.
        grid_minutes: i32,
        /// Empty where it is the office's duty phone.
        #[schema(max_length = 30)]
        phone: String,
        /// When somebody is there on working days, in order; the office's hours, where there are none. Opening rules for
        /// `after_hours` open outside of them, and where applications are taken in office hours, it is in these.
        #[schema(max_items = 4)]
        office_hours: Vec<HoursOfDay>,
    }

    /// From when until when, in minutes after midnight at the venue.
    HoursOfDay { from_minute: i32, to_minute: i32, }

    /// On which terms a service is booked.
    ServiceTerms {
        /// Who may book it at all.
        bookers: Bookers,
        /// A field of kind `choice`: its answer is the category of a booking.
        category_field: Option<String>,
        /// How long ahead it is booked; who none of them fits, by the service's own lead time. What says most counts:
        /// the tier first, then the category.
        lead_times: Vec<LeadTime>,
        excluded_tiers: Vec<ExcludedTier>,
        /// No lead time holds for who stands at the counter.
        walk_ins_at_once: bool,
        /// Applications are only taken in the venue's office hours, on working days by the official calendar.
        applications_in_office_hours: bool,
        /// The place is kept free so long before each appointment, and so long after it.
        buffer_before_minutes: i32,
        buffer_after_minutes: i32,
        quotas: Vec<Quota>,
        /// What follows when the party has something else at the time.
        overlap: OverlapRule,
        cancelling: Option<CancellingTerms>,
        no_shows: Option<NoShowTerms>,
        /// Requests are decided within so many working days: of 0, on the day on which they come. Null: nothing is
        /// promised. What comes on a day off, came on the next working day.
        decided_within_working_days: Option<i32>,
    }

    /// How long ahead some have to book.
    LeadTime {
        /// Null: whoever books, also for themselves.
        tier: Option<CreditTier>,
        /// Null: whatever it is about.
        category: Option<String>,
        lead_minutes: i32,
    }

    /// A tier that cannot book.
    ExcludedTier {
        tier: CreditTier,
        /// What its enterprises read.
        reason: ByLanguage,
    }

    /// How much a party may book of the service in a day, week or month of appointments.
    Quota {
        of: QuotaParty,
        per: QuotaPeriod,
        /// Not more than so many.
        most: Option<i32>,
        /// So many in any case: how much they have at a time (`limits`) does not count until then.
        least: Option<i32>,
    }

    /// What follows when an appointment is cancelled late.
    CancellingTerms {
        /// Until so long before the start nothing follows.
        free_until_minutes: i32,
        /// Later, a written explanation is due within so many working days by the official calendar.
        explain_within_working_days: i32,
        /// Where none came, the service cannot be booked for so many days, or until it comes.
        blocked_days: i32,
    }

    /// So many no-shows within so many days, and the service cannot be booked for so many days.
    NoShowTerms { count: i32, within_days: i32, blocked_days: i32, }

    /// A warning about the dates of a form: the answer to `field` is earlier than `days` after the day
    /// of the appointment.
    WarningRule {
        /// Stable; what is acknowledged.
        code: String,
        /// A field of kind `date`.
        field: String,
        days: u32,
        /// Applies only with this answer.
        when: Option<WarningCondition>,
        text: ByLanguage,
    }

    /// The answer with which a [`WarningRule`] applies.
    WarningCondition {
        field: String,
        value: String,
    }

    /// One question of a booking form.
    FieldSpec {
        key: String,
        kind: FieldKind,
        label: ByLanguage,
        hint: Option<ByLanguage>,
        required: bool,
        /// For `choice`: what can be chosen.
        options: Option<Vec<FieldOption>>,
        /// Sensitive personal information (health): masked on lists, asked for with its own consent.
        sensitive: bool,
        /// Longest text in characters.
        max_length: Option<u32>,
        /// For `choice`: what is chosen until somebody chooses.
        #[schema(required = true)]
        default: Option<String>,
        /// Not asked of who books stage by stage: the stages tell it.
        #[schema(required = true)]
        without_stages: bool,
        /// For numbers of other systems: where one is looked up there, over TLS.
        #[schema(required = true)]
        link: Option<String>,
    }

    /// A document that a service asks for.
    DocumentSpec {
        key: String,
        label: ByLanguage,
        #[schema(required = true)]
        hint: Option<ByLanguage>,
        way: DocumentWay,
        /// To upload: the booking cannot be requested without it.
        required: bool,
        kinds: Vec<FileKind>,
        /// Of each file.
        most_bytes: u32,
        /// Of a PDF.
        most_pages: u32,
        /// So many files make up the document at most: the two sides of a card.
        most_files: u32,
    }

    /// One option of a `choice`.
    FieldOption {
        value: String,
        label: ByLanguage,
    }

    /// What a question, or an option of one, was called until something else was chosen for it.
    FormerLabel {
        /// Of the question.
        key: String,
        /// Of its option; null where it is the question itself.
        option: Option<String>,
        label: ByLanguage,
        until: DateTime<Utc>,
    }

    /// The office.
    Office {
        name: ByLanguage,
        /// The zone in which the office counts its days.
        #[schema(value_type = String, example = "Asia/Shanghai")]
        zone: Tz,
        duty_phone: &'static str,
        /// The office hours of a working day, in the office's zone.
        hours: [OfficeHours; 2],
        notice: Notice,
        /// Within so many working days the registration of an enterprise is usually decided.
        approval_working_days: u8,
        /// The last day of that term for who registers today; none where the official calendar does not reach so far.
        approval_by: Option<NaiveDate>,
        /// The languages of the service, the default one first.
        #[schema(value_type = Vec<String>)]
        languages: [&'static str; Language::ALL.len()],
    }

    /// A part of a day, "08:30" to "12:00".
    OfficeHours {
        #[schema(example = "08:30")]
        from: &'static str,
        #[schema(example = "12:00")]
        to: &'static str,
    }

    /// The notice about recording that people acknowledge before a video session.
    Notice {
        version: i32,
        published_on: NaiveDate,
        /// How long recordings are kept.
        retention_years: i32,
    }
}
