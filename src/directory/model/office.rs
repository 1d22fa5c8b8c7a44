//! The facts about the office that pages and mails print. Constants for now, all in this place.

use crate::base::words::{self, ByLanguage, Language};
use crate::directory::model::settings::HoursOfDay;
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

impl OfficeHours {
    /// In minutes after midnight.
    pub fn of_day(&self) -> HoursOfDay {
        let minute = |clock: &str| {
            let (hours, minutes) = clock.split_once(':').unwrap_or((clock, "0"));
            hours.parse::<i32>().unwrap_or(0) * 60 + minutes.parse::<i32>().unwrap_or(0)
        };
        HoursOfDay { from_minute: minute(self.from), to_minute: minute(self.to) }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offices_hours_are_minutes_of_a_day_too() {
        let hours = office().hours.map(|one| one.of_day().minutes());
        assert_eq!(hours, [510..720, 780..1020]);
    }
}
