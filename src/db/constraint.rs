//! Which unique key a write ran into.

use sea_orm::{DbErr, SqlErr};

/// A unique key by the names under which the stores report it: PostgreSQL tells the constraint,
/// SQLite the columns.
#[derive(Clone, Copy, Debug)]
pub struct UniqueKey {
    pub constraint: &'static str,
    /// `table.column`, several with a comma and a space between them.
    pub columns: &'static str,
}

impl UniqueKey {
    /// Whether this error is the violation of this key and of no other.
    pub fn is_violated_by(&self, error: &DbErr) -> bool {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(message)) => self.is_named_in(&message),
            _ => false,
        }
    }

    fn is_named_in(&self, message: &str) -> bool {
        let quoted = message.split('"').nth(1);
        let columns = message.split_once("constraint failed: ").map(|(_, columns)| columns.trim());
        quoted == Some(self.constraint) || columns == Some(self.columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: UniqueKey = UniqueKey { constraint: "booking_reference_key", columns: "booking.reference" };

    #[test]
    fn a_key_is_known_by_its_whole_name() {
        for (message, named) in [
            ("duplicate key value violates unique constraint \"booking_reference_key\"", true),
            ("duplicate key value violates unique constraint \"booking_reference_key_2\"", false),
            ("duplicate key value violates unique constraint \"booking_pkey\" reference", false),
            ("UNIQUE constraint failed: booking.reference", true),
            ("UNIQUE constraint failed: booking.reference_of", false),
            ("UNIQUE constraint failed: occupied.resource_id, occupied.cell, occupied.seat", false),
        ] {
            assert_eq!(KEY.is_named_in(message), named, "{message}");
        }
    }
}
