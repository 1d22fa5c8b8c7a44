//! Registering: of an enterprise, of the second person of one, of a private traveller.
//!
//! Whoever registers is told the same whatever is registered already: that a mail was sent. What is in the way
//! stands in the mail, and its link opens the rest. Until then the registration takes neither login nor code.

use super::model::budget;
use super::model::input::{self, Checked};
use super::model::{attempts::Subject, names};
use super::service::whole_seconds;
use super::{Auth, Refusal, mails, model, store};
use crate::db::{StoreFault, Tx, WriteError, is_unique_violation};
use crate::entity::account::{self, Membership, Role};
use crate::entity::enterprise::{self, EnterpriseState};
use crate::entity::registration::{self, RegistrationKind};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::{directory, ids, notify};
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use serde_json::json;
use std::net::IpAddr;
use uuid::Uuid;

/// So long the link in the mail opens.
pub(super) const LINK_LIFE: TimeDelta = TimeDelta::hours(24);

/// A registration behind its link.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub row: registration::Model,
    /// Whether another login must be chosen.
    pub login_taken: bool,
    /// Whether the enterprise is registered already, so that one asks to join it.
    pub joins: bool,
}

/// What a registration became.
#[derive(Clone, Debug)]
pub struct Registered {
    pub account: account::Model,
    pub enterprise: Option<enterprise::Model>,
}

impl Auth {
    /// Takes a registration and sends the mail that goes on with it. When the link ends is told.
    pub async fn register(&self, typed: Checked, address: Option<IpAddr>) -> Result<DateTime<Utc>, Refusal> {
        let now = self.0.clock.now();
        self.budget().take(&budget::shares(&typed.email, address), now).map_err(|at| too_many(at, now))?;
        let place = self.0.registrations.place().await?;
        let password_hash = place.hash(typed.password).await.map_err(Problem::from)?;
        let token = ids::new_token();
        let row = registration::Model {
            id: ids::new_id(now),
            token_hash: ids::token_hash(&token),
            kind: typed.kind,
            login: typed.login,
            password_hash,
            name: typed.name,
            mobile: typed.mobile,
            email: typed.email,
            locale: typed.locale,
            enterprise_name: typed.enterprise.as_ref().map(|enterprise| enterprise.name.clone()),
            uscc: typed.enterprise.map(|enterprise| enterprise.uscc),
            created_at: now,
            expires_at: now + LINK_LIFE,
            account_id: None,
        };
        let link = format!("{}/confirm/{token}", self.0.public_url);
        let expires_at = row.expires_at;
        self.0
            .db
            .write::<_, DbErr, _>(move |tx| {
                Box::pin(async move {
                    let waiting = waiting(tx.conn(), row.clone()).await?;
                    store::insert_registration(tx, row).await?;
                    notify::enqueue(tx, now, mails::confirm(&waiting, &link)).await?;
                    Ok(())
                })
            })
            .await?;
        Ok(expires_at)
    }

    /// The registration behind a link, and the account that it became if it did.
    pub async fn registration(&self, token: &str) -> Result<Waiting, Problem> {
        let (hash, now) = (ids::token_hash(token), self.0.clock.now());
        let row = store::registration(self.0.db.reader(), hash, now).await?.ok_or_else(unknown_link)?;
        Ok(waiting(self.0.db.reader(), row).await?)
    }

    /// Makes the account of a registration whose mail arrived; with another login if one is given. A second time
    /// it tells the same.
    pub async fn confirm(&self, token: &str, login: Option<&str>) -> Result<Registered, Refusal> {
        let now = self.0.clock.now();
        let login = login.map(input::login).transpose()?;
        // Who has the link may ask whether a login is taken, but not for a list of them.
        let asker = [Subject::link(token)];
        if let Some(until) = self.attempts().waits_until(&asker, now) {
            return Err(too_many(until, now));
        }
        let hash = ids::token_hash(token);
        let row = store::registration(self.0.db.reader(), hash, now).await?.ok_or_else(unknown_link)?;
        let mut turn = 0;
        loop {
            let (row, login, url) = (row.clone(), login.clone(), self.0.public_url.clone());
            let made = self
                .0
                .db
                .write::<_, Fault, _>(move |tx| {
                    Box::pin(async move { make(tx, row, login, now, &url).await })
                })
                .await;
            return match made {
                // Somebody registered the same at the same moment: what is there now decides.
                Err(fault) if fault.is_race() && turn < 3 => {
                    turn += 1;
                    continue;
                }
                Err(Fault::Raced) => Err(unknown_link().into()),
                Err(Fault::Problem(problem)) => {
                    if problem.code == "login_taken" {
                        let _ = self.attempts().begin(&asker, now);
                    }
                    Err(problem.into())
                }
                Err(Fault::Store(error)) => Err(error.into()),
                Ok(made) => Ok(made),
            };
        }
    }

    /// Gives enterprises from before their keys.
    pub async fn ensure_name_keys(&self) -> Result<(), DbErr> {
        let rows = store::without_name_key(self.0.db.reader()).await?;
        if rows.is_empty() {
            return Ok(());
        }
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    for (id, name) in rows {
                        store::set_name_key(tx, id, names::key(&name)).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// A write that failed: what the person is told, or the store.
enum Fault {
    Problem(Problem),
    Store(DbErr),
    /// Somebody was faster with the same link.
    Raced,
}

impl Fault {
    fn is_race(&self) -> bool {
        match self {
            Self::Store(error) => is_unique_violation(error),
            Self::Raced => true,
            Self::Problem(_) => false,
        }
    }
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        Self::Store(error)
    }
}

impl WriteError for Fault {
    fn store_fault(&self) -> Option<StoreFault> {
        match self {
            Self::Store(error) => error.store_fault(),
            Self::Problem(problem) => problem.store_fault(),
            Self::Raced => None,
        }
    }
}

async fn waiting(conn: &impl sea_orm::ConnectionTrait, row: registration::Model) -> Result<Waiting, DbErr> {
    let login_taken = row.account_id.is_none() && store::account_by_login(conn, &row.login).await?.is_some();
    let joins = match &row.uscc {
        Some(uscc) => store::enterprise_by_uscc(conn, uscc).await?.is_some(),
        None => false,
    };
    Ok(Waiting { row, login_taken, joins })
}

async fn make(
    tx: &Tx,
    row: registration::Model,
    login: Option<String>,
    now: DateTime<Utc>,
    public_url: &str,
) -> Result<Registered, Fault> {
    // Read again: in here nobody is faster.
    let row = store::registration(tx.conn(), row.token_hash, now).await?;
    let row = row.ok_or_else(|| Fault::Problem(unknown_link()))?;
    if let Some(account_id) = row.account_id {
        return registered(tx, account_id).await;
    }
    let login = login.unwrap_or_else(|| row.login.clone());
    if store::account_by_login(tx.conn(), &login).await?.is_some() {
        return Err(Fault::Problem(login_taken()));
    }
    let account_id = ids::new_id(now);
    let (enterprise, membership, role, kind) = match (row.kind, &row.uscc) {
        (RegistrationKind::Enterprise, Some(uscc)) => match store::enterprise_by_uscc(tx.conn(), uscc).await?
        {
            Some(found) => (Some(found), Some(Membership::Pending), Role::Member, "membership.requested"),
            None => {
                let new = new_enterprise(&row, uscc.clone(), now);
                store::insert_enterprise(tx, new.clone()).await?;
                (Some(new), Some(Membership::Approved), Role::Member, "enterprise.registered")
            }
        },
        _ => (None, None, Role::Traveller, "account.registered"),
    };
    let account = account::Model {
        id: account_id,
        login: login.clone(),
        password_hash: row.password_hash.clone(),
        name: row.name.clone(),
        role,
        enterprise_id: enterprise.as_ref().map(|enterprise| enterprise.id),
        membership,
        badge_no: None,
        email: Some(row.email.clone()),
        mobile: Some(row.mobile.clone()),
        locale: row.locale,
        active: true,
        created_at: now,
    };
    store::insert_account(tx, account.clone()).await?;
    if !store::confirm_registration(tx, row.id, account_id, login).await? {
        return Err(Fault::Raced);
    }
    let by = evidence::Actor { id: Some(account_id), role: model::role_name(role) };
    let mut entry = NewEntry::new(evidence::SYSTEM, kind, by, now);
    if let Some(enterprise) = &enterprise {
        entry = entry.data(json!({ "enterprise_id": enterprise.id }));
    }
    evidence::append(tx, entry).await?;
    if let (Some(enterprise), Some(Membership::Pending)) = (&enterprise, membership) {
        for member in store::members(tx.conn(), enterprise.id).await? {
            if let Some(mail) = mails::asks_to_join(&member, enterprise, &account, public_url) {
                notify::enqueue(tx, now, mail).await?;
            }
        }
    }
    Ok(Registered { account, enterprise })
}

async fn registered(tx: &Tx, account_id: Uuid) -> Result<Registered, Fault> {
    let account = store::account(tx.conn(), account_id).await?;
    let account = account.ok_or_else(|| Fault::Problem(unknown_link()))?;
    let enterprise = match account.enterprise_id {
        Some(id) => store::enterprise(tx.conn(), id).await?,
        None => None,
    };
    Ok(Registered { account, enterprise })
}

fn new_enterprise(row: &registration::Model, uscc: String, now: DateTime<Utc>) -> enterprise::Model {
    let name = row.enterprise_name.clone().unwrap_or_default();
    enterprise::Model {
        id: ids::new_id(now),
        name_key: names::key(&name),
        name,
        uscc,
        contact_name: row.name.clone(),
        contact_mobile: row.mobile.clone(),
        contact_email: row.email.clone(),
        state: EnterpriseState::Pending,
        reason: None,
        created_at: now,
        decided_at: None,
        decided_by: None,
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

fn unknown_link() -> Problem {
    Problem {
        code: "unknown_link",
        title: crate::text::Text::new(
            "链接已失效：24 小时内有效，只能用最新的一封邮件。请重新注册；已经完成注册的，直接登录。",
            "This link no longer works: it lasts 24 hours. Please register again, or sign in if you have finished registering.",
        ),
        ..Problem::not_found()
    }
}

fn too_many(at: DateTime<Utc>, now: DateTime<Utc>) -> Refusal {
    let seconds = ((at - now).num_milliseconds() + 999) / 1000;
    let minutes = (seconds + 59) / 60;
    let phone = directory::office().duty_phone;
    let problem = Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_registrations",
        format!("这里或这个邮箱近来提交的注册太多，请 {minutes} 分钟后再试，或拨打值班电话 {phone}。"),
        format!(
            "Too many registrations came from here or for this e-mail. Please try again in {minutes} min, or call the duty phone {phone}."
        ),
    );
    Refusal { problem, retry_after: Some(whole_seconds(seconds)) }
}
