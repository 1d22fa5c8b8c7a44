//! For whom a place is taken, and by whom: who has signed in books for themselves or their enterprise, an officer at the
//! desk for somebody who calls or stands there.

use crate::auth::entities::account::Role;
use crate::auth::entities::enterprise::EnterpriseState;
use crate::auth::{self, Actor};
use crate::base::words;
use crate::booking::model::why_not::Whom;
use crate::booking::service::decide::People;
use crate::booking::service::terms::whom_of;
use crate::booking::store::entities::booking::Channel;
use crate::db::Tx;
use crate::evidence;
use crate::http::Problem;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

/// Whose booking it becomes.
#[derive(Clone)]
pub(super) enum Whose {
    Account(Uuid),
    /// Of somebody who has not signed in: the account is found or made in the transaction.
    Caller {
        name: String,
        mobile: Option<String>,
    },
}

/// For whom a place is taken, and by whom.
#[derive(Clone)]
pub(super) struct Booker {
    pub whose: Whose,
    pub enterprise: Option<Uuid>,
    /// By whose terms.
    pub whom: Whom,
    /// Who hears of it.
    pub people: People,
    /// Who does it.
    pub by: evidence::Actor,
    /// The officer who takes it at the desk, and has decided with that.
    pub officer: Option<Uuid>,
    pub channel: Channel,
}

impl Booker {
    /// Somebody who books for themselves, or for the enterprise they act for.
    pub fn of(actor: &Actor) -> Self {
        Self {
            whose: Whose::Account(actor.account_id),
            enterprise: enterprise_of(actor),
            whom: whom_of(actor),
            people: People::of_actor(actor),
            by: actor.evidence(),
            officer: None,
            channel: Channel::Online,
        }
    }

    /// Those of them who are known before the transaction: they are waited for in the process.
    pub fn parties(&self) -> Vec<Uuid> {
        let account = match self.whose {
            Whose::Account(id) => Some(id),
            Whose::Caller { .. } => None,
        };
        account.into_iter().chain(self.enterprise).collect()
    }

    /// Locks account and enterprise until the transaction ends, and gives the account.
    pub async fn lock(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Uuid, DbErr> {
        let account = match &self.whose {
            Whose::Account(id) => *id,
            Whose::Caller { name, mobile } => auth::caller(tx, name, mobile.as_deref(), now).await?,
        };
        auth::ask::lock_party(tx, account, self.enterprise).await?;
        Ok(account)
    }
}

/// The enterprise for which somebody acts.
fn enterprise_of(actor: &Actor) -> Option<Uuid> {
    let own = actor.enterprise.as_ref().filter(|_| actor.role != Role::Traveller);
    own.map(|enterprise| enterprise.id)
}

/// For which enterprise somebody books; one that has not been let in cannot.
pub(super) fn may_book(actor: &Actor) -> Result<Option<Uuid>, Problem> {
    let enterprise = match &actor.enterprise {
        Some(enterprise) if actor.role != Role::Traveller => enterprise,
        _ => return Ok(None),
    };
    let title = match enterprise.state {
        EnterpriseState::Approved => return Ok(Some(enterprise.id)),
        EnterpriseState::Pending => words::booking::enterprise_pending(),
        EnterpriseState::Refused => words::booking::enterprise_refused(),
    };
    Err(Problem::forbidden().saying(title))
}
