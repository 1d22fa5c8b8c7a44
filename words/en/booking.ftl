### What a booking refuses.

unknown_field = The form of this service has no such field.
required = This field must be filled in.
invalid_name = Give the contact's name, at most { $name_length } characters.
too_long = At most { $longest } characters, without control characters.
    .reason = The reason may have { $reason_length } characters and no control characters.
    .source = The source may have { $source_length } characters, on one line.
reason_required = Please give a reason.
calendar_source_required = Please give the notice's number or address.
invalid_field = This field has the wrong form.
not_an_option = Choose one of the options.
invalid_port_code = A customs code has 4 digits.
invalid_date = There is no such date; write it as YYYY-MM-DD.
consent_required = This service needs your separate consent; please tick the box.
invalid_number = Give a number.
hold_expired = The hold has run out and the place was given back. Please choose a time again.
no_results = This service promises no results.
no_consent = No consent was given with this booking.
consent_kept = The consent cannot be taken back any more: the examination has begun, and what it was based on must be kept for as long as the law says. Please ask the centre.
wrong_state = The booking has moved on and this step is not possible now. Please reload the page.
    .calendar = There is a calendar file once the booking is accepted.
bad_months = Between 1 and { $most } months can be asked for at a time.
bad_range = The last date must not be before the first, and at most { $most_days } days can be asked for.
bad_date = There is no sheet for that date.
officer_busy = You have { $reference } at that time already. Confirm once more to accept it all the same, or leave it to a colleague.
    .moving = The officer of this booking has { $reference } at that time already. Confirm once more to move it all the same.
session_open = The video meeting is still going on. End it first; that completes the booking.
somebody_came = They are in the waiting room or in the call, so this is no no-show.
unknown_service = There is no such service, or it is no longer offered. Please choose from the list again.
slot_past = That time is over. Please choose a later one.
beyond_horizon = { $days ->
        [one] Booking is open for the next day. Please choose an earlier date.
       *[other] Booking is open for the next { $days } days. Please choose an earlier date.
    }
    .from = { $days ->
        [one] Booking is open for the next day only. This date can be booked from { $from } on.
       *[other] Booking is open for the next { $days } days only. This date can be booked from { $from } on.
    }
year_unpublished = The official calendar for { $year } is not published yet, so working days are not known and it cannot be booked.
not_a_slot = That time is not one of the slots. Please choose from the list.
slot_taken = The places at that time have just been taken. Please choose another time.
places_reserved = The places that are left are kept for the telephone and the counter, and open to all from { $until } on. Choose another time, or call the officer on duty.
    .phone = The places that are left are kept for the telephone, and open to all from { $until } on. Choose another time, or call the officer on duty.
    .counter = The places that are left are kept for who comes to the counter, and open to all from { $until } on. Choose another time, or come to the counter.
no_officer_free = Every officer who could do this stage has something else then. Please choose another time.
too_many_holds = You already hold { $most_holds } places. Please request or cancel one of them first.
already_yours = You have { $reference } for this service at this time already.
    .office = They have { $reference } for this service at this time already.
too_early = It is too early for that; it can be done from { $from } on.
too_late = It is too late for that; it had to be done before { $until }. Please call the office.
unknown_enterprise = There is no enterprise with this id or code.
enterprise_not_let_in = The registration of this enterprise has not been approved, so nothing can be booked for it.
desk_needs_enterprise = Who joins a meeting by video must sign in: give the code of the enterprise. Who has not registered does that online first.
lead_time = This service is booked at least { $ahead } ahead. Please choose a later time.
    .from = This service is booked at least { $ahead } ahead: the earliest time is { $from }.
not_for_persons = This service is booked by enterprises only, not by somebody for themselves.
not_for_enterprises = This service is booked by people for themselves only, not by enterprises.
tier_excluded = { $reason }
outside_office_hours = Applications for this service are taken in office hours: the next moment is { $from }.
    .open = Applications for this service are taken in office hours, and the calendar of the coming days is not published yet.
quota_reached = You have booked as much of this service as may be booked in that time: the earliest time is { $from }.
    .open = You have booked as much of this service as may be booked in that time.
recording_space = The disk that keeps recordings has no room for more video sessions before { $from }.
recording_space_open = The disk that keeps recordings has no room for more video sessions.
overlapping = You have something else at that time, and this service cannot be booked beside it: the earliest time is { $from }.
    .open = You have something else at that time, and this service cannot be booked beside it.
blocked_after_no_show = You did not come to appointments of this service; it can be booked again from { $until } on.
    .open = You did not come to appointments of this service, and it cannot be booked for now.
explanation_missing = A written explanation for a booking that was cancelled late has not come; this service can be booked again once it is written, or from { $until } on.
    .open = A written explanation for a booking that was cancelled late has not come.
remedy_call_office = If you think that this is not right, call the office: { $phone }.
remedy_book_for_enterprise = Book with the account of an enterprise, or register one first; on the phone or at the counter, tell the officer which enterprise it is for.
remedy_book_for_oneself = Whoever is to come books with an account of their own, or registers one first; on the phone or at the counter, give their own name.
remedy_choose_later = Choose a later time; if it cannot wait, call the officer on duty: { $phone }.
remedy_apply_in_office_hours = Apply in office hours; if it cannot wait, call the officer on duty: { $phone }.
remedy_write_explanation = Write the explanation on the page of the booking that was cancelled.
remedy_wait_until = Wait until then; if it cannot wait, call the office: { $phone }.
remedy_finish_one = Finish or cancel one first.
too_many_bookings = At most { $most } bookings of this service can stand at a time, and you have that many. Please finish or cancel one first, or call the office.
    .enterprise = At most { $most } bookings of this service can stand at a time, and your enterprise has that many. Please finish or cancel one first, or call the office.
one_time = Give one start, or the times of the stages, but not both.
no_stages = This service is not booked in stages.
stages_needed = This service is booked stage by stage: please choose the stages and their times.
unknown_stage = This service has no such stage.
stage_order = Stages go in the order declaration, inspection, release, each at most once.
stage_site = Officers do not come to the enterprise for this stage.
stage_gap = By the time of the stage before, this one has to start between { $from } and { $until }.
stage_under_way = A stage is under way. End it first, then complete the booking.
stage_begun = This stage has begun already.
    .before = The stage before is not done yet.
stage_officer_busy = This officer has something else at that time. Please choose another one.
stage_officer_unknown = This officer does not hold this stage. Please choose one from the list.
stage_not_begun = This stage has not begun, or is done.
same_time = The new time is the one that it has.
moves_count = Choose between 1 and { $most } bookings.
moves_where = Say to which day they are to be moved, or by how many minutes; one of the two.
moves_minutes = They can be moved by at most { $hours } hours earlier or later, and not by nothing.
unknown_booking = There is no such booking.
booking_changed = { $reference } has changed since you chose it. Please look at it and choose again.
moves_impossible = Nothing was moved, because { $reference } cannot be: { $why }
stage_declaration = Declaration
stage_inspection = Inspection
stage_release = Release
unread_warning = { $warning }
enterprise_pending = Your enterprise is still waiting for the office's approval. You can book once it is approved.
enterprise_refused = Your enterprise was not approved and cannot book. Please ask the office for the reason.
# $most (number)
too_many_calendar_feeds = You may have { $most } calendar addresses at most. Please stop one that you no longer need.
calendar_feed_revoked = This calendar address is no longer in use. You can make another one on your account page.
# $days (number)
opening_dates = The dates must follow one another, begin today or later, and lie within { $days } days of each other.
opening_minutes = The time must begin before it ends, within one day.
# $most (number)
opening_seats = Between 0 and { $most } places can be added.
closing_closes_nothing = Nothing would be closed by that: the service is not open at these times, and nobody has booked then.
opening_quota = Between 0 and { $most } can be added to a day’s places, of a service that has a number of places a day.
opening_text_required = Please write the announcement in every language.
opening_opens_nothing = Nothing would be opened by that: the service is open at these times already, or its time is too short for a slot, or the official calendar of these dates is not published.
opening_booked = It cannot be withdrawn: { $references } were booked in it. Please move or refuse them first.
shares_seats = What is kept cannot be less than 0, nor together more than the { $seats } places of each slot.
shares_release = What is kept is released between 0 minutes and { $days } days before the slot.
settings_stage_no_slot = This stage does not fit into the opening times. Please make it shorter, or the opening times longer.
settings_stage_no_way = By these opening times and gaps it can never follow the stage before. Please widen the gap, or change the opening times.
settings_officer = Somebody is on the list twice, or is no officer here.
settings_unknown_version = There is no such version. Please open the page again.
settings_bookings_outside = { $count ->
        [one] { $count } booking would lie outside of it: { $references }. Please move or refuse it first, or confirm that it stays as it is.
       *[other] { $count } bookings would lie outside of it: { $references }. Please move or refuse them first, or confirm that they stay as they are.
    }
changed_meanwhile = { $who } changed this at { $at }: { $parts }. Your changes were not saved. Please compare with what is there now, and save again.
venue_in_use = Services are offered at this venue, or were booked there: its time zone and grid cannot be changed any more. Please make another venue.
unknown_venue = There is no such venue. Please choose one from the list.
settings_and = {", "}
settings_part_name = name
settings_part_texts = texts
settings_part_booking = duration and booking
settings_part_seats = seats
settings_part_hours = opening times
settings_part_stages = stages
settings_part_form = form
settings_part_documents = documents
settings_part_active = whether it is offered
settings_part_address = address
settings_part_contact = telephone
settings_part_grid = time zone and grid
already_waiting = You are on the waiting list of this service already.
waiting_for_one = Please give the days to wait for, or the booking that is to be earlier: one of the two.
# $most_days (number)
waiting_days = The last day cannot be before the first one or today, and at most { $most_days } days can be waited for.
waiting_minutes = The end of the time of day must be after its start, both within a day.
not_offered = No place is offered to you yet.
offer_taken = You have taken this offer already.
offer_over = This offer is over or was declined.
documents_missing = Required documents are missing: { $names }. Upload them, then request the booking.
