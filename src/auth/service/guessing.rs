//! Whoever gives a password: what is counted for them, and what they are told.

use crate::auth::log::AccountEntry;
use crate::auth::model::attempts::{Begun, FREE, Subject};
use crate::auth::service::whole_seconds;
use crate::auth::store::entities::account;
use crate::auth::{Auth, Denial, store};
use crate::base::ids;
use crate::base::words::{self, Text};
use crate::evidence::{self, NewEntry};
use crate::http::{Problem, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use std::net::IpAddr;
use uuid::Uuid;

/// Below this the number of tries that are left is told.
const WORTH_TELLING: u32 = 3;

/// Somebody who gives a password.
pub struct Guesser {
    subjects: Vec<Subject>,
}

impl Guesser {
    /// On a device that the login knows.
    pub fn known(device: Uuid) -> Self {
        Self { subjects: vec![Subject::device(device)] }
    }

    /// Somebody who is signed in already.
    pub fn signed_in(sign_in: Uuid) -> Self {
        Self { subjects: vec![Subject::sign_in(sign_in)] }
    }

    /// Anybody, anywhere.
    pub fn stranger(login: &str, address: Option<IpAddr>) -> Self {
        let addresses = address.map(Subject::addresses).into_iter().flatten();
        Self { subjects: std::iter::once(Subject::login(login)).chain(addresses).collect() }
    }

    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }
}

impl Auth {
    /// Refuses whoever has to wait.
    pub(in crate::auth) async fn may_guess(
        &self,
        guesser: &Guesser,
        now: DateTime<Utc>,
    ) -> Result<(), Denial> {
        match self.waits_until(&guesser.subjects, now).await? {
            None => Ok(()),
            Some(until) => Err(waits(until, now)),
        }
    }

    /// Counts an attempt as failed until it is proven right.
    pub(in crate::auth) async fn begin_guess(
        &self,
        guesser: &Guesser,
        now: DateTime<Utc>,
    ) -> Result<Begun, Denial> {
        self.begin_attempt(&guesser.subjects, now).await?.map_err(|until| waits(until, now))
    }

    /// An unknown login is not noted itself: people type passwords into the wrong field.
    pub(in crate::auth) async fn note_failure(
        &self,
        account: Option<account::Model>,
        begun: Begun,
        counts: bool,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let what = AccountEntry::SignInFailed {
            account_id: account.as_ref().map(|account| account.id),
            active: account.as_ref().map(|account| account.active),
            attempt: begun.number.into(),
        };
        let entry = NewEntry::new(evidence::SYSTEM, &what, evidence::Actor::PROGRAM, now);
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(account) = account {
                        store::insert_failure(tx, ids::new_id(now), account.id, counts, now).await?;
                    }
                    evidence::append(tx, entry).await
                })
            })
            .await
    }
}

/// What a wrong password leads to, once it is near.
pub fn warning(begun: Begun) -> Text {
    let wait = span(begun.wait);
    match begun.left {
        0 => words::auth::hint_wait(wait),
        left @ ..=WORTH_TELLING => words::auth::hint_left(left, wait),
        _ => words::auth::hint_check(),
    }
}

fn waits(until: DateTime<Utc>, now: DateTime<Utc>) -> Denial {
    let seconds = ((until - now).num_milliseconds() + 999) / 1000;
    let title = words::auth::too_many_attempts(span(TimeDelta::seconds(seconds)));
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, title);
    Denial { problem, retry_after: Some(whole_seconds(seconds)) }
}

fn span(wait: TimeDelta) -> Text {
    // What is checked at the moment counts as wrong until it is proven right: then seconds are enough.
    if wait < TimeDelta::minutes(1) {
        return words::auth::wait_seconds(wait.num_seconds());
    }
    let minutes = (wait.num_seconds() + 59) / 60;
    if minutes >= 60 && minutes % 60 == 0 {
        return words::auth::wait_hours(minutes / 60);
    }
    words::auth::wait_minutes(minutes)
}

const _: () = assert!(WORTH_TELLING < FREE);
