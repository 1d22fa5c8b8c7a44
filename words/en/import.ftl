### Lists that an office brings in: the official calendar, customs codes.

customs_imported = imported { $count } customs offices
file_missing = There is no file { $file }. [file_missing]
file_unreadable = { $file } cannot be read: check that it is a file and that you may read it. [file_unreadable]
calendar_header = Line 1 must read date,name,kind.
calendar_empty = The file has no dates in it.
calendar_values = Line { $line } must have three values: date, name and kind, with commas between them.
calendar_date = Line { $line }: the date does not exist or is not written as 2026-02-14.
calendar_year = Line { $line }: the year is not between { $first } and { $last }. Check it.
calendar_name = Line { $line }: the holiday's name is missing, has more than { $longest } characters, or holds invisible ones.
calendar_kind = Line { $line }: the kind must be holiday or workday (a make-up workday).
calendar_weekday = Line { $line }: a make-up workday falls on a Saturday or Sunday, this is a weekday. Check the date.
calendar_repeated = Line { $line }: the date stands in line { $earlier } already.
calendar_incomplete = The year { $year } is not complete: { $date } is missing as a holiday. Each year in the file must be there whole.
calendar_lines = { $count } things are wrong in the file; nothing was imported:
    { $faults }
calendar_lines_more = { $count } things are wrong in the file; nothing was imported. The first { $told } are:
    { $faults }
customs_header = Line { $line } must read { $header }.
customs_empty = The file has no customs offices in it.
customs_values = Line { $line } must have three values with commas between them: code, Chinese name and English name, which may be empty.
customs_code = Line { $line }: a customs code has 4 digits, a zero at its beginning included.
customs_name = Line { $line }: the Chinese name is missing, or a name has more than { $longest } characters or holds invisible ones.
customs_repeated = Line { $line }: the code stands in line { $earlier } already.
unusual_unknown_year = On which days the festivals of { $year } fall is not known here; it cannot be checked.
unusual_elsewhere = Line { $line }: { $date } is a holiday, but adjoins no statutory festival.
unusual_makeup_elsewhere = Line { $line }: { $date } is a make-up workday with no festival within { $near } days.
unusual_no_makeup = The year { $year } has no make-up workday at all.
unusual_makeups = The year { $year } has { $days } make-up workdays; so far it were { $least } to { $most }.
unusual_balance = The year { $year } has { $off } weekdays off and { $makeups } make-up workdays; the difference must be the { $statutory } statutory days. Days are missing or too many.
too_large = The file has more than 1 MB: it is no such list.
undecodable = Line { $line } cannot be decoded. Save the file as CSV in UTF-8 or GBK (GB18030).
calendar_imported = imported { $days } days of { $years }
calendar_unusual = Unlike any notice so far; nothing was imported:
    { $oddities }
    Compare it with the notice. If it is so, import it with --unusual.
calendar_odd =
    Unlike any notice so far; nothing was imported:
    { $oddities }
    Compare it with the notice, and import it all the same if it is so.
calendar_preview = { $years }: { $days } days that differ from the plain week, { $changed } of them unlike what is in force. Bookings touched: { $touched }. Nothing was imported.
calendar_change = { $date } { $name }: { $before } → { $after }
calendar_touched = { $reference }, { $date }: { $before } → { $after }
    .closed = { $reference }, { $date }: { $before } → { $after }; outside the service's hours
store_failed = The store failed; nothing was imported: { $error }
coded = { $fault } [{ $code }]
unusual_festival_missing = { $date } is { $festival }, but it is not a holiday in the file.
unusual_festival_length = The rest around { $festival } ({ $date }) has { $days } days; so far it had { $least } to { $most }.
festival =
    .new_year = New Year's Day
    .spring = the Spring Festival
    .qingming = Qingming
    .labour = Labour Day
    .dragon_boat = the Dragon Boat Festival
    .mid_autumn = the Mid-Autumn Festival
    .national = National Day
