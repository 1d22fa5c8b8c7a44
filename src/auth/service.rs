//! Signing in and out, and finding out who calls.

use super::model_attempts::{Attempts, Subject};
use super::password::{Busy, HashFault, Passwords, Place};
use super::{Actor, ActorEnterprise, model_input, model_session, store};
use crate::clock::Clock;
use crate::db::Db;
use crate::entity::account::{self, Locale};
use crate::entity::{auth_session, enterprise};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::ids;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, DbErr};
use serde_json::json;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Sign-in and registration. Cheap to clone; clones share what they count.
#[derive(Clone)]
pub struct Auth(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) passwords: Passwords,
    /// Whether browsers reach the program over TLS only.
    pub(super) secure: bool,
    /// Where mails send their readers, if that is known.
    pub(super) public_url: Option<String>,
    attempts: Mutex<Attempts>,
}

/// A refusal; with the seconds after which it is worth trying again, where that is known.
#[derive(Debug)]
pub struct Refusal {
    pub problem: Problem,
    pub retry_after: Option<i64>,
}

impl<E: Into<Problem>> From<E> for Refusal {
    fn from(problem: E) -> Self {
        Self { problem: problem.into(), retry_after: None }
    }
}

impl From<HashFault> for Problem {
    fn from(fault: HashFault) -> Self {
        DbErr::Custom(fault.to_string()).into()
    }
}

impl From<Busy> for Refusal {
    fn from(_: Busy) -> Self {
        let problem = Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "busy",
            "现在登录的人很多，请过几秒再试。",
            "Many people are signing in right now. Please try again in a few seconds.",
        );
        Self { problem, retry_after: Some(5) }
    }
}

/// A browser that has just been signed in.
#[derive(Debug)]
pub struct SignedIn {
    pub token: String,
    pub actor: Actor,
}

impl Auth {
    /// `secure`: whether browsers reach the program over TLS, so that the cookie may insist on it.
    pub fn new(db: Db, clock: Clock, secure: bool) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            passwords: Passwords::default(),
            secure,
            public_url: None,
            attempts: Mutex::default(),
        }))
    }

    /// The same with the address to which mails send their readers. To be called before it is shared.
    #[must_use]
    pub fn with_public_url(self, url: impl Into<String>) -> Self {
        let inner = &self.0;
        Self(Arc::new(Inner {
            db: inner.db.clone(),
            clock: inner.clock.clone(),
            passwords: inner.passwords.clone(),
            secure: inner.secure,
            public_url: Some(url.into()),
            attempts: Mutex::default(),
        }))
    }

    /// Signs a browser in; `old_token` is the session that it had, which ends. Failures are counted for the
    /// login and, where it is known, for the address.
    pub async fn sign_in(
        &self,
        login: &str,
        password: String,
        old_token: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<SignedIn, Refusal> {
        let now = self.0.clock.now();
        let counted = counted(login, address);
        if let Some(until) = self.attempts().locked_until(&counted, now) {
            return Err(locked(until, now));
        }
        let account = match model_input::normal_login(login) {
            Some(login) => store::account_by_login(self.0.db.reader(), &login).await?,
            None => None,
        };
        let place = self.0.passwords.place().await?;
        // Here and not above: those who waited for a place together are counted one by one.
        let attempt = self.attempts().begin(&counted, now).map_err(|until| locked(until, now))?;
        match self.verified(place, password, account.as_ref()).await? {
            true => self.attempts().succeeded(&counted),
            false => {
                self.note_failure(account, attempt, now).await?;
                return Err(wrong().into());
            }
        }
        let account = account.ok_or_else(wrong)?;
        self.open_session(account, old_token, now).await
    }

    /// An inactive account is told what an unknown one is told, after the same time.
    async fn verified(
        &self,
        place: Place,
        password: String,
        account: Option<&account::Model>,
    ) -> Result<bool, Problem> {
        let stored = account.filter(|account| account.active).map(|account| account.password_hash.clone());
        Ok(place.verify(password, stored).await?)
    }

    /// An unknown login is not noted itself: people type passwords into the wrong field.
    pub(super) async fn note_failure(
        &self,
        account: Option<account::Model>,
        attempt: usize,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let entry = NewEntry::new(evidence::SYSTEM, "account.sign_in_failed", evidence::Actor::PROGRAM, now)
            .data(json!({
                "account_id": account.as_ref().map(|account| account.id),
                "active": account.map(|account| account.active),
                "attempt": attempt,
            }));
        self.0.db.write(move |tx| Box::pin(async move { evidence::append(tx, entry).await })).await
    }

    async fn open_session(
        &self,
        account: account::Model,
        old_token: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, Refusal> {
        let token = ids::new_token();
        let session = auth_session::ActiveModel {
            token_hash: Set(ids::token_hash(&token)),
            account_id: Set(account.id),
            created_at: Set(now),
            last_seen_at: Set(now),
            expires_at: Set(now + model_session::ABSOLUTE),
        };
        let old = old_token.map(ids::token_hash);
        let actor = self
            .0
            .db
            .write::<_, DbErr, _>(move |tx| {
                Box::pin(async move {
                    if let Some(old) = old {
                        store::delete_session(tx, old).await?;
                    }
                    store::insert_session(tx, session).await?;
                    let enterprise = match account.enterprise_id {
                        Some(id) => store::enterprise(tx.conn(), id).await?,
                        None => None,
                    };
                    let actor = actor_of(account, enterprise);
                    let entry = NewEntry::new(evidence::SYSTEM, "account.signed_in", actor.evidence(), now);
                    evidence::append(tx, entry).await?;
                    Ok(actor)
                })
            })
            .await?;
        Ok(SignedIn { token, actor })
    }

    /// Ends the session of a browser. Without one nothing happens.
    pub async fn sign_out(&self, token: &str, actor: Option<&Actor>) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        let hash = ids::token_hash(token);
        let by = actor.map_or(evidence::Actor::PROGRAM, Actor::evidence);
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if store::delete_session(tx, hash).await? {
                        let entry = NewEntry::new(evidence::SYSTEM, "account.signed_out", by, now);
                        evidence::append(tx, entry).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Who is behind a token: looked up each time, so that whatever ends or changes it counts at once.
    pub async fn actor(&self, token: &str) -> Result<Option<Actor>, DbErr> {
        let now = self.0.clock.now();
        let hash = ids::token_hash(token);
        let Some((session, account, enterprise)) = store::session(self.0.db.reader(), hash.clone()).await?
        else {
            return Ok(None);
        };
        if !is_valid(&session, &account, now) {
            return Ok(None);
        }
        if model_session::is_to_be_noted(session.last_seen_at, now) {
            let noted = self.0.db.write(move |tx| Box::pin(store::note_use(tx, hash, now))).await;
            // A store that is full or busy ends sessions early, but reading goes on meanwhile.
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of a session could not be noted");
            }
        }
        Ok(Some(actor_of(account, enterprise)))
    }

    /// Whether a token still stands for somebody. Looking is no use of the session: it does not keep it alive.
    pub async fn is_signed_in(&self, token: &str) -> Result<bool, DbErr> {
        let now = self.0.clock.now();
        let found = store::session(self.0.db.reader(), ids::token_hash(token)).await?;
        Ok(found.is_some_and(|(session, account, _)| is_valid(&session, &account, now)))
    }

    /// Sets the language that somebody reads.
    pub async fn set_locale(&self, actor: &Actor, locale: Locale) -> Result<Actor, DbErr> {
        let id = actor.account_id;
        self.0.db.write(move |tx| Box::pin(async move { store::set_locale(tx, id, locale).await })).await?;
        Ok(Actor { locale, ..actor.clone() })
    }

    /// Removes sessions that are over and failures that no longer count; tells how many sessions.
    pub async fn sweep(&self) -> Result<u64, DbErr> {
        let now = self.0.clock.now();
        self.attempts().sweep(now);
        self.0.db.write(move |tx| Box::pin(async move { store::delete_ended_sessions(tx, now).await })).await
    }

    pub(super) fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.0.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_valid(session: &auth_session::Model, account: &account::Model, now: DateTime<Utc>) -> bool {
    account.active && model_session::is_alive(session.last_seen_at, session.expires_at, now)
}

/// What an attempt at a login from an address counts for.
pub(super) fn counted(login: &str, address: Option<IpAddr>) -> Vec<Subject> {
    std::iter::once(Subject::login(login)).chain(address.map(Subject::address)).collect()
}

fn wrong() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "wrong_login",
        "登录名或密码不对。请核对后再试；忘记密码请拨打值班电话。",
        "The login or the password is wrong. Please check both; if you forgot the password, call the duty phone.",
    )
}

pub(super) fn locked(until: DateTime<Utc>, now: DateTime<Utc>) -> Refusal {
    let seconds = ((until - now).num_milliseconds() + 999) / 1000;
    let minutes = (seconds + 59) / 60;
    let problem = Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_attempts",
        format!("密码连续输错太多次，请 {minutes} 分钟后再试。"),
        format!("Too many wrong passwords in a row. Please try again in {minutes} min."),
    );
    Refusal { problem, retry_after: Some(seconds.max(1)) }
}

pub(super) fn actor_of(account: account::Model, enterprise: Option<enterprise::Model>) -> Actor {
    Actor {
        account_id: account.id,
        name: account.name,
        login: account.login,
        role: account.role,
        locale: account.locale,
        badge_no: account.badge_no,
        enterprise: enterprise.map(|row| ActorEnterprise { id: row.id, name: row.name, state: row.state }),
    }
}
