//! The written explanation that is due after a late cancelling.

use crate::auth::{Actor, Right};
use crate::base::local_time::{local_date, midnight};
use crate::booking::log::BookingEntry;
use crate::booking::model::state::{Action, wrong_state};
use crate::booking::model::{form, late};
use crate::booking::service::{Booking, scope_of};
use crate::booking::store::entities::booking;
use crate::booking::store::write;
use crate::booking::wire::dto::LateCancellingDto;
use crate::directory::ServiceInfo;
use crate::directory::model::calendar::{Calendar, add_working_days};
use crate::directory::model::terms::CancellingTerms;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

impl Booking {
    /// Until when an explanation is due if this is done to a booking now; none where it is not late. Of a term
    /// that runs into an unpublished year nobody knows the end, and none is set.
    pub(super) async fn explain_by(
        &self,
        info: &ServiceInfo,
        row: &booking::Model,
        action: Action,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, Problem> {
        let Some(terms) = info.spec.terms.cancelling else { return Ok(None) };
        if action != Action::Cancel || !late::is_late(row, &terms, now) {
            return Ok(None);
        }
        let calendar = self.0.directory.calendar().await?;
        let last = last_day(info, &terms, &calendar, now);
        Ok(last.and_then(|date| date.succ_opt()).map(|date| midnight(info.zone, date)))
    }

    /// Takes the explanation of a late cancelling; it ends what follows from having none.
    pub async fn explain(&self, actor: &Actor, id: Uuid, text: &str) -> Result<booking::Model, Problem> {
        actor.may(Right::Book)?;
        let text = form::require_explanation(text)?;
        let (scope, by, now) = (scope_of(actor)?, actor.evidence(), self.0.clock.now());
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let before = write::lock_scoped(tx, scope, id).await?.ok_or_else(Problem::not_found)?;
                    if before.explain_by.is_none() || before.explained_at.is_some() {
                        return Err(wrong_state());
                    }
                    let (explanation, explained_at) = (Some(text), Some(now));
                    let row = booking::Model { explanation, explained_at, updated_at: now, ..before.clone() };
                    let what = BookingEntry::Explained { reference: row.reference.clone() };
                    let entry = NewEntry::new(id, &what, by, now).row(evidence::changed(&before, &row));
                    evidence::append(tx, entry).await?;
                    write::update(tx, before, &row)?;
                    Ok(row)
                })
            })
            .await
    }
}

/// What its booker owes for cancelling a booking, told before they do; none where nothing follows whenever it is.
pub(super) fn cancelling_of(
    info: &ServiceInfo,
    row: &booking::Model,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Option<LateCancellingDto> {
    let terms = info.spec.terms.cancelling?;
    Some(LateCancellingDto {
        free_until: late::free_until(row, &terms)?,
        moved_late_from: row.late_from,
        explain_within_working_days: terms.explain_within_working_days,
        explain_until: last_day(info, &terms, calendar, now),
        blocked_days: terms.blocked_days,
    })
}

/// The last day for the explanation of what is cancelled now; of a term that runs into an unpublished year nobody knows it.
fn last_day(
    info: &ServiceInfo,
    terms: &CancellingTerms,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Option<NaiveDate> {
    let days = u32::try_from(terms.explain_within_working_days).unwrap_or_default();
    add_working_days(calendar, local_date(info.zone, now), days).ok()
}
