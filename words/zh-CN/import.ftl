### Lists that an office brings in: the official calendar, customs codes.

# $count (number)
customs_imported = 已导入 { $count } 个关区。
file_missing = 没有 { $file } 这个文件。 [file_missing]
file_unreadable = 无法读取 { $file }：请检查它是不是文件、有没有读取权限。 [file_unreadable]
calendar_header = 第 1 行应当是 date,name,kind。
calendar_empty = 文件里没有日期。
# $line (number)
calendar_values = 第 { $line } 行应当有三项：日期,名称,类别，用英文逗号隔开。
# $line (number)
calendar_date = 第 { $line } 行的日期不存在，或者写法不是 2026-02-14 这样。
# $line (number)
# $first (number)
# $last (number)
calendar_year = 第 { $line } 行的年份不在 { $first } 至 { $last } 之间，请核对。
# $line (number)
# $longest (number)
calendar_name = 第 { $line } 行缺少节日名称，或者名称超过 { $longest } 个字，或者含有看不见的字符。
# $line (number)
calendar_kind = 第 { $line } 行的类别应当是 holiday（放假）或 workday（调休上班）。
# $line (number)
calendar_weekday = 第 { $line } 行是周一至周五，本来就上班；调休上班只会在周末。请核对日期。
# $line (number)
# $earlier (number)
calendar_repeated = 第 { $line } 行的日期在第 { $earlier } 行已经有了。
# $year (number)
calendar_incomplete = { $year } 年不完整：缺少 { $date } 放假。文件里出现的每一年都要写全。
# $count (number)
calendar_lines = 文件里有 { $count } 处错误，没有导入：
    { $faults }
# $count (number)
# $told (number)
calendar_lines_more = 文件里有 { $count } 处错误，没有导入，前 { $told } 处是：
    { $faults }
# $line (number)
customs_header = 第 { $line } 行应当是 { $header }。
customs_empty = 文件里没有关区。
# $line (number)
customs_values = 第 { $line } 行应当有三项：代码,中文名称,英文名称，用英文逗号隔开；英文名称可以空着。
# $line (number)
customs_code = 第 { $line } 行的关区代码应当是 4 位数字（开头的 0 不能丢）。
# $line (number)
# $longest (number)
customs_name = 第 { $line } 行缺少中文名称，或者名称超过 { $longest } 个字，或者含有看不见的字符。
# $line (number)
# $earlier (number)
customs_repeated = 第 { $line } 行的代码在第 { $earlier } 行已经有了。
# $year (number)
unusual_unknown_year = { $year } 年的春节、端午等在哪一天，程序不知道，无法核对。
# $line (number)
unusual_elsewhere = 第 { $line } 行：{ $date } 放假，但与哪个法定节日都不相连。
# $line (number)
# $near (number)
unusual_makeup_elsewhere = 第 { $line } 行：{ $date } 调休上班，但前后 { $near } 天内没有节日。
# $year (number)
unusual_no_makeup = { $year } 年没有一天调休上班（workday）。
# $year (number)
# $days (number)
# $least (number)
# $most (number)
unusual_makeups = { $year } 年调休上班 { $days } 天，历年是 { $least } 至 { $most } 天。
# $year (number)
# $off (number)
# $makeups (number)
# $statutory (number)
unusual_balance = { $year } 年周一至周五放假 { $off } 天，减去调休上班 { $makeups } 天，应当等于法定假日 { $statutory } 天：多半漏写或多写了日子。
too_large = 文件超过 1 MB，不是这种表。
# $line (number)
undecodable = 第 { $line } 行的文字编码无法识别。请把文件另存为 UTF-8 或 GBK（GB18030）编码的 CSV。
# $days (number)
calendar_imported = 已导入 { $years } 年的 { $days } 天。
calendar_unusual = 与历年的放假通知不一样，没有导入：
    { $oddities }
    请对照通知核对。确实如此的，加 --unusual 再导入。
calendar_odd =
    与历年的放假通知不一样，没有导入：
    { $oddities }
    请对照通知核对，确实如此的，确认后再导入。
# $days (number)
# $changed (number)
# $touched (number)
calendar_preview = { $years } 年：与平常的一周不同的有 { $days } 天，其中 { $changed } 处与现行日历不同。受影响的预约 { $touched } 件。没有导入。
calendar_change = { $date } { $name }：{ $before } → { $after }
calendar_touched = { $reference }，{ $date }：{ $before } → { $after }
    .closed = { $reference }，{ $date }：{ $before } → { $after }，不在办理时间内
store_failed = 数据库出错，没有导入：{ $error }
coded = { $fault } [{ $code }]
unusual_festival_missing = { $date } 是{ $festival }，文件里这一天不放假。
# $days (number)
# $least (number)
# $most (number)
unusual_festival_length = { $festival }（{ $date }）连休 { $days } 天，历年是 { $least } 至 { $most } 天。
festival =
    .new_year = 元旦
    .spring = 春节
    .qingming = 清明节
    .labour = 劳动节
    .dragon_boat = 端午节
    .mid_autumn = 中秋节
    .national = 国庆节
