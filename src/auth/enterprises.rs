//! Enterprises register, and a chief lets them in.

use super::model::input::{self, Registration};
use super::{Actor, Auth, Refusal, model, store};
use crate::db::{Tx, is_unique_violation};
use crate::entity::account::{self, Locale, Role};
use crate::entity::enterprise::{self, EnterpriseState};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::notify::{self, Mail};
use crate::text::{Language, Text};
use crate::{directory, ids};
use sea_orm::DbErr;
use serde_json::json;
use uuid::Uuid;

/// Enterprises on one page of the list.
pub(super) const PAGE: usize = 50;

impl Auth {
    /// Registers an enterprise and the account of its contact. It waits for a chief's decision.
    pub async fn register(&self, typed: Registration) -> Result<enterprise::Model, Refusal> {
        let checked = typed.checked()?;
        let place = self.0.passwords.place().await?;
        let password_hash = place.hash(checked.password.clone()).await.map_err(Problem::from)?;
        let now = self.0.clock.now();
        let enterprise = enterprise::Model {
            id: ids::new_id(now),
            name: checked.name,
            uscc: checked.uscc,
            contact_name: checked.contact_name.clone(),
            contact_mobile: checked.contact_mobile.clone(),
            contact_email: checked.contact_email.clone(),
            state: EnterpriseState::Pending,
            reason: None,
            created_at: now,
            decided_at: None,
            decided_by: None,
        };
        let account = account::Model {
            id: ids::new_id(now),
            login: checked.login,
            password_hash,
            name: checked.contact_name,
            role: Role::Member,
            enterprise_id: Some(enterprise.id),
            badge_no: None,
            email: Some(checked.contact_email),
            mobile: Some(checked.contact_mobile),
            locale: checked.locale,
            active: true,
            created_at: now,
        };
        let row = enterprise.clone();
        self.0.db.write::<_, Problem, _>(move |tx| Box::pin(insert(tx, row, account))).await?;
        Ok(enterprise)
    }

    /// Enterprises in the order in which they registered, one more than a page where there are more.
    pub async fn enterprises(
        &self,
        state: Option<EnterpriseState>,
        after: Option<Uuid>,
    ) -> Result<Vec<enterprise::Model>, DbErr> {
        store::enterprises(self.0.db.reader(), state, after, PAGE as u64 + 1).await
    }

    /// Lets an enterprise in, if it waits.
    pub async fn approve(&self, chief: &Actor, id: Uuid) -> Result<enterprise::Model, Problem> {
        self.decide(chief, id, EnterpriseState::Approved, None).await
    }

    /// Turns an enterprise away, if it waits.
    pub async fn refuse(&self, chief: &Actor, id: Uuid, reason: &str) -> Result<enterprise::Model, Problem> {
        let reason = input::lines("reason", reason, 2, 500)?;
        self.decide(chief, id, EnterpriseState::Refused, Some(reason)).await
    }

    async fn decide(
        &self,
        chief: &Actor,
        id: Uuid,
        state: EnterpriseState,
        reason: Option<String>,
    ) -> Result<enterprise::Model, Problem> {
        let now = self.0.clock.now();
        let (chief_id, by) = (chief.account_id, chief.evidence());
        let public_url = self.0.public_url.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if !store::decide(tx, id, state, reason.clone(), chief_id, now).await? {
                        let found = store::enterprise(tx.conn(), id).await?;
                        return Err(found.map_or_else(Problem::not_found, |_| already_decided()));
                    }
                    let row = store::enterprise(tx.conn(), id).await?.ok_or_else(Problem::not_found)?;
                    let kind = match state {
                        EnterpriseState::Approved => "enterprise.approved",
                        _ => "enterprise.refused",
                    };
                    let mut entry =
                        NewEntry::new(evidence::SYSTEM, kind, by, now).data(json!({"enterprise_id": id}));
                    if let Some(reason) = reason {
                        entry = entry.personal("reason", reason);
                    }
                    evidence::append(tx, entry).await?;
                    let contact = store::first_account(tx.conn(), id).await?;
                    let language = language_of(contact.map(|account| account.locale));
                    notify::enqueue(tx, now, decision_mail(&row, language, &public_url)).await?;
                    Ok(row)
                })
            })
            .await
    }
}

/// Whether a number or a name is taken is said by the keys: looking first would let two in at once.
async fn insert(tx: &Tx, enterprise: enterprise::Model, account: account::Model) -> Result<(), Problem> {
    let (id, at) = (enterprise.id, enterprise.created_at);
    let by = evidence::Actor { id: Some(account.id), role: model::role_name(account.role) };
    store::insert_enterprise(tx, enterprise).await.map_err(|error| taken(error, uscc_taken))?;
    store::insert_account(tx, account).await.map_err(|error| taken(error, login_taken))?;
    let entry =
        NewEntry::new(evidence::SYSTEM, "enterprise.registered", by, at).data(json!({"enterprise_id": id}));
    evidence::append(tx, entry).await?;
    Ok(())
}

fn taken(error: DbErr, problem: fn() -> Problem) -> Problem {
    if is_unique_violation(&error) { problem() } else { error.into() }
}

fn uscc_taken() -> Problem {
    let phone = directory::office().duty_phone;
    Problem {
        field: Some("uscc".into()),
        ..Problem::conflict(
            "uscc_taken",
            format!("这家企业已经注册过。请向本单位同事要登录名，或拨打值班电话 {phone}。"),
            format!(
                "This enterprise is registered already. Ask your colleagues for the login, or call the duty phone {phone}."
            ),
        )
    }
}

fn login_taken() -> Problem {
    Problem {
        field: Some("login".into()),
        ..Problem::conflict(
            "login_taken",
            "这个登录名已有人使用，请换一个。",
            "This login is taken. Please choose another one.",
        )
    }
}

fn already_decided() -> Problem {
    Problem::conflict(
        "already_decided",
        "这家企业的申请已经处理过，请刷新页面。",
        "This registration has been decided already. Please reload the page.",
    )
}

fn language_of(locale: Option<Locale>) -> Language {
    match locale {
        Some(Locale::En) => Language::En,
        _ => Language::Zh,
    }
}

/// Tells the contact what was decided, why, and what now.
fn decision_mail(row: &enterprise::Model, language: Language, public_url: &str) -> Mail {
    let phone = directory::office().duty_phone;
    let mut paragraphs =
        vec![Text::new(format!("{}，您好：", row.contact_name), format!("Dear {},", row.contact_name))];
    let (template, title) = match (row.state, &row.reason) {
        (EnterpriseState::Refused, reason) => {
            let reason = reason.as_deref().unwrap_or_default();
            paragraphs.push(Text::new(
                format!("{}的注册申请没有通过。原因：{reason}", row.name),
                format!("The registration of {} was not accepted. Reason: {reason}", row.name),
            ));
            paragraphs.push(Text::new(
                format!("如有疑问，或材料已补齐，请拨打值班电话 {phone}。"),
                format!(
                    "If you have questions or can supply what is missing, please call the duty phone {phone}."
                ),
            ));
            ("enterprise.refused", Text::new("注册申请未通过", "Registration not accepted"))
        }
        _ => {
            paragraphs.push(Text::new(
                format!("{}的注册申请已通过，现在可以登录并预约。", row.name),
                format!("The registration of {} was accepted. You can sign in and book now.", row.name),
            ));
            ("enterprise.approved", Text::new("注册申请已通过", "Registration accepted"))
        }
    };
    let title = title.for_language(language);
    let paragraphs: Vec<String> =
        paragraphs.iter().map(|paragraph| paragraph.for_language(language).to_owned()).collect();
    let sign_in = Text::new("登录", "Sign in");
    let approved = row.state == EnterpriseState::Approved;
    let url = approved.then(|| format!("{public_url}/sign-in"));
    let action = url.as_deref().map(|url| (sign_in.for_language(language), url));
    let (text, html) = notify::layout(language, title, &paragraphs, action);
    Mail {
        case_id: None,
        template,
        to: row.contact_email.clone(),
        language,
        subject: title.to_owned(),
        text,
        html,
        calendar: None,
    }
}
