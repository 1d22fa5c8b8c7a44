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
