### 加密密钥的命令。

# $documents (number)
# $bookings (number)
key_line = { $id }  { $since }；材料 { $documents } 份，有加密答复的预约 { $bookings } 个；{ $state }
key_since = { $moment }起使用
key_never = 尚未在本库使用
key_state =
    .current = 当前密钥：新写入的内容用它加密
    .first = 旧密钥；由密钥文件的主密钥生成，不能单独删除
    .older = 旧密钥
    .free = 旧密钥；已没有内容用它加密，可以删除
    .missing = 密钥文件里缺少这个密钥
key_unknown = 没有编号为 { $id } 的密钥。可用 mianqia keys list 查看。
key_current = { $id } 是当前使用的密钥。请先换用新的密钥：mianqia keys rotate。
key_of_main = { $id } 由密钥文件的主密钥生成，不能单独删除。
# $documents (number)
# $bookings (number)
key_in_use = 不能删除 { $id }：还有 { $documents } 份材料和 { $bookings } 个预约的答复用它加密。运行中的程序会自动换用最新的密钥；请稍后用 mianqia keys list 查看。
key_recent = { $from }之前不能删除 { $id }：用它加密的内容可能还在写入。
key_forgotten = 已删除 { $id }。没有它，以前的备份无法读取。
