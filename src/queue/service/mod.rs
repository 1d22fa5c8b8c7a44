//! Drawing tickets and calling them.

use crate::auth::{Actor, Right};
use crate::base::clock::Clock;
use crate::base::ids;
use crate::base::local_time::local_date;
use crate::booking::entities::booking::{self, BookingState};
use crate::booking::model::display_reference;
use crate::booking::model::figures::WaitKind;
use crate::booking::{Booking, Wait, Waits};
use crate::db::live::{Live, Topic};
use crate::db::{Db, Tx, is_unique_violation};
use crate::directory::{Directory, ServiceInfo};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::queue::log::QueueEntry;
use crate::queue::model::{self, TicketAction, counter_name, due_at, label, letter};
use crate::queue::store::entities::queue_ticket::{self, TicketState};
use crate::queue::store::{self, Sheet};
use crate::queue::words;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use uuid::Uuid;

/// Two who draw at once want the same number: so often one of them draws anew.
const MOST_DRAWS: u32 = 20;
/// As many called numbers stand on the display, and as many that come next.
const SHOWN: u64 = 8;
/// As many tickets as an officer's sheet holds.
const SHEET: u64 = 300;

/// The feature. Cheap to clone.
#[derive(Clone)]
pub struct Queue(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    directory: Directory,
    booking: Booking,
    live: Live,
}

/// A ticket with what an officer reads beside it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub row: queue_ticket::Model,
    pub reference: String,
    pub service: Option<Arc<ServiceInfo>>,
}

/// What stands on the display of a venue.
#[derive(Clone, Debug)]
pub struct Display {
    pub info: Arc<ServiceInfo>,
    pub now: DateTime<Utc>,
    pub called: Vec<queue_ticket::Model>,
    pub next: Vec<queue_ticket::Model>,
    pub waiting: u64,
}

impl Queue {
    pub fn new(db: Db, clock: Clock, directory: Directory, booking: Booking, live: Live) -> Self {
        Self(Arc::new(Inner { db, clock, directory, booking, live }))
    }

    /// Draws a ticket for a booking whose booker has come, who is checked in with it. Who has one gets the same again.
    pub async fn draw(&self, actor: &Actor, booking: Uuid) -> Result<Listed, Problem> {
        actor.may(Right::HandleBookings)?;
        let seen = self.0.booking.find_for(actor, booking).await?;
        let info = self.0.directory.service(seen.service_id).await?.ok_or_else(Problem::not_found)?;
        let letter = letter(info.row.kind).ok_or_else(words::no_queue)?;
        let mut draws = 0;
        loop {
            let (this, info, of, by) = (self.clone(), info.clone(), seen.clone(), actor.evidence());
            let drawn = self
                .0
                .db
                .write(move |tx| Box::pin(async move { this.draw_in(tx, &of, &info, letter, by).await }));
            match drawn.await {
                Ok(row) => return self.listed(row, &seen).await,
                Err(problem) if problem.is_taken && draws < MOST_DRAWS => draws += 1,
                Err(fault) => return Err(fault.problem),
            }
        }
    }

    async fn draw_in(
        &self,
        tx: &Tx,
        seen: &booking::Model,
        info: &ServiceInfo,
        letter: &str,
        by: evidence::Actor,
    ) -> Result<queue_ticket::Model, Fault> {
        let now = self.0.clock.now();
        Booking::check_in(tx, seen.id, by, None, now).await?;
        if let Some(row) = store::of_booking(tx.conn(), seen.id).await.map_err(Problem::from)? {
            return Ok(row);
        }
        let sheet = Sheet { venue: info.venue.id, date: local_date(info.zone, now) };
        let last = store::last_number(tx.conn(), sheet).await.map_err(Problem::from)?;
        let row = queue_ticket::Model {
            id: ids::new_id(now),
            booking_id: seen.id,
            venue_id: sheet.venue,
            date: sheet.date,
            number: last + 1,
            letter: letter.to_owned(),
            state: TicketState::Waiting,
            counter: None,
            due_at: due_at(seen.starts_at, now),
            drawn_at: now,
            called_at: None,
            times_called: 0,
            first_called_at: None,
        };
        store::insert(tx, row.clone())
            .await
            .map_err(|error| Fault { is_taken: is_unique_violation(&error), problem: error.into() })?;
        let what = QueueEntry::Drawn { ticket: label(&row) };
        let entry = NewEntry::new(seen.id, &what, by, now).row(evidence::made(&row));
        evidence::append(tx, entry).await.map_err(Problem::from)?;
        self.tell_office(tx);
        Ok(row)
    }

    /// The ticket of a booking that somebody may see, and how many are called before it.
    pub async fn of_booking(
        &self,
        actor: &Actor,
        booking: Uuid,
    ) -> Result<(queue_ticket::Model, Option<u64>), Problem> {
        let seen = self.0.booking.find_for(actor, booking).await?;
        let conn = self.0.db.reader();
        let row = store::of_booking(conn, seen.id).await?.ok_or_else(Problem::not_found)?;
        let ahead = match row.state {
            TicketState::Waiting => Some(store::count_ahead(conn, &row).await?),
            _ => None,
        };
        Ok((row, ahead))
    }

    /// Calls whose turn it is to a counter.
    pub async fn call_next(&self, actor: &Actor, venue: &str, counter: &str) -> Result<Listed, Problem> {
        actor.may(Right::HandleBookings)?;
        let counter = counter_name(counter).ok_or_else(words::wrong_counter)?;
        let (sheet, _) = self.today(venue).await?;
        let (this, by) = (self.clone(), actor.evidence());
        let row = self.0.db.write(move |tx| {
            Box::pin(async move {
                let row = store::lock_next(tx, sheet).await?.ok_or_else(words::empty)?;
                this.step(tx, row, TicketAction::Call, Some(counter), by).await
            })
        });
        let row: queue_ticket::Model = row.await?;
        let seen = self.0.booking.find_for(actor, row.booking_id).await?;
        self.listed(row, &seen).await
    }

    /// Calls a ticket (again), or says how it ended: missed, or done, which completes the booking.
    pub async fn act(
        &self,
        actor: &Actor,
        id: Uuid,
        action: TicketAction,
        counter: Option<&str>,
    ) -> Result<Listed, Problem> {
        actor.may(Right::HandleBookings)?;
        let counter = match counter {
            Some(name) => Some(counter_name(name).ok_or_else(words::wrong_counter)?),
            None if action == TicketAction::Call => return Err(words::wrong_counter()),
            None => None,
        };
        let booking = store::by_id(self.0.db.reader(), id).await?.ok_or_else(Problem::not_found)?.booking_id;
        let (this, by, officer) = (self.clone(), actor.evidence(), actor.account_id);
        let row = self.0.db.write(move |tx| {
            Box::pin(async move {
                // The booking before its ticket, as everywhere (ARCHITECTURE.md: the order of locks).
                let state = Booking::lock(tx, booking).await?;
                let row = store::lock(tx, id).await?.ok_or_else(Problem::not_found)?;
                if action == TicketAction::Done && row.state == TicketState::Called {
                    if state != Some(BookingState::Completed) {
                        Booking::refuse_while_a_stage_runs(tx, booking).await?;
                    }
                    Booking::complete(tx, booking, by, Some(officer), this.0.clock.now()).await?;
                }
                this.step(tx, row, action, counter, by).await
            })
        });
        let row: queue_ticket::Model = row.await?;
        let seen = self.0.booking.find_for(actor, row.booking_id).await?;
        self.listed(row, &seen).await
    }

    async fn step(
        &self,
        tx: &Tx,
        before: queue_ticket::Model,
        action: TicketAction,
        counter: Option<String>,
        by: evidence::Actor,
    ) -> Result<queue_ticket::Model, Problem> {
        let now = self.0.clock.now();
        let state = model::step(before.state, action).ok_or_else(words::wrong_state)?;
        let mut row = queue_ticket::Model { state, ..before.clone() };
        if action == TicketAction::Call {
            (row.counter, row.called_at, row.times_called) = (counter, Some(now), before.times_called + 1);
            // Of a ticket that was called before this was kept, nobody knows when.
            row.first_called_at = if before.times_called == 0 { Some(now) } else { before.first_called_at };
        }
        let ticket = label(&row);
        let what = match action {
            TicketAction::Call => QueueEntry::Called {
                ticket,
                counter: row.counter.clone().unwrap_or_default(),
                times: row.times_called,
            },
            TicketAction::Miss => QueueEntry::Missed { ticket },
            TicketAction::Done => QueueEntry::Done { ticket },
        };
        let entry = NewEntry::new(row.booking_id, &what, by, now).row(evidence::changed(&before, &row));
        evidence::append(tx, entry).await?;
        store::update(tx, row.clone()).await?;
        self.tell_office(tx);
        Ok(row)
    }

    /// The open tickets of today at a venue, in the order of calling. For officers.
    pub async fn sheet(&self, actor: &Actor, venue: &str) -> Result<Vec<Listed>, Problem> {
        actor.may(Right::HandleBookings)?;
        let (sheet, _) = self.today(venue).await?;
        let rows = store::of_day(self.0.db.reader(), sheet, SHEET).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.booking_id).collect();
        let bookings: HashMap<Uuid, booking::Model> =
            self.0.booking.find_all(actor, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(seen) = bookings.get(&row.booking_id) {
                listed.push(self.listed(row, seen).await?);
            }
        }
        Ok(listed)
    }

    /// What everybody in the hall may see.
    pub async fn display(&self, venue: &str) -> Result<Display, Problem> {
        let (sheet, info) = self.today(venue).await?;
        let conn = self.0.db.reader();
        Ok(Display {
            now: self.0.clock.now(),
            called: store::called(conn, sheet, SHOWN).await?,
            next: store::next(conn, sheet, SHOWN).await?,
            waiting: store::count_waiting(conn, sheet).await?,
            info,
        })
    }

    /// Today's sheet of a venue at which some service has a queue.
    async fn today(&self, venue: &str) -> Result<(Sheet, Arc<ServiceInfo>), Problem> {
        let services = self.0.directory.services().await?;
        let found = services.iter().find(|info| info.venue.code == venue && letter(info.row.kind).is_some());
        let info = found.cloned().ok_or_else(words::unknown_venue)?;
        let sheet = Sheet { venue: info.venue.id, date: local_date(info.zone, self.0.clock.now()) };
        Ok((sheet, info))
    }

    async fn listed(&self, row: queue_ticket::Model, seen: &booking::Model) -> Result<Listed, Problem> {
        let service = self.0.directory.service(seen.service_id).await?;
        Ok(Listed { row, reference: display_reference(&seen.reference), service })
    }

    fn tell_office(&self, tx: &Tx) {
        let live = self.0.live.clone();
        tx.after_commit(move || live.tell(Topic::Day));
    }
}

#[async_trait::async_trait]
impl Waits for Queue {
    fn kind(&self) -> WaitKind {
        WaitKind::Queue
    }

    async fn ended(&self, within: Range<DateTime<Utc>>) -> Result<Vec<Wait>, DbErr> {
        store::first_called(self.0.db.reader(), within).await
    }
}

/// Why no ticket was drawn.
#[derive(Debug)]
struct Fault {
    problem: Problem,
    /// Somebody drew the number, or for the booking, at the same moment.
    is_taken: bool,
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self { problem, is_taken: false }
    }
}

impl From<sea_orm::DbErr> for Fault {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::from(Problem::from(error))
    }
}

impl crate::db::WriteError for Fault {
    fn store_fault(&self) -> Option<crate::db::StoreFault> {
        self.problem.store_fault()
    }
}
