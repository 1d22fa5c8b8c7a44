### The office and its calendar.

office = 冰城海关
bad_range = 结束日期早于开始日期。
    .year = 年份应当在 1 至 9999 之间。
# $most_days (number)
range_too_long = 一次最多查询 { $most_days } 天，请缩短范围。
# $from (number)
# $to (number)
terms_out_of_range = 这个数字应在 { $from } 到 { $to } 之间。
terms_no_slot_left = 按这条规则，可预约的期限内将没有任何时段。请缩短提前时间，或者放宽数量。
terms_twice = 前面已有相同的规则，请修改前一条，或者删除这一条。
terms_unknown_category = 表单里没有这个类别，请从该字段的选项中选择。
terms_no_choice = 表单里没有这个选择字段，请填写一个有选项的字段。
terms_reason_missing = 请用每种语言写明理由，该等级的企业会看到。
settings_text_missing = 请用每种语言写明，办事的人会看到。
# $most (number)
settings_text_too_long = 最多 { $most } 个字符。
# $most (number)
settings_too_many = 最多 { $most } 条，请合并或删去一些。
# $from (number)
# $to (number)
settings_out_of_range = 这个数字应在 { $from } 到 { $to } 之间。
settings_no_weekday = 请至少选一个星期几，每个只选一次。
settings_backwards = 结束要晚于开始，并在同一天之内。
# $minutes (number)
settings_rule_too_short = 这段时间放不下一个 { $minutes } 分钟的时段，请加长，或与相邻的时间合成一段。
# $other (number)
settings_rules_overlap = 与第 { $other } 条开放时间重叠，请改其中一条的时间、星期几或日子。
settings_stage_order = 环节的顺序是申报、查验、放行，每个最多一次。
settings_first_gap = 第一个环节之前没有别的环节，间隔应为 0。
# $seats (number)
settings_seats_kept = 已为电话和窗口预留 { $seats } 个名额，名额不能比这更少。请先减少预留。
# $quota (number)
settings_shares_above_quota = 留给电话和窗口的合计不能超过每天的 { $quota } 个名额。
settings_shares_without_quota = 没有设每天的名额，就不能从中预留。请先填每天最多几个，或去掉预留。
settings_no_slot_left = 预约规则要求的提前时间比可约天数还长，将没有任何时段。请加长可约天数，或先改预约规则。
settings_unknown_zone = 没有这个时区，请写成 Asia/Shanghai 这样的名称。
settings_grid = 时间格只能是 5、10 或 15 分钟。
settings_phone = 请填写电话号码，只用数字、空格、+、-、括号和斜线。
# $longest (number)
settings_key = 内部代码由小写字母、数字和下划线组成，以字母开头，最长 { $longest } 个字符，例如 entry_port。
settings_key_twice = 这个内部代码已经用过，请换一个。
settings_key_reserved = 这个内部代码由系统自己使用，请换一个。
settings_kind_fixed = 已经有人按原来的类型回答过这个问题，类型不能再改。请删去它，另加一个代码不同的问题。
settings_no_options = 请至少写一个选项。
settings_only_choice = 只有选择题才有选项和默认值。
settings_no_such_option = 默认值不在选项之中。
settings_no_consent = 有涉及敏感个人信息的问题时，表单里须有一个必选的“单独同意”。请先加上。
settings_used_by_terms = 预约规则按这个表单里的一个选择题区分类别，该题或其中的选项不能删去，也不能改为敏感信息。请先改预约规则。
settings_used_by_warning = 系统按这个表单里的日期和选项提醒办事的人，这些问题和选项不能删去。
settings_no_stages = 只按环节预约的业务至少要有一个环节。
settings_only_numbers = 只有报关单号和其他系统的编号可以附查询网址。
# $longest (number)
settings_link = 查询网址以 https:// 开头，后面是网站名称，最长 { $longest } 个字符。
settings_file_kinds = 请至少选一种文件格式，每种只选一次。
# $most (number)
# $least (number)
settings_document_size = 每个文件的上限应在 { $least } KB 到 { $most } MB 之间。
