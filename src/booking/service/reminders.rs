//! Reminders of what comes soon. They are found, not planned: at its time each accepted booking is looked at as it
//! stands then, so that what was cancelled, moved or ended is not reminded of, and accepting costs nothing.

use crate::booking::log::BookingEntry;
use crate::booking::model::reminders::{LATE, Turn, turn};
use crate::booking::service::{Booking, Fault};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::entities::reminder::{self, ReminderKind};
use crate::booking::store::{reminders, write};
use crate::booking::words::mail_reminder;
use crate::directory::ServiceInfo;
use crate::directory::entities::service::ServiceKind;
use crate::evidence::{self, Actor, NewEntry};
use crate::http::Problem;
use chrono::TimeDelta;
use sea_orm::Iterable;
use std::collections::BTreeSet;

/// As many are looked at in one round.
const AT_ONCE: u64 = 500;

impl Booking {
    /// Reminds of what is to be reminded of now. One that fails is logged and does not keep the others.
    pub async fn remind(&self) -> Result<(), Problem> {
        let now = self.0.clock.now();
        let services = self.0.directory.services().await?;
        for kind in ReminderKind::iter() {
            let leads: BTreeSet<TimeDelta> = services.iter().filter_map(|info| lead(info, kind)).collect();
            for lead in leads {
                // What is later than that is not sent any more.
                let window = (now + lead - LATE, now + lead);
                for row in reminders::due(self.0.db.reader(), kind, window, AT_ONCE).await? {
                    if let Err(Fault::Store(error)) = self.remind_of(row, kind).await {
                        tracing::error!(%error, "somebody could not be reminded");
                    }
                }
            }
        }
        Ok(())
    }

    async fn remind_of(&self, seen: booking::Model, kind: ReminderKind) -> Result<(), Fault> {
        let info = self.info(seen.service_id).await?;
        let Some(lead) = lead(&info, kind) else { return Ok(()) };
        let now = self.0.clock.now();
        if turn(&seen, lead, now) == Turn::NotYet {
            return Ok(());
        }
        let people = self.people_of(&info, &seen).await?;
        let inner = self.0.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(row) = write::lock(tx, seen.id).await? else { return Ok(()) };
                    let stands = row.state == BookingState::Accepted && row.starts_at == seen.starts_at;
                    let sent = stands && turn(&row, lead, now) == Turn::Send;
                    let noted = reminder::Model {
                        booking_id: row.id,
                        kind,
                        starts_at: seen.starts_at,
                        sent,
                        at: now,
                    };
                    // Somebody else was faster, or it is another time now, which has its own reminder.
                    if !reminders::note(tx, noted).await? || !sent {
                        return Ok(());
                    }
                    let what = BookingEntry::Reminded { reference: row.reference.clone() };
                    evidence::append(tx, NewEntry::new(row.id, &what, Actor::PROGRAM, now)).await?;
                    mail_reminder::reminded(tx, &people.news(&inner.installation, &info, &row, now)).await?;
                    Ok(())
                })
            })
            .await
    }
}

/// How long before its start a booking of a service is reminded of; none where it is not.
fn lead(info: &ServiceInfo, kind: ReminderKind) -> Option<TimeDelta> {
    let terms = info.spec.reminders;
    let hours = match kind {
        ReminderKind::Day => terms.day_hours,
        ReminderKind::Hours if info.row.kind == ServiceKind::Video => terms.video_hours,
        ReminderKind::Hours => None,
    };
    hours.map(|hours| TimeDelta::hours(i64::from(hours)))
}
