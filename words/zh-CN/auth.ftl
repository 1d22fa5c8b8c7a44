### Signing in, rights, enterprises and their people.

same_password = 新密码和现在的一样，请换一个。
enterprise_pending = 请先审核这家企业，再处理加入它的申请。
enterprise_refused = 这家企业没有通过审核，不能再同意别人加入。
joined_later = 对方比您先加入本单位，您不能终止其成员资格。请联系更早加入的同事或海关。
already_decided = 这位同事的申请已经处理过，请刷新页面。
    .enterprise = 这家企业的申请已经处理过，请刷新页面。
not_oneself = 不能处理自己的账号，请由同事或海关处理。
name_not_allowed =
    .person = 请只填姓名：文字、空格、间隔号（·）、短横线、撇号和括号，不要写数字、网址或其他内容。
    .enterprise = 请只填营业执照上的企业名称：文字、数字、空格、括号和“·”“-”“&”，不要写网址、电话或其他内容。
bad_login = 登录名为 3 至 32 个字符，只用小写字母、数字、点、短横线和下划线。
# $least (number)
# $most (number)
wrong_length = 请填写 { $least } 至 { $most } 个字。
wrong_character = 含有无法显示的字符，请重新输入。
# $shortest (number)
# $length (number)
# $longest (number)
bad_password =
    .short = 密码至少 { $shortest } 个字符，这里是 { $length } 个。几个不相干的词连起来，好记又不容易被猜到。
    .long = 密码最多 { $longest } 个字符，这里是 { $length } 个。
    .invisible = 密码里有看不见的控制字符，请直接键入或重新粘贴。
    .repeats = 密码只是几个字符的重复，太容易被猜到，请换一个。
    .about_you = 密码和您的登录名、姓名、邮箱或企业名称太像，请换一个。
    .common = 密码由常见的词、连续的数字或键盘上相邻的键、年份组成，最先被猜到。请换成几个不相干的词。
too_many_joining = 现在不能申请加入这家企业。请联系本单位同事，稍后再打开邮件里的链接，或拨打值班电话 { $phone }。
login_taken = 这个登录名已有人使用，请换一个。
unknown_link = 链接已失效：24 小时内有效，只能用最新的一封邮件。请重新注册；已经完成注册的，直接登录。
# $minutes (number)
too_many_attempts = 密码试得太多、太快，请 { $wait }后再试。用过的设备不受别人输错的影响。
    .logins = 试过的登录名都已有人使用，次数太多，请 { $minutes } 分钟后再试。
# $minutes (number)
too_many_registrations = 这里或这个邮箱近来提交的注册太多，请 { $minutes } 分钟后再试，或拨打值班电话 { $phone }。
busy = 现在使用的人很多，请过几秒再试。
wrong_password = 现在的密码不对。{ $hint }
wrong_login = 登录名或密码不对。{ $hint }
# $left (number)
hint =
    .wait = { $wait }后才能再试；忘记密码请拨打值班电话。
    .left = 再输错 { $left } 次，就要等 { $wait }才能再试。
    .check = 请核对后再试；忘记密码请拨打值班电话。
# $hours (number)
# $minutes (number)
# $seconds (number)
wait =
    .hours = { $hours } 小时
    .minutes = { $minutes } 分钟
    .seconds = { $seconds } 秒
membership_pending = 您加入{ $name }的申请还在等候同意，由本单位同事或海关处理，结果发邮件。
membership_refused = 您加入{ $name }的申请没有通过，不能以它的名义办理。请联系本单位同事，或拨打值班电话。
membership_ended = 您已不再是{ $name }的成员，不能以它的名义办理。请联系本单位同事，或拨打值班电话。
