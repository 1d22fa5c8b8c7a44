//! The shares of a service: which of its seats are kept for callers and for the counter.

use crate::auth::{Actor, Right};
use crate::base::words;
use crate::booking::log::ServiceEntry;
use crate::booking::model::form;
use crate::booking::service::settings_tried::DayEffect;
use crate::booking::service::{Booking, Fault};
use crate::db::bus;
use crate::directory::model::Shares;
use crate::directory::{ServiceInfo, shares};
use crate::evidence::{self, NewEntry, SYSTEM};
use crate::http::Problem;
use chrono::NaiveDate;
use chrono_tz::Tz;
use uuid::Uuid;

/// What is kept may be released a month before at the earliest.
pub const MOST_MINUTES: i32 = 31 * 24 * 60;

impl Booking {
    /// Sets the shares of a service. They hold for what is booked from now on; the same again changes nothing.
    pub async fn set_shares(
        &self,
        actor: &Actor,
        service_id: Uuid,
        to: Shares,
        reason: &str,
    ) -> Result<Shares, Problem> {
        actor.may(Right::SetTerms)?;
        let info = self.offered(service_id).await?;
        check(&info, to)?;
        let reason = form::require_reason(Some(reason))?;
        let (inner, by, now, service) =
            (self.0.clone(), actor.evidence(), self.0.clock.now(), info.row.code.clone());
        let write = self.0.db.write(move |tx| {
            Box::pin(async move {
                let was = shares::set(tx, service_id, to).await?.ok_or_else(Problem::not_found)?;
                if was != to {
                    let what = ServiceEntry::SharesSet { service, was, is_now: to };
                    evidence::append(tx, NewEntry::new(SYSTEM, &what, by, now).personal("reason", reason))
                        .await?;
                    bus::tell_in(tx, bus::DIRECTORY).await?;
                    inner.tell_office(tx);
                }
                Ok::<_, Fault>(())
            })
        });
        write.await?;
        self.0.directory.forget();
        Ok(to)
    }

    /// What other shares would leave to those who book online, in a month (the next one, where none is named). Writes
    /// nothing.
    pub async fn preview_shares(
        &self,
        actor: &Actor,
        service_id: Uuid,
        to: Shares,
        month: Option<NaiveDate>,
    ) -> Result<(Tz, Vec<DayEffect>), Problem> {
        actor.may(Right::SetTerms)?;
        let info = self.offered(service_id).await?;
        check(&info, to)?;
        let (calendar, now) = (self.0.directory.calendar().await?, self.0.clock.now());
        let mut after = ServiceInfo::clone(&info);
        after.spec.shares = to;
        Ok((info.zone, self.days_of_month((&info, &after), &calendar, month, now)))
    }
}

/// Refuses more than there are seats, and a release that is too early.
fn check(info: &ServiceInfo, to: Shares) -> Result<(), Problem> {
    for (field, seats) in [("phone", to.phone), ("counter", to.counter)] {
        if seats < 0 || to.kept() > info.seats {
            return Err(Problem::invalid(field, words::booking::shares_seats(info.seats)));
        }
    }
    if !(0..=MOST_MINUTES).contains(&to.released_minutes_before) {
        let text = words::booking::shares_release(MOST_MINUTES / (24 * 60));
        return Err(Problem::invalid("released_minutes_before", text));
    }
    Ok(())
}
