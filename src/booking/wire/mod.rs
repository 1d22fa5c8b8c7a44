//! The feature over HTTP.

mod board;
mod bookings;
mod clearance;
mod closings;
mod consent;
mod day;
mod decide;
mod desk;
pub mod dto;
mod feeds;
mod figures;
mod group;
mod moves;
mod official_calendar;
mod openings;
mod refusals;
mod results;
mod schemas;
mod services;
mod settings;
mod stage_officers;
mod stages;
mod terms;
mod venues;
mod waiting_list;

pub use day::day_changes;

use crate::booking::Booking;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All operations of the feature.
pub fn router(booking: Booking) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(services::list_services))
        .routes(routes!(services::get_service))
        .routes(routes!(services::list_service_days))
        .routes(routes!(services::list_service_slots))
        .routes(routes!(services::why_not))
        .routes(routes!(terms::set_terms))
        .routes(routes!(terms::preview_terms))
        .routes(routes!(settings::list_service_settings, settings::make_service))
        .routes(routes!(settings::get_service_settings, settings::set_service))
        .routes(routes!(settings::preview_settings))
        .routes(routes!(venues::list_venues, venues::make_venue))
        .routes(routes!(venues::set_venue))
        .routes(routes!(venues::preview_venue))
        .routes(routes!(services::list_desk_slots))
        .routes(routes!(desk::set_shares))
        .routes(routes!(desk::preview_shares))
        .routes(routes!(bookings::list_bookings, bookings::take_place))
        .routes(routes!(bookings::get_booking))
        .routes(routes!(bookings::get_booking_by_reference))
        .routes(routes!(bookings::list_bookings_by_external_number))
        .routes(routes!(bookings::get_booking_calendar))
        .routes(routes!(bookings::request_booking))
        .routes(routes!(bookings::cancel_booking))
        .routes(routes!(bookings::explain_cancelling))
        .routes(routes!(bookings::check_booking_form))
        .routes(routes!(consent::withdraw_consent))
        .routes(routes!(services::get_prefill))
        .routes(routes!(results::list_results_due))
        .routes(routes!(results::mark_results_ready))
        .routes(routes!(group::check_group))
        .routes(routes!(group::book_group))
        .routes(routes!(board::get_board))
        .routes(routes!(moves::move_bookings))
        .routes(routes!(moves::preview_moves))
        .routes(routes!(openings::list_openings, openings::announce_opening))
        .routes(routes!(openings::preview_opening))
        .routes(routes!(openings::withdraw_opening))
        .routes(routes!(closings::list_closings, closings::announce_closing))
        .routes(routes!(closings::preview_closing))
        .routes(routes!(closings::withdraw_closing))
        .routes(routes!(desk::book_at_desk))
        .routes(routes!(desk::list_desk_alternatives))
        .routes(routes!(day::get_day))
        .routes(routes!(official_calendar::preview_calendar))
        .routes(routes!(official_calendar::import_calendar))
        .routes(routes!(official_calendar::list_calendar_versions))
        .routes(routes!(official_calendar::get_calendar_file))
        .routes(routes!(official_calendar::list_touched))
        .routes(routes!(official_calendar::settle_touched))
        .routes(routes!(day::list_decisions))
        .routes(routes!(decide::accept_booking))
        .routes(routes!(decide::refuse_booking))
        .routes(routes!(decide::check_in_booking))
        .routes(routes!(decide::complete_booking))
        .routes(routes!(decide::mark_no_show))
        .routes(routes!(decide::reopen_booking))
        .routes(routes!(feeds::list_calendar_feeds, feeds::make_calendar_feed))
        .routes(routes!(feeds::renew_calendar_feed))
        .routes(routes!(feeds::revoke_calendar_feed))
        .routes(routes!(figures::work_figures))
        .routes(routes!(stages::list_stage_alternatives))
        .routes(routes!(stages::reschedule_booking))
        .routes(routes!(stages::begin_stage))
        .routes(routes!(stages::end_stage))
        .routes(routes!(stage_officers::list_officers))
        .routes(routes!(stage_officers::list_stage_officers))
        .routes(routes!(stage_officers::set_stage_officer))
        .routes(routes!(clearance::preview_clearance))
        .routes(routes!(clearance::import_clearance))
        .routes(routes!(waiting_list::join_waiting_list, waiting_list::get_waiting_list))
        .routes(routes!(waiting_list::list_waiting))
        .routes(routes!(waiting_list::take_offer))
        .routes(routes!(waiting_list::decline_offer))
        .routes(routes!(waiting_list::leave_waiting_list))
        .with_state(booking)
}

/// What calendars fetch by a secret address, which is short and says nothing of a version: it stays in them for years.
pub fn calendars(booking: Booking) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(feeds::get_calendar_feed)).with_state(booking)
}
