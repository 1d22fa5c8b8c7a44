//! The entries of sign-in, accounts and enterprises; all in the chain `system`, and none for a booker.

use crate::base::words::{self, Text};
use crate::directory::model::credit::CreditTier;
use crate::evidence::{Logged, Names};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happens to somebody's sign-ins. Whose they are is told by the entry's actor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum AccountEntry {
    /// Somebody who belongs to no enterprise registered.
    #[serde(rename = "account.registered")]
    Registered(Joined),
    #[serde(rename = "account.signed_in")]
    SignedIn {},
    #[serde(rename = "account.signed_out")]
    SignedOut {},
    #[serde(rename = "account.sign_in_failed")]
    SignInFailed {
        /// The account of that login, if there is one.
        account_id: Option<Uuid>,
        active: Option<bool>,
        attempt: i64,
    },
    #[serde(rename = "account.sign_ins_ended")]
    SignInsEnded { sessions_ended: u64 },
    #[serde(rename = "account.password_changed")]
    PasswordChanged { sessions_ended: u64 },
    #[serde(rename = "enterprise.registered")]
    EnterpriseRegistered(Joined),
    #[serde(rename = "enterprise.approved")]
    EnterpriseApproved(Enterprise),
    #[serde(rename = "enterprise.refused")]
    EnterpriseRefused(Enterprise),
    #[serde(rename = "enterprise.credit_tier_set")]
    CreditTierSet(CreditTierChange),
    #[serde(rename = "membership.requested")]
    MembershipRequested(Joined),
    #[serde(rename = "membership.approved")]
    MembershipApproved(Member),
    #[serde(rename = "membership.refused")]
    MembershipRefused(Member),
    #[serde(rename = "membership.ended")]
    MembershipEnded(Member),
}

/// Whoever confirmed a registration.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Joined {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enterprise_id: Option<Uuid>,
    /// An earlier account of the same person, retired with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces_account_id: Option<Uuid>,
    /// Laid by the demo, not by a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
}

/// An enterprise that was decided on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enterprise {
    pub enterprise_id: Uuid,
    /// Laid by the demo, not by a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
}

/// An enterprise that was put into another credit tier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreditTierChange {
    pub enterprise_id: Uuid,
    pub was: CreditTier,
    pub is_now: CreditTier,
}

/// Somebody in an enterprise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    pub enterprise_id: Uuid,
    pub account_id: Uuid,
}

impl Logged for AccountEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Registered(_) => words::log::account_registered(),
            Self::SignedIn {} => words::log::account_signed_in(),
            Self::SignedOut {} => words::log::account_signed_out(),
            Self::SignInFailed { .. } => words::log::account_sign_in_failed(),
            Self::SignInsEnded { .. } => words::log::account_sign_ins_ended(),
            Self::PasswordChanged { .. } => words::log::account_password_changed(),
            Self::EnterpriseRegistered(_) => words::log::enterprise_registered(),
            Self::EnterpriseApproved(_) => words::log::enterprise_approved(),
            Self::EnterpriseRefused(_) => words::log::enterprise_refused(),
            Self::CreditTierSet(_) => words::log::enterprise_credit_tier_set(),
            Self::MembershipRequested(_) => words::log::membership_requested(),
            Self::MembershipApproved(_) => words::log::membership_approved(),
            Self::MembershipRefused(_) => words::log::membership_refused(),
            Self::MembershipEnded(_) => words::log::membership_ended(),
        }
    }
}
