//! The people of an enterprise: who asks to join is let in by a colleague or a chief.

use super::{Actor, Auth, Right, mails, store};
use crate::entity::account::{self, Membership};
use crate::entity::enterprise::EnterpriseState;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::notify;
use sea_orm::DbErr;
use serde_json::json;
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

    /// Ends somebody's membership, and with it their sign-ins.
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
                    if !store::set_membership(tx, account_id, from, to).await? {
                        return Err(decided_already());
                    }
                    member.membership = Some(to);
                    let kind = match to {
                        Membership::Approved => "membership.approved",
                        Membership::Refused => "membership.refused",
                        _ => "membership.ended",
                    };
                    let data = json!({ "enterprise_id": enterprise_id, "account_id": account_id });
                    evidence::append(tx, NewEntry::new(evidence::SYSTEM, kind, by, now).data(data)).await?;
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

fn decided_already() -> Problem {
    Problem::conflict(
        "already_decided",
        "这位同事的申请已经处理过，请刷新页面。",
        "This has been decided already. Please reload the page.",
    )
}

fn oneself() -> Problem {
    Problem::conflict(
        "not_oneself",
        "不能处理自己的账号，请由同事或海关处理。",
        "You cannot decide about your own account. A colleague or the office can.",
    )
}
