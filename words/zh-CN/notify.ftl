### What stands around every mail, and why one was not sent.

trouble =
    .unsendable = 收件地址无效，邮件无法发出。
    .unreachable = 连不上邮件服务器。
    .slow = 邮件服务器没有及时回应。
    .unanswered = 邮件已交给服务器，但没有等到答复，可能已经送达。再发时编号相同。
    .unwelcome = 邮件服务器不接受本系统登录，请管理员检查邮件设置。
message_not_failed = 这封邮件没有失败，不需要重发；请刷新页面看最新情况。
message_outdated = 这封邮件说的事已经过去，不再重发；需要时请打电话告知。
office = 冰城海关 · 面洽
do_not_reply = 这封邮件由系统发出，请不要直接回复。
action = { $label }：
