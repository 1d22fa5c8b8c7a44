### The office and its calendar.

office = Bingcheng Customs
bad_range = The last date is before the first one.
    .year = The year must be between 1 and 9999.
range_too_long = At most { $most_days } days can be asked for at a time. Please shorten the range.
terms_out_of_range = This number must lie between { $from } and { $to }.
terms_no_slot_left = With this rule no time within the booking horizon would be left. Please give a smaller lead time, or a greater number.
terms_twice = Another rule says the same already. Please change that one, or remove this one.
terms_unknown_category = The form has no such category. Please choose one of the options of its field.
terms_no_choice = The form has no such field to choose from. Please name one with options.
terms_reason_missing = Please write the reason in every language: enterprises of the tier read it.
