//! The official calendar: what is brought in, its versions, and the bookings that a correction touches.

use crate::booking::wire::dto::booking::BookingDto;
use crate::directory::entities::calendar_import::ImportOrigin;
use crate::directory::model::calendar::DayClass;
use crate::directory::model::calendar_changes::ChangeKind;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A file of the calendar.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CalendarFile)]
pub struct CalendarFileDto {
    /// CSV in UTF-8 or GB18030 as it is, in base64: the first line is `date,name,kind`, and each line after it a day
    /// on which the year differs from the plain week; the kind is `holiday` or `workday`.
    #[schema(max_length = 32_000)]
    pub file_base64: String,
}

/// A file of the calendar that is to be in force.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewCalendarImport {
    /// As for the preview.
    #[schema(max_length = 32_000)]
    pub file_base64: String,
    /// The notice: its number or address.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 200)]
    pub source: String,
    /// Why it is brought in.
    #[serde(default)]
    #[schema(required = true, min_length = 1, max_length = 500)]
    pub reason: String,
    /// Although it is like no notice so far.
    #[serde(default)]
    #[schema(required = false)]
    pub anyway: bool,
}

/// What importing a file would change. Nothing is written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarPreview)]
pub struct CalendarPreviewDto {
    /// The years of the file.
    pub years: Vec<YearVersion>,
    /// Days that differ from the plain week.
    pub days: usize,
    /// Of the file, in hexadecimal.
    pub sha256: String,
    /// Dates of which the file says something else than what is in force.
    pub changes: Vec<CalendarChangeDto>,
    /// What no notice has had so far: to be compared with the notice, and imported with `anyway`.
    pub oddities: Vec<OddityDto>,
    /// How many live bookings it would touch.
    pub touched_total: usize,
    /// The first of them.
    pub touched: Vec<WouldTouch>,
}

/// A year and the version that is in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct YearVersion {
    pub year: i32,
    /// None: the year is not published yet.
    pub in_force: Option<i32>,
}

/// A date of which the file says something else.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarChange)]
pub struct CalendarChangeDto {
    pub date: NaiveDate,
    pub change: ChangeKind,
    pub was: DayClass,
    pub is_now: DayClass,
    /// The holiday's name now; of a date that is taken out, as it was.
    pub name: String,
}

/// Something that no notice has had so far.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Oddity)]
pub struct OddityDto {
    pub code: String,
    /// In the reader's language.
    pub text: String,
}

/// A booking that the import would touch.
#[derive(Debug, Serialize, ToSchema)]
pub struct WouldTouch {
    pub booking_id: Uuid,
    pub reference: String,
    pub starts_at: DateTime<Utc>,
    /// At the venue.
    pub date: NaiveDate,
    pub was: DayClass,
    pub is_now: DayClass,
    /// Whether the service would still be open then.
    pub is_open: bool,
}

/// What was imported.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarImported)]
pub struct CalendarImportedDto {
    pub import_id: Uuid,
    /// The versions that are in force now.
    pub versions: Vec<YearVersion>,
    pub days: usize,
}

/// One version of a year.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarVersion)]
pub struct CalendarVersionDto {
    pub year: i32,
    pub number: i32,
    /// The latest of its year.
    pub in_force: bool,
    /// With which file it came: `GET /calendar/imports/{id}/file`.
    pub import_id: Uuid,
    pub imported_at: DateTime<Utc>,
    pub origin: ImportOrigin,
    /// Who brought it by the page.
    pub imported_by: Option<ImporterRef>,
    /// The notice: its number or address.
    pub source: Option<String>,
    pub reason: Option<String>,
    /// Of the file, in hexadecimal.
    pub sha256: String,
    /// How long the file is.
    pub bytes: usize,
    /// Codes of what was imported although it is like no notice so far.
    pub oddities: Vec<String>,
}

/// A member of staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImporterRef {
    pub id: Uuid,
    pub name: String,
}

/// A booking whose day a version of the calendar made another kind of day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TouchedBooking)]
pub struct TouchedDto {
    pub id: Uuid,
    /// With `number` the version of the calendar.
    pub year: i32,
    pub number: i32,
    /// The booking's day at the venue.
    pub date: NaiveDate,
    pub was: DayClass,
    pub is_now: DayClass,
    /// Whether the service is still open then.
    pub is_open: bool,
    pub found_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
    /// Nobody, where a later version took its place.
    pub settled_by: Option<ImporterRef>,
    /// As it is now.
    pub booking: BookingDto,
}
