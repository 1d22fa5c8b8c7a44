//! What stands around bookings when they are shown: names beside ids, the session at a glance, what
//! else is at the same time. Read once for all rows.

use crate::auth::entities::{account, enterprise};
use crate::auth::{self, Actor, Right};
use crate::booking::model::state::{
    self, Action, REOPEN_WITHIN, Side, expired_because, join_window, may_join, shown_state,
};
use crate::booking::model::{answers, display_reference, steps};
use crate::booking::service::Booking;
use crate::booking::service::stage_officers::can_be_handed_over;
use crate::booking::service::waiting::SessionGlance;
use crate::booking::store::desks::{self, Duty};
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState, Channel};
use crate::booking::store::{appointments, read};
use crate::booking::wire::dto::{
    BookedStageDto, BookingDto, Can, EnterpriseRef, OfficerRef, OverlapDto, OverlapOf, ServiceRef, VenueRef,
};
use crate::directory::ServiceInfo;
use crate::directory::entities::service::ServiceKind;
use crate::directory::model::terms::OverlapRule;
use crate::http::Problem;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// What the rows are shown with.
pub(super) struct Presented<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub accounts: HashMap<Uuid, account::Model>,
    pub services: HashMap<Uuid, Arc<ServiceInfo>>,
    enterprises: HashMap<Uuid, enterprise::Model>,
    sessions: HashMap<Uuid, SessionGlance>,
    /// Bookings that may be at the same time as one of the rows.
    neighbours: Vec<Duty>,
    /// The stages of the rows that have some, in order.
    stages: HashMap<Uuid, Vec<appointment::Model>>,
}

impl Booking {
    /// Reads what `rows` are shown with, and the names of `others`.
    pub(super) async fn present<'a>(
        &self,
        actor: &'a Actor,
        rows: &[booking::Model],
        others: &[Uuid],
    ) -> Result<Presented<'a>, Problem> {
        let now = self.0.clock.now();
        let neighbours = self.neighbours(actor, rows, now).await?;
        let enterprises = distinct(rows.iter().filter_map(|row| row.enterprise_id));
        let mut services = HashMap::new();
        for id in
            distinct(rows.iter().chain(neighbours.iter().map(|one| &one.booking)).map(|row| row.service_id))
        {
            services.insert(id, self.info(id).await?);
        }
        let video = |row: &&booking::Model| {
            services.get(&row.service_id).is_some_and(|info| info.row.kind == ServiceKind::Video)
        };
        let met =
            |row: &&booking::Model| matches!(row.state, BookingState::Accepted | BookingState::CheckedIn);
        let calls: Vec<Uuid> = rows.iter().filter(video).filter(met).map(|row| row.id).collect();
        let sessions = match self.0.waiting_room.get() {
            Some(room) if !calls.is_empty() => room.glances(&calls).await?,
            _ => HashMap::new(),
        };
        let has_stages =
            |row: &&booking::Model| services.get(&row.service_id).is_some_and(|info| !info.stages.is_empty());
        let staged: Vec<Uuid> = rows.iter().filter(has_stages).map(|row| row.id).collect();
        let found = match staged.is_empty() {
            true => Vec::new(),
            false => appointments::of(self.0.db.reader(), staged).await?,
        };
        let people = rows.iter().flat_map(|row| [Some(row.account_id), row.officer_id]).flatten();
        let holders = found.iter().filter_map(|one| one.officer_id);
        let accounts = distinct(people.chain(holders).chain(others.iter().copied()));
        Ok(Presented {
            stages: by_booking(found),
            actor,
            now,
            accounts: auth::ask::accounts(self.0.db.reader(), &accounts).await?,
            enterprises: auth::ask::enterprises(self.0.db.reader(), &enterprises).await?,
            services,
            sessions,
            neighbours,
        })
    }

    /// Of the bookers and their enterprises what is live, of an officer what they have accepted or hold a stage of, around
    /// the rows.
    async fn neighbours(
        &self,
        actor: &Actor,
        rows: &[booking::Model],
        now: DateTime<Utc>,
    ) -> Result<Vec<Duty>, Problem> {
        let live = || rows.iter().filter(|row| state::is_live(row, now));
        let (Some(from), Some(to)) =
            (live().map(|row| row.starts_at).min(), live().map(|row| row.ends_at).max())
        else {
            return Ok(Vec::new());
        };
        let conn = self.0.db.reader();
        if actor.has(Right::HandleBookings) {
            return Ok(desks::duties(conn, actor.account_id, from, to).await?);
        }
        let bookers = distinct(live().map(|row| row.account_id));
        let enterprises = distinct(live().filter_map(|row| row.enterprise_id));
        let found = read::of_bookers_between(conn, &bookers, &enterprises, from, to).await?;
        Ok(found.into_iter().filter(|row| state::is_live(row, now)).map(Duty::whole).collect())
    }
}

impl<'a> Presented<'a> {
    /// Of the caller's own booking, when there is nothing else at the time and no session can be open.
    pub fn alone(
        actor: &'a Actor,
        now: DateTime<Utc>,
        info: Arc<ServiceInfo>,
        appointments: Vec<appointment::Model>,
    ) -> Self {
        Self {
            actor,
            now,
            accounts: HashMap::new(),
            services: HashMap::from([(info.row.id, info)]),
            enterprises: HashMap::new(),
            sessions: HashMap::new(),
            neighbours: Vec::new(),
            stages: by_booking(appointments),
        }
    }

    fn booker_name(&self, row: &booking::Model) -> Option<String> {
        match self.accounts.get(&row.account_id) {
            Some(account) => Some(account.name.clone()),
            None => (row.account_id == self.actor.account_id).then(|| self.actor.name.clone()),
        }
    }

    fn enterprise(&self, id: Uuid) -> Option<EnterpriseRef> {
        match self.enterprises.get(&id) {
            Some(row) => Some(EnterpriseRef { id, name: row.name.clone() }),
            None => {
                let own = self.actor.enterprise.as_ref().filter(|own| own.id == id)?;
                Some(EnterpriseRef { id, name: own.name.clone() })
            }
        }
    }

    /// A booking as the caller sees it; none if its service is gone.
    pub fn show(&self, row: &booking::Model) -> Option<BookingDto> {
        let now = self.now;
        let info = self.services.get(&row.service_id)?;
        let officer = row.officer_id.and_then(|id| self.accounts.get(&id));
        let kind = info.row.kind;
        let state = shown_state(row, now);
        let can = self.can(row, kind);
        let video = kind == ServiceKind::Video;
        let asked = info.spec.every_field();
        Some(BookingDto {
            id: row.id,
            reference: display_reference(&row.reference),
            state,
            channel: row.channel,
            kind,
            service: ServiceRef { id: row.service_id, code: info.row.code.clone(), name: info.name() },
            venue: VenueRef { name: info.venue_name(), zone: info.zone.name().to_owned() },
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            stages: self.stages(row),
            hold_expires_at: row.hold_expires_at.filter(|_| row.state == BookingState::Held),
            enterprise: row.enterprise_id.and_then(|id| self.enterprise(id)),
            booker_name: row.contact_name.clone().or_else(|| self.booker_name(row)).unwrap_or_default(),
            topic: answers::topic(kind, &asked, &row.fields),
            about: answers::summary(&asked, &row.fields),
            officer: officer.map(officer_ref),
            reason: row.reason.clone(),
            expired_because: expired_because(row, now),
            can,
            reopen_until: can.reopen.then_some(row.updated_at + REOPEN_WITHIN),
            people: row.people.unwrap_or(1),
            needs_decision: info.row.needs_decision,
            next_steps: steps::next_steps(kind, info.row.needs_decision, state),
            join_from: video.then(|| join_window(row).0),
            join_until: video.then(|| join_window(row).1),
            session: self.sessions.get(&row.id).copied(),
            overlaps: self.overlaps(row),
            created_at: row.created_at,
            updated_at: row.updated_at,
            explain_by: row.explain_by,
            explanation: row.explanation.clone(),
            explained_at: row.explained_at,
        })
    }

    /// What the caller can do: asked of the table that decides, and of the session.
    fn can(&self, row: &booking::Model, kind: ServiceKind) -> Can {
        let office = self.actor.has(Right::HandleBookings);
        let side = if office { Side::Officer } else { Side::Booker };
        let may = |action| state::step(row, action, side, self.now).is_ok();
        let session = self.sessions.get(&row.id);
        let mut stages = self.stages.get(&row.id).into_iter().flatten();
        let is_under_way = stages.any(appointment::Model::is_under_way);
        // Officers cancel what they took for somebody.
        let cancels = state::step(row, Action::Cancel, Side::Booker, self.now).is_ok();
        Can {
            request: may(Action::Request),
            cancel: match office {
                true => row.channel != Channel::Online && cancels,
                false => cancels,
            },
            reschedule: may(Action::Reschedule),
            join: may_join(row, kind, self.now),
            accept: may(Action::Accept),
            refuse: may(Action::Refuse),
            check_in: may(Action::CheckIn),
            complete: may(Action::Complete) && !session.is_some_and(SessionGlance::is_open) && !is_under_way,
            no_show: may(Action::NoShow) && !session.is_some_and(SessionGlance::somebody_came),
            reopen: may(Action::Reopen),
            explain: !office && row.explain_by.is_some() && row.explained_at.is_none(),
            book_again: !office && self.actor.has(Right::Book) && !state::is_live(row, self.now),
        }
    }

    fn stages(&self, row: &booking::Model) -> Vec<BookedStageDto> {
        let of = self.stages.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let is_office = self.actor.has(Right::HandleBookings);
        let is_settled = !matches!(row.state, BookingState::Held | BookingState::Requested);
        let known = self.services.get(&row.service_id).map(|info| info.stages.as_slice()).unwrap_or_default();
        let told = |appointment: &appointment::Model| {
            let officer = appointment.officer_id.and_then(|id| self.accounts.get(&id));
            let has_others =
                known.iter().any(|one| Some(one.row.stage) == appointment.stage && !one.officers.is_empty());
            Some(BookedStageDto {
                stage: appointment.stage?,
                site: appointment.site,
                starts_at: appointment.starts_at,
                ends_at: appointment.ends_at,
                began_at: appointment.began_at,
                ended_at: appointment.ended_at,
                officer: officer.filter(|_| is_office).map(officer_ref),
                badge_no: officer.filter(|_| is_office || is_settled).and_then(|one| one.badge_no.clone()),
                can_hand_over: is_office && has_others && can_be_handed_over(row, appointment),
            })
        };
        of.iter().filter_map(told).collect()
    }

    /// What else is at the time. Bookers read of it unless the service says that it is fine.
    fn overlaps(&self, row: &booking::Model) -> Vec<OverlapDto> {
        let is_office = self.actor.has(Right::HandleBookings);
        let is_fine = |info: &Arc<ServiceInfo>| info.spec.terms.overlap == OverlapRule::Allowed;
        let is_fine = !is_office && self.services.get(&row.service_id).is_some_and(is_fine);
        if is_fine || !state::is_live(row, self.now) {
            return Vec::new();
        }
        let overlap = |other: &Duty| {
            let meets = other.starts_at < row.ends_at && row.starts_at < other.ends_at;
            let whose = self.whose(row, &other.booking).filter(|_| other.booking.id != row.id && meets)?;
            Some(OverlapDto {
                id: other.booking.id,
                whose,
                reference: display_reference(&other.booking.reference),
                state: shown_state(&other.booking, self.now),
                service: self.services.get(&other.booking.service_id)?.name(),
                starts_at: other.starts_at,
                ends_at: other.ends_at,
            })
        };
        self.neighbours.iter().filter_map(overlap).collect()
    }

    /// Whose another booking is, beside one that is shown; none if that is nothing to its reader.
    fn whose(&self, row: &booking::Model, other: &booking::Model) -> Option<OverlapOf> {
        if self.actor.has(Right::HandleBookings) {
            return Some(OverlapOf::Officer);
        }
        let is_own = other.account_id == self.actor.account_id;
        let is_of_enterprise = other.enterprise_id.is_some() && other.enterprise_id == row.enterprise_id;
        match other.account_id == row.account_id {
            // What a colleague has booked for themselves alone is theirs.
            true => (is_own || is_of_enterprise).then_some(OverlapOf::Booker),
            false => is_of_enterprise.then_some(OverlapOf::Colleague),
        }
    }
}

fn officer_ref(officer: &account::Model) -> OfficerRef {
    OfficerRef { id: officer.id, name: officer.name.clone(), badge_no: officer.badge_no.clone() }
}

fn by_booking(found: Vec<appointment::Model>) -> HashMap<Uuid, Vec<appointment::Model>> {
    let mut stages: HashMap<Uuid, Vec<appointment::Model>> = HashMap::new();
    for appointment in found.into_iter().filter(|appointment| appointment.stage.is_some()) {
        stages.entry(appointment.booking_id).or_default().push(appointment);
    }
    stages
}

fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
