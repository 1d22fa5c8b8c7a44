//! What a use case works on: its transaction, what it puts aside, and what is to follow the commit.

use crate::db::aside::{self, Aside};
use crate::db::carrier::answered;
use crate::db::constraint::UniqueKey;
use crate::db::fault;
use crate::db::noted::Noted;
use crate::db::told::Told;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement,
};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

pub(super) type AfterCommit = Box<dyn FnOnce() + Send>;
type Meaning = Box<dyn Fn() -> DbErr + Send + Sync>;

/// A use case's transaction and what is to follow its commit.
///
/// Reads are asked at once. What is [`Tx::put`] aside is written before the next statement or at the end, all of
/// it together. Nothing is begun before something needs it: what reads and then writes with a single statement
/// needs no `BEGIN` and no `COMMIT` on PostgreSQL, and what has written nothing no savepoint in SQLite's group.
pub struct Tx {
    conn: Conn,
    noted: Noted,
    aside: Mutex<Vec<Aside>>,
    /// Written with what is put aside, but nothing reads it: it alone is kept to the end.
    at_last: Mutex<Vec<Aside>>,
    meanings: Mutex<Vec<(UniqueKey, Meaning)>>,
    phase: AtomicU8,
    /// A request waits for its statements.
    is_counted: AtomicBool,
    /// A statement was refused. PostgreSQL takes the `COMMIT` of such a transaction, and keeps nothing.
    is_failed: AtomicBool,
    is_out_of_turn: AtomicBool,
    wakes_workers: AtomicBool,
    after_commit: Mutex<Vec<AfterCommit>>,
    told: Mutex<Vec<Told>>,
}

/// What statements are spoken on.
enum Conn {
    Writer(Arc<DatabaseTransaction>),
    /// Of the pool that reads: nothing is written on it.
    Reader(DatabaseConnection),
}

/// All that a use case writes, ready to be written as one: made ahead of its turn in a group.
pub(super) struct Ready {
    /// None: it writes nothing.
    statement: Option<Statement>,
    meanings: Vec<(UniqueKey, Meaning)>,
    after_commit: Vec<AfterCommit>,
    is_counted: bool,
}

/// Where a use case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// On a connection of its own, without a transaction.
    Idle,
    /// In a transaction of its own.
    Open,
    /// All was written by one statement, which is durable.
    Kept,
    /// In the transaction of a group, and has written nothing.
    Apart,
    /// In the transaction of a group, behind a savepoint.
    Set,
    /// The same, with all written and no savepoint any more.
    Released,
    /// Reads while others write, and only puts aside.
    Ahead,
}

const SET: &str = "savepoint use_case";
const RELEASE: &str = "release use_case";

impl Tx {
    /// On a connection that nobody else uses.
    pub(super) fn alone(conn: Arc<DatabaseTransaction>, noted: Noted) -> Self {
        Self::new(Conn::Writer(conn), noted, Phase::Idle)
    }

    /// A part of a transaction that others share.
    pub(super) fn in_group(conn: Arc<DatabaseTransaction>, noted: Noted) -> Self {
        Self::new(Conn::Writer(conn), noted, Phase::Apart)
    }

    /// Ahead of its turn: what must see its own writes, or writes more than it puts aside, ends with an error and
    /// [`Tx::is_out_of_turn`].
    pub(super) fn ahead(reader: DatabaseConnection, noted: Noted) -> Self {
        Self::new(Conn::Reader(reader), noted, Phase::Ahead)
    }

    fn new(conn: Conn, noted: Noted, phase: Phase) -> Self {
        Self {
            conn,
            noted,
            aside: Mutex::default(),
            at_last: Mutex::default(),
            meanings: Mutex::default(),
            phase: AtomicU8::new(phase as u8),
            is_counted: AtomicBool::default(),
            is_failed: AtomicBool::default(),
            is_out_of_turn: AtomicBool::default(),
            wakes_workers: AtomicBool::default(),
            after_commit: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// The connection for queries of this transaction.
    pub fn conn(&self) -> &Self {
        self
    }

    /// Puts a write aside: it is sent with others. It may fail only where the whole use case is to fail, and
    /// must not write a row that another one put aside writes too.
    pub fn put(&self, statement: impl Into<Aside>) {
        locked(&self.aside).push(statement.into());
    }

    /// The same, of a row that no query of the use case looks for.
    pub fn put_at_last(&self, statement: impl Into<Aside>) {
        locked(&self.at_last).push(statement.into());
    }

    /// What it means when something put aside violates `key`: the error of whatever statement comes next.
    pub fn on_violation(&self, key: UniqueKey, meaning: impl Fn() -> DbErr + Send + Sync + 'static) {
        locked(&self.meanings).push((key, Box::new(meaning)));
    }

    fn meant(&self, error: DbErr) -> DbErr {
        meant(&locked(&self.meanings), error)
    }

    /// Locks rows, in this order, until the transaction ends: what is counted of theirs stays true. Whoever only
    /// refers to them does not wait. (SQLite has one writer anyway.)
    pub async fn lock_rows(&self, rows: &[(&'static str, Uuid)]) -> Result<(), DbErr> {
        if self.phase() != Phase::Idle && self.phase() != Phase::Open {
            return Ok(());
        }
        self.write_aside(false).await?;
        let mut sql = String::new();
        if self.phase() == Phase::Idle {
            // In one go with the locks. Their ids are the only values, and spell nothing but themselves.
            sql.push_str("begin; ");
            self.now_at(Phase::Open);
        }
        for (table, id) in rows {
            let _ = write!(sql, "select from \"{table}\" where id = '{id}' for no key update; ");
        }
        self.sent();
        self.say(&sql).await
    }

    /// Runs `act` once the transaction is durable, and never if it is rolled back.
    pub fn after_commit(&self, act: impl FnOnce() + Send + 'static) {
        locked(&self.after_commit).push(Box::new(act));
    }

    /// The commit wakes the workers: there is something to do ([`crate::db::jobs`]).
    pub(super) fn wake_workers(&self) {
        self.wakes_workers.store(true, Ordering::Relaxed);
    }

    pub(super) fn wakes_workers(&self) -> bool {
        self.wakes_workers.load(Ordering::Relaxed)
    }

    /// Hands over a row that was written: the next entry tells what it holds.
    pub fn tell(&self, row: Told) {
        let mut told = locked(&self.told);
        // Of a row that is written twice before an entry the last word counts.
        match told.iter_mut().find(|old| old.table == row.table && old.id == row.id) {
            Some(old) => old.overwrite(row),
            None => told.push(row),
        }
    }

    /// What was handed over since the last entry.
    pub fn take_told(&self) -> Vec<Told> {
        std::mem::take(&mut *locked(&self.told))
    }

    /// The table of something that no entry has told of.
    pub(super) fn untold(&self) -> Option<&'static str> {
        locked(&self.told).first().map(|row| row.table)
    }

    pub(super) fn into_after_commit(self) -> Vec<AfterCommit> {
        taken(self.after_commit)
    }

    pub(super) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Idle,
            1 => Phase::Open,
            2 => Phase::Kept,
            3 => Phase::Apart,
            4 => Phase::Set,
            5 => Phase::Released,
            _ => Phase::Ahead,
        }
    }

    pub(super) fn count(&self) {
        self.is_counted.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_counted(&self) -> bool {
        self.is_counted.load(Ordering::Relaxed)
    }

    fn sent(&self) {
        if self.is_counted() {
            self.noted.sent(1);
        }
    }

    fn now_at(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// Writes what was put aside; `finish` says that nothing follows it.
    async fn write_aside(&self, finish: bool) -> Result<(), DbErr> {
        let mut aside = std::mem::take(&mut *locked(&self.aside));
        if finish || !aside.is_empty() {
            aside.splice(..0, std::mem::take(&mut *locked(&self.at_last)));
        }
        match self.phase() {
            Phase::Idle | Phase::Open | Phase::Kept if aside.is_empty() => Ok(()),
            Phase::Idle if finish => {
                // A single statement is a transaction by itself.
                let sent = self.send(aside::as_parts(aside)).await;
                sent.map_err(|error| fault::of_only_statement(&error))?;
                self.now_at(Phase::Kept);
                Ok(())
            }
            Phase::Idle => {
                self.open().await?;
                self.send(aside::as_parts(aside)).await
            }
            Phase::Open | Phase::Kept => self.send(aside::as_parts(aside)).await,
            Phase::Ahead => Err(self.out_of_turn()),
            Phase::Apart if aside.is_empty() => Ok(()),
            Phase::Set | Phase::Released if aside.is_empty() && !finish => Ok(()),
            phase => {
                let set = (phase != Phase::Set).then_some(SET);
                let release = finish.then_some(RELEASE);
                // Before it is known how it ends: whatever of it was done is to be taken back.
                self.now_at(Phase::Set);
                self.send(aside::in_a_row(&aside, set, release)).await.map_err(fault::of_savepoint)?;
                if finish {
                    self.now_at(Phase::Released);
                }
                Ok(())
            }
        }
    }

    async fn send(&self, statement: Statement) -> Result<(), DbErr> {
        self.note(&statement.sql);
        let conn = self.writer()?;
        let sent = answered(conn, conn.execute_raw(statement)).await;
        self.noticed(sent).map(drop).map_err(|error| self.meant(error))
    }

    /// Ends the use case well: all that was put aside is written.
    pub(super) async fn finish(&self) -> Result<(), DbErr> {
        if self.phase() == Phase::Open && self.is_failed.load(Ordering::Relaxed) {
            return Err(DbErr::Custom("a use case went on after the store had refused a statement".into()));
        }
        match self.phase() {
            Phase::Ahead => Ok(()),
            _ => self.write_aside(true).await,
        }
    }

    /// What must stand before a statement is sent: the writes put aside, and what it can be taken back to.
    async fn before(&self, sql: &str) -> Result<(), DbErr> {
        if self.phase() == Phase::Ahead {
            let is_in_turn = only_reads(sql) && locked(&self.aside).is_empty();
            return if is_in_turn { Ok(()) } else { Err(self.out_of_turn()) };
        }
        self.write_aside(false).await?;
        if !only_reads(sql) {
            match self.phase() {
                Phase::Idle => self.open().await?,
                Phase::Apart => {
                    self.now_at(Phase::Set);
                    self.sent();
                    self.say(SET).await?;
                }
                _ => {}
            }
        }
        self.note(sql);
        Ok(())
    }

    async fn open(&self) -> Result<(), DbErr> {
        self.now_at(Phase::Open);
        self.sent();
        self.say("begin").await
    }

    /// Speaks a statement of this module.
    async fn say(&self, sql: &str) -> Result<(), DbErr> {
        let conn = self.writer()?;
        self.noticed(answered(conn, conn.execute_unprepared(sql)).await).map(drop)
    }

    fn note(&self, sql: &str) {
        self.sent();
        if only_reads(sql) {
            return;
        }
        for told in self.noted.concerned(sql) {
            self.after_commit(move || told());
        }
    }

    fn writer(&self) -> Result<&DatabaseTransaction, DbErr> {
        match &self.conn {
            Conn::Writer(conn) => Ok(conn),
            Conn::Reader(_) => Err(self.out_of_turn()),
        }
    }

    fn out_of_turn(&self) -> DbErr {
        self.is_out_of_turn.store(true, Ordering::Relaxed);
        DbErr::Custom("this has to wait for its turn".to_owned())
    }

    /// It went further than a use case can that runs ahead: nothing came of it, and it is to be run in its turn.
    pub(super) fn is_out_of_turn(&self) -> bool {
        self.is_out_of_turn.load(Ordering::Relaxed)
    }

    /// What a use case that ran ahead has put aside.
    pub(super) fn into_ready(self) -> Ready {
        let mut all = taken(self.at_last);
        all.extend(taken(self.aside));
        let statement = (!all.is_empty()).then(|| aside::in_a_row(&all, Some(SET), Some(RELEASE)));
        let mut after_commit = taken(self.after_commit);
        if let Some(statement) = &statement {
            let concerned = self.noted.concerned(&statement.sql).into_iter();
            after_commit.extend(concerned.map(|told| Box::new(move || told()) as AfterCommit));
        }
        let is_counted = self.is_counted.into_inner();
        Ready { statement, meanings: taken(self.meanings), after_commit, is_counted }
    }

    /// Writes in a group what was made ready before.
    pub(super) async fn write_ready(&self, ready: Ready) -> Result<(), DbErr> {
        let Ready { statement, meanings, after_commit, is_counted } = ready;
        self.is_counted.store(is_counted, Ordering::Relaxed);
        if let Some(statement) = statement {
            self.now_at(Phase::Set);
            self.sent();
            let written = self.writer()?.execute_raw(statement).await;
            written.map_err(|error| fault::of_savepoint(meant(&meanings, error)))?;
            self.now_at(Phase::Released);
        }
        locked(&self.after_commit).extend(after_commit);
        Ok(())
    }

    fn noticed<T>(&self, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        if outcome.is_err() {
            self.is_failed.store(true, Ordering::Relaxed);
        }
        outcome
    }
}

/// Does what follows a commit. What panics there must not hold up the rest: it is written already.
pub(super) fn follow(acts: Vec<AfterCommit>) {
    for act in acts {
        if catch_unwind(AssertUnwindSafe(act)).is_err() {
            tracing::error!("what was to follow a commit panicked");
        }
    }
}

fn meant(meanings: &[(UniqueKey, Meaning)], error: DbErr) -> DbErr {
    let meaning = meanings.iter().find(|(key, _)| key.is_violated_by(&error));
    meaning.map_or(error, |(_, meaning)| meaning())
}

fn taken<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a statement only reads, and locks nothing. What is in doubt writes.
fn only_reads(sql: &str) -> bool {
    sql.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("select ")) && !sql.contains(" FOR ")
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        match &self.conn {
            Conn::Writer(conn) => conn.get_database_backend(),
            Conn::Reader(conn) => conn.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.before(&statement.sql).await?;
        let conn = self.writer()?;
        self.noticed(answered(conn, conn.execute_raw(statement)).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.before(sql).await?;
        let conn = self.writer()?;
        self.noticed(answered(conn, conn.execute_unprepared(sql)).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.before(&statement.sql).await?;
        match &self.conn {
            Conn::Writer(conn) => self.noticed(answered(conn, conn.query_one_raw(statement)).await),
            Conn::Reader(conn) => self.noticed(conn.query_one_raw(statement).await),
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.before(&statement.sql).await?;
        match &self.conn {
            Conn::Writer(conn) => self.noticed(answered(conn, conn.query_all_raw(statement)).await),
            Conn::Reader(conn) => self.noticed(conn.query_all_raw(statement).await),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::only_reads;

    #[test]
    fn what_locks_or_writes_is_no_mere_read() {
        for (sql, reads) in [
            (r#"SELECT "a" FROM "b""#, true),
            (r#"select 1"#, true),
            (r#"SELECT "a" FROM "b" FOR UPDATE"#, false),
            (r#"SELECT "a" FROM "b" FOR NO KEY UPDATE SKIP LOCKED"#, false),
            (r#"INSERT INTO "b" ("a") VALUES ($1)"#, false),
            (r#"WITH "p" AS (UPDATE "b" SET "a" = 1) SELECT 1"#, false),
            ("begin", false),
        ] {
            assert_eq!(only_reads(sql), reads, "{sql}");
        }
    }
}
