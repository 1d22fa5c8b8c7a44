//! Connections that write, kept out of their pools for good.
//!
//! `BEGIN`, `COMMIT` and savepoints are spoken as statements. The library's own count of nested transactions goes
//! on counting when the store has rolled everything back by itself (a full disk does that to SQLite), and a pool
//! asks a connection how it does before and after each use: two more ways to PostgreSQL and back. A connection
//! under which something failed for the sake of the store is not trusted again.
//!
//! A line to PostgreSQL can fall silent (a router that forgot it, a machine that lost its power), and the kernel would
//! give it up after a quarter of an hour. Nobody waits for an answer longer than [`ANSWERED_WITHIN`]; the server for
//! its part gives up a transaction that goes on as long without a word, and lets go of what that had locked.

use crate::db::connect::{self, ACQUIRE_WITHIN};
use crate::db::fault;
use sea_orm::error::ConnAcquireErr;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, TransactionTrait};
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many write on PostgreSQL at a time, for each core that this process has: more only wait for one another, and
/// each keeps plans and caches of its own.
const A_CORE: usize = 8;
/// Not fewer and not more than these, whatever the machine.
const AT_ONCE: RangeInclusive<usize> = 12..=32;
/// How many of them are opened at a time.
const DOORS: usize = 4;
/// How long an idle connection is believed to stand.
const BELIEVED_FOR: Duration = Duration::from_secs(1);
/// How long an answer of PostgreSQL is waited for. Statements of use cases take milliseconds, those that wait for
/// others at the same rows a second or two; and a node whose heartbeat met a dead line must beat on another one before
/// the others take it for dead ([`crate::db::nodes::TERM`]).
const ANSWERED_WITHIN: Duration = Duration::from_secs(8);
/// The same for the question whether an idle connection stands, behind which somebody waits who has
/// [`ACQUIRE_WITHIN`] in all.
const STANDS_WITHIN: Duration = Duration::from_millis(600);
/// How long the server goes on with a transaction without a word: whoever is there has given up by then.
const SILENT_FOR: Duration = Duration::from_secs(10);
/// How long a broken connection may take to close before it is left to itself.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// A connection on which statements of any kind are spoken.
pub(super) struct Carrier {
    pool: DatabaseConnection,
    conn: Arc<DatabaseTransaction>,
}

impl Carrier {
    /// Use cases are given a transaction of the library, because that is what queries run on. It is ended
    /// at once underneath; from then on the statements of this module count.
    pub async fn on(pool: DatabaseConnection) -> Result<Self, DbErr> {
        let conn = Arc::new(pool.begin().await?);
        let this = Self { pool, conn };
        this.say("rollback").await?;
        Ok(this)
    }

    pub fn conn(&self) -> Arc<DatabaseTransaction> {
        Arc::clone(&self.conn)
    }

    pub async fn say(&self, statement: &str) -> Result<(), DbErr> {
        answered(&self.conn, self.conn.execute_unprepared(statement)).await.map(drop)
    }

    async fn stands(&self) -> bool {
        let asked = tokio::time::timeout(STANDS_WITHIN, self.say("select 1"));
        asked.await.is_ok_and(|answer| answer.is_ok())
    }

    /// Closes the connection, and with it whatever is open on it.
    pub async fn discard(self) {
        drop(self.conn);
        if tokio::time::timeout(CLOSE_WITHIN, self.pool.close_by_ref()).await.is_err() {
            tracing::warn!("a broken connection to the store did not close");
        }
    }
}

/// What is `asked` on a connection that writes, or that it was not answered. SQLite answers from this machine's own
/// disk: what is begun there has its end.
pub(super) async fn answered<T>(
    conn: &DatabaseTransaction,
    asked: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    if conn.get_database_backend() != DbBackend::Postgres {
        return asked.await;
    }
    tokio::time::timeout(ANSWERED_WITHIN, asked).await.unwrap_or_else(|_| Err(fault::unanswered()))
}

/// The connections that write on PostgreSQL, opened as they are needed.
#[derive(Clone)]
pub(super) struct Carriers(Arc<Inner>);

struct Inner {
    url: String,
    /// How many more may be opened.
    room: Arc<Semaphore>,
    /// How many may be opened at a time: whoever waits takes one that comes back, if that is sooner.
    doors: Semaphore,
    /// One for each that idles.
    free: Semaphore,
    /// The one used last is used next.
    idle: Mutex<Vec<Turn>>,
}

fn at_once() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    (cores * A_CORE).clamp(*AT_ONCE.start(), *AT_ONCE.end())
}

/// A connection for one use case.
pub(super) struct Turn {
    pub carrier: Carrier,
    used: Instant,
    _room: OwnedSemaphorePermit,
}

impl Carriers {
    pub fn new(url: &str) -> Self {
        Self(Arc::new(Inner {
            url: url.to_owned(),
            room: Arc::new(Semaphore::new(at_once())),
            doors: Semaphore::new(DOORS),
            free: Semaphore::new(0),
            idle: Mutex::default(),
        }))
    }

    pub async fn take(&self) -> Result<Turn, DbErr> {
        let taken = async {
            loop {
                if let Some(turn) = self.free_one().await? {
                    return Ok(turn);
                }
            }
        };
        let late = |_| Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout));
        tokio::time::timeout(ACQUIRE_WITHIN, taken).await.unwrap_or_else(late)
    }

    /// One that idles, or that comes to idle. None: it does not stand or is gone, or another was opened meanwhile.
    async fn free_one(&self) -> Result<Option<Turn>, DbErr> {
        let closed = |_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed);
        if let Ok(free) = self.0.free.try_acquire() {
            free.forget();
            return Ok(self.standing().await);
        }
        tokio::select! {
            biased;
            free = self.0.free.acquire() => {
                free.map_err(closed)?.forget();
                Ok(self.standing().await)
            }
            opened = self.open_one() => opened.map(|()| None),
        }
    }

    async fn standing(&self) -> Option<Turn> {
        let turn = self.idle().pop()?;
        if turn.used.elapsed() < BELIEVED_FOR || turn.carrier.stands().await {
            return Some(turn);
        }
        // Those that idle as long went with it, as a rule. Whoever waits for a connection does not wait for their end.
        let idle = |other: &mut Turn| other.used.elapsed() >= BELIEVED_FOR;
        let gone: Vec<Turn> = self.idle().extract_if(.., idle).collect();
        for turn in gone.into_iter().chain([turn]) {
            tokio::spawn(turn.carrier.discard());
        }
        None
    }

    /// Opens one more, when there is room. Whoever does not wait for it any more leaves it to the others.
    async fn open_one(&self) -> Result<(), DbErr> {
        let closed = |_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed);
        let _door = self.0.doors.acquire().await.map_err(closed)?;
        let room = Arc::clone(&self.0.room).acquire_owned().await.map_err(closed)?;
        let this = self.clone();
        let opened = tokio::spawn(async move {
            let carrier = tokio::time::timeout(ANSWERED_WITHIN, this.opened()).await;
            let carrier = carrier.unwrap_or_else(|_| Err(fault::unanswered()))?;
            this.give_back(Turn { carrier, used: Instant::now(), _room: room });
            Ok(())
        });
        opened.await.unwrap_or_else(|_| Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)))
    }

    async fn opened(&self) -> Result<Carrier, DbErr> {
        let carrier = Carrier::on(connect::postgres_now(&self.0.url).await?).await?;
        // Keys decide in what is asked here, whatever the values: a plan made once is as good as one made anew.
        let settings = format!(
            "set plan_cache_mode = force_generic_plan; set idle_in_transaction_session_timeout = {}",
            SILENT_FOR.as_millis()
        );
        carrier.say(&settings).await?;
        Ok(carrier)
    }

    pub fn give_back(&self, turn: Turn) {
        self.idle().push(Turn { used: Instant::now(), ..turn });
        self.0.free.add_permits(1);
    }

    /// Others may have gone with it: none is believed any more that idles now.
    pub async fn discard(&self, turn: Turn) {
        let now = Instant::now();
        let old = now.checked_sub(BELIEVED_FOR).unwrap_or(now);
        self.idle().iter_mut().for_each(|other| other.used = old);
        turn.carrier.discard().await;
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Turn>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
