### The office and its calendar.

office = 冰城海关
bad_range = 结束日期早于开始日期。
    .year = 年份应当在 1 至 9999 之间。
# $most_days (number)
range_too_long = 一次最多查询 { $most_days } 天，请缩短范围。
