//! The people of an enterprise: who asks to join is let in by a colleague or a chief.

use crate::auth::log::{AccountEntry, Member};
use crate::auth::store::entities::account::{self, Membership};
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::auth::words::mails;
use crate::auth::{Actor, Auth, Right, store};
use crate::base::words;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::notify;
use sea_orm::DbErr;
use uuid::Uuid;

impl Auth {
    /// The people of an enterprise, for themselves and for chiefs.
    pub async fn members(&self, actor: &Actor, enterprise_id: Uuid) -> Result<Vec<account::Model>, Problem> {
        may_decide(actor, enterprise_id)?;
        if store::enterprise(self.0.db.reader(), enterprise_id).await?.is_none() {
            return Err(Problem::not_found());
        }
        Ok(store::members(self.0.db.reader(), enterprise_id).await?)
    }

    /// How many wait for a decision of the actor as a colleague.
    pub async fn colleagues_waiting(&self, actor: &Actor) -> Result<u64, DbErr> {
        match &actor.enterprise {
            Some(own) if own.state == EnterpriseState::Approved => {
                store::count_waiting(self.0.db.reader(), own.id).await
            }
            _ => Ok(0),
        }
    }

    /// Lets somebody in, also after a refusal.
    pub async fn approve_member(&self, actor: &Actor, at: Uuid, id: Uuid) -> Result<account::Model, Problem> {
        use Membership::*;
        self.decide_member(actor, at, id, &[Pending, Refused, Ended], Approved).await
    }

    /// Turns somebody away who asks.
    pub async fn refuse_member(&self, actor: &Actor, at: Uuid, id: Uuid) -> Result<account::Model, Problem> {
        self.decide_member(actor, at, id, &[Membership::Pending], Membership::Refused).await
    }

    /// Ends somebody's membership, and with it their sign-ins. For chiefs, and for who was there earlier.
    pub async fn end_member(&self, actor: &Actor, at: Uuid, id: Uuid) -> Result<account::Model, Problem> {
        self.decide_member(actor, at, id, &[Membership::Approved], Membership::Ended).await
    }

    async fn decide_member(
        &self,
        actor: &Actor,
        enterprise_id: Uuid,
        account_id: Uuid,
        from: &'static [Membership],
        to: Membership,
    ) -> Result<account::Model, Problem> {
        may_decide(actor, enterprise_id)?;
        if actor.account_id == account_id {
            return Err(oneself());
        }
        let (now, by) = (self.0.clock.now(), actor.evidence());
        let (actor_id, is_chief) = (actor.account_id, actor.has(Right::ApproveEnterprises));
        let (url, live) = (self.0.public_url.clone(), self.0.live.clone());
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let enterprise = store::enterprise(tx.conn(), enterprise_id).await?;
                    let member = store::member(tx.conn(), enterprise_id, account_id).await?;
                    let (Some(enterprise), Some(mut member)) = (enterprise, member) else {
                        return Err(Problem::not_found());
                    };
                    if to == Membership::Approved {
                        is_let_in(&enterprise)?;
                    }
                    if to == Membership::Ended && !is_chief {
                        let own = store::member(tx.conn(), enterprise_id, actor_id).await?;
                        if member.member_since.is_some()
                            && !own.is_some_and(|own| was_there_before(&own, &member))
                        {
                            return Err(joined_later());
                        }
                    }
                    let since = (to == Membership::Approved).then_some(now);
                    if !store::set_membership(tx, account_id, from, to, since).await? {
                        return Err(decided_already());
                    }
                    (member.membership, member.member_since) = (Some(to), since);
                    let told = Member { enterprise_id, account_id };
                    let what = match to {
                        Membership::Approved => AccountEntry::MembershipApproved(told),
                        Membership::Refused => AccountEntry::MembershipRefused(told),
                        _ => AccountEntry::MembershipEnded(told),
                    };
                    evidence::append(tx, NewEntry::new(evidence::SYSTEM, &what, by, now)).await?;
                    if to == Membership::Ended {
                        store::end_other_sessions(tx, account_id, None, &live).await?;
                    }
                    if let Some(mail) = mails::membership(&member, &enterprise, &url) {
                        notify::enqueue(tx, now, mail).await?;
                    }
                    Ok(member)
                })
            })
            .await
    }
}

/// Chiefs, and the people of an enterprise that was let in.
fn may_decide(actor: &Actor, enterprise_id: Uuid) -> Result<(), Problem> {
    if actor.has(Right::ApproveEnterprises) {
        return Ok(());
    }
    actor.may(Right::Book)?;
    match &actor.enterprise {
        Some(own) if own.id == enterprise_id && own.state == EnterpriseState::Approved => Ok(()),
        _ => Err(Problem::not_found()),
    }
}

/// Whether somebody belongs to the enterprise for longer than another; who registered first among equals.
fn was_there_before(own: &account::Model, other: &account::Model) -> bool {
    match (own.member_since, other.member_since) {
        (Some(own_since), Some(since)) => (own_since, own.id) < (since, other.id),
        _ => false,
    }
}

/// Nobody is let into an enterprise that is not let in itself: they could do nothing there.
fn is_let_in(enterprise: &enterprise::Model) -> Result<(), Problem> {
    match enterprise.state {
        EnterpriseState::Approved => Ok(()),
        EnterpriseState::Pending => Err(Problem::conflict(words::auth::enterprise_pending())),
        EnterpriseState::Refused => Err(Problem::conflict(words::auth::enterprise_refused())),
    }
}

fn joined_later() -> Problem {
    Problem::forbidden().saying(words::auth::joined_later())
}

fn decided_already() -> Problem {
    Problem::conflict(words::auth::already_decided())
}

fn oneself() -> Problem {
    Problem::conflict(words::auth::not_oneself())
}
