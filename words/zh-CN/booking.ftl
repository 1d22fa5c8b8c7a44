### What a booking refuses.

unknown_field = 这项业务的表单里没有这一项。
required = 此项必填。
# $name_length (number)
invalid_name = 请填写联系人姓名，最多 { $name_length } 个字。
# $reason_length (number)
# $source_length (number)
# $longest (number)
too_long = 最多 { $longest } 个字，且不能含控制字符。
    .reason = 理由最多 { $reason_length } 个字，且不能含控制字符。
    .source = 来源最多 { $source_length } 个字，写在一行里。
reason_required = 请写明理由。
calendar_source_required = 请写明放假通知的文号或网址。
invalid_field = 此项的格式不对。
not_an_option = 请从列出的选项中选择。
invalid_port_code = 关区代码是 4 位数字。
invalid_date = 没有这一天，请按 年-月-日 填写。
consent_required = 办理这项业务需要您单独同意，请勾选。
invalid_number = 请填写数字。
hold_expired = 保留时间已过，名额已放回。请重新选择时间。
no_results = 这个事项没有需要领取的结果。
no_consent = 这个预约没有单独同意可以撤回。
consent_kept = 检查已经开始，相关信息须按法定期限保存，单独同意不能再撤回。如有疑问，请向保健中心咨询。
wrong_state = 预约的状态已经变了，这一步现在不能办理。请刷新页面查看。
    .calendar = 预约受理之后才有日历文件。
# $most (number)
bad_months = 一次可以看 1 到 { $most } 个月。
# $most_days (number)
bad_range = 结束日期不能早于开始日期，一次最多查询 { $most_days } 天。
bad_date = 没有这一天的安排。
officer_busy = 您在这个时间已有预约 { $reference }。仍要受理，请再确认一次；也可以请同事受理。
    .moving = 承办关员在这个时间已有预约 { $reference }。仍要改期，请再确认一次。
session_open = 面洽还在进行。请先结束面洽，预约会随之办结。
somebody_came = 对方正在等候室或通话中，不能登记为未到。
unknown_service = 没有这项业务，或已停办。请回到业务列表重新选择。
slot_past = 这个时间已经过去，请选择以后的时间。
# $days (number)
beyond_horizon = 目前只开放 { $days } 天以内的预约，请选择更早的日期。
    .from = 目前只开放 { $days } 天以内的预约，这一天从 { $from } 起可约。
# $year (number)
year_unpublished = 国务院尚未公布 { $year } 年的放假安排，无法确定是否上班，暂不能预约。
not_a_slot = 这个时间不在可预约的时段内，请从列表中选择。
slot_taken = 这个时段的名额刚被约走，请选择别的时间。
places_reserved = 余下的名额留给电话和窗口预约，{ $until } 起向所有人开放。请选择别的时间，或拨打值班电话。
    .phone = 余下的名额留给电话预约，{ $until } 起向所有人开放。请选择别的时间，或拨打值班电话。
    .counter = 余下的名额留给到窗口来的人，{ $until } 起向所有人开放。请选择别的时间，或直接到窗口办理。
no_officer_free = 能办理这个环节的关员那时都有别的安排，请选择别的时间。
# $most_holds (number)
too_many_holds = 您已保留 { $most_holds } 个时段。请先提交或取消其中一个。
already_yours = 这项业务的这个时间您已经有预约 { $reference } 了。
    .office = 这项业务的这个时间，对方已经有预约 { $reference } 了。
too_early = 现在还太早，{ $from }起才能办理。
too_late = 已经太晚，须在 { $until }之前办理。请电话联系窗口。
unknown_enterprise = 没有这个编号或统一社会信用代码的企业。
enterprise_not_let_in = 这家企业的注册还没有通过审核，不能预约。
desk_needs_enterprise = 视频业务须由已登录的人进入，请填写企业的统一社会信用代码；没有注册的，请对方先在网上注册。
lead_time = 这项业务至少提前 { $ahead }预约，请选择更晚的时间。
    .from = 这项业务至少提前 { $ahead }预约，最早可约 { $from }。
not_for_persons = 这项业务只接受企业预约，个人不能约。
not_for_enterprises = 这项业务只接受个人预约，企业不能约。
tier_excluded = { $reason }
outside_office_hours = 这项业务只在工作时间受理申请，下次受理从 { $from } 开始。
    .open = 这项业务只在工作时间受理申请，近期的工作日安排还没有公布。
quota_reached = 这段时间内您已经约满这项业务，最早可约 { $from }。
    .open = 这段时间内您已经约满这项业务。
recording_space = 录像存储空间不足，{ $from } 之前不能再预约视频面洽。
recording_space_open = 录像存储空间不足，暂时不能再预约视频面洽。
overlapping = 您在这个时间已有其他预约，这项业务不能同时办理，最早可约 { $from }。
    .open = 您在这个时间已有其他预约，这项业务不能同时办理。
blocked_after_no_show = 您约了这项业务却没有来，{ $until } 起才能再约。
    .open = 您约了这项业务却没有来，目前不能再约。
explanation_missing = 有一个临近取消的预约还没有提交书面说明；提交之后，或者 { $until } 起，才能再约这项业务。
    .open = 有一个临近取消的预约还没有提交书面说明。
remedy_call_office = 如有疑问，请致电 { $phone }。
remedy_book_for_enterprise = 请用企业账号预约，没有的可以先注册企业；打电话或到窗口来的，请告诉关员是哪家企业。
remedy_book_for_oneself = 请来办理的人用个人账号预约，没有的可以先注册；打电话或到窗口来的，请报本人姓名。
remedy_choose_later = 请选择更晚的时间；确实等不及的，请拨打值班电话 { $phone }。
remedy_apply_in_office_hours = 请在工作时间申请；确实等不及的，请拨打值班电话 { $phone }。
remedy_write_explanation = 请在被取消的预约页面提交书面说明。
remedy_wait_until = 请到时再约；确实等不及的，请致电 { $phone }。
remedy_finish_one = 请先办完或取消其中一个。
# $most (number)
too_many_bookings = 这项业务同时最多约 { $most } 个，您已经约满。请先办完或取消其中一个；确有需要请拨打值班电话。
    .enterprise = 这项业务同时最多约 { $most } 个，贵单位已经约满。请先办完或取消其中一个；确有需要请拨打值班电话。
one_time = 请给出一个开始时间，或者给出各环节的时间，二者选一。
no_stages = 这项业务不分环节预约。
stages_needed = 这项业务分环节预约，请选择要办的环节和各环节的时间。
unknown_stage = 这项业务没有这个环节。
stage_order = 环节须按 申报、查验、放行 的顺序，每个至多一次。
stage_site = 这个环节不能上门办理。
stage_gap = 按前一环节的时间，这个环节须在 { $from }至 { $until }之间开始。
stage_under_way = 还有环节正在办理。请先按下该环节的“办完”，再办结预约。
stage_begun = 这个环节已经开始了。
    .before = 前一个环节还没有办完。
stage_officer_busy = 这位关员这段时间已经有别的安排，请换一位。
stage_officer_unknown = 这个环节不由这位关员办理，请从名单里选。
stage_not_begun = 这个环节还没有开始，或已经办完。
same_time = 新的时间与现在的相同。
# $most (number)
moves_count = 请选 1 至 { $most } 个预约。
moves_where = 请说明改到哪一天，或者提前、推后多少分钟，二者选一。
# $hours (number)
moves_minutes = 最多提前或推后 { $hours } 小时，且不能是 0。
unknown_booking = 没有这个预约。
booking_changed = 预约 { $reference } 在您选中之后有了变化，请看过再选。
moves_impossible = 没有改时间，因为预约 { $reference } 改不了：{ $why }
stage_declaration = 申报
stage_inspection = 查验
stage_release = 放行
unread_warning = { $warning }
enterprise_pending = 贵单位的注册还在等候海关审核，通过后即可预约。
enterprise_refused = 贵单位的注册没有通过审核，不能预约。请联系海关了解原因。
# $most (number)
too_many_calendar_feeds = 您最多可以有 { $most } 个日历订阅地址。请先停用不用的一个。
calendar_feed_revoked = 这个日历订阅地址已停用。请到“账号与登录”页另建一个。
# $days (number)
opening_dates = 日期要前后相接、从今天或以后开始，首尾相隔不超过 { $days } 天。
opening_minutes = 开始要早于结束，并在同一天之内。
# $most (number)
opening_seats = 可以加 0 至 { $most } 个名额。
closing_closes_nothing = 这样不会停办任何时间：这些时间本来就不办理，也没有人预约。
# $most (number)
opening_quota = 每天名额可以加 0 至 { $most } 个，而且要这项服务有每天名额。
opening_text_required = 请把公告的每种语言都写上。
opening_opens_nothing = 这样不会加开任何时间：这些时间本来就办理，或时间太短、放不下一个时段，或这些日期的放假安排还没有公布。
opening_booked = 不能撤回：{ $references } 已约在里面。请先改时间或退回。
# $seats (number)
shares_seats = 预留名额不能小于 0，合计不能多于每个时段的 { $seats } 个名额。
# $days (number)
shares_release = 开放时间须在时段开始前 0 分钟至 { $days } 天之间。
settings_stage_no_slot = 现在的开放时间里放不下这个环节，请缩短它，或加长开放时间。
settings_stage_no_way = 按现在的开放时间和间隔，上一环节之后永远排不上这个环节。请放宽间隔，或改开放时间。
settings_officer = 名单里有重复的人，或不是在岗的关员。
settings_unknown_version = 没有这个版本，请重新打开页面再改。
# $count (number)
settings_bookings_outside = 有 { $count } 个预约将不在新的安排之内：{ $references }。请先改时间或退回，或确认让它们照旧。
changed_meanwhile = { $who } 在 { $at } 已经改过：{ $parts }。您的改动没有保存，请对照最新内容后再保存。
venue_in_use = 这个场所还有开办的服务，或已有过预约，时区和时间格不能再改。请另建一个场所。
unknown_venue = 没有这个场所，请从列表中选择。
settings_and = 、
settings_part_name = 名称
settings_part_texts = 说明
settings_part_booking = 时长与预约方式
settings_part_seats = 名额
settings_part_hours = 开放时间
settings_part_stages = 环节
settings_part_form = 表单
settings_part_documents = 材料
settings_part_active = 是否开办
settings_part_address = 地址
settings_part_contact = 电话
settings_part_grid = 时区与时间格
already_waiting = 这项业务您已经在候补了。
waiting_for_one = 请给出候补的起止日期，或者给出要提前的预约，二者选一。
# $most_days (number)
waiting_days = 结束日期不能早于开始日期或今天，一次最多候补 { $most_days } 天。
waiting_minutes = 时间段的结束须晚于开始，都在一天之内。
not_offered = 还没有名额提供给您。
offer_taken = 这个候补名额您已经接受了。
offer_over = 这个候补名额已经过时或已谢绝。
documents_missing = 还缺必传的材料：{ $names }。请上传后再提交。
