//! The mails about registration. Pure.
//!
//! The first one goes to an address that anybody may have typed: nothing else that they typed stands in it.

use crate::auth::service::registering::Waiting;
use crate::auth::store::entities::account::{self, Membership};
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::base::words::{self, Language, Text};
use crate::directory;
use crate::notify::{self, Mail, Thread};

/// Goes on with a registration: its link, and what is in the way.
pub fn confirm(waiting: &Waiting, link: &str) -> Mail {
    let row = &waiting.row;
    let days = directory::office().approval_working_days;
    let mut paragraphs = vec![words::auth_mail::hello(), words::auth_mail::confirm_opening()];
    if waiting.login_taken {
        let login = &row.login;
        paragraphs.push(words::auth_mail::confirm_login_taken(login));
    }
    match &row.uscc {
        Some(uscc) if waiting.joins => paragraphs.push(words::auth_mail::confirm_joins(uscc)),
        Some(_) => paragraphs.push(words::auth_mail::confirm_enterprise(days)),
        None => {}
    }
    paragraphs.push(words::auth_mail::confirm_not_you());
    let language = row.locale;
    let title = words::auth_mail::confirm_subject();
    let action = Some((words::auth_mail::confirm_action(), link.to_owned()));
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
        words::auth_mail::dear(&member.name),
        words::auth_mail::asks_to_join_opening(who, mobile, name),
        words::auth_mail::asks_to_join_make_sure(),
    ];
    let title = words::auth_mail::asks_to_join_subject();
    let action = Some((words::auth_mail::asks_to_join_action(), format!("{public_url}/colleagues")));
    let mail = mail("membership.requested", to, member.locale, &title, &paragraphs, action);
    // Each colleague gets one, until somebody decides.
    Some(Mail { thread: Thread::beside(asks.id), ..mail })
}

/// Tells somebody what was decided about their membership.
pub fn membership(member: &account::Model, enterprise: &enterprise::Model, public_url: &str) -> Option<Mail> {
    let to = member.email.as_deref()?;
    let (name, phone) = (&enterprise.name, directory::office().duty_phone);
    let greeting = words::auth_mail::dear(&member.name);
    let (template, title, text, action) = match member.membership {
        Some(Membership::Approved) => (
            "membership.approved",
            words::auth_mail::let_in_subject(),
            words::auth_mail::let_in_opening(name),
            Some((words::auth_mail::sign_in(), format!("{public_url}/sign-in"))),
        ),
        Some(Membership::Refused) => (
            "membership.refused",
            words::auth_mail::not_let_in_subject(),
            words::auth_mail::not_let_in_opening(name, phone),
            None,
        ),
        _ => (
            "membership.ended",
            words::auth_mail::membership_ended_subject(),
            words::auth_mail::membership_ended_opening(name, phone),
            None,
        ),
    };
    let mail = mail(template, to, member.locale, &title, &[greeting, text], action);
    Some(Mail { thread: Thread::newest(member.id), ..mail })
}

/// Tells somebody who asked to join that the enterprise itself was turned away. Why is for its contact only.
pub fn enterprise_turned_away(member: &account::Model, enterprise: &enterprise::Model) -> Option<Mail> {
    let to = member.email.as_deref()?;
    let (name, phone) = (&enterprise.name, directory::office().duty_phone);
    let paragraphs =
        [words::auth_mail::dear(&member.name), words::auth_mail::enterprise_turned_away_opening(name, phone)];
    let title = words::auth_mail::enterprise_turned_away_subject();
    Some(mail("membership.refused", to, member.locale, &title, &paragraphs, None))
}

/// Tells the contact what was decided about the enterprise, why, and what now.
pub fn decision(row: &enterprise::Model, language: Language, public_url: &str) -> Mail {
    let phone = directory::office().duty_phone;
    let mut paragraphs = vec![words::auth_mail::dear(&row.contact_name)];
    let (template, title, action) = match (row.state, &row.reason) {
        (EnterpriseState::Refused, reason) => {
            let reason = reason.as_deref().unwrap_or_default();
            paragraphs.push(words::auth_mail::enterprise_refused_opening(&row.name, reason));
            paragraphs.push(words::auth_mail::enterprise_refused_closing(phone));
            ("enterprise.refused", words::auth_mail::enterprise_refused_subject(), None)
        }
        _ => {
            paragraphs.push(words::auth_mail::enterprise_approved_opening(&row.name));
            let action = Some((words::auth_mail::sign_in(), format!("{public_url}/sign-in")));
            ("enterprise.approved", words::auth_mail::enterprise_approved_subject(), action)
        }
    };
    let mail = mail(template, &row.contact_email, language, &title, &paragraphs, action);
    Mail { thread: Thread::newest(row.id), ..mail }
}

fn mail(
    template: &'static str,
    to: &str,
    language: Language,
    title: &Text,
    paragraphs: &[Text],
    action: Option<(Text, String)>,
) -> Mail {
    let paragraphs: Vec<String> =
        paragraphs.iter().map(|paragraph| paragraph.in_language(language)).collect();
    let subject = title.in_language(language);
    let label = action.map(|(label, url)| (label.in_language(language), url));
    let action = label.as_ref().map(|(label, url)| (label.as_str(), url.as_str()));
    let (text, html) = notify::layout(language, &subject, &paragraphs, action);
    Mail {
        case_id: None,
        template,
        to: to.to_owned(),
        language,
        subject,
        text,
        html,
        calendar: None,
        thread: None,
        useful_until: None,
    }
}
