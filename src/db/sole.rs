//! An advisory lock on a PostgreSQL database, held by a session of its own for as long as the value lives.

use crate::db::{connect, is_sqlite};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait};

/// "mianqia" in ASCII: locks are named by numbers.
const NAME: i64 = 0x006d_6961_6e71_6961;
/// A machine that vanished is missed within half a minute, not after the two hours that TCP takes by itself.
const MISS_SOON: &str =
    "set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3";

/// The lock.
pub struct SoleLock {
    /// Never ended: it keeps the session out of any pool. No transaction is open in it.
    _session: DatabaseTransaction,
}

/// Takes the lock. `None`: another session has it. A SQLite file needs none: its directory is locked.
pub async fn lock_sole(url: &str) -> Result<Option<Option<SoleLock>>, DbErr> {
    if is_sqlite(url) {
        return Ok(Some(None));
    }
    let session = connect::postgres_session(url).await?.begin().await?;
    session.execute_unprepared("rollback").await?;
    session.execute_unprepared(MISS_SOON).await?;
    let ask = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "select pg_try_advisory_lock($1) as taken",
        [NAME.into()],
    );
    let row = session.query_one_raw(ask).await?;
    let taken = row.map(|row| row.try_get("", "taken")).transpose()?.unwrap_or(false);
    Ok(taken.then_some(Some(SoleLock { _session: session })))
}
