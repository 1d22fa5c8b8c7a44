//! One's own bookings.

use crate::auth::Signed;
use crate::base::words::Language;
use crate::booking::Booking;
use crate::booking::service::{NewBooking, RequestForm};
use crate::booking::store::read::{ListKey, View};
use crate::booking::wire::dto::{
    BookingDetailDto, BookingDto, BookingRequest, Cancelling, Explaining, FormCheck, FoundBookings,
    NewBookingDto,
};
use crate::booking::wire::refusals;
use crate::booking::wire::stages::wanted_time;
use crate::http::{Body, Cursor, Page, Params, PathId, PathText, Refused};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

const PAGE: usize = 20;

/// Holds a place for some minutes; with `request` it is requested in the same step, and nothing is held. `overlaps` of the answer warns of what one has booked at that time.
#[utoipa::path(post, path = "/bookings", tag = "bookings", operation_id = "take_place",
    request_body = NewBookingDto, responses((status = CREATED, body = BookingDto), refusals::TakePlace))]
pub async fn take_place(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Body(wish): Body<NewBookingDto>,
) -> Result<(StatusCode, Json<BookingDto>), Refused<refusals::TakePlace>> {
    let NewBookingDto { service_id, starts_at, stages, anyway, request } = wish;
    let (time, form) = (wanted_time(starts_at, stages), request.map(RequestForm::from));
    let fresh = booking.take(&actor, NewBooking { service_id, time, anyway, form, against: None }).await?;
    Ok((StatusCode::CREATED, Json(booking.show_fresh(&actor, fresh).await?)))
}

/// Which half of the bookings.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BookingView {
    #[default]
    Coming,
    Past,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BookingsQuery {
    /// What is still to come, soonest first; or what is over, latest first.
    #[serde(default)]
    #[param(inline)]
    view: BookingView,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The bookings of one's enterprise, or one's own.
#[utoipa::path(get, path = "/bookings", tag = "bookings", operation_id = "list_bookings",
    params(BookingsQuery), responses((status = OK, body = Page<BookingDto>), refusals::ListBookings))]
pub async fn list_bookings(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Params(query): Params<BookingsQuery>,
) -> Result<Json<Page<BookingDto>>, Refused<refusals::ListBookings>> {
    let view = match query.view {
        BookingView::Coming => View::Coming,
        BookingView::Past => View::Past,
    };
    let after: Option<ListKey> = Cursor::decode(query.cursor.as_deref())?;
    let rows = booking.list(&actor, view, after, PAGE as u64 + 1).await?;
    Ok(Json(Page::of(rows, PAGE, |row| (row.starts_at, row.id), |row| row)))
}

/// One booking with its form and history.
#[utoipa::path(get, path = "/bookings/{id}", tag = "bookings", operation_id = "get_booking",
    params(("id" = Uuid, Path)), responses((status = OK, body = BookingDetailDto), refusals::GetBooking))]
pub async fn get_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
) -> Result<Json<BookingDetailDto>, Refused<refusals::GetBooking>> {
    Ok(Json(booking.detail(&actor, id).await?))
}

/// A booking by its reference; lower case, spaces and dashes do not matter.
#[utoipa::path(get, path = "/references/{reference}", tag = "bookings", operation_id = "get_booking_by_reference",
    params(("reference" = String, Path)), responses((status = OK, body = BookingDto), refusals::GetBookingByReference))]
pub async fn get_booking_by_reference(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathText(reference): PathText,
) -> Result<Json<BookingDto>, Refused<refusals::GetBookingByReference>> {
    Ok(Json(booking.by_reference(&actor, &reference).await?))
}

/// The bookings for which another system gave a number (of a declaration, of a national application), the newest first,
/// at most twenty.
#[utoipa::path(get, path = "/external-numbers/{number}", tag = "bookings", operation_id = "list_bookings_by_external_number",
    params(("number" = String, Path)), responses((status = OK, body = FoundBookings), refusals::ListBookingsByExternalNumber))]
pub async fn list_bookings_by_external_number(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathText(number): PathText,
) -> Result<Json<FoundBookings>, Refused<refusals::ListBookingsByExternalNumber>> {
    Ok(Json(FoundBookings { bookings: booking.by_external_number(&actor, &number).await? }))
}

/// The appointment as a calendar file.
#[utoipa::path(get, path = "/bookings/{id}/calendar.ics", tag = "bookings", operation_id = "get_booking_calendar",
    params(("id" = Uuid, Path)), responses((status = OK, body = String, content_type = "text/calendar"), refusals::GetBookingCalendar))]
pub async fn get_booking_calendar(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    language: Option<Extension<Language>>,
    PathId(id): PathId,
) -> Result<impl IntoResponse, Refused<refusals::GetBookingCalendar>> {
    let language = language.map(|Extension(language)| language).unwrap_or_default();
    let file = booking.calendar_file(&actor, id, language).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"mianqia.ics\""),
    ];
    Ok((headers, file))
}

/// Requests a held place. The same request again gives the same answer.
#[utoipa::path(post, path = "/bookings/{id}/request", tag = "bookings", operation_id = "request_booking",
    params(("id" = Uuid, Path)), request_body = BookingRequest, responses((status = OK, body = BookingDto), refusals::RequestBooking))]
pub async fn request_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(form): Body<BookingRequest>,
) -> Result<Json<BookingDto>, Refused<refusals::RequestBooking>> {
    let shown = booking.request(&actor, id, form.into()).await?;
    Ok(Json(shown))
}

/// What a form would be warned of. It is checked as `request` checks it, and nothing is changed.
#[utoipa::path(post, path = "/bookings/{id}/check", tag = "bookings", operation_id = "check_booking_form",
    params(("id" = Uuid, Path)), request_body = BookingRequest, responses((status = OK, body = FormCheck), refusals::CheckBookingForm))]
pub async fn check_booking_form(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(form): Body<BookingRequest>,
) -> Result<Json<FormCheck>, Refused<refusals::CheckBookingForm>> {
    Ok(Json(FormCheck { warnings: booking.check_form(&actor, id, form.into()).await? }))
}

impl From<BookingRequest> for RequestForm {
    fn from(form: BookingRequest) -> Self {
        let BookingRequest { contact_name, contact_mobile, fields, acknowledged } = form;
        Self { contact_name, contact_mobile, fields, persons: Vec::new(), acknowledged }
    }
}

/// Cancels one's booking; a reason is needed unless the place was only held. Officers cancel what they took for somebody.
#[utoipa::path(post, path = "/bookings/{id}/cancel", tag = "bookings", operation_id = "cancel_booking",
    params(("id" = Uuid, Path)), request_body = Cancelling, responses((status = OK, body = BookingDto), refusals::CancelBooking))]
pub async fn cancel_booking(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(cancelling): Body<Cancelling>,
) -> Result<Json<BookingDto>, Refused<refusals::CancelBooking>> {
    let row = booking.cancel(&actor, id, cancelling.reason.as_deref()).await?;
    Ok(Json(booking.show(&actor, row).await?))
}

/// Explains in writing why one's booking was cancelled late.
#[utoipa::path(post, path = "/bookings/{id}/explanation", tag = "bookings", operation_id = "explain_cancelling",
    params(("id" = Uuid, Path)), request_body = Explaining, responses((status = OK, body = BookingDto), refusals::ExplainCancelling))]
pub async fn explain_cancelling(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    PathId(id): PathId,
    Body(body): Body<Explaining>,
) -> Result<Json<BookingDto>, Refused<refusals::ExplainCancelling>> {
    let row = booking.explain(&actor, id, &body.explanation).await?;
    Ok(Json(booking.show(&actor, row).await?))
}
