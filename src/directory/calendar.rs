//! The official calendar: which days are working days. Pure.
//!
//! Source: the State Council's yearly notice on public holidays, which also names make-up workdays
//! (调休). A year without a notice is unpublished: nothing about it is guessed.

use crate::entity::calendar_day::CalendarKind;
use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What a date is by the official calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayClass {
    Workday,
    Weekend,
    Holiday,
    MakeupWorkday,
    /// The year's notice is not out; whether the date is worked is not known.
    Unpublished,
}

/// The published years and the days on which they differ from the week.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    pub published: BTreeSet<i32>,
    pub changes: BTreeMap<NaiveDate, (CalendarKind, String)>,
}

impl Calendar {
    pub fn class(&self, date: NaiveDate) -> DayClass {
        if !self.published.contains(&date.year()) {
            return DayClass::Unpublished;
        }
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        match self.changes.get(&date) {
            Some((CalendarKind::Holiday, _)) => DayClass::Holiday,
            Some((CalendarKind::Workday, _)) if weekend => DayClass::MakeupWorkday,
            None if weekend => DayClass::Weekend,
            _ => DayClass::Workday,
        }
    }

    /// Whether the date is a working day; `None` in an unpublished year.
    pub fn is_working(&self, date: NaiveDate) -> Option<bool> {
        match self.class(date) {
            DayClass::Workday | DayClass::MakeupWorkday => Some(true),
            DayClass::Weekend | DayClass::Holiday => Some(false),
            DayClass::Unpublished => None,
        }
    }

    /// The name of the holiday that a date belongs to or is a make-up for.
    pub fn name(&self, date: NaiveDate) -> Option<&str> {
        self.changes.get(&date).map(|(_, name)| name.as_str())
    }
}
