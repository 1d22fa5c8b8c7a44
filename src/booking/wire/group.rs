//! Groups that are booked by a list of persons.

use crate::auth::Signed;
use crate::base::words::Language;
use crate::booking::Booking;
use crate::booking::model::group::PersonList;
use crate::booking::service::RequestForm;
use crate::booking::service::group::{LIST, ListFile, NewGroup};
use crate::booking::wire::dto::{BookingDto, GroupListDto, GroupReportDto, LineFaultDto, NewGroupDto};
use crate::booking::wire::refusals;
use crate::http::{Body, PathId, Problem, Refused, file_in};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};

/// So many faults are told at a time; more than that nobody mends without looking again.
const MOST_FAULTS: usize = 200;

/// Checks a list of persons line by line. Nothing is kept of it.
#[utoipa::path(post, path = "/services/{id}/group/check", tag = "bookings", operation_id = "check_group",
    params(("id" = Uuid, Path)), request_body = GroupListDto, responses((status = OK, body = GroupReportDto), refusals::CheckGroup))]
pub async fn check_group(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
    PathId(id): PathId,
    Body(list): Body<GroupListDto>,
) -> Result<Json<GroupReportDto>, Refused<refusals::CheckGroup>> {
    let language = language.map(|Extension(language)| language).unwrap_or_default();
    let list = booking.check_group(&actor, id, &file(&list.list_base64, list.file_name)?).await?;
    Ok(Json(report(&list, language)))
}

/// Books a place of one slot for everybody on a list: all of them, or nobody.
#[utoipa::path(post, path = "/services/{id}/group", tag = "bookings", operation_id = "book_group",
    params(("id" = Uuid, Path)), request_body = NewGroupDto, responses((status = CREATED, body = BookingDto), refusals::BookGroup))]
pub async fn book_group(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(service_id): PathId,
    Body(wish): Body<NewGroupDto>,
) -> Result<(StatusCode, Json<BookingDto>), Refused<refusals::BookGroup>> {
    let NewGroupDto { starts_at, list_base64, file_name, anyway, request } = wish;
    let (list, form) = (file(&list_base64, file_name)?, RequestForm::from(request));
    let fresh = booking.book_group(&actor, NewGroup { service_id, starts_at, list, form, anyway }).await?;
    Ok((StatusCode::CREATED, Json(booking.show_fresh(&actor, fresh).await?)))
}

fn file(base64: &str, name: String) -> Result<ListFile, Problem> {
    Ok(ListFile { bytes: file_in(LIST, base64)?, name })
}

fn report(list: &PersonList, language: Language) -> GroupReportDto {
    let told = list.faults.iter().take(MOST_FAULTS).map(|fault| LineFaultDto {
        line: fault.line,
        column: fault.column,
        code: fault.code.to_owned(),
        text: fault.text.in_language(language),
    });
    GroupReportDto { lines: list.lines, faults_total: list.faults.len(), faults: told.collect() }
}
