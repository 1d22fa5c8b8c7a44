### Mails about registering and belonging.

hello = 您好：
# $days (number)
confirm =
    .opening = 有人用这个邮箱注册面洽。请打开下面的链接完成注册，24 小时内有效。
    .login_taken = 登录名 { $login } 已有人使用，打开链接后请另选一个。
    .joins = 统一社会信用代码 { $uscc } 的企业已经注册过。完成后即申请加入；企业通过审核，并由本单位同事或海关同意后，可以预约。每个人用自己的登录名，请不要共用。
    .enterprise = 完成后由海关审核，一般 { $days } 个工作日内发邮件告知结果。
    .not_you = 如果不是您本人注册，不用理会这封邮件。
    .subject = 请完成注册
    .action = 完成注册
dear = { $name }，您好：
asks_to_join =
    .opening = { $who }（{ $mobile }）申请加入{ $name }，同意后可以以本单位名义预约、查看本单位的预约。
    .make_sure = 请核实是不是本单位同事，再决定同意还是拒绝。
    .subject = 有同事申请加入
    .action = 去处理
let_in =
    .subject = 已同意您加入
    .opening = 您已加入{ $name }，现在可以登录并预约。
sign_in = 登录
not_let_in =
    .subject = 没有同意您加入
    .opening = 您加入{ $name }的申请没有通过。如有疑问，请联系本单位同事，或拨打值班电话 { $phone }。
membership_ended =
    .subject = 您的成员资格已终止
    .opening = 您已不再是{ $name }的成员，不能再以它的名义预约。如有疑问，请联系本单位同事，或拨打值班电话 { $phone }。
enterprise_turned_away =
    .opening = { $name }的企业注册没有通过，您加入它的申请随之终止。可以用同一邮箱和原来的登录名重新注册；如有疑问，请联系本单位同事，或拨打值班电话 { $phone }。
    .subject = 企业注册未通过，加入申请已终止
enterprise_refused =
    .opening = { $name }的注册申请没有通过。原因：{ $reason }
    .closing = 补齐材料后可以用同一邮箱和原来的登录名重新注册；如有疑问，请拨打值班电话 { $phone }。
    .subject = 注册申请未通过
enterprise_approved =
    .opening = { $name }的注册申请已通过，现在可以登录并预约。
    .subject = 注册申请已通过
