//! What happened to bookings, told from their entries.

use crate::auth::{Actor, Right};
use crate::base::local_time::local_date;
use crate::booking::log::{BookingEntry, Moved};
use crate::booking::model::sealed;
use crate::booking::service::Booking;
use crate::booking::service::explain::cancelling_of;
use crate::booking::service::presented::Presented;
use crate::booking::service::results::results_of;
use crate::booking::store::entities::booking;
use crate::booking::wire::dto::{BookingDetailDto, HistoryItem, HistoryMove, HistorySide};
use crate::directory::entities::service_stage::Stage;
use crate::evidence;
use crate::evidence::entities::entry;
use crate::http::Problem;
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

impl Booking {
    /// A booking with form and history.
    pub async fn detail(&self, actor: &Actor, id: Uuid) -> Result<BookingDetailDto, Problem> {
        let row = self.find_for(actor, id).await?;
        let conn = self.0.db.reader();
        let entries = evidence::entries(conn, id).await?;
        let reasons: HashMap<i64, String> = evidence::ask::commitments_named(conn, id, "reason")
            .await?
            .into_iter()
            .map(|row| (row.seq, row.value))
            .collect();
        let acts: Vec<(&entry::Model, Act)> = entries
            .iter()
            .map(|entry| (entry, act_of(entry)))
            .filter(|(entry, act)| self.is_shown(entry, act))
            .collect();
        let actors: Vec<Uuid> = acts.iter().filter_map(|(_, act)| act.id).collect();
        let presented = self.present(actor, std::slice::from_ref(&row), &actors).await?;
        let history = acts.into_iter().map(|(entry, act)| told(entry, act, &reasons, &presented)).collect();
        let booking = presented.show(&row).ok_or_else(Problem::not_found)?;
        let calendar = self.0.directory.calendar().await?;
        let results = presented
            .services
            .get(&row.service_id)
            .and_then(|info| results_of(info, &row, &calendar, local_date(info.zone, self.0.clock.now())));
        let cancelling = match actor.has(Right::HandleBookings) {
            // The office explains nothing to itself.
            true => None,
            false => presented
                .services
                .get(&row.service_id)
                .and_then(|info| cancelling_of(info, &row, &calendar, self.0.clock.now())),
        };
        let consent = self.consent_of(actor, &row).await?;
        let (mut fields, unreadable_fields) = self.answers_for(actor, &row, &presented);
        let persons = sealed::take_persons(&mut fields);
        let info = presented.services.get(&row.service_id);
        let answered_at = row.requested_at.unwrap_or(row.created_at);
        let labels_then = info.map(|info| info.spec.labels_at(answered_at)).unwrap_or_default();
        let booking::Model { contact_name, contact_mobile, .. } = row;
        Ok(BookingDetailDto {
            booking,
            contact_name,
            contact_mobile,
            fields: fields.into(),
            labels_then,
            persons,
            unreadable_fields,
            consent,
            results,
            cancelling,
            history,
        })
    }

    /// The answers of a booking, and the questions whose answers cannot be read. What is sensitive is for whoever gave
    /// it and for officers, not for colleagues of the booker.
    fn answers_for(
        &self,
        actor: &Actor,
        row: &booking::Model,
        presented: &Presented<'_>,
    ) -> (Map<String, Value>, Vec<String>) {
        if !actor.has(Right::HandleBookings) && row.account_id != actor.account_id {
            let spec = presented.services.get(&row.service_id).map(|info| info.spec.every_field());
            return (sealed::masked(&spec.unwrap_or_default(), &row.fields), Vec::new());
        }
        let opened = sealed::open(&self.0.keyring, row.id, &row.fields);
        for (field, why) in &opened.unreadable {
            tracing::error!(alarm = "keys", id = %row.id, field, %why, "a sealed answer cannot be read");
        }
        (opened.fields, opened.unreadable.into_iter().map(|(field, _)| field).collect())
    }

    /// Whether the booker finds an entry in the history: those of the booking, and of the session what it says.
    fn is_shown(&self, entry: &entry::Model, act: &Act) -> bool {
        let by_program = act.side == HistorySide::System;
        evidence::shown::<BookingEntry>(&entry.bytes, by_program)
            .or_else(|| self.0.waiting_room.get()?.shows_booker(&entry.bytes, by_program))
            .or_else(|| self.0.papers.get()?.shows_booker(&entry.bytes, by_program))
            .unwrap_or_default()
    }
}

fn told(
    entry: &entry::Model,
    act: Act,
    reasons: &HashMap<i64, String>,
    presented: &Presented<'_>,
) -> HistoryItem {
    HistoryItem {
        at: entry.at,
        kind: entry.kind.clone(),
        actor: act.side,
        name: act.id.and_then(|id| presented.accounts.get(&id)).map(|account| account.name.clone()),
        text: reasons.get(&entry.seq).cloned(),
        cause: act.cause,
        stage: act.stage,
        moved: act.moved,
    }
}

/// Who an entry says did it.
struct Act {
    id: Option<Uuid>,
    side: HistorySide,
    cause: Option<String>,
    stage: Option<Stage>,
    moved: Option<HistoryMove>,
}

fn act_of(entry: &entry::Model) -> Act {
    let body: Value = serde_json::from_slice(&entry.bytes).unwrap_or_default();
    let (actor, data) = (&body["actor"], &body["data"]);
    let side = match actor["role"].as_str() {
        Some("member" | "agent" | "traveller") => HistorySide::Booker,
        Some("program") | None => HistorySide::System,
        Some(_) => HistorySide::Officer,
    };
    Act {
        id: actor["id"].as_str().and_then(|id| id.parse().ok()),
        side,
        cause: data["cause"].as_str().map(str::to_owned),
        stage: serde_json::from_value(data["stage"].clone()).ok(),
        moved: serde_json::from_value::<Moved>(data["moved"].clone())
            .ok()
            .map(|Moved { was, is }| HistoryMove { was: was.starts_at, is: is.starts_at }),
    }
}
