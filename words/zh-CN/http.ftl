### What is refused before a feature hears of it.

# $first (number)
# $last (number)
date_out_of_range = 日期应在 { $first } 年至 { $last } 年之间。
invalid_field = 有一项缺少，或者格式不对。
    .no_object = 内容应为一个 JSON 对象（{"{"}…{"}"}）。
invalid_parameter = 有一个查询参数缺少，或者格式不对。
bad_body = 内容无法读取。
bad_json = 内容不是合法的 JSON。
    .repeated = 内容里同一个名称出现了两次。
unsupported_media_type = 内容的格式不对。
    .packed = 不接受压缩过的内容，请直接发送。
    .wanted = 内容应为 { $wanted }，用 UTF-8 编码。
invalid_cursor = 翻页位置无效，请从头开始。
text_not_allowed = 含有看不见或无法使用的字符（{ $code }），请删去后重新输入。
# $longest (number)
text_too_long = 内容太长，最多 { $longest } 个字。
not_found = 没有找到，或者您无权查看。
not_signed_in = 请先登录。
forbidden = 您的身份没有这项权限。
idempotency_in_flight = 同一个请求正在处理，请稍候。
body_too_slow = 内容传得太慢，已停止等待，请重试。
answer_lost = 改动已经存下，只是结果没能读出来。请刷新页面查看，不要重复提交。
internal = 服务出错了，没有存下任何改动。请把请求编号告诉我们。
store_unavailable = 服务暂时存不了数据，这次操作没有生效。请稍后再试。
outcome_unknown = 服务刚才中断，不能确定这次操作是否已经生效。请先刷新页面查看，再决定是否重试。
method_not_allowed = 这个地址不支持该操作。
body_too_large = 内容太大。
timeout = 处理超时，请重试。
cross_site = 请求来自别的网站，已拒绝。
bad_request = 请求的格式不对。
