//! Signing in.

use crate::auth::log::AccountEntry;
use crate::auth::model::{actor, browser, device, input, secret, session};
use crate::auth::service::guessing::Guesser;
use crate::auth::service::password::Permit;
use crate::auth::service::whole_seconds;
use crate::auth::store::entities::{account, auth_session};
use crate::auth::{Actor, Auth, Denial, store};
use crate::base::{ids, words};
use crate::evidence::{self, NewEntry};
use crate::http::{Problem, StatusCode};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, DbErr};
use std::net::IpAddr;

/// The browser that signs in, as far as it says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct Caller<'a> {
    /// The sign-in that it had, which ends.
    pub token: Option<&'a str>,
    /// Its tickets of known devices.
    pub devices: &'a str,
    pub user_agent: &'a str,
    pub address: Option<IpAddr>,
}

/// A browser that has just been signed in.
#[derive(Debug)]
pub struct SignedIn {
    pub token: String,
    /// Its tickets of known devices from now on.
    pub devices: String,
    pub actor: Actor,
    /// When somebody gave a wrong password since the last sign-in, the latest first; not more than a handful.
    pub failed_at: Vec<DateTime<Utc>>,
    /// How many there were in all.
    pub failed: u64,
}

impl Auth {
    /// Signs a browser in. Failures are counted for the device if the login knows it, otherwise for the login,
    /// the address and its network.
    pub async fn sign_in(
        &self,
        login: &str,
        password: String,
        caller: Caller<'_>,
    ) -> Result<SignedIn, Denial> {
        let now = self.0.clock.now();
        let account = match input::normal_login(login) {
            Some(login) => store::account_by_login(self.0.db.reader(), &login).await?,
            None => None,
        };
        let device = account
            .as_ref()
            .and_then(|account| device::known(caller.devices, owner(account), now, self.device_mac()));
        let guesser = match device {
            Some(device) => Guesser::known(device),
            None => Guesser::stranger(login, caller.address),
        };
        self.may_guess(&guesser, now).await?;
        let permit = self.0.passwords.permit().await?;
        // Here and not above: those who waited for a permit together are counted one by one.
        let begun = self.begin_guess(&guesser, now).await?;
        if !self.verified(permit, secret::normal(&password), account.as_ref()).await? {
            self.note_failure(account, begun, device.is_none(), now).await?;
            return Err(wrong(begun));
        }
        self.forgive(guesser.subjects(), now).await?;
        let account = account.ok_or_else(Problem::not_signed_in)?;
        self.open_session(account, device, caller, now).await
    }

    /// An inactive account is told what an unknown one is told, after the same time.
    async fn verified(
        &self,
        permit: Permit,
        password: String,
        account: Option<&account::Model>,
    ) -> Result<bool, Problem> {
        let stored = account.filter(|account| account.active).map(|account| account.password_hash.clone());
        Ok(permit.verify(password, stored).await?)
    }

    async fn open_session(
        &self,
        account: account::Model,
        device: Option<uuid::Uuid>,
        caller: Caller<'_>,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, Denial> {
        let token = ids::new_token();
        let devices = device::renewed(caller.devices, owner(&account), device, now, self.device_mac());
        let id = ids::new_id(now);
        let session = auth_session::ActiveModel {
            token_hash: Set(ids::token_hash(&token)),
            id: Set(id),
            account_id: Set(account.id),
            browser: Set(browser::label(caller.user_agent)),
            created_at: Set(now),
            last_seen_at: Set(now),
            expires_at: Set(now + session::ABSOLUTE),
        };
        let old = caller.token.map(ids::token_hash);
        let (live, forgives) = (self.0.live.clone(), device.is_none());
        let (actor, failed_at, failed) = self
            .0
            .db
            .write::<_, DbErr, _>(move |tx| {
                Box::pin(async move {
                    if let Some(old) = old {
                        store::end_session(tx, old, &live).await?;
                    }
                    store::insert_session(tx, session).await?;
                    let (failed_at, failed) = store::tell_failures(tx, account.id, forgives).await?;
                    let enterprise = match account.enterprise_id {
                        Some(id) => store::enterprise(tx.conn(), id).await?,
                        None => None,
                    };
                    let actor = actor::of(account, enterprise, id);
                    let entry =
                        NewEntry::new(evidence::SYSTEM, &AccountEntry::SignedIn {}, actor.evidence(), now);
                    evidence::append(tx, entry).await?;
                    Ok((actor, failed_at, failed))
                })
            })
            .await?;
        Ok(SignedIn { token, devices, actor, failed_at, failed })
    }
}

/// Whose a ticket of a known device is.
pub fn owner(account: &account::Model) -> device::Owner<'_> {
    device::Owner { account: account.id, password_hash: &account.password_hash }
}

/// The same for an unknown login and a wrong password, with how many more tries there are.
fn wrong(begun: crate::auth::model::attempts::Begun) -> Denial {
    let title = words::auth::wrong_login(crate::auth::service::guessing::warning(begun));
    let problem = Problem::new(StatusCode::UNAUTHORIZED, title);
    Denial { problem, retry_after: (begun.left == 0).then(|| whole_seconds(begun.wait.num_seconds())) }
}
