//! The one object of sign-in and registration, and how it refuses.

mod change_password;
mod colleagues;
mod counting;
pub mod enterprises;
mod guessing;
pub mod password;
pub mod registering;
mod remembered;
mod sessions;
pub mod sign_in;

use crate::auth::model::device;
use crate::auth::service::password::{Busy, HashFault, Passwords};
use crate::auth::service::remembered::Remembered;
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::base::words;
use crate::db::Db;
use crate::db::live::{Live, Topic};
use crate::http::{Problem, StatusCode};
use sea_orm::DbErr;
use std::sync::Arc;

/// Sign-in and registration. Cheap to clone.
#[derive(Clone)]
pub struct Auth(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) keyring: Keyring,
    pub(super) live: Live,
    /// Of those who sign in and change their password.
    pub(super) passwords: Passwords,
    /// Of those who register: a queue of its own, so that no crowd there keeps anybody from signing in.
    pub(super) registrations: Passwords,
    /// Whether browsers reach the program over TLS only.
    pub(super) secure: bool,
    /// Where mails send their readers.
    pub(super) public_url: String,
    pub(super) remembered: Remembered,
}

/// As many registrations may wait for their password to be hashed.
const REGISTRATIONS_WAITING: usize = 16;

/// A refusal; with the seconds after which it is worth trying again, where that is known.
#[derive(Debug)]
pub struct Denial {
    pub problem: Problem,
    pub retry_after: Option<u32>,
}

/// Seconds as a header takes them: at least one.
pub(super) fn whole_seconds(seconds: i64) -> u32 {
    u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)
}

impl<E: Into<Problem>> From<E> for Denial {
    fn from(problem: E) -> Self {
        Self { problem: problem.into(), retry_after: None }
    }
}

impl From<HashFault> for Problem {
    fn from(fault: HashFault) -> Self {
        DbErr::Custom(fault.to_string()).into()
    }
}

impl From<Busy> for Denial {
    fn from(_: Busy) -> Self {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, words::auth::busy());
        Self { problem, retry_after: Some(5) }
    }
}

impl Auth {
    /// `secure`: whether browsers reach the program over TLS, so that the cookie may insist on it.
    pub fn new(db: Db, clock: Clock, keyring: Keyring, live: Live, secure: bool, public_url: &str) -> Self {
        for table in ["account", "enterprise"] {
            let live = live.clone();
            db.watch(table, move || live.tell(Topic::PeopleChanged));
        }
        let remembered = Remembered::new(&live);
        Self(Arc::new(Inner {
            db,
            clock,
            keyring,
            live,
            passwords: Passwords::default(),
            registrations: Passwords::new(1, REGISTRATIONS_WAITING),
            secure,
            public_url: public_url.trim_end_matches('/').to_owned(),
            remembered,
        }))
    }

    /// Removes sign-ins that are over and failures that no longer count; tells how many sign-ins.
    pub async fn sweep(&self) -> Result<u64, DbErr> {
        let now = self.0.clock.now();
        self.sweep_sign_ins(now).await
    }

    /// The code under which a device is known to a login.
    pub(super) fn device_mac(&self) -> impl Fn(&[u8]) -> [u8; 32] {
        |message| self.0.keyring.mac(device::PURPOSE, message)
    }
}
