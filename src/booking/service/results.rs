//! Results of an examination: by when they are promised, by the official calendar, and when they were ready. What they
//! are, is nothing of this program's.

use crate::auth::{Actor, Right};
use crate::base::local_time::local_date;
use crate::base::words;
use crate::booking::log::BookingEntry;
use crate::booking::model::state::wrong_state;
use crate::booking::service::{Booking, Fault};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{consents, write};
use crate::booking::wire::dto::{ResultsDto, ResultsDueDto};
use crate::booking::words::mail_results;
use crate::directory::ServiceInfo;
use crate::directory::model::calendar::{Calendar, add_working_days};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use chrono::TimeDelta;
use std::sync::Arc;
use uuid::Uuid;

/// As many are listed at a time, the oldest first.
const MOST_DUE: u64 = 200;
/// What nobody has said of for so long is not asked about any more.
const ASKED_FOR: TimeDelta = TimeDelta::days(90);

impl Booking {
    /// An officer says that the results of a completed booking can be had; the booker is told. Twice is once.
    pub async fn results_ready(&self, actor: &Actor, id: Uuid) -> Result<booking::Model, Problem> {
        actor.may(Right::HandleBookings)?;
        let seen = self.find_for(actor, id).await?;
        let info = self.info(seen.service_id).await?;
        if info.spec.results_after_days.is_none() {
            return Err(Problem::conflict(words::booking::no_results()));
        }
        let people = self.people_of(&info, &seen).await?;
        let (by, now, inner) = (actor.evidence(), self.0.clock.now(), self.0.clone());
        let done: Result<booking::Model, Fault> = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let before = write::lock(tx, id).await?.ok_or_else(Problem::not_found)?;
                    if before.state != BookingState::Completed {
                        return Err(wrong_state().into());
                    }
                    if before.results_ready_at.is_some() {
                        return Ok(before);
                    }
                    let row =
                        booking::Model { results_ready_at: Some(now), updated_at: now, ..before.clone() };
                    let what = BookingEntry::ResultsReady { reference: row.reference.clone() };
                    let entry = NewEntry::new(id, &what, by, now).row(evidence::changed(&before, &row));
                    evidence::append(tx, entry).await?;
                    write::update(tx, before, &row)?;
                    mail_results::ready(tx, &people.news(&inner.installation, &info, &row, now)).await?;
                    inner.tell_office(tx);
                    Ok(row)
                })
            })
            .await;
        done.map_err(Problem::from)
    }

    /// Completed bookings whose results are promised and not ready, the oldest first.
    pub async fn results_due(&self, actor: &Actor) -> Result<Vec<ResultsDueDto>, Problem> {
        actor.may(Right::HandleBookings)?;
        let now = self.0.clock.now();
        let services = self.0.directory.kept_services().await?;
        let promise = |info: &&Arc<ServiceInfo>| info.spec.results_after_days.is_some();
        let ids: Vec<Uuid> = services.all().filter(promise).map(|info| info.row.id).collect();
        let rows = consents::without_results(self.0.db.reader(), &ids, now - ASKED_FOR, MOST_DUE).await?;
        let calendar = self.0.directory.calendar().await?;
        let presented = self.present(actor, &rows, &[]).await?;
        let due = |row: &booking::Model| {
            let info = presented.services.get(&row.service_id)?;
            let results = results_of(info, row, &calendar, local_date(info.zone, now))?;
            Some(ResultsDueDto { booking: presented.show(row)?, results })
        };
        Ok(rows.iter().filter_map(due).collect())
    }
}

/// What is promised of a booking, and whether it is kept; none where nothing is promised.
pub(super) fn results_of(
    info: &ServiceInfo,
    row: &booking::Model,
    calendar: &Calendar,
    today: chrono::NaiveDate,
) -> Option<ResultsDto> {
    let days = info.spec.results_after_days?;
    let promised = add_working_days(calendar, local_date(info.zone, row.starts_at), days);
    let ready_at = row.results_ready_at;
    let waits = row.state == BookingState::Completed && ready_at.is_none();
    Some(ResultsDto {
        promised_on: promised.ok(),
        unpublished_year: promised.err().map(|unpublished| unpublished.0),
        overdue: waits && promised.is_ok_and(|date| date < today),
        ready_at,
        waits,
    })
}
