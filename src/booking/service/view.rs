//! Bookings as somebody sees them: names beside ids, what can be done, what happened.

use super::{Booking, scope_of};
use crate::auth::{Actor, Right};
use crate::booking::dto::{
    BookingDetailDto, BookingDto, Can, EnterpriseRef, HistoryItem, HistorySide, OfficeDayDto, OfficerRef,
    ServiceRef, VenueRef,
};
use crate::booking::mails::{self, News};
use crate::booking::model::state::{self, Action, Side, join_window, may_join, shown_state};
use crate::booking::model::{display_reference, reference::parse_reference, slots};
use crate::booking::store::read::{self, Place, View};
use crate::directory::{ServiceInfo, office};
use crate::entity::booking::{self, BookingState};
use crate::entity::service::ServiceKind;
use crate::entity::{account, enterprise, entry};
use crate::http::Problem;
use crate::notify::Method;
use crate::text::Language;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Most bookings on one sheet of the office's day.
const DAY_LIMIT: u64 = 500;
/// Most undecided requests beside it.
const UNDECIDED_LIMIT: u64 = 100;

/// What the rows are shown with, read once for all of them.
struct Names {
    accounts: HashMap<Uuid, account::Model>,
    enterprises: HashMap<Uuid, enterprise::Model>,
    services: HashMap<Uuid, Arc<ServiceInfo>>,
}

impl Booking {
    /// A booking as `actor` sees it.
    pub async fn show(&self, actor: &Actor, row: booking::Model) -> Result<BookingDto, Problem> {
        let names = self.names(std::slice::from_ref(&row), &[]).await?;
        names.show(actor, &row, self.0.clock.now()).ok_or_else(Problem::not_found)
    }

    /// One page of `actor`'s bookings, and one row more to show that there is another page.
    pub async fn list(
        &self,
        actor: &Actor,
        view: View,
        after: Option<Place>,
        limit: u64,
    ) -> Result<Vec<BookingDto>, Problem> {
        // The office has its day; there is no list of everybody's bookings.
        actor.may(Right::Book)?;
        let now = self.0.clock.now();
        let scope = scope_of(actor)?;
        let rows = read::list(self.0.db.reader(), scope, view, now, after, limit).await?;
        let names = self.names(&rows, &[]).await?;
        Ok(rows.iter().filter_map(|row| names.show(actor, row, now)).collect())
    }

    /// A booking by what somebody read out; what cannot be a reference is not looked for.
    pub async fn by_reference(&self, actor: &Actor, spoken: &str) -> Result<BookingDto, Problem> {
        let scope = scope_of(actor)?;
        let reference = parse_reference(spoken).ok_or_else(Problem::not_found)?;
        let row = read::by_reference(self.0.db.reader(), scope, &reference).await?;
        self.show(actor, row.ok_or_else(Problem::not_found)?).await
    }

    /// A booking with form and history.
    pub async fn detail(&self, actor: &Actor, id: Uuid) -> Result<BookingDetailDto, Problem> {
        let row = self.find_for(actor, id).await?;
        let mut details = self.details(actor, vec![row], self.0.clock.now()).await?;
        details.pop().ok_or_else(Problem::not_found)
    }

    /// The office's day: today's, if no date is given.
    pub async fn day(&self, actor: &Actor, date: Option<NaiveDate>) -> Result<OfficeDayDto, Problem> {
        actor.may(Right::HandleBookings)?;
        let now = self.0.clock.now();
        let zone = office().zone;
        let date = date.unwrap_or_else(|| slots::local_date(zone, now));
        let (from, to) = slots::day_bounds(zone, date).ok_or_else(|| {
            Problem::invalid("date", "bad_date", "没有这一天的安排。", "There is no sheet for that date.")
        })?;
        let conn = self.0.db.reader();
        let rows = read::starting(conn, from, to, DAY_LIMIT).await?;
        let undecided = read::undecided(conn, UNDECIDED_LIMIT).await?;
        let mut bookings = self.details(actor, rows, now).await?;
        let mut undecided = self.details(actor, undecided, now).await?;
        for detail in bookings.iter_mut().chain(&mut undecided) {
            if let Some(info) = self.0.directory.service(detail.booking.service.id).await? {
                mask_sensitive(&info, &mut detail.fields);
            }
        }
        let calendar = self.0.directory.calendar().await?;
        let waiting = match self.0.waiting_room.get() {
            Some(room) => room.waiting().await?,
            None => Vec::new(),
        };
        let (kind, name) = (calendar.class(date), calendar.name(date).map(str::to_owned));
        Ok(OfficeDayDto { date, kind, name, now, bookings, undecided, waiting })
    }

    /// The appointment as a calendar file.
    pub async fn calendar_file(
        &self,
        actor: &Actor,
        id: Uuid,
        language: Language,
    ) -> Result<String, Problem> {
        let row = self.find_for(actor, id).await?;
        let method = match row.state {
            BookingState::Accepted | BookingState::CheckedIn | BookingState::Completed => Method::Request,
            // Only what had been an appointment can be taken out of a calendar.
            BookingState::Cancelled if row.officer_id.is_some() || row.sequence > 1 => Method::Cancel,
            _ => {
                return Err(Problem::conflict(
                    "wrong_state",
                    "预约确认之后才有日历文件。",
                    "There is a calendar file once the booking is confirmed.",
                ));
            }
        };
        let info = self.info(row.service_id).await?;
        let now = self.0.clock.now();
        let news = News { office: &self.0.office, info: &info, row: &row, now, to: None, language };
        Ok(mails::calendar_file(&news, method))
    }

    async fn details(
        &self,
        actor: &Actor,
        rows: Vec<booking::Model>,
        now: DateTime<Utc>,
    ) -> Result<Vec<BookingDetailDto>, Problem> {
        let cases: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        if cases.is_empty() {
            return Ok(Vec::new());
        }
        let conn = self.0.db.reader();
        let entries = read::entries(conn, &cases).await?;
        let reasons: HashMap<(Uuid, i64), String> = read::reasons(conn, &cases)
            .await?
            .into_iter()
            .map(|row| ((row.case_id, row.seq), row.value))
            .collect();
        let acts: Vec<(&entry::Model, Act)> =
            entries.iter().map(|entry| (entry, act_of(entry))).filter(|(_, act)| !act.by_the_way).collect();
        let actors: Vec<Uuid> = acts.iter().filter_map(|(_, act)| act.id).collect();
        let names = self.names(&rows, &actors).await?;
        let mut history: HashMap<Uuid, Vec<HistoryItem>> = HashMap::new();
        for (entry, act) in acts {
            history.entry(entry.case_id).or_default().push(HistoryItem {
                at: entry.at,
                kind: entry.kind.clone(),
                actor: act.side,
                name: act.id.and_then(|id| names.accounts.get(&id)).map(|account| account.name.clone()),
                text: reasons.get(&(entry.case_id, entry.seq)).cloned(),
            });
        }
        let detail = |row: booking::Model| {
            Some(BookingDetailDto {
                booking: names.show(actor, &row, now)?,
                history: history.remove(&row.id).unwrap_or_default(),
                contact_name: row.contact_name,
                contact_mobile: row.contact_mobile,
                fields: row.fields,
            })
        };
        Ok(rows.into_iter().filter_map(detail).collect())
    }

    async fn names(&self, rows: &[booking::Model], others: &[Uuid]) -> Result<Names, Problem> {
        let people = rows.iter().flat_map(|row| [Some(row.account_id), row.officer_id]).flatten();
        let accounts = distinct(people.chain(others.iter().copied()));
        let enterprises = distinct(rows.iter().filter_map(|row| row.enterprise_id));
        let directory = &self.0.directory;
        let mut services = HashMap::new();
        for id in distinct(rows.iter().map(|row| row.service_id)) {
            services.insert(id, self.info(id).await?);
        }
        Ok(Names {
            accounts: directory.accounts(&accounts).await?,
            enterprises: directory.enterprises(&enterprises).await?,
            services,
        })
    }
}

impl Names {
    fn show(&self, actor: &Actor, row: &booking::Model, now: DateTime<Utc>) -> Option<BookingDto> {
        let info = self.services.get(&row.service_id)?;
        let officer = row.officer_id.and_then(|id| self.accounts.get(&id));
        let enterprise = row.enterprise_id.and_then(|id| self.enterprises.get(&id));
        let booker = self.accounts.get(&row.account_id).map(|account| account.name.clone());
        let kind = info.row.kind;
        Some(BookingDto {
            id: row.id,
            reference: display_reference(&row.reference),
            state: shown_state(row, now),
            kind,
            service: ServiceRef { id: row.service_id, code: info.row.code.clone(), name: info.name() },
            venue: VenueRef { name: info.venue_name(), zone: info.zone.name().to_owned() },
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            hold_expires_at: row.hold_expires_at.filter(|_| row.state == BookingState::Held),
            enterprise: enterprise
                .map(|enterprise| EnterpriseRef { id: enterprise.id, name: enterprise.name.clone() }),
            booker_name: row.contact_name.clone().or(booker).unwrap_or_default(),
            officer: officer.map(|officer| OfficerRef {
                id: officer.id,
                name: officer.name.clone(),
                badge_no: officer.badge_no.clone(),
            }),
            reason: row.reason.clone(),
            can: can(actor, row, kind, now),
            join_from: (kind == ServiceKind::Video).then(|| join_window(row).0),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What somebody can do: asked of the table that decides.
fn can(actor: &Actor, row: &booking::Model, kind: ServiceKind, now: DateTime<Utc>) -> Can {
    let side = if actor.has(Right::HandleBookings) { Side::Officer } else { Side::Booker };
    let may = |action| state::step(row, action, side, now).is_ok();
    Can {
        request: may(Action::Request),
        cancel: may(Action::Cancel),
        join: may_join(row, kind, now),
        accept: may(Action::Accept),
        refuse: may(Action::Refuse),
        check_in: may(Action::CheckIn),
        complete: may(Action::Complete),
        no_show: may(Action::NoShow),
    }
}

/// Who an entry says did it.
struct Act {
    id: Option<Uuid>,
    side: HistorySide,
    /// Evidence, but no news of what became of the booking: that an officer sat
    /// down, that a line broke.
    by_the_way: bool,
}

fn act_of(entry: &entry::Model) -> Act {
    let body: Value = serde_json::from_slice(&entry.bytes).unwrap_or_default();
    let actor = &body["actor"];
    let side = match actor["role"].as_str() {
        Some("member" | "agent" | "traveller") => HistorySide::Booker,
        Some("program") | None => HistorySide::System,
        Some(_) => HistorySide::Officer,
    };
    let by_the_way = match entry.kind.as_str() {
        "session.admitted" => body["data"]["role"] == "officer",
        "session.left" => side == HistorySide::System,
        "session.ended" => body["data"]["cause"] == "not_opened",
        _ => false,
    };
    Act { id: actor["id"].as_str().and_then(|id| id.parse().ok()), side, by_the_way }
}

/// Sensitive answers are not for lists; the booking itself shows them.
fn mask_sensitive(info: &ServiceInfo, fields: &mut Value) {
    let Some(fields) = fields.as_object_mut() else { return };
    for spec in info.spec.fields.iter().filter(|spec| spec.sensitive) {
        if let Some(answer) = fields.get_mut(&spec.key).filter(|answer| !answer.is_boolean()) {
            *answer = Value::String("•••".into());
        }
    }
}

fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
