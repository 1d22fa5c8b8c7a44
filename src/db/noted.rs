//! What is noted of statements as they are sent: how many a request waits for, and who wants to hear of writes to a
//! table.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// What follows a durable write to a watched table.
pub(super) type Listener = Arc<dyn Fn() + Send + Sync>;

tokio::task_local! {
    static OF_REQUEST: ();
}

/// Runs `work` so that the statements for which it waits are counted ([`super::Db::statements`]).
pub async fn of_request<T>(work: impl Future<Output = T>) -> T {
    OF_REQUEST.scope((), work).await
}

/// Whether a request waits for what is sent now.
pub(super) fn is_of_request() -> bool {
    OF_REQUEST.try_with(|()| ()).is_ok()
}

/// Shared by all that sends statements. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Noted(Arc<Inner>);

#[derive(Default)]
struct Inner {
    sent: AtomicU64,
    watches: RwLock<Vec<Watch>>,
}

/// A table whose changed or deleted rows are kept in memory by somebody.
struct Watch {
    /// As the query builder begins such statements, wherever they stand in a text.
    update: String,
    delete: String,
    told: Listener,
}

impl Noted {
    /// Statements were sent, one after the other, and a request waits for their answers.
    pub fn sent(&self, count: u64) {
        self.0.sent.fetch_add(count, Ordering::Relaxed);
    }

    pub fn count(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    pub fn watch(&self, table: &str, told: Listener) {
        let (update, delete) = (format!("UPDATE \"{table}\" "), format!("DELETE FROM \"{table}\""));
        let mut watches = self.0.watches.write().unwrap_or_else(PoisonError::into_inner);
        watches.push(Watch { update, delete, told });
    }

    /// Who is to hear of a statement that writes.
    pub fn concerned(&self, sql: &str) -> Vec<Listener> {
        let watches = self.0.watches.read().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |watch: &&Watch| sql.contains(&watch.update) || sql.contains(&watch.delete);
        watches.iter().filter(is_meant).map(|watch| Arc::clone(&watch.told)).collect()
    }
}

impl fmt::Debug for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Noted").field("sent", &self.count()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_watches_a_table_hears_of_its_changes_and_of_no_other_table() {
        let noted = Noted::default();
        noted.watch("person", Arc::new(|| {}));
        for (sql, heard) in [
            (r#"UPDATE "person" SET "locale" = $1"#, 1),
            (r#"DELETE FROM "person""#, 1),
            (r#"WITH "part_0" AS (UPDATE "person" SET "a" = $1) SELECT $2"#, 1),
            (r#"INSERT INTO "person" ("id") VALUES ($1)"#, 0),
            (r#"UPDATE "person_note" SET "a" = $1"#, 0),
            (r#"UPDATE "thing" SET "person" = $1"#, 0),
        ] {
            assert_eq!(noted.concerned(sql).len(), heard, "{sql}");
        }
    }
}
