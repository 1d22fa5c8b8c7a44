//! Advisory locks of PostgreSQL, each held by a session of its own for as long as the value lives: one process has a
//! node's data directory, and one at a time changes the schema.

use crate::db::{connect, is_sqlite};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait};
use uuid::Uuid;

/// "mianqia" in ASCII: locks are named by numbers.
const SCHEMA: i64 = 0x006d_6961_6e71_6961;
/// A machine that vanished is missed within half a minute, not after the two hours that TCP takes by itself.
const MISS_SOON: &str =
    "set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3";

/// A lock that is held.
pub struct SoleLock {
    /// Never ended: it keeps the session out of any pool. No transaction is open in it.
    _session: DatabaseTransaction,
}

/// Takes the lock of a node. `None`: another session has it. With a SQLite file none is needed: its directory is locked.
pub async fn lock_sole(url: &str, node: Uuid) -> Result<Option<Option<SoleLock>>, DbErr> {
    if is_sqlite(url) {
        return Ok(Some(None));
    }
    let session = session(url).await?;
    // Half of an id is random enough for a name.
    let name = node.as_u64_pair().1 as i64;
    let taken = ask(&session, "select pg_try_advisory_lock($1) as taken", name).await?;
    let taken = taken.map(|row| row.try_get("", "taken")).transpose()?.unwrap_or(false);
    Ok(taken.then_some(Some(SoleLock { _session: session })))
}

/// Waits for the right to change the schema of a PostgreSQL.
pub(in crate::db) async fn lock_schema(url: &str) -> Result<SoleLock, DbErr> {
    let session = session(url).await?;
    ask(&session, "select pg_advisory_lock($1)", SCHEMA).await?;
    Ok(SoleLock { _session: session })
}

async fn session(url: &str) -> Result<DatabaseTransaction, DbErr> {
    let session = connect::postgres_session(url).await?.begin().await?;
    session.execute_unprepared("rollback").await?;
    session.execute_unprepared(MISS_SOON).await?;
    Ok(session)
}

async fn ask(
    session: &DatabaseTransaction,
    sql: &str,
    name: i64,
) -> Result<Option<sea_orm::QueryResult>, DbErr> {
    session.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [name.into()])).await
}
