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
settings_text_missing = Please write this in every language: bookers read it.
settings_text_too_long = { $most ->
        [one] At most { $most } character.
       *[other] At most { $most } characters.
    }
settings_too_many = { $most ->
        [one] At most { $most } line. Please join some, or leave some out.
       *[other] At most { $most } lines. Please join some, or leave some out.
    }
settings_out_of_range = This number must lie between { $from } and { $to }.
settings_no_weekday = Please choose at least one day of the week, each once.
settings_backwards = The end must be after the start, within one day.
settings_rule_too_short = { $minutes ->
        [one] No slot of { $minutes } minute fits into this time. Please make it longer, or join it with the one beside it.
       *[other] No slot of { $minutes } minutes fits into this time. Please make it longer, or join it with the one beside it.
    }
settings_rules_overlap = It overlaps with opening time { $other }. Please change the times, days of the week or kind of day of one of them.
settings_stage_order = Stages go in the order declaration, inspection, release, each at most once.
settings_first_gap = No stage comes before the first one: its gap is 0.
settings_seats_kept = { $seats ->
        [one] { $seats } seat is kept for callers and the counter, so there cannot be fewer. Please keep fewer first.
       *[other] { $seats } seats are kept for callers and the counter, so there cannot be fewer. Please keep fewer first.
    }
settings_shares_above_quota = { $quota ->
        [one] No more than the { $quota } place a day can be kept for callers and the counter together.
       *[other] No more than the { $quota } places a day can be kept for callers and the counter together.
    }
settings_shares_without_quota = Nothing can be kept of places a day where they are not counted. Please say how many there are a day, or keep none.
settings_no_slot_left = The booking terms ask for more time ahead than can be booked, so no time would be left. Please give more days, or change the terms first.
settings_unknown_zone = There is no such time zone. Please write a name such as Asia/Shanghai.
settings_grid = The grid is one of 5, 10 or 15 minutes.
settings_phone = Please give a telephone number, with digits, spaces, +, -, brackets and slashes only.
settings_key = A key begins with a small letter and has small letters, digits and underscores only, { $longest } characters at most, such as entry_port.
settings_key_twice = This key is taken already. Please choose another one.
settings_key_reserved = The program itself uses this key. Please choose another one.
settings_kind_fixed = This question was answered before as another kind, so its kind stays. Please remove it, and add a question with another key.
settings_no_options = Please write at least one option.
settings_only_choice = Only a choice has options and one that is chosen at first.
settings_no_such_option = What is chosen at first is none of the options.
settings_no_consent = Where a question asks for sensitive information, the form needs a box of consent that must be ticked. Please add it first.
settings_used_by_terms = The booking terms go by a choice of this form: it and the options that they name can neither be removed nor become sensitive. Please change the terms first.
settings_used_by_warning = Bookers are warned by a date and an option of this form, which cannot be removed.
settings_no_stages = A service that is booked in stages only needs at least one stage.
settings_only_numbers = Only declaration numbers and numbers of other systems can have an address to look them up at.
settings_link = The address begins with https:// and the name of a site, and has at most { $longest } characters.
settings_file_kinds = Please choose at least one kind of file, each once.
settings_document_size = The limit of each file must lie between { $least } kB and { $most } MB.
