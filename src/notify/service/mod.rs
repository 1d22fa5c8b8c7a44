//! Sends what is in the outbox, and lets staff look into it.

pub mod mailer;

use crate::base::clock::Clock;
use crate::base::words;
use crate::db::Db;
use crate::db::jobs::{Claim, NotDone};
use crate::http::Problem;
use crate::notify::MailSettings;
use crate::notify::model::{Message, Trouble, next_attempt};
use crate::notify::service::mailer::{MailSettingError, Mailer, Outcome};
use crate::notify::store;
use crate::notify::store::entities::outbox::OutboxState;
use chrono::TimeDelta;
use sea_orm::DbErr;
use std::sync::Arc;
use uuid::Uuid;

/// The sender of queued mail. Cheap to clone.
#[derive(Clone)]
pub struct Notify(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    mailer: Mailer,
}

/// How long a mail that is being handed over belongs to whoever does it; longer than that may take.
pub(super) const LEASE: TimeDelta = TimeDelta::minutes(5);

impl Notify {
    /// Drops what waits to be sent: for the demo, whose past is made up.
    pub async fn discard_pending(&self) -> Result<(), DbErr> {
        self.0.db.write(|tx| Box::pin(store::discard_pending(tx))).await
    }

    pub fn new(db: Db, clock: Clock, settings: MailSettings) -> Result<Self, MailSettingError> {
        let mailer = Mailer::new(&settings)?;
        Ok(Self(Arc::new(Inner { db, clock, mailer })))
    }

    /// Lets what is due be sent now instead of within a second.
    pub fn poke(&self) {
        self.0.db.wake_workers();
    }

    /// Hands a message over, if that is still of use.
    pub(super) async fn send(&self, id: Uuid, claim: Claim) -> Result<(), NotDone> {
        let now = self.0.clock.now();
        let begin = self.0.db.write(move |tx| Box::pin(store::begin(tx, id, now, now + LEASE)));
        let row = match begin.await? {
            store::Begun::Mine(row) => *row,
            store::Begun::Over => return Ok(()),
            store::Begun::Another { until } => return Err(NotDone::NotBefore(until)),
        };
        let outcome = self.0.mailer.send(&row, self.0.clock.now()).await;
        let tries = u32::try_from(row.attempts).unwrap_or(u32::MAX);
        let template = row.template.clone();
        let now = self.0.clock.now();
        let (change, trouble) = match outcome {
            Outcome::Sent => {
                tracing::info!(%id, template, tries, "a mail was sent");
                (store::Change::Sent { at: now }, None)
            }
            Outcome::Later(trouble) => match next_attempt(tries) {
                Some(wait) => (store::Change::Again { at: now + wait }, Some(trouble)),
                None => (store::Change::Failed, Some(trouble)),
            },
            Outcome::Never(trouble) => (store::Change::Failed, Some(trouble)),
        };
        if let Some(trouble) = &trouble {
            // The server's words stay in the row: they may name somebody.
            let given_up = matches!(change, store::Change::Failed);
            let why = match trouble {
                Trouble::Words(_) => "refused",
                other => other.stored(),
            };
            tracing::warn!(%id, template, tries, given_up, why, "a mail was not sent");
        }
        let may_have_arrived = trouble == Some(Trouble::Unanswered);
        let error = trouble.map(|trouble| trouble.stored().to_owned());
        let ended = store::Ended { change, error, may_have_arrived };
        let write = self
            .0
            .db
            .write(move |tx| Box::pin(async move { store::settle(tx, &row, ended, &claim, now).await }));
        if let Err(error) = write.await {
            // The lease runs out, and then it counts as one that may have arrived.
            tracing::error!(%id, %error, "what became of a mail could not be stored");
            return Err(NotDone::NotBefore(now + LEASE));
        }
        Ok(())
    }

    /// Messages, newest first, from before the one with the id `before`.
    pub async fn messages(
        &self,
        state: Option<OutboxState>,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Message>, DbErr> {
        let rows = store::list(self.0.db.reader(), state, before, limit).await?;
        Ok(rows.into_iter().map(Message::of).collect())
    }

    /// Queues a failed message anew, with all its attempts.
    pub async fn retry(&self, id: Uuid) -> Result<Message, Problem> {
        let now = self.0.clock.now();
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let requeued = store::requeue(tx, id, now).await?;
                let row = store::find(tx.conn(), id).await?.ok_or_else(Problem::not_found)?;
                match (requeued, row.state) {
                    (true, _) => Ok(row),
                    (false, OutboxState::Failed) => Err(outdated()),
                    (false, _) => Err(not_failed()),
                }
            })
        });
        let row = write.await?;
        self.poke();
        Ok(Message::of(row))
    }
}

fn not_failed() -> Problem {
    Problem::conflict(words::notify::message_not_failed())
}

fn outdated() -> Problem {
    Problem::conflict(words::notify::message_outdated())
}
