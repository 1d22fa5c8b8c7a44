//! The command that brings in the official calendar: what the page does, for an operator at the machine.

use crate::app::cli::{print, unreadable};
use crate::app::opening::{self, Opened};
use crate::app::{Settings, StartError};
use crate::base::clock::Clock;
use crate::base::words::{self, Language, Text};
use crate::booking::{self, Booking, CalendarPreview};
use crate::db::live::Live;
use crate::directory::{Directory, Import, years_said};
use crate::places::Places;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

/// Imports a file, or only tells what that would change.
pub(super) async fn run(
    settings: &Settings,
    csv: &Path,
    import: Option<Import>,
    language: Language,
) -> Result<ExitCode, StartError> {
    let told = |text: Text| StartError::Refused(text.in_language(language));
    let bytes = std::fs::read(csv).map_err(|error| told(unreadable(csv, &error)))?;
    let booking = bookings(opening::open(settings, &Clock::system()).await?, settings);
    let said = match import {
        Some(import) => {
            let done = booking.import_calendar(&bytes, import).await.map_err(|fault| told(fault.text()))?;
            done.text().in_language(language)
        }
        None => {
            let preview = booking.preview_calendar(&bytes).await.map_err(|fault| told(fault.text()))?;
            previewed(&preview, language)
        }
    };
    Ok(print(&format!("{said}\n")))
}

/// Bookings without a server around them.
pub(super) fn bookings(Opened { keyring, db }: Opened, settings: &Settings) -> Booking {
    let installation =
        booking::Installation { public_url: settings.public_url.clone(), mail_from: settings.mail_from() };
    let directory = Directory::new(db.clone(), Clock::system());
    let places = Places::new(db.clone(), Clock::system());
    Booking::new(db, Clock::system(), directory, places, Live::default(), installation, keyring)
}

fn previewed(preview: &CalendarPreview, language: Language) -> String {
    let said = |text: Text| text.in_language(language);
    let (years, changed) = (years_said(preview.years.keys()), preview.changes.len());
    let mut lines =
        said(words::import::calendar_preview(years, preview.days, changed, preview.touched_total));
    let kind = booking::kind_of_day;
    for change in &preview.changes {
        let (was, is_now) = (kind(change.was), kind(change.is_now));
        let line = words::import::calendar_change(change.date.to_string(), change.name.clone(), was, is_now);
        let _ = write!(lines, "\n{}", said(line));
    }
    for odd in &preview.oddities {
        let _ = write!(lines, "\n{}", said(words::import::coded(odd.text(), odd.code())));
    }
    for touched in &preview.touched {
        let (date, was, is_now) =
            (touched.touch.date.to_string(), kind(touched.touch.was), kind(touched.touch.is_now));
        let line = match touched.touch.is_open {
            true => words::import::calendar_touched(touched.reference(), date, was, is_now),
            false => words::import::calendar_touched_closed(touched.reference(), date, was, is_now),
        };
        let _ = write!(lines, "\n{}", said(line));
    }
    lines
}
