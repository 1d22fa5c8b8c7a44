//! Use cases.

mod due;
mod kept;
mod read;
mod remove;
mod upload;

pub use due::FormDue;
pub use read::{Given, Item, Listed, Listing};
pub use upload::NewDocument;

use crate::auth::{Actor, Right};
use crate::base::clock::Clock;
use crate::base::keyring::Keyring;
use crate::booking::entities::booking::{self, BookingState};
use crate::booking::log::AGAINST_TERMS;
use crate::booking::model::state;
use crate::booking::{Booking, Papers};
use crate::db::live::{Live, Topic};
use crate::db::{Db, Tx};
use crate::directory::model::documents::DocumentSpec;
use crate::directory::{Directory, ServiceInfo};
use crate::documents::log::DocumentEntry;
use crate::documents::model::{Side, is_open, missing};
use crate::documents::store;
use crate::documents::words;
use crate::evidence;
use crate::http::Problem;
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use uuid::Uuid;

/// So many files are on their way to us at a time, and as many from us, each in memory as far as it has come.
const IN_HAND: usize = 12;
/// So many of them are looked at, or opened, at a time.
const AT_WORK: usize = 2;
/// Whoever finds all of that taken waits so long for a turn, and is then told to come again.
const TURN_WITHIN: Duration = Duration::from_secs(5);
/// After so many seconds.
const AGAIN: u32 = 5;

/// The feature. Cheap to clone.
#[derive(Clone)]
pub struct Documents(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    directory: Directory,
    booking: Booking,
    keyring: Keyring,
    live: Live,
    coming: Arc<Semaphore>,
    going: Arc<Semaphore>,
    /// How many files somebody sends at the moment.
    sending: Mutex<HashMap<Uuid, usize>>,
    work: Semaphore,
}

impl Documents {
    pub fn new(
        db: Db,
        clock: Clock,
        directory: Directory,
        booking: Booking,
        keyring: Keyring,
        live: Live,
    ) -> Self {
        let [coming, going] = [(); 2].map(|()| Arc::new(Semaphore::new(IN_HAND)));
        let (sending, work) = (Mutex::default(), Semaphore::new(AT_WORK));
        Self(Arc::new(Inner { db, clock, directory, booking, keyring, live, coming, going, sending, work }))
    }

    /// A booking for whoever changes its documents.
    async fn changed_by(&self, actor: &Actor, booking: Uuid) -> Result<(booking::Model, Side), Problem> {
        let row = self.0.booking.find_for(actor, booking).await?;
        let side = if actor.has(Right::HandleBookings) { Side::Office } else { Side::Booker };
        Ok((row, side))
    }

    async fn info(&self, row: &booking::Model) -> Result<Arc<ServiceInfo>, Problem> {
        self.0.directory.service(row.service_id).await?.ok_or_else(Problem::not_found)
    }

    /// Locks a booking for the rest of a transaction, and refuses where this side changes nothing any more.
    async fn lock(&self, tx: &Tx, id: Uuid, side: Side) -> Result<booking::Model, Problem> {
        Booking::lock(tx, id).await?;
        let row = crate::booking::ask::booking(tx.conn(), id).await?.ok_or_else(Problem::not_found)?;
        self.refuse_closed(&row, side)?;
        Ok(row)
    }

    fn refuse_closed(&self, row: &booking::Model, side: Side) -> Result<(), Problem> {
        let may = match side {
            Side::Booker => is_open(row.state) && state::lapse(row, self.0.clock.now()).is_none(),
            // The data follow an emergency, also when it has been dealt with.
            Side::Office => !matches!(row.state, BookingState::Held | BookingState::Expired),
        };
        if may { Ok(()) } else { Err(words::closed()) }
    }

    fn tell_office(&self, tx: &Tx) {
        let live = self.0.live.clone();
        tx.after_commit(move || live.tell(Topic::Day));
    }
}

/// Whether a service's documents are nobody's but their booker's and the office's.
fn is_sensitive(info: &ServiceInfo) -> bool {
    info.spec.is_ever_sensitive()
}

/// Whether an officer booked it against the terms.
async fn is_against_terms(conn: &impl ConnectionTrait, booking: Uuid) -> Result<bool, DbErr> {
    Ok(!evidence::ask::entries_of_kinds(conn, [booking], &[AGAINST_TERMS]).await?.is_empty())
}

#[async_trait::async_trait]
impl Papers for Documents {
    async fn missing(&self, tx: &Tx, info: &ServiceInfo, booking: Uuid) -> Result<Vec<DocumentSpec>, DbErr> {
        let rows = store::of_booking(tx.conn(), booking).await?;
        Ok(missing(info.spec.required_uploads(), &rows).into_iter().cloned().collect())
    }

    fn shows_booker(&self, bytes: &[u8], by_program: bool) -> Option<bool> {
        evidence::shown::<DocumentEntry>(bytes, by_program)
    }
}

/// A turn of a file to be in memory, for as long as this is kept.
async fn turn(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    match timeout(TURN_WITHIN, Arc::clone(of).acquire_owned()).await {
        Ok(turn) => turn.map_err(|_| Problem::for_panic()),
        Err(_) => Err(words::busy(AGAIN)),
    }
}
