//! What the operations on bookings are refused for.

use crate::auth::refusals::BOOKERS;
use crate::http::{refusals, shared_refusals};

shared_refusals! {
    /// Why a time cannot be had.
    TIME {
        CONFLICT: "slot_taken",
            "places_reserved" ("what is left is kept for who books in another way, until `earliest_at`"),
            "no_officer_free" ("there are places, and every officer who could hold a stage is busy"),
            "already_yours" ("with the booking as `subject_id`, unless `anyway`");
        CONFLICT: "quota_reached", "overlapping",
            "recording_space" ("what is booked already fills the disk of the recordings");
        UNPROCESSABLE_ENTITY: "one_time", "not_a_slot", "slot_past", "lead_time", "beyond_horizon",
            "year_unpublished", "date_out_of_range", "no_stages", "unknown_stage", "stage_order", "stage_site",
            "stage_gap";
    }

    /// Whom the terms let book no time of the service at all.
    EXCLUDED {
        FORBIDDEN: "not_for_persons" ("it is booked by enterprises only"),
            "not_for_enterprises" ("it is booked by people for themselves only"),
            "tier_excluded" ("the terms exclude the enterprise's credit tier");
    }

    /// Rules about who books, whichever time it is.
    PARTY {
        CONFLICT: "too_many_bookings", "outside_office_hours", "blocked_after_no_show", "explanation_missing";
    }

    /// Faults of what a booking's form holds, with the field that has them.
    FORM {
        UNPROCESSABLE_ENTITY: "wrong_length", "wrong_character",
            "invalid_name", "name_not_allowed", "unknown_field", "too_long",
            "not_an_option", "invalid_port_code", "invalid_date", "invalid_number";
    }
    /// What a booker must not leave out of a form.
    COMPLETE { UNPROCESSABLE_ENTITY: "required", "consent_required"; }
    /// The enterprise was not let in.
    LET_IN { FORBIDDEN: "enterprise_pending", "enterprise_refused"; }
    /// When nothing can be opened.
    OPENING {
        UNPROCESSABLE_ENTITY: "unknown_service", "opening_dates", "opening_minutes", "opening_seats", "opening_quota",
            "date_out_of_range";
    }
    /// When nothing can be closed.
    CLOSING {
        UNPROCESSABLE_ENTITY: "unknown_service", "opening_dates", "opening_minutes", "date_out_of_range";
    }
    /// Faults of a calendar's file, with the line that has them.
    CALENDAR_FILE {
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "file_encoding", "calendar_header", "calendar_empty", "calendar_columns",
            "calendar_date", "calendar_year", "calendar_name", "calendar_kind", "calendar_plain_workday",
            "calendar_twice", "calendar_incomplete", "calendar_lines" ("several of these");
    }
    /// Why several bookings are not moved together, whatever is free.
    MOVES {
        FORBIDDEN: "forbidden";
        CONFLICT: "booking_changed" ("since it was picked; as `subject_id`");
        UNPROCESSABLE_ENTITY: "moves_count", "moves_where", "moves_minutes", "unknown_booking",
            "date_out_of_range";
    }
    /// Why a file tells of no stages.
    CLOCK_FILE {
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "file_encoding", "clearance_file_kind", "clearance_header", "clearance_empty",
            "clearance_too_many";
    }
}

shared_refusals! {
    /// Faults of what a service or venue is to be.
    SETTINGS {
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "settings_text_missing", "settings_text_too_long", "settings_too_many",
            "settings_out_of_range";
    }
    /// Faults of what a service is to be.
    SERVICE_SETTINGS {
        UNPROCESSABLE_ENTITY: "settings_no_weekday", "settings_backwards", "settings_rule_too_short",
            "settings_rules_overlap", "settings_stage_order", "settings_first_gap", "settings_seats_kept",
            "settings_shares_above_quota", "settings_shares_without_quota",
            "settings_no_slot_left", "settings_officer", "settings_stage_no_slot", "settings_stage_no_way", "settings_key",
            "settings_key_twice", "settings_key_reserved", "settings_kind_fixed", "settings_no_options",
            "settings_only_choice", "settings_no_such_option", "settings_no_consent", "settings_used_by_terms",
            "settings_used_by_warning", "settings_file_kinds", "settings_document_size", "settings_only_numbers",
            "settings_link", "settings_no_stages";
    }
    /// Faults of what a venue is to be.
    VENUE_SETTINGS {
        UNPROCESSABLE_ENTITY: "settings_unknown_zone", "settings_grid", "settings_phone";
    }
    /// Why something is changed has to be said.
    REASON { UNPROCESSABLE_ENTITY: "reason_required", "too_long"; }
    /// It was begun before somebody else changed the same.
    VERSION {
        CONFLICT: "changed_meanwhile" ("with who changed what, and when");
        UNPROCESSABLE_ENTITY: "settings_unknown_version";
    }
}

shared_refusals! {
    /// What stands in the way of whoever takes a place, beside the time and who they are.
    TAKING {
        CONFLICT: "unread_warning" ("with the field, until its code is in `acknowledged`");
        UNPROCESSABLE_ENTITY: "unknown_service";
    }
    /// Why a file is no list of persons.
    LIST {
        CONFLICT: "no_groups";
        UNPROCESSABLE_ENTITY: "group_file_kind", "group_file_too_much", "group_file_broken", "group_header",
            "group_empty", "group_too_many", "file_encoding";
    }
}

refusals! {
    CheckGroup { ..BOOKERS; ..LIST; }
    BookGroup {
        ..BOOKERS;
        ..LET_IN;
        ..TIME;
        ..EXCLUDED;
        ..FORM;
        ..COMPLETE;
        ..PARTY;
        ..TAKING;
        ..LIST;
        UNPROCESSABLE_ENTITY: "stages_needed", "group_lines_wrong" ("the check tells all of them"), "group_too_small",
            "group_lead" ("with the first day as `earliest_at`");
    }
    ListServiceDays { UNPROCESSABLE_ENTITY: "bad_range", "date_out_of_range"; }
    ListServiceSlots { UNPROCESSABLE_ENTITY: "date_out_of_range", "unknown_stage"; }
    ListDeskSlots {
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "date_out_of_range", "unknown_enterprise", "enterprise_not_let_in";
    }
    ListDeskAlternatives {
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "date_out_of_range", "unknown_enterprise", "enterprise_not_let_in", "no_stages",
            "unknown_stage", "stage_order", "stage_site";
    }
    ListStageAlternatives {
        UNPROCESSABLE_ENTITY: "date_out_of_range", "no_stages", "unknown_stage", "stage_order", "stage_site";
    }
    GetPrefill { ..BOOKERS; }
    WhyNot {
        ..BOOKERS;
        UNPROCESSABLE_ENTITY: "date_out_of_range", "unknown_enterprise", "unknown_stage";
    }

    ListServiceSettings { FORBIDDEN: "forbidden"; }
    MakeService {
        ..REASON;
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "settings_text_missing", "settings_text_too_long", "unknown_service",
            "unknown_venue";
    }
    GetServiceSettings { FORBIDDEN: "forbidden"; }
    SetService {
        ..SETTINGS;
        ..SERVICE_SETTINGS;
        ..REASON;
        ..VERSION;
        CONFLICT: "settings_bookings_outside" ("with the first as `subject_id`, unless `anyway`");
    }
    PreviewSettings {
        ..SETTINGS;
        ..SERVICE_SETTINGS;
        UNPROCESSABLE_ENTITY: "date_out_of_range";
    }
    ListVenues { FORBIDDEN: "forbidden"; }
    MakeVenue { ..SETTINGS; ..VENUE_SETTINGS; ..REASON; }
    SetVenue {
        ..SETTINGS;
        ..VENUE_SETTINGS;
        ..REASON;
        ..VERSION;
        CONFLICT: "venue_in_use" ("its zone and grid are fixed"),
            "settings_bookings_outside" ("with the first as `subject_id`, unless `anyway`");
    }
    PreviewVenue { ..SETTINGS; ..VENUE_SETTINGS; UNPROCESSABLE_ENTITY: "date_out_of_range"; }
    PreviewTerms {
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "terms_out_of_range", "terms_no_slot_left", "terms_twice",
            "terms_unknown_category", "terms_no_choice", "terms_reason_missing";
    }
    SetTerms {
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "reason_required", "too_long", "terms_out_of_range", "terms_no_slot_left",
            "terms_twice", "terms_unknown_category", "terms_no_choice", "terms_reason_missing";
    }
    ExplainCancelling {
        ..BOOKERS;
        CONFLICT: "wrong_state" ("none is due, or it has come");
        UNPROCESSABLE_ENTITY: "required", "too_long";
    }

    TakePlace {
        ..BOOKERS;
        ..TIME;
        ..EXCLUDED;
        ..FORM;
        ..COMPLETE;
        ..PARTY;
        ..TAKING;
        FORBIDDEN: "enterprise_pending", "enterprise_refused";
        CONFLICT: "too_many_holds",
            "documents_missing" ("what is required is uploaded while the place is held");
        UNPROCESSABLE_ENTITY: "stages_needed" ("of a service that is not booked as a whole");
    }
    RescheduleBooking {
        ..BOOKERS;
        ..TIME;
        ..EXCLUDED;
        CONFLICT: "wrong_state", "too_late", "hold_expired", "same_time",
            "officer_busy" ("with the other booking as `subject_id`, unless `anyway`");
        UNPROCESSABLE_ENTITY: "reason_required" ("of an officer"), "too_long",
            "group_lead" ("of a group, by its booker");
    }
    JoinWaitingList {
        ..BOOKERS;
        ..LET_IN;
        ..EXCLUDED;
        CONFLICT: "already_waiting" ("with the entry as `subject_id`"), "wrong_state";
        UNPROCESSABLE_ENTITY: "stages_needed", "no_stages", "unknown_stage", "stage_order", "stage_site", "waiting_for_one",
            "waiting_days", "waiting_minutes", "date_out_of_range";
    }
    GetWaitingList { FORBIDDEN: "forbidden"; }
    ListWaiting { ..BOOKERS; }
    TakeOffer {
        ..BOOKERS;
        CONFLICT: "not_offered", "offer_taken", "offer_over", "wrong_state" ("what was to be earlier");
    }
    DeclineOffer { ..BOOKERS; CONFLICT: "not_offered", "offer_taken", "offer_over"; }
    LeaveWaitingList { ..BOOKERS; CONFLICT: "offer_taken", "offer_over"; }
    BeginStage {
        FORBIDDEN: "forbidden";
        CONFLICT: "wrong_state", "too_early",
            "stage_begun" ("this stage has begun, or the one before is not done");
        UNPROCESSABLE_ENTITY: "unknown_stage";
    }
    EndStage {
        FORBIDDEN: "forbidden";
        CONFLICT: "wrong_state", "stage_not_begun";
        UNPROCESSABLE_ENTITY: "unknown_stage";
    }
    ListOfficers { FORBIDDEN: "forbidden"; }
    ListStageOfficers { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "unknown_stage"; }
    SetStageOfficer {
        FORBIDDEN: "forbidden";
        CONFLICT: "wrong_state", "stage_officer_busy";
        UNPROCESSABLE_ENTITY: "unknown_stage", "stage_officer_unknown";
    }
    PreviewClearance { ..CLOCK_FILE; }
    ImportClearance {
        ..CLOCK_FILE;
        CONFLICT: "clearance_conflicts" ("unless there is a reason");
        UNPROCESSABLE_ENTITY: "clearance_lines_wrong" ("the preview tells all of them"),
            "clearance_source_required", "too_long";
    }
    ListBookings { ..BOOKERS; }
    GetBooking { ..BOOKERS; }
    GetBookingByReference { ..BOOKERS; }
    ListBookingsByExternalNumber { ..BOOKERS; }
    GetBookingCalendar { ..BOOKERS; CONFLICT: "wrong_state" ("it is not confirmed"); }
    RequestBooking {
        ..BOOKERS;
        ..FORM;
        ..COMPLETE;
        ..EXCLUDED;
        UNPROCESSABLE_ENTITY: "lead_time" ("for the category that the form names");
        CONFLICT: "hold_expired", "wrong_state",
            "unread_warning" ("with the field, until its code is in `acknowledged`"),
            "documents_missing" ("with the first of them as `field`");
    }
    CheckBookingForm { ..BOOKERS; ..FORM; ..COMPLETE; }
    CancelBooking {
        ..BOOKERS;
        CONFLICT: "wrong_state", "hold_expired", "too_late";
        UNPROCESSABLE_ENTITY: "reason_required", "too_long";
    }

    MarkResultsReady { FORBIDDEN: "forbidden"; CONFLICT: "wrong_state", "no_results"; }
    ListResultsDue { FORBIDDEN: "forbidden"; }
    WithdrawConsent {
        ..BOOKERS;
        CONFLICT: "no_consent",
            "consent_kept" ("the examination has begun");
    }

    MakeCalendarFeed {
        ..BOOKERS;
        ..LET_IN;
        CONFLICT: "too_many_calendar_feeds";
        UNPROCESSABLE_ENTITY: "too_long";
    }
    ListCalendarFeeds { ..BOOKERS; ..LET_IN; }
    RenewCalendarFeed { ..BOOKERS; ..LET_IN; CONFLICT: "too_many_calendar_feeds"; }
    RevokeCalendarFeed { ..BOOKERS; ..LET_IN; }
    GetCalendarFeed { GONE: "calendar_feed_revoked"; }
    PreviewCalendar { ..CALENDAR_FILE; }
    ImportCalendar {
        ..CALENDAR_FILE;
        CONFLICT: "calendar_odd" ("it is like no notice so far, unless `anyway`");
        UNPROCESSABLE_ENTITY: "calendar_source_required", "reason_required", "too_long";
    }
    WorkFigures { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "bad_months"; }
    ListCalendarVersions { FORBIDDEN: "forbidden"; }
    GetCalendarFile { FORBIDDEN: "forbidden"; }
    ListTouched { FORBIDDEN: "forbidden"; }
    SettleTouched { FORBIDDEN: "forbidden"; }

    ListClosings { FORBIDDEN: "forbidden"; }
    PreviewClosing { ..CLOSING; FORBIDDEN: "forbidden"; }
    AnnounceClosing {
        ..CLOSING;
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "opening_text_required", "closing_closes_nothing", "reason_required",
            "too_long";
    }
    WithdrawClosing { FORBIDDEN: "forbidden"; }
    BookAtDesk {
        ..TIME;
        ..EXCLUDED;
        ..FORM;
        ..PARTY;
        FORBIDDEN: "forbidden";
        CONFLICT: "unread_warning" ("with the field, until its code is in `acknowledged`");
        UNPROCESSABLE_ENTITY: "stages_needed", "unknown_service", "unknown_enterprise",
            "enterprise_not_let_in", "desk_needs_enterprise" ("of meetings by video");
    }
    SetShares {
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "shares_seats", "shares_release", "reason_required", "too_long";
    }
    PreviewShares {
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "shares_seats", "shares_release", "date_out_of_range";
    }
    ListOpenings { FORBIDDEN: "forbidden"; }
    PreviewOpening { ..OPENING; FORBIDDEN: "forbidden"; }
    AnnounceOpening {
        ..OPENING;
        FORBIDDEN: "forbidden";
        UNPROCESSABLE_ENTITY: "opening_text_required", "opening_opens_nothing", "reason_required",
            "too_long";
    }
    WithdrawOpening { FORBIDDEN: "forbidden"; CONFLICT: "opening_booked"; }
    GetBoard { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "bad_range", "date_out_of_range"; }
    PreviewMoves { ..MOVES; }
    MoveBookings {
        ..MOVES;
        ..REASON;
        CONFLICT: "moves_impossible" ("with the first that cannot be moved as `subject_id`; the preview tells all");
    }
    GetDay { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "date_out_of_range"; }
    ListDecisions { FORBIDDEN: "forbidden"; }
    AcceptBooking {
        FORBIDDEN: "forbidden";
        CONFLICT: "wrong_state", "too_late",
            "officer_busy" ("with the other booking as `subject_id`, unless `anyway`");
    }
    RefuseBooking {
        FORBIDDEN: "forbidden";
        CONFLICT: "wrong_state", "too_late";
        UNPROCESSABLE_ENTITY: "reason_required", "too_long";
    }
    CheckInBooking { FORBIDDEN: "forbidden"; CONFLICT: "wrong_state", "too_early"; }
    CompleteBooking {
        FORBIDDEN: "forbidden";
        CONFLICT: "wrong_state", "session_open" ("the video meeting must be ended first"),
            "stage_under_way" ("a stage has begun and is not done");
    }
    MarkNoShow {
        FORBIDDEN: "forbidden";
        CONFLICT: "wrong_state", "too_early", "somebody_came" ("they wait or are in the video meeting");
    }
    ReopenBooking { FORBIDDEN: "forbidden"; CONFLICT: "wrong_state", "too_late"; }
}
