### What all parts say: days, times, lists.

comma = 、
# $year (number)
# $month (number)
# $day (number)
date = { $year }年{ $month }月{ $day }日
moment = { $date } { $time }（{ $zone }）
zone_china = 北京时间
zone_other = { $zone } 时间
# $hours (number)
hours = { $hours } 小时
# $minutes (number)
minutes = { $minutes } 分钟
weekday =
    .monday = 星期一
    .tuesday = 星期二
    .wednesday = 星期三
    .thursday = 星期四
    .friday = 星期五
    .saturday = 星期六
    .sunday = 星期日
