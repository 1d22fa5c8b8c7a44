### Mails about a booking, and its calendar file.

accepted =
    .subject = 预约已受理：{ $service }
    .opening = 您的“{ $service }”预约已受理。
    .video = 开始前 15 分钟起可进入视频面洽，请先检查摄像头和麦克风。面洽全程录音录像。
    .desk = 请按时到场，并带好所需材料。不能前来时请尽早取消，把名额留给别人。
refused =
    .subject = 预约未受理：{ $service }
    .opening = 您的“{ $service }”预约申请未受理。
    .closing = 您可以另选时间重新预约；有疑问请拨打值班电话 { $phone }。
undecided =
    .subject = 预约未获答复：{ $service }
    .opening = 很抱歉，您的“{ $service }”预约申请直到预约时间已过仍没有关员受理，现已结束，名额已放回。
    .closing = 请另选时间重新预约，或拨打值班电话 { $phone }，我们会尽快安排。
cancelled =
    .subject = 预约已取消：{ $service }
    .opening = 您的“{ $service }”预约已取消，名额已放回。
see = 查看预约
join = 进入视频面洽：
cancel = 来不了，请在此取消：
reference = 预约编号：{ $reference }
time = 时间：{ $when }
place = 地点：{ $place }
reason = 理由：{ $reason }
when = { $day } { $weekday } { $from }–{ $until }（{ $zone }，{ $utc }）
online = 线上视频面洽，从预约页面进入
venue = { $name }（{ $address }）
