//! The command that brings in when stages really began and ended: what the page does, for an operator at the machine.

use crate::app::calendar::bookings;
use crate::app::cli::{print, unreadable};
use crate::app::{Settings, StartError, opening};
use crate::base::clock::Clock;
use crate::base::words::{self, Language, Text};
use crate::booking::ClockImport;
use crate::booking::model::clearance::{ClockConflict, ClockPlan, stretch};
use crate::booking::model::display_reference;
use crate::booking::stage_name;
use crate::http::Problem;
use std::path::Path;
use std::process::ExitCode;

/// Imports a file, or only tells what that would do. Every line that is wrong is told.
pub(super) async fn run(
    settings: &Settings,
    csv: &Path,
    import: Option<ClockImport>,
    language: Language,
) -> Result<ExitCode, StartError> {
    let told = |text: Text| StartError::Refused(text.in_language(language));
    let refused = |problem: Problem| told(words::import::coded(problem.title, problem.code));
    let bytes = std::fs::read(csv).map_err(|error| told(unreadable(csv, &error)))?;
    let booking = bookings(opening::open(settings, &Clock::system()).await?, settings);
    let plan = booking.preview_clearance(&bytes).await.map_err(refused)?;
    print(&lines(&plan).iter().map(|line| line.in_language(language) + "\n").collect::<String>());
    let done = match import {
        _ if !plan.faults.is_empty() => {
            let wrong = words::clearance::clearance_lines_wrong(plan.faults.len(), plan.faults[0].line);
            return Err(told(words::import::coded(wrong, "clearance_lines_wrong")));
        }
        Some(import) => summary(&booking.import_clearance(&bytes, import).await.map_err(refused)?),
        None => words::clearance::clearance_previewed(
            plan.lines,
            plan.changes.len(),
            plan.stages(),
            plan.unchanged,
        ),
    };
    Ok(print(&format!("{}\n", done.in_language(language))))
}

fn summary(plan: &ClockPlan) -> Text {
    match plan.changes.len() {
        0 => words::clearance::clearance_nothing_new(plan.unchanged),
        bookings => words::clearance::clearance_imported(bookings, plan.stages(), plan.unchanged),
    }
}

/// What is wrong, and what has another time already, line by line.
fn lines(plan: &ClockPlan) -> Vec<Text> {
    let fault = |fault: &crate::booking::model::clearance::ClockFault| {
        words::clearance::clearance_line(fault.line, fault.text.clone())
    };
    plan.faults.iter().map(fault).chain(plan.conflicts.iter().map(conflict)).collect()
}

fn conflict(one: &ClockConflict) -> Text {
    let (reference, stage) = (display_reference(&one.reference), stage_name(one.stage));
    let (was, is_now) =
        (stretch(one.was.0, one.was.1, one.zone), stretch(Some(one.is_now.0), one.is_now.1, one.zone));
    words::clearance::clearance_conflict(one.line, reference, stage, was, is_now)
}
