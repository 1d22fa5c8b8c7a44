### The queue at the counters.

no_queue = 这项业务不在窗口办理，没有排队号。
queue_empty = 现在没有人在等。
ticket_state = 这张号的状态已经变了，请刷新后再操作。
# $most (number)
wrong_counter = 请填写窗口名称，最多 { $most } 个字，只用文字、数字、空格和短横线。
unknown_venue = 没有这个办理地点。
