//! What a use case wrote, kept on its transaction until an entry tells of it.
//!
//! A store's function that writes a row of a case hands the row's values here; the next entry of the
//! transaction takes them ([`crate::db::Tx::take_told`]). A transaction that ends with something untold is
//! refused: what no entry tells of could be changed later without anybody finding it.

use serde_json::Value;

/// A row as an entry is to tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub table: &'static str,
    /// Its key, in one word.
    pub id: String,
    /// It was taken away: there is nothing to say of columns.
    pub gone: bool,
    /// Columns with their values as they stand in the entry.
    pub columns: Vec<(&'static str, Value)>,
    /// Columns of which only a commitment stands there.
    pub personal: Vec<(&'static str, String)>,
}

impl Told {
    /// Takes the values of a later write of the same row.
    pub(super) fn overwrite(&mut self, later: Self) {
        self.gone = later.gone;
        let told = |name: &str| {
            later.columns.iter().any(|(n, _)| *n == name) || later.personal.iter().any(|(n, _)| *n == name)
        };
        self.columns.retain(|(name, _)| !told(name));
        self.personal.retain(|(name, _)| !told(name));
        self.columns.extend(later.columns);
        self.personal.extend(later.personal);
    }
}
