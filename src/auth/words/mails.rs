//! The mails about registration. Pure.
//!
//! The first one goes to an address that anybody may have typed: nothing else that they typed stands in it.

use crate::auth::service::registering::Waiting;
use crate::auth::store::entities::account::{self, Locale, Membership};
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::base::text::{Language, Text};
use crate::directory;
use crate::notify;
use crate::notify::{Mail, Thread};

/// Goes on with a registration: its link, and what is in the way.
pub fn confirm(waiting: &Waiting, link: &str) -> Mail {
    let row = &waiting.row;
    let days = directory::office().approval_working_days;
    let mut paragraphs = vec![
        Text::new("您好：", "Hello,"),
        Text::new(
            "有人用这个邮箱注册面洽。请打开下面的链接完成注册，24 小时内有效。",
            "Somebody registered at Mianqia with this e-mail address. Please open the link below to finish; it works for 24 hours.",
        ),
    ];
    if waiting.login_taken {
        let login = &row.login;
        paragraphs.push(Text::new(
            format!("登录名 {login} 已有人使用，打开链接后请另选一个。"),
            format!("The login {login} is taken. You can choose another one behind the link."),
        ));
    }
    match &row.uscc {
        Some(uscc) if waiting.joins => paragraphs.push(Text::new(
            format!(
                "统一社会信用代码 {uscc} 的企业已经注册过。完成后即申请加入；企业通过审核，并由本单位同事或海关同意后，可以预约。每个人用自己的登录名，请不要共用。"
            ),
            format!(
                "The enterprise with the code {uscc} is registered already. By finishing you ask to join it; once the enterprise is approved and a colleague or customs lets you in you can book. Everybody has a login of their own: please do not share one."
            ),
        )),
        Some(_) => paragraphs.push(Text::new(
            format!("完成后由海关审核，一般 {days} 个工作日内发邮件告知结果。"),
            format!("Customs then checks the enterprise, usually within {days} working days, and writes to you."),
        )),
        None => {}
    }
    paragraphs.push(Text::new(
        "如果不是您本人注册，不用理会这封邮件。",
        "If it was not you, ignore this mail and nothing happens.",
    ));
    let language = language_of(row.locale);
    let title = Text::new("请完成注册", "Please finish your registration");
    let action = Some((Text::new("完成注册", "Finish registration"), link.to_owned()));
    let mail = mail("registration.confirm", &row.email, language, &title, &paragraphs, action);
    Mail { thread: Thread::newest(row.id), useful_until: Some(row.expires_at), ..mail }
}

/// Tells a member that somebody asks to join; nothing for who cannot decide.
pub fn asks_to_join(
    member: &account::Model,
    enterprise: &enterprise::Model,
    asks: &account::Model,
    public_url: &str,
) -> Option<Mail> {
    let decides = member.active
        && member.membership == Some(Membership::Approved)
        && enterprise.state == EnterpriseState::Approved;
    let to = member.email.as_deref().filter(|_| decides)?;
    let (name, who, mobile) = (&enterprise.name, &asks.name, asks.mobile.as_deref().unwrap_or_default());
    let paragraphs = [
        Text::new(format!("{}，您好：", member.name), format!("Dear {},", member.name)),
        Text::new(
            format!("{who}（{mobile}）申请加入{name}，同意后可以以本单位名义预约、查看本单位的预约。"),
            format!(
                "{who} ({mobile}) asks to join {name}. Once let in they can book for the enterprise and see its bookings."
            ),
        ),
        Text::new(
            "请核实是不是本单位同事，再决定同意还是拒绝。",
            "Please make sure that it is a colleague before you let them in or refuse.",
        ),
    ];
    let title = Text::new("有同事申请加入", "A colleague asks to join");
    let action = Some((Text::new("去处理", "Decide"), format!("{public_url}/colleagues")));
    let mail = mail("membership.requested", to, language_of(member.locale), &title, &paragraphs, action);
    // Each colleague gets one, until somebody decides.
    Some(Mail { thread: Thread::beside(asks.id), ..mail })
}

/// Tells somebody what was decided about their membership.
pub fn membership(member: &account::Model, enterprise: &enterprise::Model, public_url: &str) -> Option<Mail> {
    let to = member.email.as_deref()?;
    let (name, phone) = (&enterprise.name, directory::office().duty_phone);
    let greeting = Text::new(format!("{}，您好：", member.name), format!("Dear {},", member.name));
    let (template, title, text, action) = match member.membership {
        Some(Membership::Approved) => (
            "membership.approved",
            Text::new("已同意您加入", "You were let in"),
            Text::new(
                format!("您已加入{name}，现在可以登录并预约。"),
                format!("You have joined {name}. You can sign in and book now."),
            ),
            Some((Text::new("登录", "Sign in"), format!("{public_url}/sign-in"))),
        ),
        Some(Membership::Refused) => (
            "membership.refused",
            Text::new("没有同意您加入", "You were not let in"),
            Text::new(
                format!("您加入{name}的申请没有通过。如有疑问，请联系本单位同事，或拨打值班电话 {phone}。"),
                format!(
                    "Your wish to join {name} was refused. If you have questions, ask your colleagues or call the duty phone {phone}."
                ),
            ),
            None,
        ),
        _ => (
            "membership.ended",
            Text::new("您的成员资格已终止", "Your membership ended"),
            Text::new(
                format!(
                    "您已不再是{name}的成员，不能再以它的名义预约。如有疑问，请联系本单位同事，或拨打值班电话 {phone}。"
                ),
                format!(
                    "You no longer belong to {name} and cannot book for it. If you have questions, ask your colleagues or call the duty phone {phone}."
                ),
            ),
            None,
        ),
    };
    let mail = mail(template, to, language_of(member.locale), &title, &[greeting, text], action);
    Some(Mail { thread: Thread::newest(member.id), ..mail })
}

/// Tells somebody who asked to join that the enterprise itself was turned away. Why is for its contact only.
pub fn enterprise_turned_away(member: &account::Model, enterprise: &enterprise::Model) -> Option<Mail> {
    let to = member.email.as_deref()?;
    let (name, phone) = (&enterprise.name, directory::office().duty_phone);
    let paragraphs = [
        Text::new(format!("{}，您好：", member.name), format!("Dear {},", member.name)),
        Text::new(
            format!(
                "{name}的企业注册没有通过，您加入它的申请随之终止。可以用同一邮箱和原来的登录名重新注册；如有疑问，请联系本单位同事，或拨打值班电话 {phone}。"
            ),
            format!(
                "The registration of {name} was not accepted, and with it your wish to join it has ended. You may register again with the same e-mail address and login. If you have questions, ask your colleagues or call the duty phone {phone}."
            ),
        ),
    ];
    let title = Text::new("企业注册未通过，加入申请已终止", "The enterprise was not accepted");
    Some(mail("membership.refused", to, language_of(member.locale), &title, &paragraphs, None))
}

/// Tells the contact what was decided about the enterprise, why, and what now.
pub fn decision(row: &enterprise::Model, language: Language, public_url: &str) -> Mail {
    let phone = directory::office().duty_phone;
    let mut paragraphs =
        vec![Text::new(format!("{}，您好：", row.contact_name), format!("Dear {},", row.contact_name))];
    let (template, title, action) = match (row.state, &row.reason) {
        (EnterpriseState::Refused, reason) => {
            let reason = reason.as_deref().unwrap_or_default();
            paragraphs.push(Text::new(
                format!("{}的注册申请没有通过。原因：{reason}", row.name),
                format!("The registration of {} was not accepted. Reason: {reason}", row.name),
            ));
            paragraphs.push(Text::new(
                format!("补齐材料后可以用同一邮箱和原来的登录名重新注册；如有疑问，请拨打值班电话 {phone}。"),
                format!(
                    "You may register again with what was missing, with the same e-mail address and login. If you have questions, please call the duty phone {phone}."
                ),
            ));
            ("enterprise.refused", Text::new("注册申请未通过", "Registration not accepted"), None)
        }
        _ => {
            paragraphs.push(Text::new(
                format!("{}的注册申请已通过，现在可以登录并预约。", row.name),
                format!("The registration of {} was accepted. You can sign in and book now.", row.name),
            ));
            let action = Some((Text::new("登录", "Sign in"), format!("{public_url}/sign-in")));
            ("enterprise.approved", Text::new("注册申请已通过", "Registration accepted"), action)
        }
    };
    let mail = mail(template, &row.contact_email, language, &title, &paragraphs, action);
    Mail { thread: Thread::newest(row.id), ..mail }
}

pub fn language_of(locale: Locale) -> Language {
    match locale {
        Locale::En => Language::En,
        Locale::ZhCn => Language::Zh,
    }
}

fn mail(
    template: &'static str,
    to: &str,
    language: Language,
    title: &Text,
    paragraphs: &[Text],
    action: Option<(Text, String)>,
) -> Mail {
    let title = title.for_language(language);
    let paragraphs: Vec<String> =
        paragraphs.iter().map(|paragraph| paragraph.for_language(language).to_owned()).collect();
    let action = action.as_ref().map(|(label, url)| (label.for_language(language), url.as_str()));
    let (text, html) = notify::layout(language, title, &paragraphs, action);
    Mail {
        case_id: None,
        template,
        to: to.to_owned(),
        language,
        subject: title.to_owned(),
        text,
        html,
        calendar: None,
        thread: None,
        useful_until: None,
    }
}
