//! The demo's people: an account for each role, all with the same password.

use crate::auth::log::{AccountEntry, Enterprise, Joined};
use crate::auth::model::actor;
use crate::auth::model::{self, names};
use crate::auth::service::password::{self, HashFault};
use crate::auth::store::entities::account::{self, Membership, Role};
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::auth::{Actor, Auth, store};
use crate::base::clock::Clock;
use crate::base::ids;
use crate::base::words::Language;
use crate::db::{Db, Tx};
use crate::directory;
use crate::directory::model::credit::CreditTier;
use crate::evidence::{self, NewEntry};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// The password of every demo account.
pub const PASSWORD: &str = "mianqia-demo";

/// Why the demo could not be laid.
#[derive(Debug, thiserror::Error)]
pub enum DemoFault {
    #[error(transparent)]
    Store(#[from] DbErr),
    #[error(transparent)]
    Hash(#[from] HashFault),
    #[error(
        "this office is no demo: it has accounts of its own, and the demo's have a password that everybody knows. \
         Let MIANQIA_DATA_DIR and MIANQIA_DATABASE_URL name an empty place. 此处已有正式账号，不能写入演示账号"
    )]
    RealOffice,
}

/// The accounts of the demo, for printing.
#[derive(Clone, Debug)]
pub struct DemoSummary {
    pub password: &'static str,
    pub accounts: Vec<DemoAccount>,
}

/// One account of the demo.
#[derive(Clone, Debug)]
pub struct DemoAccount {
    pub login: &'static str,
    pub name: &'static str,
    pub role: &'static str,
    /// The enterprise, or what else tells the account from others of its role.
    pub note: String,
}

impl fmt::Display for DemoSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Demo accounts 演示账号 (password 密码: {})", self.password)?;
        for account in &self.accounts {
            let DemoAccount { login, name, role, note } = account;
            writeln!(f, "{}", format!("  {login:<6} {role:<15} {name}  {note}").trim_end())?;
        }
        Ok(())
    }
}

struct DemoEnterprise {
    name: &'static str,
    uscc: &'static str,
    state: EnterpriseState,
    credit_tier: CreditTier,
    /// Index of the contact in [`PEOPLE`].
    contact: usize,
}

/// Check digits fit; division 239999 is not assigned, so the numbers are nobody's.
const ENTERPRISES: [DemoEnterprise; 4] = [
    DemoEnterprise {
        name: "雪原样例粮油",
        uscc: "91239999MA0000082A",
        state: EnterpriseState::Approved,
        credit_tier: CreditTier::Certified,
        contact: 0,
    },
    DemoEnterprise {
        name: "江岸样例医疗",
        uscc: "91239999MA0000162X",
        state: EnterpriseState::Approved,
        credit_tier: CreditTier::AdvancedCertified,
        contact: 1,
    },
    DemoEnterprise {
        name: "冰桥样例报关",
        uscc: "91239999MA00003300",
        state: EnterpriseState::Approved,
        credit_tier: CreditTier::Regular,
        contact: 2,
    },
    DemoEnterprise {
        name: "霜河样例食品",
        uscc: "91239999MA0000285Y",
        state: EnterpriseState::Pending,
        credit_tier: CreditTier::Discredited,
        contact: 3,
    },
];

struct Person {
    login: &'static str,
    name: &'static str,
    role: Role,
    badge_no: Option<&'static str>,
}

const fn person(login: &'static str, name: &'static str, role: Role) -> Person {
    Person { login, name, role, badge_no: None }
}

const fn officer(login: &'static str, name: &'static str, role: Role, badge_no: &'static str) -> Person {
    Person { login, name, role, badge_no: Some(badge_no) }
}

const PEOPLE: [Person; 13] = [
    person("lin", "林女士", Role::Member),
    person("gao", "高先生", Role::Member),
    person("bai", "白先生", Role::Agent),
    person("he", "何女士", Role::Member),
    person("luo", "罗先生", Role::Traveller),
    officer("zhou", "周关员", Role::Officer, "2316"),
    officer("han", "韩关员", Role::Officer, "2340"),
    officer("shen", "沈科长", Role::Chief, "2301"),
    person("tang", "唐审计", Role::Auditor),
    person("yi", "易监督员", Role::Supervisor),
    person("sys", "系统管理员", Role::AdminSystem),
    person("sec", "安全管理员", Role::AdminSecurity),
    person("aud", "审计管理员", Role::AdminAudit),
];

impl Auth {
    /// Somebody by login, without signing in: the demo's story acts for them.
    pub async fn acting_as(&self, login: &str) -> Result<Option<Arc<Actor>>, DbErr> {
        let reader = self.0.db.reader();
        let Some(account) = store::account_by_login(reader, login).await? else { return Ok(None) };
        let enterprise = match account.enterprise_id {
            Some(id) => store::enterprise(reader, id).await?,
            None => None,
        };
        Ok(Some(Arc::new(actor::of(account, enterprise, Uuid::nil()))))
    }
}

/// Refuses an office in which people are who are not the demo's. Whoever registered in a demo office makes no real
/// one of it: the demo's enterprises, whose codes are nobody's, tell that it is one.
pub async fn check_is_no_real_office(db: &Db) -> Result<(), DemoFault> {
    let conn = db.reader();
    for demo in &ENTERPRISES {
        if store::is_code_known(conn, demo.uscc).await? {
            return Ok(());
        }
    }
    if store::has_accounts(conn).await? { Err(DemoFault::RealOffice) } else { Ok(()) }
}

/// Lays venues, services, enterprises and accounts that are not there yet; what is there stays as it
/// is. Safe to repeat. Not in a real office.
pub async fn seed(db: &Db, clock: &Clock) -> Result<DemoSummary, DemoFault> {
    check_is_no_real_office(db).await?;
    directory::demo::seed(db, clock).await?;
    let now = clock.now();
    // One hash for all: their password is public, and hashing it for each would only take time.
    let hash = tokio::task::spawn_blocking(|| password::hash(PASSWORD))
        .await
        .map_err(|error| DbErr::Custom(error.to_string()))??;
    db.write::<_, DbErr, _>(move |tx| {
        Box::pin(async move {
            for demo in &ENTERPRISES {
                insert_enterprise(tx, demo, now).await?;
            }
            for place in 0..PEOPLE.len() {
                insert_account(tx, place, &hash, now).await?;
            }
            Ok(())
        })
    })
    .await?;
    let accounts = PEOPLE.iter().enumerate().map(|(place, person)| {
        let enterprise = ENTERPRISES.iter().find(|enterprise| enterprise.contact == place);
        let note = match (enterprise, person.badge_no) {
            (Some(DemoEnterprise { name, state: EnterpriseState::Pending, .. }), _) => {
                format!("{name} (pending 待审核)")
            }
            (Some(enterprise), _) => enterprise.name.to_owned(),
            (None, Some(badge_no)) => badge_no.to_owned(),
            (None, None) => String::new(),
        };
        DemoAccount { login: person.login, name: person.name, role: model::role_name(person.role), note }
    });
    Ok(DemoSummary { password: PASSWORD, accounts: accounts.collect() })
}

async fn insert_enterprise(tx: &Tx, demo: &DemoEnterprise, now: DateTime<Utc>) -> Result<(), DbErr> {
    if store::is_code_known(tx.conn(), demo.uscc).await? {
        return Ok(());
    }
    let decided = demo.state != EnterpriseState::Pending;
    let id = ids::new_id(now);
    let row = enterprise::Model {
        id,
        name_key: names::key(demo.name),
        name: demo.name.into(),
        uscc: demo.uscc.into(),
        contact_name: PEOPLE[demo.contact].name.into(),
        contact_mobile: mobile(demo.contact),
        contact_email: email(demo.contact),
        state: demo.state,
        reason: None,
        created_at: now,
        decided_at: decided.then_some(now),
        decided_by: None,
        credit_tier: demo.credit_tier,
    };
    store::insert_enterprise(tx, row).await?;
    let joined = Joined { enterprise_id: Some(id), demo: true, ..Joined::default() };
    let mut told = vec![AccountEntry::EnterpriseRegistered(joined)];
    if decided {
        told.push(AccountEntry::EnterpriseApproved(Enterprise { enterprise_id: id, demo: true }));
    }
    for what in told {
        let entry = NewEntry::new(evidence::SYSTEM, &what, evidence::Actor::PROGRAM, now);
        evidence::append(tx, entry).await?;
    }
    Ok(())
}

async fn insert_account(tx: &Tx, place: usize, hash: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    let person = &PEOPLE[place];
    if store::account_by_login(tx.conn(), person.login).await?.is_some() {
        return Ok(());
    }
    let enterprise = match ENTERPRISES.iter().find(|enterprise| enterprise.contact == place) {
        Some(demo) => store::enterprise_by_uscc(tx.conn(), demo.uscc).await?,
        None => None,
    };
    let row = account::Model {
        id: ids::new_id(now),
        login: person.login.into(),
        password_hash: hash.to_owned(),
        name: person.name.into(),
        role: person.role,
        membership: enterprise.as_ref().map(|_| Membership::Approved),
        member_since: enterprise.as_ref().map(|_| now),
        enterprise_id: enterprise.map(|row| row.id),
        badge_no: person.badge_no.map(str::to_owned),
        email: Some(email(place)),
        mobile: Some(mobile(place)),
        locale: Language::ZhCn,
        active: true,
        created_at: now,
    };
    store::insert_account(tx, row).await
}

fn email(place: usize) -> String {
    format!("{}@example.com", PEOPLE[place].login)
}

/// Numbers that begin with 154 are believed to be nobody's.
fn mobile(place: usize) -> String {
    format!("1540000{:04}", 1001 + place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::model::identifiers;

    #[test]
    fn the_demo_passes_the_checks_of_a_registration() {
        for enterprise in &ENTERPRISES {
            assert_eq!(identifiers::uscc(enterprise.uscc).as_deref(), Ok(enterprise.uscc));
        }
        for place in 0..PEOPLE.len() {
            assert!(identifiers::mobile(&mobile(place)).is_ok());
            assert!(identifiers::email(&email(place)).is_ok());
        }
    }
}
