### The office and its calendar.

office = Bingcheng Customs
bad_range = The last date is before the first one.
    .year = The year must be between 1 and 9999.
range_too_long = At most { $most_days } days can be asked for at a time. Please shorten the range.
