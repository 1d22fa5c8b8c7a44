//! Why a place cannot be taken, in words.

use crate::base::words::{self, Text};
use crate::booking::model::display_reference;
use crate::booking::service::take::MOST_HOLDS;
use crate::booking::store::entities::booking;
use crate::directory::ServiceInfo;
use crate::http::Problem;
use chrono::{Datelike, NaiveDate};

pub fn unknown_service() -> Problem {
    Problem::invalid("service_id", words::booking::unknown_service())
}

pub fn slot_past() -> Problem {
    Problem::invalid("starts_at", words::booking::slot_past())
}

pub fn lead_time(info: &ServiceInfo) -> Problem {
    let ahead = duration(info.row.lead_minutes);
    Problem::invalid("starts_at", words::booking::lead_time(ahead))
}

pub fn beyond_horizon(info: &ServiceInfo) -> Problem {
    let days = info.row.horizon_days;
    Problem::invalid("starts_at", words::booking::beyond_horizon(days))
}

pub fn year_unpublished(date: NaiveDate) -> Problem {
    let year = date.year();
    Problem::invalid("starts_at", words::booking::year_unpublished(year))
}

pub fn not_a_slot() -> Problem {
    Problem::invalid("starts_at", words::booking::not_a_slot())
}

pub fn slot_taken() -> Problem {
    Problem::conflict(words::booking::slot_taken())
}

pub fn too_many_holds() -> Problem {
    Problem::conflict(words::booking::too_many_holds(MOST_HOLDS))
}

pub fn too_many_bookings(most: u32, enterprise: bool) -> Problem {
    Problem::conflict(match enterprise {
        true => words::booking::too_many_bookings_enterprise(most),
        false => words::booking::too_many_bookings(most),
    })
}

pub fn already_yours(mine: &booking::Model) -> Problem {
    let reference = display_reference(&mine.reference);
    Problem::conflict(words::booking::already_yours(reference)).about(mine.id)
}

fn duration(minutes: i32) -> Text {
    if minutes % 60 == 0 { words::base::hours(minutes / 60) } else { words::base::minutes(minutes) }
}
