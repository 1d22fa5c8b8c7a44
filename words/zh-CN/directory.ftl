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
