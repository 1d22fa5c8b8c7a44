//! How the types of the rules and tables of this feature look over the API.

use crate::base::words::{ByLanguage, Language};
use crate::directory::model::calendar::DayClass;
use crate::directory::model::calendar_changes::ChangeKind;
use crate::directory::model::customs::CustomsOffice;
use crate::directory::model::office::{Notice, Office, OfficeHours};
use crate::directory::model::{FieldKind, FieldOption, FieldSpec, Limits, WarningCondition, WarningRule};
use crate::directory::store::entities::calendar_import::ImportOrigin;
use crate::directory::store::entities::service::ServiceKind;
use crate::directory::store::entities::service_stage::Stage;
use crate::http::{fields_in_json, words_in_json};
use chrono::NaiveDate;
use chrono_tz::Tz;

words_in_json! {
    /// What a date is by the official calendar.
    DayClass { Workday, Weekend, Holiday, MakeupWorkday, Unpublished }

    /// How a line of the calendar differs from the version before.
    ChangeKind { Added, Removed, Changed }

    /// By which way a calendar came: the page, the command, or with the program.
    ImportOrigin { Page, Command, Program }

    /// How a field is filled in and checked.
    FieldKind { Text, LongText, Choice, PortCode, HsCodes, DeclarationNo, Date, Number, Consent }

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
    }

    /// One option of a `choice`.
    FieldOption {
        value: String,
        label: ByLanguage,
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
