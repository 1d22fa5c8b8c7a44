### 通关计时的导入：业务系统记下的各环节起止时间。

column_reference = 预约编号
column_stage = 环节
column_began = 开始时间
column_ended = 结束时间
clearance_file_kind = 这不是 CSV 文件。请在表格软件里用“另存为”保存为 CSV。
clearance_header = 第一行必须是列名。缺少：{ $missing }。
clearance_empty = 文件里没有内容。
# $most (number)
clearance_too_many = 一次最多导入 { $most } 行。请把文件分开。
clearance_missing = { $column }没有填写，或者太长。
clearance_no_reference = 预约编号的写法不对，请核对（如 MQ 2611 4K7P-X）。
clearance_no_stage = 环节只能是申报、查验、放行（declaration、inspection、release）。
clearance_time = { $column }的写法不对。请写成 2026-11-24 19:05，按办理地点的时间；别的时区请在后面写明，如 +09:00。
clearance_unknown = 没有这个编号的预约。
clearance_not_booked = 这个预约没有约这个环节。
# $line (number)
clearance_twice = 与第 { $line } 行是同一个预约的同一个环节。
clearance_state = 这个预约没有在办：还没受理，或者已取消、未受理、未到。
clearance_future = 时间还没到，不能导入将来的时间。
clearance_ended_before = 结束早于开始。
clearance_before_not_done = 前一个环节还没有结束时间。
clearance_overlap = 与前后环节的时间重叠：后一个环节要在前一个结束之后开始。
# $count (number)
# $first (number)
clearance_lines_wrong = 文件有 { $count } 行不对，第一处在第 { $first } 行。什么都没有导入。请先核对，查看全部问题。
# $count (number)
clearance_conflicts = 有 { $count } 个环节已经记了别的时间。请写明更改的理由再导入。
clearance_source_required = 请写明时间取自哪个系统。
# $lines (number)
# $bookings (number)
# $stages (number)
# $unchanged (number)
clearance_previewed = { $lines } 行：会记下 { $bookings } 个预约的 { $stages } 个环节，{ $unchanged } 行与已有的一致。
# $bookings (number)
# $stages (number)
# $unchanged (number)
clearance_imported = 已记下 { $bookings } 个预约的 { $stages } 个环节，{ $unchanged } 行与已有的一致。
# $unchanged (number)
clearance_nothing_new = { $unchanged } 行都与已有的一致，什么都没有改。
# $line (number)
clearance_line = 第 { $line } 行：{ $text }
# $line (number)
clearance_conflict = 第 { $line } 行：{ $reference } { $stage }已记为 { $was }，文件是 { $is_now }
clearance_times = { $began } 至 { $ended }
clearance_began_only = { $began } 开始
clearance_no_time = 无
