//! Registering: of an enterprise, of the second person of one, of a private traveller.
//!
//! Whoever registers is told the same whatever is registered already: that a mail was sent. What is in the way
//! stands in the mail, and its link opens the rest. Until then the registration takes neither login nor code.

use crate::auth::log::{AccountEntry, Joined};
use crate::auth::model::attempts::Subject;
use crate::auth::model::input::{self, Checked};
use crate::auth::model::{budget, names};
use crate::auth::service::whole_seconds;
use crate::auth::store::entities::account::{self, Membership, Role};
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::auth::store::entities::registration::{self, RegistrationKind};
use crate::auth::words::mails;
use crate::auth::{Auth, Denial, model, store};
use crate::base::{ids, words};
use crate::db::live::Live;
use crate::db::{StoreFault, Tx, WriteError, is_unique_violation};
use crate::directory::model::credit::CreditTier;
use crate::evidence::{self, NewEntry};
use crate::http::{Problem, StatusCode};
use crate::{directory, notify};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use std::net::IpAddr;
use uuid::Uuid;

/// So long the link in the mail opens.
pub const LINK_LIFE: TimeDelta = TimeDelta::hours(24);

/// So many may wait to join an enterprise, and so many may register with it in a day: each request is a mail of ours
/// to all of its people.
const MOST_WAITING: u64 = 5;
const MOST_A_DAY: u64 = 10;

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
    pub async fn register(&self, typed: Checked, address: Option<IpAddr>) -> Result<DateTime<Utc>, Denial> {
        let now = self.0.clock.now();
        self.take_shares(budget::shares(&typed.email, address), now)
            .await?
            .map_err(|at| too_many(at, now))?;
        let permit = self.0.registrations.permit().await?;
        let password_hash = permit.hash(typed.password).await.map_err(Problem::from)?;
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
    pub async fn confirm(&self, token: &str, login: Option<&str>) -> Result<Registered, Denial> {
        let now = self.0.clock.now();
        let login = login.map(input::login).transpose()?;
        // Who has the link may ask whether a login is taken, but not for a list of them.
        let asker = [Subject::link(token)];
        if let Some(until) = self.waits_until(&asker, now).await? {
            return Err(too_many_tries(until, now));
        }
        let hash = ids::token_hash(token);
        let row = store::registration(self.0.db.reader(), hash, now).await?.ok_or_else(unknown_link)?;
        let mut turn = 0;
        loop {
            let (row, login, url) = (row.clone(), login.clone(), self.0.public_url.clone());
            let live = self.0.live.clone();
            let made = self
                .0
                .db
                .write::<_, Fault, _>(move |tx| {
                    Box::pin(async move { make(tx, row, login, now, &url, &live).await })
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
                        let _ = self.begin_attempt(&asker, now).await?;
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
    let login_taken =
        row.account_id.is_none() && matches!(holder(conn, &row.login, &row.email).await?, Holder::Somebody);
    let joins = match &row.uscc {
        Some(uscc) => store::enterprise_by_uscc(conn, uscc).await?.is_some(),
        None => false,
    };
    Ok(Waiting { row, login_taken, joins })
}

/// Who has a login that somebody wants.
enum Holder {
    Nobody,
    Somebody,
    /// Themselves, in an enterprise that was turned away: nothing can come of that account any more.
    Themselves(Uuid),
}

/// Who has a login that whoever reads the mails of `email` wants.
async fn holder(conn: &impl sea_orm::ConnectionTrait, login: &str, email: &str) -> Result<Holder, DbErr> {
    let Some(account) = store::account_by_login(conn, login).await? else { return Ok(Holder::Nobody) };
    let is_own = account.email.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(email));
    let enterprise = match account.enterprise_id.filter(|_| is_own) {
        Some(id) => store::enterprise(conn, id).await?,
        None => None,
    };
    Ok(match enterprise {
        Some(enterprise) if enterprise.state == EnterpriseState::Refused => Holder::Themselves(account.id),
        _ => Holder::Somebody,
    })
}

async fn make(
    tx: &Tx,
    row: registration::Model,
    login: Option<String>,
    now: DateTime<Utc>,
    public_url: &str,
    live: &Live,
) -> Result<Registered, Fault> {
    // Read again: in here nobody is faster.
    let row = store::lock_registration(tx, row.token_hash, now).await?;
    let row = row.ok_or_else(|| Fault::Problem(unknown_link()))?;
    if let Some(account_id) = row.account_id {
        return registered(tx, account_id).await;
    }
    let login = login.unwrap_or_else(|| row.login.clone());
    let replaced = match holder(tx.conn(), &login, &row.email).await? {
        Holder::Nobody => None,
        Holder::Somebody => return Err(Fault::Problem(login_taken())),
        Holder::Themselves(old) => {
            // No login that can be typed has such a sign.
            store::retire_account(tx, old, format!("{login}~{}", old.simple())).await?;
            store::end_other_sessions(tx, old, None, live).await?;
            Some(old)
        }
    };
    let account_id = ids::new_id(now);
    let (enterprise, membership, role, what): (_, _, _, fn(Joined) -> AccountEntry) =
        match (row.kind, &row.uscc) {
            (RegistrationKind::Enterprise, Some(uscc)) => match store::lock_enterprise_by_uscc(tx, uscc)
                .await?
            {
                Some(found) => {
                    may_ask(tx, found.id, now).await?;
                    (Some(found), Some(Membership::Pending), Role::Member, AccountEntry::MembershipRequested)
                }
                None => {
                    let new = new_enterprise(&row, uscc.clone(), now);
                    store::insert_enterprise(tx, new.clone()).await?;
                    (Some(new), Some(Membership::Approved), Role::Member, AccountEntry::EnterpriseRegistered)
                }
            },
            _ => (None, None, Role::Traveller, AccountEntry::Registered),
        };
    let account = account::Model {
        id: account_id,
        login: login.clone(),
        password_hash: row.password_hash.clone(),
        name: row.name.clone(),
        role,
        enterprise_id: enterprise.as_ref().map(|enterprise| enterprise.id),
        membership,
        member_since: (membership == Some(Membership::Approved)).then_some(now),
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
    let joined = Joined {
        enterprise_id: enterprise.as_ref().map(|enterprise| enterprise.id),
        replaces_account_id: replaced,
        demo: false,
    };
    evidence::append(tx, NewEntry::new(evidence::SYSTEM, &what(joined), by, now)).await?;
    if let (Some(enterprise), Some(Membership::Pending)) = (&enterprise, membership) {
        for member in store::members(tx.conn(), enterprise.id).await? {
            if let Some(mail) = mails::asks_to_join(&member, enterprise, &account, public_url) {
                notify::enqueue(tx, now, mail).await?;
            }
        }
    }
    Ok(Registered { account, enterprise })
}

/// Whether one more may ask to join an enterprise. Who is refused here opened a link in a mail of ours; the answer to
/// a registration tells nothing of it.
async fn may_ask(tx: &Tx, enterprise_id: Uuid, now: DateTime<Utc>) -> Result<(), Fault> {
    let of_late = store::count_registered(tx.conn(), enterprise_id, now - TimeDelta::days(1)).await?;
    if of_late < MOST_A_DAY && store::count_waiting(tx.conn(), enterprise_id).await? < MOST_WAITING {
        return Ok(());
    }
    let phone = directory::office().duty_phone;
    Err(Fault::Problem(Problem::too_many(words::auth::too_many_joining(phone))))
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
        credit_tier: CreditTier::default(),
    }
}

fn login_taken() -> Problem {
    Problem { field: Some("login".into()), ..Problem::conflict(words::auth::login_taken()) }
}

fn unknown_link() -> Problem {
    Problem::not_found().saying(words::auth::unknown_link())
}

fn too_many_tries(at: DateTime<Utc>, now: DateTime<Utc>) -> Denial {
    let seconds = ((at - now).num_milliseconds() + 999) / 1000;
    let minutes = (seconds + 59) / 60;
    let problem = Problem::too_many(words::auth::too_many_attempts_logins(minutes));
    Denial { problem, retry_after: Some(whole_seconds(seconds)) }
}

fn too_many(at: DateTime<Utc>, now: DateTime<Utc>) -> Denial {
    let seconds = ((at - now).num_milliseconds() + 999) / 1000;
    let minutes = (seconds + 59) / 60;
    let phone = directory::office().duty_phone;
    let problem =
        Problem::new(StatusCode::TOO_MANY_REQUESTS, words::auth::too_many_registrations(minutes, phone));
    Denial { problem, retry_after: Some(whole_seconds(seconds)) }
}
