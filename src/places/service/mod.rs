//! Places as the store has them, and the memory of what is free.

use crate::auth;
use crate::base::clock::Clock;
use crate::base::local_time::local_date;
use crate::db::{Db, Tx, jobs};
use crate::directory::ask::{self, Numbering};
use crate::directory::entities::resource::CellKind;
use crate::places::jobs::PlacesFreed;
use crate::places::model::boards::{Board, Boards, Change, Replaced, Taken};
use crate::places::model::cells;
use crate::places::store;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use sea_orm::sea_query::SelectStatement;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

/// How often cells are read that are changed meanwhile.
const LOOKS: usize = 10;

/// The feature. Cheap to clone; clones share the memory of free places.
#[derive(Clone)]
pub struct Places(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    boards: Boards,
    /// The hour in which places gone by were forgotten last.
    tidied: AtomicI64,
}

impl Places {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self(Arc::new(Inner { db, clock, boards: Boards::default(), tidied: AtomicI64::new(0) }))
    }

    /// Looks at two resources (a place and its quota) at one moment, for any number of questions.
    pub fn look<T>(&self, resources: [Option<Uuid>; 2], ask: impl FnOnce([&Board; 2]) -> T) -> T {
        self.0.boards.look(resources, ask)
    }

    /// Looks at any number of resources at one moment.
    pub fn look_at<T>(&self, resources: &[Uuid], ask: impl FnOnce(&[&Board]) -> T) -> T {
        self.0.boards.look_at(resources, ask)
    }

    /// Takes cells, each for its owner, in the store now and in memory once that is durable. A unique violation says
    /// that somebody was faster.
    pub fn occupy(&self, tx: &Tx, owned: &[(Uuid, Vec<Taken>)]) {
        store::occupy(tx, owned);
        let taken: Vec<Taken> = owned.iter().flat_map(|(_, taken)| taken.iter().copied()).collect();
        self.follow(tx, self.0.boards.taking(taken));
    }

    /// Gives all cells of some owners (a query of ids) back, in the store now and in memory once that is durable. Who
    /// watches them is told by a job.
    pub async fn vacate(&self, tx: &Tx, owners: SelectStatement) -> Result<(), DbErr> {
        let freed = store::vacate(tx, owners).await?;
        // In order by resource.
        for of_one in freed.chunk_by(|(a, _), (b, _)| a.resource == b.resource) {
            if let Some((first, true)) = of_one.first() {
                let last = of_one.last().map_or(first.cell, |(last, _)| last.cell);
                let freed =
                    PlacesFreed { resource: first.resource, from_cell: first.cell, to_cell: last + 1 };
                jobs::enqueue(tx, self.0.clock.now(), &freed).await?;
            }
        }
        let freed = freed.into_iter().map(|(taken, _)| taken).collect();
        self.follow(tx, self.0.boards.giving_back(freed));
        Ok(())
    }

    /// Gives back what an owner has of one resource, and keeps the rest.
    pub async fn release(&self, tx: &Tx, owner: Uuid, resource: Uuid) -> Result<(), DbErr> {
        let freed = store::release(tx, owner, resource).await?;
        self.follow(tx, self.0.boards.giving_back(freed));
        Ok(())
    }

    /// Memory has a change once it is durable.
    fn follow(&self, tx: &Tx, change: Change) {
        let places = self.clone();
        tx.after_commit(move || places.0.boards.apply(change));
    }

    /// Somebody (an id) wants to hear of places of a resource that come free.
    pub async fn watch(&self, tx: &Tx, resource: Uuid, watcher: Uuid) -> Result<(), DbErr> {
        store::watch(tx, resource, watcher).await
    }

    /// They do not any more.
    pub async fn unwatch(&self, tx: &Tx, watcher: Uuid) -> Result<(), DbErr> {
        store::unwatch(tx, watcher).await
    }

    /// Has those look who watch a resource, whether or not something came free.
    pub async fn have_looked_at(&self, tx: &Tx, resource: Uuid) -> Result<(), DbErr> {
        let look = PlacesFreed { resource, from_cell: 0, to_cell: 0 };
        jobs::enqueue(tx, self.0.clock.now(), &look).await
    }

    /// Fills memory from the store, before anything is taken or given back.
    pub async fn load(&self) -> Result<(), DbErr> {
        self.0.boards.fill(self.read().await?);
        Ok(())
    }

    /// All that is taken and still matters.
    async fn read(&self) -> Result<Vec<Taken>, DbErr> {
        let conn = self.0.db.reader();
        let now = self.0.clock.now();
        let mut taken = Vec::new();
        for resource in ask::resources(conn).await? {
            let first = first_cell(&resource, now);
            taken.extend(store::occupied_since(conn, [resource.resource], first).await?);
        }
        // Whose time is taken as a place is: what a person is called by is their account.
        let staff = auth::ask::staff(conn).await?.into_iter().map(|one| one.id);
        taken.extend(store::occupied_since(conn, staff, first_cell_of_person(now)).await?);
        Ok(taken)
    }

    /// Tells `forward` which cells of which resource were changed, so that other processes look again.
    pub fn forward(&self, forward: impl Fn(Uuid, i64, i64) + Send + Sync + 'static) {
        self.0.boards.forward(move |resource, cells| forward(resource, cells.start, cells.end));
    }

    /// Reads some cells of a resource anew: another process changed them.
    pub async fn look_again(&self, resource: Uuid, cells: Range<i64>) -> Result<(), DbErr> {
        for _ in 0..LOOKS {
            let count = self.0.boards.changes();
            let taken = store::occupied_in(self.0.db.reader(), resource, &cells).await?;
            if self.0.boards.replace(resource, &cells, &taken, count) != Replaced::Changed {
                return Ok(());
            }
        }
        // Whoever changes them so often tells of it each time.
        Ok(())
    }

    /// Fills memory anew while places are taken and given back: what changes meanwhile stays as memory has it, and is
    /// looked at once more.
    pub async fn reload(&self) -> Result<(), DbErr> {
        for _ in 0..LOOKS {
            let count = self.0.boards.changes();
            let Some(spans) = self.0.boards.refill(self.read().await?, count) else { continue };
            for (resource, cells) in spans {
                self.look_again(resource, cells).await?;
            }
            return Ok(());
        }
        Err(DbErr::Custom("places change faster than they can be read".to_owned()))
    }

    /// Once an hour forgets places gone by.
    pub async fn tidy(&self) -> Result<(), DbErr> {
        let now = self.0.clock.now();
        let hour = now.timestamp().div_euclid(3600);
        if self.0.tidied.swap(hour, Ordering::Relaxed) == hour {
            return Ok(());
        }
        for resource in ask::resources(self.0.db.reader()).await? {
            self.0.boards.forget_before(resource.resource, first_cell(&resource, now));
        }
        for one in auth::ask::staff(self.0.db.reader()).await? {
            self.0.boards.forget_before(one.id, first_cell_of_person(now));
        }
        Ok(())
    }
}

/// So far back covers every zone and clocks that differ a bit.
const STILL_MATTERS: TimeDelta = TimeDelta::days(2);

fn first_cell_of_person(now: DateTime<Utc>) -> i64 {
    let at = now - STILL_MATTERS;
    cells::of_person(&(at..at)).start
}

/// The first cell that still matters.
fn first_cell(resource: &Numbering, now: DateTime<Utc>) -> i64 {
    let at = now - STILL_MATTERS;
    let zone = resource.zone.parse().unwrap_or(chrono_tz::UTC);
    match resource.cell {
        CellKind::Grid => cells::of_span(i64::from(resource.grid_minutes), &(at..at)).start,
        CellKind::Day => cells::of_day(local_date(zone, at)).start,
    }
}
