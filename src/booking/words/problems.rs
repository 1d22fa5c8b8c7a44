//! Why a place cannot be taken, in words.

use crate::base::words::{self, Moment, Said, Text};
use crate::booking::model::display_reference;
use crate::booking::model::shares::Kept;
use crate::booking::model::stages::{StageFault, StageFaultKind};
use crate::booking::service::take::MOST_HOLDS;
use crate::booking::store::entities::booking;
use crate::directory::ServiceInfo;
use crate::directory::model::documents::DocumentSpec;
use crate::http::Problem;
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

pub fn unknown_service() -> Problem {
    Problem::invalid("service_id", words::booking::unknown_service())
}

pub fn slot_past() -> Problem {
    Problem::invalid("starts_at", words::booking::slot_past())
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

/// What is left is kept for who books in another way, until a set time.
pub fn places_reserved(kept: &Kept, zone: Tz) -> Problem {
    Problem { earliest_at: Some(Box::new(kept.until)), ..Problem::conflict(said_kept(kept, zone)) }
}

/// For whom it is kept, and until when.
pub fn said_kept(kept: &Kept, zone: Tz) -> Text {
    let until = Moment(kept.until, zone);
    match (kept.phone > 0, kept.counter > 0) {
        (true, false) => words::booking::places_reserved_phone(until),
        (false, true) => words::booking::places_reserved_counter(until),
        _ => words::booking::places_reserved(until),
    }
}

/// There are places, and everybody who could hold a stage has something else then.
pub fn no_officer_free() -> Problem {
    Problem::conflict(words::booking::no_officer_free())
}

/// These are required and nobody has uploaded them; nothing where there are none.
pub fn documents_missing(missing: &[DocumentSpec]) -> Option<Problem> {
    let first = missing.first()?;
    let names = missing.iter().map(|spec| Said::from(&spec.label)).collect();
    let problem = Problem::conflict(words::booking::documents_missing(Said::List(names)));
    Some(Problem { field: Some(format!("documents.{}", first.key).into()), ..problem })
}

pub fn too_many_holds() -> Problem {
    Problem::conflict(words::booking::too_many_holds(MOST_HOLDS))
}

pub fn already_yours(mine: &booking::Model) -> Problem {
    let reference = display_reference(&mine.reference);
    Problem::conflict(words::booking::already_yours(reference)).about(mine.id)
}

/// The same, told to an officer who moves a booking.
pub fn already_theirs(theirs: &booking::Model) -> Problem {
    let reference = display_reference(&theirs.reference);
    Problem::conflict(words::booking::already_yours_office(reference)).about(theirs.id)
}

/// It is at that time already.
pub fn same_time() -> Problem {
    Problem::conflict(words::booking::same_time())
}

/// No service is ever open then.
pub fn out_of_sight() -> Problem {
    Problem::invalid("starts_at", words::booking::not_a_slot())
}

/// When they want to come was not said in one way.
pub fn one_time() -> Problem {
    Problem::invalid("starts_at", words::booking::one_time())
}

/// The service is not booked in stages.
pub fn no_stages() -> Problem {
    Problem::invalid("stages", words::booking::no_stages())
}

/// It is booked stage by stage, and not as a whole.
pub fn stages_needed() -> Problem {
    Problem::invalid("stages", words::booking::stages_needed())
}

/// What is wrong with a wanted stage; times by the clocks of the venue.
pub fn stage_fault(fault: &StageFault, zone: Tz) -> Problem {
    let (name, text) = match fault.kind {
        StageFaultKind::Unknown => ("stage", words::booking::unknown_stage()),
        StageFaultKind::Order => ("stage", words::booking::stage_order()),
        StageFaultKind::Site => ("site", words::booking::stage_site()),
        StageFaultKind::Gap(from, until) => {
            ("starts_at", words::booking::stage_gap(Moment(from, zone), Moment(until, zone)))
        }
    };
    Problem::invalid(stage_field(fault.index, name), text)
}

/// What is wrong with the time of the wanted stage of this number.
pub fn of_stage(problem: Problem, index: usize) -> Problem {
    Problem { field: Some(stage_field(index, "starts_at").into()), ..problem }
}

fn stage_field(index: usize, name: &str) -> String {
    // As the place in a body is told.
    format!("stages[{index}].{name}")
}

/// Minutes, said in hours where they are whole.
pub fn duration(minutes: i32) -> Text {
    if minutes % 60 == 0 { words::base::hours(minutes / 60) } else { words::base::minutes(minutes) }
}
