### What the program as a whole refuses.

bad_host = 请求须带一个合法的 Host。
bad_idempotency_key = Idempotency-Key 应为 1 至 255 个 ASCII 字符。
idempotency_key_reused = 这个 Idempotency-Key 已用于另一个请求。
idempotency_answer_lost = 这个请求已经办过，只是回执没有送到。请刷新页面查看结果，不要重复提交。
stopping = 服务正在重启，请稍后再试；没有存下任何改动。
other_node = 这场视频在另一台服务器上进行，这台服务器无法转接。请联系管理员设置 MIANQIA_NODE_ADDRESS。
node_away = 保存这些内容的服务器暂时连不上，请稍后再试。
recordings_scattered = 这场视频的录像分别保存在几台服务器上，无法在这里一次查完。请在各台服务器上运行 mianqia verify。
