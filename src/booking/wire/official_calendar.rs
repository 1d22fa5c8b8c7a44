//! Bringing in the official calendar, and what that means for bookings. Here and not in `directory`, which may know
//! neither who is calling nor what is booked.

use crate::auth::{Right, Signed};
use crate::base::words::{self, Language, Said};
use crate::booking::Booking;
use crate::booking::model::form;
use crate::booking::store::touched::TouchedKey;
use crate::booking::wire::dto::{
    CalendarFileDto, CalendarImportedDto, CalendarPreviewDto, CalendarVersionDto, NewCalendarImport,
    TouchedDto,
};
use crate::booking::wire::refusals;
use crate::directory::entities::calendar_import::ImportOrigin;
use crate::directory::{Import, ImportFault};
use crate::http::{Body, Cursor, FILE, Page, PageParams, Params, PathId, Problem, Refused, file_in};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

const PAGE: usize = 50;

/// What importing a calendar would change, and which bookings it would touch. Nothing is written. For chiefs.
#[utoipa::path(post, path = "/calendar/preview", tag = "office", operation_id = "preview_calendar",
    request_body = CalendarFileDto, responses((status = OK, body = CalendarPreviewDto), refusals::PreviewCalendar))]
pub async fn preview_calendar(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
    Body(file): Body<CalendarFileDto>,
) -> Result<Json<CalendarPreviewDto>, Refused<refusals::PreviewCalendar>> {
    actor.may(Right::ImportCalendar)?;
    let language = language.map(|Extension(language)| language).unwrap_or_default();
    let preview = booking.preview_calendar(&file_in(FILE, &file.file_base64)?).await.map_err(refused)?;
    Ok(Json(CalendarPreviewDto::of(preview, language)))
}

/// Imports a calendar as the new version of its years: whole, or not at all. For chiefs.
#[utoipa::path(post, path = "/calendar/imports", tag = "office", operation_id = "import_calendar",
    request_body = NewCalendarImport, responses((status = CREATED, body = CalendarImportedDto), refusals::ImportCalendar))]
pub async fn import_calendar(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(wish): Body<NewCalendarImport>,
) -> Result<(StatusCode, Json<CalendarImportedDto>), Refused<refusals::ImportCalendar>> {
    actor.may(Right::ImportCalendar)?;
    let import = Import {
        origin: ImportOrigin::Page,
        actor: actor.evidence(),
        source: Some(form::require_source(&wish.source)?),
        reason: Some(form::require_reason(Some(&wish.reason))?),
        unusual: wish.anyway,
    };
    let done = booking.import_calendar(&file_in(FILE, &wish.file_base64)?, import).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(done.into())))
}

/// The versions of the calendar's years, the latest year and version first. For officers and chiefs.
#[utoipa::path(get, path = "/calendar/versions", tag = "office", operation_id = "list_calendar_versions",
    params(PageParams), responses((status = OK, body = Page<CalendarVersionDto>), refusals::ListCalendarVersions))]
pub async fn list_calendar_versions(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Params(page): Params<PageParams>,
) -> Result<Json<Page<CalendarVersionDto>>, Refused<refusals::ListCalendarVersions>> {
    actor.may(Right::HandleBookings)?;
    let after: Option<(i32, i32)> = Cursor::decode(page.cursor.as_deref())?;
    let rows = booking.calendar_versions(after, PAGE as u64 + 1).await?;
    Ok(Json(Page::of(rows, PAGE, |row| (row.year, row.number), |row| row)))
}

/// A file of the calendar as it came. For officers and chiefs.
#[utoipa::path(get, path = "/calendar/imports/{id}/file", tag = "office", operation_id = "get_calendar_file",
    params(("id" = Uuid, Path)), responses((status = OK, body = String, content_type = "text/csv"), refusals::GetCalendarFile))]
pub async fn get_calendar_file(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<impl IntoResponse, Refused<refusals::GetCalendarFile>> {
    actor.may(Right::HandleBookings)?;
    let file = booking.imported_file(id).await?.ok_or_else(Problem::not_found)?;
    let headers = [
        // In whatever encoding it came.
        (header::CONTENT_TYPE, "text/csv"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"calendar.csv\""),
    ];
    Ok((headers, file))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TouchedQuery {
    /// Those that somebody has dealt with, the latest day first; else those that nobody has, the soonest day first.
    #[serde(default)]
    #[param(required = false)]
    settled: bool,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Bookings that corrections of the calendar touched. They stand until somebody changes them. For officers and chiefs.
#[utoipa::path(get, path = "/calendar/touched", tag = "office", operation_id = "list_touched",
    params(TouchedQuery), responses((status = OK, body = Page<TouchedDto>), refusals::ListTouched))]
pub async fn list_touched(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Params(query): Params<TouchedQuery>,
) -> Result<Json<Page<TouchedDto>>, Refused<refusals::ListTouched>> {
    let after: Option<TouchedKey> = Cursor::decode(query.cursor.as_deref())?;
    let rows = booking.listed_touched(&actor, query.settled, after, PAGE as u64 + 1).await?;
    let page = Page::of(rows, PAGE, |(row, _)| (row.date, row.id), |row| row);
    let items = booking.show_touched(&actor, page.items).await?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// Notes that a touched booking was dealt with. A second time nothing happens. For officers and chiefs.
#[utoipa::path(post, path = "/calendar/touched/{id}/settle", tag = "office", operation_id = "settle_touched",
    params(("id" = Uuid, Path)), responses((status = NO_CONTENT), refusals::SettleTouched))]
pub async fn settle_touched(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<StatusCode, Refused<refusals::SettleTouched>> {
    booking.settle_touched(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why nothing was imported, for whoever sent the file.
fn refused(fault: ImportFault) -> Problem {
    match fault {
        ImportFault::File(fault) => Problem::invalid(FILE, fault.text()).coded(fault.code()),
        ImportFault::Customs(fault) => Problem::invalid(FILE, fault.text()).coded(fault.code()),
        ImportFault::Unusual(odd) => {
            let each = odd.iter().map(|odd| odd.text().into()).collect();
            Problem::conflict(words::import::calendar_odd(Said::Lines(each)))
        }
        ImportFault::Store(error) => error.into(),
    }
}
