//! A chief lets enterprises in.

use crate::auth::log::{AccountEntry, CreditTierChange, Enterprise, Member};
use crate::auth::model::input;
use crate::auth::store::entities::account::Membership;
use crate::auth::store::entities::enterprise::{self, EnterpriseState};
use crate::auth::words::mails;
use crate::auth::{Actor, Auth, store};
use crate::base::words;
use crate::db::Tx;
use crate::directory::model::credit::CreditTier;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::notify;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

/// Enterprises on one page of the list.
pub const PAGE: usize = 50;

/// As many are found at a time.
const MOST_FOUND: usize = 10;
/// One character is in half of all names.
const LEAST_TYPED: usize = 2;
const MOST_TYPED: usize = 100;

/// Enterprises that were found.
#[derive(Clone, Debug)]
pub struct Found {
    pub rows: Vec<enterprise::Model>,
    /// Whether others fit too.
    pub more: bool,
}

/// An enterprise as a chief sees it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub row: enterprise::Model,
    /// Others whose names look the same.
    pub twins: Vec<enterprise::Model>,
    /// How many ask to join it.
    pub members_waiting: u64,
}

impl Auth {
    /// Enterprises in the order in which they registered, one more than a page where there are more.
    pub async fn enterprises(
        &self,
        state: Option<EnterpriseState>,
        after: Option<Uuid>,
    ) -> Result<Vec<Listed>, DbErr> {
        let rows = store::enterprises(self.0.db.reader(), state, after, PAGE as u64 + 1).await?;
        self.listed(rows).await
    }

    /// Enterprises that were let in whose name or code holds what was typed.
    pub async fn find_enterprises(&self, typed: &str) -> Result<Found, Problem> {
        let part = input::line("q", typed, LEAST_TYPED, MOST_TYPED)?;
        let mut rows = store::let_in_holding(self.0.db.reader(), &part, MOST_FOUND as u64 + 1).await?;
        let more = rows.len() > MOST_FOUND;
        rows.truncate(MOST_FOUND);
        Ok(Found { rows, more })
    }

    async fn listed(&self, rows: Vec<enterprise::Model>) -> Result<Vec<Listed>, DbErr> {
        let conn = self.0.db.reader();
        let namesakes = store::namesakes(conn, rows.iter().map(|row| row.name_key.clone()).collect()).await?;
        let waiting = store::waiting_members(conn, rows.iter().map(|row| row.id).collect()).await?;
        let listed = rows.into_iter().map(|row| Listed {
            twins: namesakes
                .iter()
                .filter(|other| other.name_key == row.name_key && other.id != row.id)
                .cloned()
                .collect(),
            members_waiting: waiting
                .iter()
                .find(|(id, _)| *id == row.id)
                .map_or(0, |(_, count)| u64::try_from(*count).unwrap_or_default()),
            row,
        });
        Ok(listed.collect())
    }

    /// Lets an enterprise in, if it waits.
    pub async fn approve(&self, chief: &Actor, id: Uuid) -> Result<Listed, Problem> {
        self.decide(chief, id, EnterpriseState::Approved, None).await
    }

    /// Turns an enterprise away, if it waits.
    pub async fn refuse(&self, chief: &Actor, id: Uuid, reason: &str) -> Result<Listed, Problem> {
        let reason = input::lines("reason", reason, 2, 500)?;
        self.decide(chief, id, EnterpriseState::Refused, Some(reason)).await
    }

    /// Puts an enterprise into a credit tier, also one that waits. What it was booked by stays as it is.
    pub async fn set_credit_tier(
        &self,
        chief: &Actor,
        id: Uuid,
        tier: CreditTier,
        reason: &str,
    ) -> Result<Listed, Problem> {
        let reason = input::lines("reason", reason, 2, 500)?;
        let (now, by) = (self.0.clock.now(), chief.evidence());
        let row = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let was = store::set_credit_tier(tx, id, tier).await?.ok_or_else(Problem::not_found)?;
                    if was != tier {
                        let told = CreditTierChange { enterprise_id: id, was, is_now: tier };
                        let what = AccountEntry::CreditTierSet(told);
                        let entry = NewEntry::new(evidence::SYSTEM, &what, by, now);
                        evidence::append(tx, entry.personal("reason", reason)).await?;
                    }
                    store::enterprise(tx.conn(), id).await?.ok_or_else(Problem::not_found)
                })
            })
            .await?;
        let listed = self.listed(vec![row]).await?;
        listed.into_iter().next().ok_or_else(Problem::not_found)
    }

    async fn decide(
        &self,
        chief: &Actor,
        id: Uuid,
        state: EnterpriseState,
        reason: Option<String>,
    ) -> Result<Listed, Problem> {
        let now = self.0.clock.now();
        let (chief_id, by) = (chief.account_id, chief.evidence());
        let public_url = self.0.public_url.clone();
        let row = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if !store::decide(tx, id, state, reason.clone(), chief_id, now).await? {
                        let found = store::enterprise(tx.conn(), id).await?;
                        return Err(found.map_or_else(Problem::not_found, |_| already_decided()));
                    }
                    let row = store::enterprise(tx.conn(), id).await?.ok_or_else(Problem::not_found)?;
                    let told = Enterprise { enterprise_id: id, demo: false };
                    let what = match state {
                        EnterpriseState::Approved => AccountEntry::EnterpriseApproved(told),
                        _ => AccountEntry::EnterpriseRefused(told),
                    };
                    let mut entry = NewEntry::new(evidence::SYSTEM, &what, by, now);
                    if let Some(reason) = reason {
                        entry = entry.personal("reason", reason);
                    }
                    evidence::append(tx, entry).await?;
                    if state == EnterpriseState::Refused {
                        end_waiting(tx, &row, by, now).await?;
                    }
                    let contact = store::first_account(tx.conn(), id).await?;
                    let locale = contact.map(|account| account.locale).unwrap_or_default();
                    let mail = mails::decision(&row, locale, &public_url);
                    notify::enqueue(tx, now, mail).await?;
                    Ok::<_, Problem>(row)
                })
            })
            .await?;
        let listed = self.listed(vec![row]).await?;
        listed.into_iter().next().ok_or_else(Problem::not_found)
    }
}

/// Those who ask to join an enterprise that is turned away wait for nothing any more, and are told so.
async fn end_waiting(
    tx: &Tx,
    row: &enterprise::Model,
    by: evidence::Actor,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    for member in store::members(tx.conn(), row.id).await? {
        if !store::set_membership(tx, member.id, &[Membership::Pending], Membership::Refused, None).await? {
            continue;
        }
        let refused = Member { enterprise_id: row.id, account_id: member.id };
        let what = AccountEntry::MembershipRefused(refused);
        evidence::append(tx, NewEntry::new(evidence::SYSTEM, &what, by, now)).await?;
        if let Some(mail) = mails::enterprise_turned_away(&member, row) {
            notify::enqueue(tx, now, mail).await?;
        }
    }
    Ok(())
}

fn already_decided() -> Problem {
    Problem::conflict(words::auth::already_decided_enterprise())
}
