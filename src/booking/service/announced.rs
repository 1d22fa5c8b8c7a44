//! What announced openings and closings have in common: their times and words, who made them, and that they are told.

use crate::auth::{self, Actor, Right};
use crate::base::ids;
use crate::base::local_time::local_date;
use crate::base::words::{self, ByLanguage, Language};
use crate::booking::service::{Booking, Fault, Inner};
use crate::booking::words::problems::unknown_service;
use crate::db::{Tx, bus};
use crate::directory::entities::announced_hours::{self, AnnouncedKind};
use crate::directory::{ServiceInfo, announced, office};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use chrono::NaiveDate;
use std::sync::Arc;
use uuid::Uuid;

/// So many days may lie between the first and the last date.
pub const MOST_DAYS: i64 = 31;
/// As long an announcement may be.
pub const TEXT_LENGTH: usize = 300;

/// When what is to be opened or closed.
#[derive(Clone, Debug)]
pub struct AnnouncedTimes {
    pub service_id: Uuid,
    /// At the venue; both are meant.
    pub dates: (NaiveDate, NaiveDate),
    /// After midnight at the venue.
    pub minutes: (i32, i32),
}

/// Announced hours with their service and who made them.
pub struct AnnouncedShown {
    pub row: announced_hours::Model,
    pub info: Arc<ServiceInfo>,
    pub made_by: String,
}

impl Booking {
    /// Those of a kind that are not over, by their first date; withdrawn ones too.
    pub async fn announced(
        &self,
        actor: &Actor,
        kind: AnnouncedKind,
    ) -> Result<Vec<AnnouncedShown>, Problem> {
        actor.may(Right::HandleBookings)?;
        let conn = self.0.db.reader();
        let today = local_date(office().zone, self.0.clock.now());
        let rows = announced::ending_from(conn, kind, today).await?;
        let makers: Vec<Uuid> = rows.iter().map(|row| row.made_by).collect();
        let makers = auth::ask::accounts(conn, &makers).await?;
        let services = self.0.directory.kept_services().await?;
        let shown = |row: announced_hours::Model| {
            let info = services.get(row.service_id)?.clone();
            let made_by = makers.get(&row.made_by).map(|maker| maker.name.clone()).unwrap_or_default();
            Some(AnnouncedShown { row, info, made_by })
        };
        Ok(rows.into_iter().filter_map(shown).collect())
    }

    /// A row of a kind with these times, still without words, if they can be.
    pub(super) async fn announced_of(
        &self,
        actor: &Actor,
        kind: AnnouncedKind,
        times: &AnnouncedTimes,
    ) -> Result<(announced_hours::Model, Arc<ServiceInfo>), Problem> {
        let info = self.0.directory.service(times.service_id).await?.filter(|info| info.row.active);
        let info = info.ok_or_else(unknown_service)?;
        let now = self.0.clock.now();
        let ((date_from, date_to), (from_minute, to_minute)) = (times.dates, times.minutes);
        let is_range = (0..MOST_DAYS).contains(&(date_to - date_from).num_days());
        if !is_range || date_from < local_date(info.zone, now) {
            return Err(Problem::invalid("date_to", words::booking::opening_dates(MOST_DAYS)));
        }
        if from_minute < 0 || from_minute >= to_minute || to_minute > 1440 {
            return Err(Problem::invalid("to_minute", words::booking::opening_minutes()));
        }
        let row = announced_hours::Model {
            id: ids::new_id(now),
            kind,
            service_id: times.service_id,
            date_from,
            date_to,
            from_minute,
            to_minute,
            extra_seats: 0,
            extra_quota: 0,
            rebooks: false,
            text: ByLanguage::same(""),
            reason: String::new(),
            made_by: actor.account_id,
            made_at: now,
            withdrawn_at: None,
        };
        Ok((row, info))
    }
}

/// The rest of announcing or withdrawing: its entry, and that everybody who keeps the services in memory hears of it.
pub(super) async fn tell(tx: &Tx, inner: &Arc<Inner>, entry: NewEntry) -> Result<(), Fault> {
    evidence::append(tx, entry).await?;
    bus::tell_in(tx, bus::DIRECTORY).await?;
    inner.tell_office(tx);
    let directory = inner.directory.clone();
    tx.after_commit(move || directory.forget());
    Ok(())
}

/// What bookers read, in every language.
pub(super) fn checked_text(text: &ByLanguage) -> Result<ByLanguage, Problem> {
    let mut texts = Vec::new();
    for language in Language::ALL {
        let field = format!("text.{}", language.tag());
        let said = text.get(language).map(str::trim).filter(|said| !said.is_empty());
        let said =
            said.ok_or_else(|| Problem::invalid(field.clone(), words::booking::opening_text_required()))?;
        if said.chars().count() > TEXT_LENGTH {
            return Err(Problem::invalid(field, words::booking::too_long_reason(TEXT_LENGTH)));
        }
        texts.push((language, said.to_owned()));
    }
    Ok(ByLanguage::of(texts))
}
