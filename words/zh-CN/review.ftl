### What does not fit in the evidence, and what its pages refuse.

# $expected (number)
# $seq (number)
# $recorded (number)
# $entries (number)
fault =
    .rating_changed = 这条评价与收到时记下的不符，内容被改动过。
    .rating_answered_at = 评价邀请的答复时间与评价本身不符。
    .chain_gone = 记录全部缺失：有数据，却没有一条记录。
    .entry_missing = 第 { $expected } 条记录缺失。
    .entry_changed = 第 { $seq } 条记录与它的校验值不符，内容被改动过。
    .chain_length = 应有 { $recorded } 条记录，实有 { $entries } 条。
    .chain_head = 记录链的末值与登记的不符。
    .entry_columns = 第 { $seq } 条记录的编号、时间或种类与其内容不符。
    .commitment = 第 { $seq } 条记录所附的文字（{ $name }）被改动过。
    .recording_lost = 第 { $seq } 条记录里的录像在登记表中不见了。
    .recording_untold = 这段录像没有完成录制的记录。
    .recording_row = 登记表里的校验值、大小或状态与记录链不符。
    .recording_size = 录像的大小与记录链不符。
    .recording_digest = 记录链里的校验值无法读取。
    .row_lost = { $table } 中缺少第 { $seq } 条记录所说的一行（{ $id }）。
    .row_untold = { $table } 中有一行（{ $id }）没有任何记录提到。
    .text_deleted = { $table }.{ $column } 有内容，但第 { $seq } 条记录所附的原文已被删除，无法比对。
    .rating_lost = 第 { $seq } 条记录所收到的评价不见了。
program = 系统
range_not_satisfiable = 要求的范围超出了录像的长度。
recording_missing = 录像文件无法读取。请查看完整性检查的结果。
invalid_range = 结束日期早于开始日期。
playback_expired = 回放已打开超过 12 小时，请重新填写用途后打开。
# $least (number)
# $most (number)
purpose_required = 请写明查看用途（{ $least } 至 { $most } 个字），它会记入审计记录。
recording_changed = { $fault }这一部分不予播放。
composite_not_yet = 面洽尚未结束，或录像还没有收尾，请稍后再试。
composite_nothing = 这场面洽没有录像，无法制作合成录像。
composite_under_way = 这场面洽的合成录像正在制作，请等待完成，或先取消。
composite_over = 这份合成录像已不在制作中，无需取消。
composite_tools = 服务器缺少 ffmpeg 或中文字体，请管理员安装软件包 ffmpeg 和 fonts-noto-cjk，或在 MIANQIA_FONT 中指定字体。
composite_space = 服务器磁盘空间不足，无法制作合成录像，请联系管理员。
composite_gone = 这份合成录像已不在了，可以用原始录像重新制作。
composite_changed = 合成录像的文件与制作时不符，不予提供。请重新制作；原始录像不受影响。
film =
    .title = 合成录像，以原始录像为证据 · { $reference }
    .not_yet = 尚未开始录制
    .no_picture = 没有画面
    .over = 此后没有录像
    .left_out = 不予显示：已缺失，或与当时录制的内容不符
    .person = { $name } · { $role } · { $source }
film_role =
    .officer = 关员
    .guest = 来访者
film_source =
    .camera = 摄像头
    .screen = 共享屏幕
    .document = 材料
film_cause =
    .between_segments = 连接中断，尚未恢复
    .publisher_silent = 没有发出任何内容
    .loss = 网络传输中有丢失
    .audio_silent = 没有发出声音
    .video_silent = 没有发出画面
    .camera_off = 摄像头已关闭
    .microphone_off = 麦克风已关闭
    .paused = 关员暂停了录制
    .still_picture = 画面全黑或静止不动
    .digital_silence = 麦克风没有声音
    .disk = 未录下：写入过慢
    .other = 缺失，原因已记录
# $line (number)
# $number (number)
# $offset (number)
# $expected (number)
# $found (number)
# $bytes (number)
file =
    .missing = 录像文件不见了。
    .index_missing = 录像的索引不见了。
    .index_changed = 录像的索引被改动过。
    .index_unreadable = 录像索引的第 { $line } 行无法读取。
    .not_closed = 录像没有正常结束。
    .header_changed = 录像的文件头被改动过。
    .cluster_changed = 录像的第 { $number } 块（从第 { $offset } 字节起）被改动过。
    .cues_changed = 录像的跳转表被改动过。
    .truncated = 录像应有 { $expected } 字节，实有 { $found } 字节。
    .extra = 录像从第 { $offset } 字节起多出 { $bytes } 字节。
    .unreadable = 录像无法读取。
stray =
    .participant = 所属的会话不见了。
    .file = 没有录像与此文件对应。
# $seq (number)
value_differs = { $table }.{ $name } 现为“{ $found }”，按第 { $seq } 条记录应为“{ $expected }”。
fault_document = 材料 { $id } 保存的内容与上传时记录的不一致。
fault_document_no_key = 材料 { $id } 所用的密钥 { $key } 不在密钥文件里。
fault_document_sealed = 材料 { $id } 无法用它的密钥打开：密钥、密钥编号或密文被改动过。
fault_answer_no_key = booking.fields：“{ $question }”的答复所用的密钥 { $key } 不在密钥文件里。
fault_answer_sealed = booking.fields：“{ $question }”的答复无法打开：密文或密钥编号被改动过。
