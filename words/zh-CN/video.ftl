### What a video meeting refuses.

# $max_reason (number)
# $longest_label (number)
too_long =
    .reason = 原因最多 { $max_reason } 个字。
    .note = 备注最多 { $longest_label } 个字，且不能含控制字符。
stopping = 服务正在重新启动，约一分钟后请再试；已录制的内容会保存好。
not_a_video_booking = 这个预约不是视频面洽，请按预约写明的地点到场办理。
booking_not_accepted = 这个预约目前不是“已受理”，不能进入面洽。请在“我的预约”里查看它的状态。
session_ended = 这场面洽已经结束，不能再进入。如还有事项，请另行预约。
# $max_guests (number)
session_full = 贵方最多 { $max_guests } 人参加（预约人的位置一直保留），现在已满。请等有人离开后再进入。
# $current (number)
notice_changed = 录制告知已更新为第 { $current } 版，请重新阅读并确认。
not_entered = 您还没有进入（或已离开）这场面洽，请从预约页面进入。
not_acknowledged = 请先阅读并确认录制告知。
not_waiting = 这位参加人不在等候室，暂时不能接入。请等对方进入等候室。
officer_not_in_session = 请您先确认告知、进入面洽，再接入等候的人或结束面洽。
session_not_begun = 面洽还没有开始，没有可以暂停的录制。
nothing_to_note = 目前没有需要注明的未录制内容。
guests_only = 拒绝录制由来办事的一方提出；关员如不能进行面洽，请离开并另行安排。
not_admitted = 还没有接入：确认告知并由关员接入、面洽开始之后，才能发送和接收画面声音。
bad_token = 通话凭证无效或已过期，请刷新页面重新获取。
taken_over = 您已在另一个窗口或设备中继续这场面洽，本页面已停止发送画面和声音。
restarted_since = 连接已重新建立或已不存在，请重新连接。
tag_missing = 请求没有说明针对连接的哪个状态（If-Match）。
too_many_offers = 连接尝试过于频繁，请几秒后再试。
too_many_line_checks = 短时间内检测线路的次数过多，请一分钟后再试。
too_many_line_reports = 本页面上报线路情况过于频繁。
media_busy = 通话线路已满，请稍后再试或联系值班电话。
nothing_published = 对方目前没有画面，连上后会自动显示。
media_unavailable = 通话服务出错了，请刷新页面重试，或联系值班电话。
# $most (number)
too_many_invitations = 最多同时邀请 { $most } 人。请先撤回不用的邀请。
invitation_withdrawn = 这个邀请已经撤回。请联系邀请您的人。
invitation_used = 这个邀请已经由另一个账号使用，一个链接只给一个人。请让邀请您的人另发一个。
body_too_large = 通话参数（SDP）最大 64 KB。
session_not_open = 视频面洽的入口在 { $window } 开放，请在这段时间进入。
window = { $day } { $from } 至 { $until }（{ $zone }）
    .over_days = { $day } { $from } 至 { $until_day } { $until }（{ $zone }）
bad_sdp = 浏览器的通话参数（SDP）无法使用，请换用新版浏览器再试。（{ $fault }）
offer =
    .not_utf8 = 内容不是 UTF-8 文本
    .too_long = 内容太长
    .not_sdp = 内容不是 SDP
    .bad_line = 其中有一行不是 SDP
    .too_many_sections = 媒体段太多
    .no_opus = 声音没有 Opus 编码
    .no_vp8 = 画面没有 VP8 编码
    .sends_nothing = 没有要发送的画面或声音
    .receives_nothing = 没有要接收的画面或声音
    .simulcast = 不支持同时发送多路画面（simulcast）
    .no_credentials = 缺少 ICE 凭证或证书指纹
    .unknown_role = DTLS 角色无法识别
    .malformed = 其中有一项的格式或数值不对
    .no_codec = 没有与所播放内容相符的编码
    .too_slow = 处理超时
