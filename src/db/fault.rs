//! What a failed store says about trying again: read off the error of the driver, in one place.

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// Why the store did not do it, for those who can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// Others were at the same rows (deadlock, serialisation, a locked file). Nothing was kept; the same
    /// may succeed at once.
    Conflict,
    /// It cannot take anything now (full disk, no connection), for a reason in one word. Nothing was kept.
    Unavailable(&'static str),
    /// It broke in the middle of a commit: whether that was kept shows only when it answers again.
    Unknown,
}

/// The error of a write use case: made of the store's, and able to tell what the store said.
pub trait WriteError: From<DbErr> + Send + 'static {
    /// What the store said, if it was the store that failed.
    fn store_fault(&self) -> Option<StoreFault>;
}

impl WriteError for DbErr {
    fn store_fault(&self) -> Option<StoreFault> {
        fault_of(self)
    }
}

/// Why a store is not available whose transaction is gone.
pub(super) const BROKEN: &str = "broken";
const NOT_KEPT: &str = "the store could not keep it: ";
const NOT_KNOWN: &str = "it is not known whether the store kept it: ";

/// The error for those whose work was rolled back with a broken group or connection.
pub(super) fn not_kept(cause: &DbErr) -> DbErr {
    match fault_of(cause) {
        Some(StoreFault::Unavailable(_)) => cause.clone(),
        _ => DbErr::Custom(format!("{NOT_KEPT}{cause}")),
    }
}

/// The error of a question that the store did not answer in time: the line to it is as good as broken.
pub(super) fn unanswered() -> DbErr {
    let silent = std::io::Error::new(std::io::ErrorKind::TimedOut, "the store does not answer");
    DbErr::Conn(RuntimeErr::SqlxError(sqlx::Error::Io(silent).into()))
}

/// The error of a commit that failed: certain where the store itself refused it, uncertain where it broke.
pub(super) fn of_commit(cause: &DbErr) -> DbErr {
    let refused = match sqlx_error(cause) {
        Some(sqlx::Error::Database(error)) => match sqlite_code(error.as_ref()) {
            // A write that found no room is the last of its commit. A failed sync says nothing of the kind.
            Some(code) => code & 0xff != SQLITE_IOERR,
            None => true,
        },
        _ => false,
    };
    match (refused, fault_of(cause)) {
        (true, Some(StoreFault::Conflict)) => cause.clone(),
        (true, _) => not_kept(cause),
        (false, _) => DbErr::Custom(format!("{NOT_KNOWN}{cause}")),
    }
}

/// The error of a statement that was a transaction by itself: uncertain where it broke on its way.
pub(super) fn of_only_statement(cause: &DbErr) -> DbErr {
    match sqlx_error(cause) {
        Some(sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_)) => of_commit(cause),
        _ => cause.clone(),
    }
}

/// The error of statements among which one ends a savepoint: that there is none means that SQLite has taken everything
/// back by itself.
pub(super) fn of_savepoint(cause: DbErr) -> DbErr {
    if cause.to_string().contains("no such savepoint") { not_kept(&cause) } else { cause }
}

const OVERTAKEN: &str = "somebody else wrote to the same rows first";

/// The error of a use case that finds, when it writes, that what it read is no longer so: it is tried again.
pub fn overtaken() -> DbErr {
    DbErr::Custom(OVERTAKEN.to_owned())
}

/// What an error of the store means. `None`: it is about the statement, not about the store.
pub fn fault_of(error: &DbErr) -> Option<StoreFault> {
    match error {
        DbErr::ConnectionAcquire(_) => return Some(StoreFault::Unavailable("no_connection")),
        DbErr::Custom(text) if text.starts_with(NOT_KEPT) => return Some(StoreFault::Unavailable(BROKEN)),
        DbErr::Custom(text) if text.starts_with(NOT_KNOWN) => return Some(StoreFault::Unknown),
        DbErr::Custom(text) if text == OVERTAKEN => return Some(StoreFault::Conflict),
        _ => {}
    }
    match sqlx_error(error)? {
        sqlx::Error::Database(error) => match sqlite_code(error.as_ref()) {
            Some(code) => of_sqlite(code),
            None => of_postgres(error.code().as_deref().unwrap_or_default()),
        },
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Some(StoreFault::Unavailable("no_connection")),
        sqlx::Error::BeginFailed => Some(StoreFault::Unavailable("broken")),
        _ => None,
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_NOMEM: i32 = 7;
const SQLITE_READONLY: i32 = 8;
const SQLITE_IOERR: i32 = 10;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_PROTOCOL: i32 = 15;

/// The (extended) result code, if it is SQLite that speaks.
fn sqlite_code(error: &dyn sqlx::error::DatabaseError) -> Option<i32> {
    error.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
    error.code()?.parse().ok()
}

fn of_sqlite(code: i32) -> Option<StoreFault> {
    let why = match code & 0xff {
        SQLITE_BUSY | SQLITE_LOCKED => return Some(StoreFault::Conflict),
        SQLITE_FULL => "disk_full",
        SQLITE_READONLY => "read_only",
        SQLITE_NOMEM => "no_memory",
        SQLITE_IOERR | SQLITE_CANTOPEN | SQLITE_PROTOCOL => "disk_error",
        _ => return None,
    };
    Some(StoreFault::Unavailable(why))
}

/// By class (appendix A of the PostgreSQL manual): 08 connection, 53 resources, 57 operator, 58 system.
fn of_postgres(code: &str) -> Option<StoreFault> {
    let why = match code {
        "40001" | "40P01" => return Some(StoreFault::Conflict),
        "57014" => return None,     // a statement that was cancelled
        "25P03" => "no_connection", // given up, because nothing was heard of it in a transaction
        "53100" => "disk_full",
        "53200" => "no_memory",
        "25006" => "read_only",
        _ if code.starts_with("58") => "disk_error",
        _ if ["08", "53", "57"].iter().any(|class| code.starts_with(class)) => "no_connection",
        _ => return None,
    };
    Some(StoreFault::Unavailable(why))
}

/// Whether an error is the violation of a unique key.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_whether_to_try_again_at_once_later_or_not_at_all() {
        let later = |why| Some(StoreFault::Unavailable(why));
        for (code, fault) in [
            (5, Some(StoreFault::Conflict)),
            (517, Some(StoreFault::Conflict)), // SQLITE_BUSY_SNAPSHOT
            (13, later("disk_full")),
            (1034, later("disk_error")), // SQLITE_IOERR_FSYNC
            (2067, None),                // SQLITE_CONSTRAINT_UNIQUE
            (1, None),
        ] {
            assert_eq!(of_sqlite(code), fault, "{code}");
        }
        for (code, fault) in [
            ("40P01", Some(StoreFault::Conflict)),
            ("40001", Some(StoreFault::Conflict)),
            ("53100", later("disk_full")),
            ("57P03", later("no_connection")),
            ("08006", later("no_connection")),
            ("25P03", later("no_connection")),
            ("57014", None),
            ("23505", None),
            ("", None),
        ] {
            assert_eq!(of_postgres(code), fault, "{code}");
        }
    }

    #[test]
    fn a_commit_that_broke_on_the_way_is_not_said_to_have_changed_nothing() {
        let gone = DbErr::Exec(RuntimeErr::SqlxError(
            sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::ConnectionReset)).into(),
        ));
        for broken in [gone, unanswered()] {
            assert_eq!(fault_of(&broken), Some(StoreFault::Unavailable("no_connection")));
            assert_eq!(fault_of(&of_commit(&broken)), Some(StoreFault::Unknown));
            assert_eq!(fault_of(&of_only_statement(&broken)), Some(StoreFault::Unknown));
        }
        let with_the_group = not_kept(&DbErr::Custom("no such savepoint".into()));
        assert_eq!(fault_of(&with_the_group), Some(StoreFault::Unavailable("broken")));
    }
}
