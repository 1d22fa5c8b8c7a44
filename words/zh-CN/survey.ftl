### Ratings.

invalid_level = 请在五档中选一档（1 到 5，5 为非常满意）。
comment_too_long = 意见最多 1000 个字，请缩短一些。
not_found = 没有这个评价链接。请检查链接是否完整。
rating_answered = 这次服务已经评过了，每次只能评一次。谢谢！
rating_expired = 评价链接已过期（办完后 30 天内有效）。
invalid_range = 结束月份不能早于开始月份，一次最多看 36 个月。
invalid_month = 月份的格式不对，应像 2026-11。
