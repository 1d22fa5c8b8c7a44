//! What ends by itself: holds that ran out, and requests that nobody decided in time.

use crate::booking::model::state::{Action, ExpiredBecause, lapse};
use crate::booking::service::transition::{Transition, expire, take_step};
use crate::booking::service::{Booking, Fault};
use crate::booking::store::entities::booking;
use crate::booking::store::{appointments, read, write};
use crate::booking::words::mails;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;

/// As many of a kind are ended in one round.
const AT_ONCE: u64 = 200;

impl Booking {
    /// Ends what is over, and has places gone by forgotten. `app` calls it every few seconds;
    /// returns how many bookings ended. One that fails is logged and does not keep the others.
    pub async fn sweep_expired(&self) -> Result<u64, DbErr> {
        let now = self.0.clock.now();
        self.0.places.tidy().await?;
        let conn = self.0.db.reader();
        let mut ended = 0;
        for id in read::lapsed(conn, now, AT_ONCE).await? {
            let places = self.0.places.clone();
            let outcome: Result<bool, Fault> =
                self.0.db.write(move |tx| Box::pin(async move { expire(tx, &places, id, now).await })).await;
            ended += told(outcome);
        }
        for row in read::never_decided(conn, now, AT_ONCE).await? {
            ended += told(self.end_undecided(row, now).await);
        }
        Ok(ended)
    }

    /// Ends a request that begins without a decision, and tells the booker.
    async fn end_undecided(&self, seen: booking::Model, now: DateTime<Utc>) -> Result<bool, Fault> {
        let info = self.info(seen.service_id).await?;
        let people = self.people_of(&info, &seen).await?;
        let inner = self.0.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(row) = write::lock(tx, seen.id).await? else { return Ok(false) };
                    if lapse(&row, now) != Some(ExpiredBecause::NobodyDecided) {
                        // An officer or the booker was faster.
                        return Ok(false);
                    }
                    let row = take_step(tx, row, Transition::by_program(Action::Expire, now)).await?;
                    inner.places.vacate(tx, appointments::owners(row.id)).await?;
                    mails::undecided(tx, &people.news(&inner.installation, &info, &row, now)).await?;
                    inner.tell_office(tx);
                    Ok(true)
                })
            })
            .await
    }
}

fn told(outcome: Result<bool, Fault>) -> u64 {
    match outcome {
        Ok(done) => u64::from(done),
        Err(Fault::Store(error)) => {
            tracing::error!(%error, "a booking could not be ended");
            0
        }
        // Somebody else was faster; nothing is lost.
        Err(Fault::Told(problem)) => {
            tracing::debug!(code = problem.code, "a booking did not end");
            0
        }
    }
}
