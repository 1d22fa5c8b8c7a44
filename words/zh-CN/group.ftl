### 按名单预约的团体。

column_name = 姓名
column_document_kind = 证件类型
column_document_number = 证件号码
column_birth_date = 出生日期
column_mobile = 手机
group_file_kind = 这不是名单文件：需要 CSV 或 XLSX 文件，内容要与扩展名一致。请在表格软件里用“另存为”保存为 XLSX 或 CSV。
group_file_too_much = 文件内容远远超出一份名单。请把名单复制到新的工作簿里再上传。
group_file_broken = 工作簿已损坏，无法读取。请用表格软件打开、重新保存后再上传。
group_header = 第一行必须是列名。缺少：{ $missing }。
group_empty = 名单里没有人员。
# $most (number)
group_too_many = 这个事项的团体最多 { $most } 人。请把名单分开。
person_missing = 缺少{ $column }。
# $line (number)
person_twice = 与第 { $line } 行是同一个人。
cell_error = 单元格是表格软件的错误值。请直接填写内容。
unknown_document_kind = 证件类型只能是居民身份证、护照、通行证（居住证）或其他。
number_mangled = 表格软件把它当成了数字，丢了几位。请把这一列设为“文本”格式，再重新输入号码。
invalid_document_number = 证件号码为 4 到 20 位字母和数字。
invalid_birth_date = 没有这个出生日期；请写成 1990-01-31。
birth_differs = 身份证号码里的出生日期是 { $inside }，两者有一个写错了。
no_groups = 这个事项不接受团体预约，请逐人预约。
group_too_small = 团体至少 2 人；一个人请按普通方式预约。
# $count (number)
# $first (number)
group_lines_wrong = 名单有 { $count } 处问题，第一处在第 { $first } 行。没有预约任何人。请先检查名单，查看全部问题。
# $days (number)
group_lead = 团体须至少提前 { $days } 天预约，最早可约 { $from }。请选更晚的日期，或致电办理。
