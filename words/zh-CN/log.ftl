### Entries of a case, as they are told.

booking_held = 选定时间，名额暂留
booking_requested = 提交预约，待受理
booking_accepted = 预约已受理
booking_refused = 预约未受理
booking_cancelled = 预约已取消
booking_expired = 暂留已过期，名额放回
    .undecided = 直到预约时间结束无人受理
booking_checked_in = 已到场
booking_completed = 已办结
booking_no_show = 未到
booking_reopened = 撤回“未到”，预约已受理
booking_reclassified = 官方日历更正，当天的性质变了
booking_reclassification_settled = 关员已处理日历更正的影响
session_created = 开设面洽
session_entered = { $who }进入页面
    .again = { $who }再次进入
# $version (number)
session_acknowledged = { $who }确认录制告知（第 { $version } 版）
session_waiting = { $who }进入等候室
session_admitted = { $who }被接入
    .officer = { $who }进入通话
    .opens = { $who }被接入，面洽开始
session_left = { $who }离开
    .restart = { $who }因服务重启断开
    .away = { $who }的页面已关闭或断线，视为离开
session_declined = { $who }不同意录制
session_ended = 面洽结束
    .not_opened = 没有接入，到时关闭
    .no_officer = 关员离开 10 分钟未回，系统结束面洽
session_invited = 邀请他人参加面洽
session_invitation_accepted = 邀请已被接受
session_invitation_withdrawn = 邀请已撤回
session_checked = 关员核对了一项
session_unchecked = 关员撤回了一项核对
# $segment (number)
recording_started = 开始录制：{ $who }的{ $what }（第 { $segment } 段）
# $segment (number)
recording_finalised = 录制完成：{ $who }的{ $what }（第 { $segment } 段，{ $length }）
# $segment (number)
recording_interrupted = 录制因服务故障中断，已保全：{ $who }的{ $what }（第 { $segment } 段，{ $length }）
# $segment (number)
recording_partial = 录制中断（{ $reason }），已保全：{ $who }的{ $what }（第 { $segment } 段，{ $length }）
# $segment (number)
recording_stopped = 录制停了（{ $reason }）：{ $who }的{ $what }（第 { $segment } 段）
recording_gap_began = { $medium }停了：{ $who }的{ $what }（{ $cause }）
# $segment (number)
recording_failed = 录制失败（{ $reason }）：{ $who }的{ $what }（第 { $segment } 段）
    .nothing_came = 没有收到画面声音，未录制：{ $who }的{ $what }
review_opened = 查看这场面洽
playback_opened = 打开回放
rating_invited = 邀请评价
rating_answered = 收到评价
cause =
    .loss = 网络丢失
    .publisher_silent = 对方没有发送
    .disk = 存储太慢或出错
    .audio_silent = 声音没有送出
    .video_silent = 画面没有送出
    .camera_off = 摄像头已关
reason =
    .disk = 存储写不进去
    .killed_at_start = 服务在开始后一秒内中断
    .undecodable = 没有可解码的画面声音
    .unknown = 原因不明
medium =
    .audio = 声音
    .video = 画面
    .both = 画面声音
somebody = 参加人
source =
    .screen = 共享屏幕
    .document = 实物画面
    .camera = 摄像头
gap = 缺 { $seconds } 秒：{ $who }的{ $what }（{ $cause }）
    .audio = 缺 { $seconds } 秒声音：{ $who }的{ $what }（{ $cause }）
    .video = 缺 { $seconds } 秒画面：{ $who }的{ $what }（{ $cause }）
other = { $kind }
account_registered = 注册账号
account_signed_in = 登录
account_signed_out = 退出登录
account_sign_in_failed = 登录失败
account_sign_ins_ended = 其他登录被结束
account_password_changed = 修改密码
enterprise_registered = 企业注册
enterprise_approved = 企业注册通过
enterprise_refused = 企业注册未通过
membership_requested = 申请加入企业
membership_approved = 同意加入企业
membership_refused = 拒绝加入企业
membership_ended = 不再是企业成员
calendar_imported = 导入官方日历
customs_offices_imported = 导入关区代码表
calendar_feed_made = 建立日历订阅地址
calendar_feed_revoked = 停用日历订阅地址
