//! Who calls, and what they may do.

use crate::auth::model::{self, Right};
use crate::auth::store::entities::account::{self, Membership, Role};
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::base::words::{self, Language};
use crate::directory::model::credit::CreditTier;
use crate::evidence;
use crate::http::Problem;
use uuid::Uuid;

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The sign-in behind the request: whatever outlives the request ends with it (`Topic::SignInEnded`).
    pub sign_in_id: Uuid,
    pub account_id: Uuid,
    pub name: String,
    pub login: String,
    pub role: Role,
    pub locale: Language,
    pub badge_no: Option<String>,
    /// The number given when registering, to begin a form with.
    pub mobile: Option<String>,
    pub enterprise: Option<ActorEnterprise>,
    /// The mail address for news about their bookings.
    pub news_to: Option<String>,
    /// The enterprise for which somebody does not act: who asks to join it, or no longer belongs to it. Until
    /// that is settled they have no rights at all.
    pub joining: Option<(Membership, ActorEnterprise)>,
}

/// The enterprise for which a member acts.
#[derive(Clone, Debug)]
pub struct ActorEnterprise {
    pub id: Uuid,
    pub name: String,
    pub state: EnterpriseState,
    pub credit_tier: CreditTier,
}

/// Somebody from their rows.
pub fn of(account: account::Model, enterprise: Option<enterprise::Model>, sign_in_id: Uuid) -> Actor {
    let news_to = booker_address(&account, enterprise.as_ref());
    let enterprise = enterprise.map(|row| ActorEnterprise {
        id: row.id,
        name: row.name,
        state: row.state,
        credit_tier: row.credit_tier,
    });
    let (enterprise, joining) = match (enterprise, account.membership) {
        (Some(own), Some(Membership::Approved)) => (Some(own), None),
        // Without a membership nobody acts for anybody.
        (Some(own), membership) => (None, Some((membership.unwrap_or(Membership::Ended), own))),
        (None, _) => (None, None),
    };
    Actor {
        sign_in_id,
        account_id: account.id,
        name: account.name,
        login: account.login,
        role: account.role,
        locale: account.locale,
        badge_no: account.badge_no,
        mobile: account.mobile,
        news_to,
        enterprise,
        joining,
    }
}

impl Actor {
    /// Refuses with 403 `forbidden` when the role does not include `right`.
    pub fn may(&self, right: Right) -> Result<(), Problem> {
        match &self.joining {
            _ if self.has(right) => Ok(()),
            Some((membership, own)) if model::role_has(self.role, right) => {
                Err(not_a_member(*membership, own))
            }
            _ => Err(Problem::forbidden()),
        }
    }

    pub fn has(&self, right: Right) -> bool {
        self.joining.is_none() && model::role_has(self.role, right)
    }

    /// How this person stands in evidence entries.
    pub fn evidence(&self) -> evidence::Actor {
        evidence::Actor { id: Some(self.account_id), role: model::role_name(self.role) }
    }
}

fn not_a_member(membership: Membership, own: &ActorEnterprise) -> Problem {
    let name = &own.name;
    Problem::forbidden().saying(match membership {
        Membership::Pending => words::auth::membership_pending(name),
        Membership::Refused => words::auth::membership_refused(name),
        _ => words::auth::membership_ended(name),
    })
}

/// The mail address for news about a booking: the account's own, else that of its enterprise's contact.
pub fn booker_address(account: &account::Model, enterprise: Option<&enterprise::Model>) -> Option<String> {
    account.email.clone().or_else(|| enterprise.map(|enterprise| enterprise.contact_email.clone()))
}
