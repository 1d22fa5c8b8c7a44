//! Stamped forms that have not come: of what officers booked against the terms.

use crate::auth::{Actor, Right};
use crate::base::local_time::{day_bounds, local_date};
use crate::booking;
use crate::booking::entities::booking::Model;
use crate::booking::log::AGAINST_TERMS;
use crate::directory::ServiceInfo;
use crate::directory::model::documents::STAMPED_FORM;
use crate::documents::model::MISSED_FOR;
use crate::documents::service::Documents;
use crate::documents::store;
use crate::evidence;
use crate::http::Problem;
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

/// As many bookings of the desk are looked through.
const LOOKED_THROUGH: u64 = 3000;

/// A booking whose stamped form is missing.
#[derive(Clone, Debug)]
pub struct FormDue {
    pub booking: Model,
    pub info: Arc<ServiceInfo>,
    /// When it was booked.
    pub since: DateTime<Utc>,
    /// The end of that day at the venue.
    pub due_at: DateTime<Utc>,
    pub is_late: bool,
}

impl Documents {
    /// What was booked against the terms and has no stamped form yet, the oldest first.
    pub async fn forms_due(&self, actor: &Actor) -> Result<Vec<FormDue>, Problem> {
        actor.may(Right::HandleBookings)?;
        let (conn, now) = (self.0.db.reader(), self.0.clock.now());
        let rows = booking::ask::taken_at_desk_since(conn, now - MISSED_FOR, LOOKED_THROUGH).await?;
        let ids = rows.iter().map(|row| row.id);
        let against = evidence::ask::entries_of_kinds(conn, ids, &[AGAINST_TERMS]).await?;
        let there = store::of_bookings(conn, against.keys().copied()).await?;
        let there: HashSet<Uuid> =
            there.iter().filter(|row| row.item == STAMPED_FORM).map(|row| row.booking_id).collect();
        let mut due = Vec::new();
        for row in rows.into_iter().filter(|row| !there.contains(&row.id)) {
            let Some(entry) = against.get(&row.id).and_then(|entries| entries.first()) else { continue };
            let info = self.info(&row).await?;
            let day = day_bounds(info.zone, local_date(info.zone, entry.at));
            let due_at = day.map_or(entry.at, |(_, end)| end);
            due.push(FormDue { booking: row, info, since: entry.at, due_at, is_late: due_at <= now });
        }
        due.sort_by_key(|due| due.since);
        Ok(due)
    }
}
