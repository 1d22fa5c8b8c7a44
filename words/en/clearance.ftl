### The import of the clearance clock: when stages began and ended by the office's own systems.

column_reference = booking reference
column_stage = stage
column_began = began
column_ended = ended
clearance_file_kind = This is no CSV file. In the spreadsheet program choose "Save as" and then CSV.
clearance_header = The first line must have the names of the columns. Missing: { $missing }.
clearance_empty = There is nothing in the file.
# $most (number)
clearance_too_many = At most { $most } lines are imported at a time. Divide the file.
clearance_missing = { $column }: this is missing, or too long.
clearance_no_reference = This is no booking reference; compare it (such as MQ 2611 4K7P-X).
clearance_no_stage = The stage must be declaration, inspection or release (申报, 查验, 放行).
clearance_time = { $column }: write the time as 2026-11-24 19:05, by the clocks of the venue; of another zone write the offset behind it, such as +09:00.
clearance_unknown = There is no booking with this reference.
clearance_not_booked = This stage was not booked.
# $line (number)
clearance_twice = Line { $line } is about the same stage of the same booking.
clearance_state = This booking does not take place: it is not accepted yet, or was cancelled or refused, or nobody came.
clearance_future = This time has not come yet.
clearance_ended_before = It ends before it begins.
clearance_before_not_done = The stage before it has no end yet.
clearance_overlap = It overlaps another stage: each begins after the one before has ended.
# $count (number)
# $first (number)
clearance_lines_wrong = { $count ->
    [one] A line is wrong, line { $first }. Nothing was imported. Have the file checked to see what.
   *[other] { $count } lines are wrong, the first is line { $first }. Nothing was imported. Have the file checked to see all of them.
}
# $count (number)
clearance_conflicts = { $count ->
    [one] A stage has another time already. Say why it is to be changed, and import again.
   *[other] { $count } stages have other times already. Say why they are to be changed, and import again.
}
clearance_source_required = Say from which system the times are.
# $lines (number)
# $bookings (number)
# $stages (number)
# $unchanged (number)
clearance_previewed = Lines: { $lines }. It would note stages: { $stages }, of bookings: { $bookings }. Lines that say what is there: { $unchanged }.
# $bookings (number)
# $stages (number)
# $unchanged (number)
clearance_imported = Noted stages: { $stages }, of bookings: { $bookings }. Lines that say what is there: { $unchanged }.
# $unchanged (number)
clearance_nothing_new = { $unchanged ->
    [one] The line says what is there; nothing was changed.
   *[other] All { $unchanged } lines say what is there; nothing was changed.
}
# $line (number)
clearance_line = Line { $line }: { $text }
# $line (number)
clearance_conflict = Line { $line }: { $reference } { $stage } has { $was }, the file has { $is_now }
clearance_times = { $began } to { $ended }
clearance_began_only = begun { $began }
clearance_no_time = no time
