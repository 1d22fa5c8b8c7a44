//! When stages really began and ended, from the office's own systems.

use crate::auth::{Right, Signed};
use crate::base::words::Language;
use crate::booking::Booking;
use crate::booking::model::form;
use crate::booking::service::clearance::ClockImport;
use crate::booking::wire::dto::{ClearanceFileDto, ClearanceReportDto, NewClearanceImport};
use crate::booking::wire::refusals;
use crate::http::{Body, FILE, Refused, file_in};
use axum::extract::State;
use axum::{Extension, Json};

/// Checks a file of stages line by line, and tells what it would change. Nothing is written. For officers and chiefs.
#[utoipa::path(post, path = "/clearance/preview", tag = "office_day", operation_id = "preview_clearance",
    request_body = ClearanceFileDto, responses((status = OK, body = ClearanceReportDto), refusals::PreviewClearance))]
pub async fn preview_clearance(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
    Body(file): Body<ClearanceFileDto>,
) -> Result<Json<ClearanceReportDto>, Refused<refusals::PreviewClearance>> {
    actor.may(Right::HandleBookings)?;
    let language = language.map(|Extension(language)| language).unwrap_or_default();
    let plan = booking.preview_clearance(&file_in(FILE, &file.file_base64)?).await?;
    Ok(Json(ClearanceReportDto::of(plan, language)))
}

/// Notes when stages began and ended: of all lines of a file, or of none. The same file again changes nothing. The first
/// stage that began checks a booking in, the last that ended completes it. For officers and chiefs.
#[utoipa::path(post, path = "/clearance/imports", tag = "office_day", operation_id = "import_clearance",
    request_body = NewClearanceImport, responses((status = OK, body = ClearanceReportDto), refusals::ImportClearance))]
pub async fn import_clearance(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
    Body(wish): Body<NewClearanceImport>,
) -> Result<Json<ClearanceReportDto>, Refused<refusals::ImportClearance>> {
    actor.may(Right::HandleBookings)?;
    let language = language.map(|Extension(language)| language).unwrap_or_default();
    let by = ClockImport {
        actor: actor.evidence(),
        officer: Some(actor.account_id),
        source: form::require_clearance_source(&wish.source)?,
        reason: form::check_reason(wish.reason.as_deref())?,
    };
    let plan = booking.import_clearance(&file_in(FILE, &wish.file_base64)?, by).await?;
    Ok(Json(ClearanceReportDto::of(plan, language)))
}
