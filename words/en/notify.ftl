### What stands around every mail, and why one was not sent.

trouble =
    .unsendable = The address is not valid; the mail cannot be sent.
    .unreachable = The mail server cannot be reached.
    .slow = The mail server did not answer in time.
    .unanswered = The mail was handed over but no answer came: it may have arrived. It is sent again under the same Message-ID.
    .unwelcome = The mail server does not let this program in. An administrator should check the mail settings.
message_not_failed = This message has not failed, so there is nothing to send again. Reload to see where it stands.
message_outdated = What this message tells of is over, so it is not sent again. Please phone if they still need to know.
office = Bingcheng Customs · Mianqia
do_not_reply = This mail was sent by a program. Please do not reply to it.
action = { $label }:
