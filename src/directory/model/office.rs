//! The facts about the office that pages and mails print. Constants for now, all in this place.

use crate::base::words::{self, ByLanguage, Language};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;

/// The office.
#[derive(Clone, Debug, Serialize)]
pub struct Office {
    pub name: ByLanguage,
    /// The zone in which the office counts its days.
    pub zone: Tz,
    pub duty_phone: &'static str,
    /// The office hours of a working day, in the office's zone.
    pub hours: [OfficeHours; 2],
    pub notice: Notice,
    /// Within so many working days the registration of an enterprise is usually decided.
    pub approval_working_days: u8,
    /// The last day of that term for who registers today; none where the official calendar does not reach so far.
    pub approval_by: Option<NaiveDate>,
    /// The languages of the service, the default one first.
    pub languages: [&'static str; Language::ALL.len()],
}

/// A part of a day, "08:30" to "12:00".
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OfficeHours {
    pub from: &'static str,
    pub to: &'static str,
}

/// The notice about recording that people acknowledge before a video session.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    pub version: i32,
    pub published_on: NaiveDate,
    /// How long recordings are kept.
    pub retention_years: i32,
}

/// The office of this installation.
pub fn office() -> Office {
    Office {
        name: words::directory::office().into(),
        zone: chrono_tz::Asia::Shanghai,
        duty_phone: "154 0000 0136",
        hours: [OfficeHours { from: "08:30", to: "12:00" }, OfficeHours { from: "13:00", to: "17:00" }],
        notice: Notice {
            version: 5,
            published_on: NaiveDate::from_ymd_opt(2026, 8, 1).expect("1 August 2026 is a date"),
            retention_years: 3,
        },
        approval_working_days: 2,
        approval_by: None,
        languages: Language::ALL.map(Language::tag),
    }
}
