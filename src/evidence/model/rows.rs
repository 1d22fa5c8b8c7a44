//! Rows as entries tell them: which columns of which tables, and what of them is personal.
//!
//! Each table is taken apart column by column, so that a new column does not compile until it is said
//! here whether entries tell it. The check of a case (`review`) compares rows by the same list.

use crate::db::{Told, Tx};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde_json::{Value, json};

/// A column of a row in the form in which an entry tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: &'static str,
    pub value: Value,
    /// Only a commitment to it stands in entries.
    pub personal: bool,
}

/// A row that entries tell of.
pub trait Evident {
    const TABLE: &'static str;
    /// Its key, in one word.
    fn id(&self) -> String;
    /// All columns that entries tell, `id` left out.
    fn columns(&self) -> Vec<Column>;
}

/// A row that was just made: all of its columns.
pub fn made<R: Evident>(row: &R) -> Told {
    told(row, |_| true)
}

/// A row that was there before: all of its columns but the personal ones, which were told when it was made.
pub fn kept<R: Evident>(row: &R) -> Told {
    told(row, |column| !column.personal)
}

/// A row that was changed: the columns that hold something else now.
pub fn changed<R: Evident>(before: &R, after: &R) -> Told {
    let before = before.columns();
    told(after, |column| !before.contains(column))
}

/// The next entry of the transaction tells of a row that was just made.
pub fn tell_made<R: Evident>(tx: &Tx, row: &R) {
    tx.tell(made(row));
}

/// The next entry of the transaction tells of a row that was there before.
pub fn tell_kept<R: Evident>(tx: &Tx, row: &R) {
    tx.tell(kept(row));
}

/// A row that is no longer there.
pub fn gone<R: Evident>(row: &R) -> Told {
    Told { table: R::TABLE, id: row.id(), gone: true, columns: Vec::new(), personal: Vec::new() }
}

/// The next entry of the transaction tells that a row is no longer there.
pub fn tell_gone<R: Evident>(tx: &Tx, row: &R) {
    tx.tell(gone(row));
}

fn told<R: Evident>(row: &R, which: impl Fn(&Column) -> bool) -> Told {
    let mut told =
        Told { table: R::TABLE, id: row.id(), gone: false, columns: Vec::new(), personal: Vec::new() };
    for column in row.columns().into_iter().filter(which) {
        match personal_text(&column) {
            Some(text) => told.personal.push((column.name, text)),
            // That something personal is not there is nothing personal.
            None => told.columns.push((column.name, column.value)),
        }
    }
    told
}

/// What is committed to for a personal column that holds something.
pub fn personal_text(column: &Column) -> Option<String> {
    match &column.value {
        _ if !column.personal => None,
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => serde_json_canonicalizer::to_string(other).ok(),
    }
}

/// A time as entries hold it: no finer than both stores keep it.
pub fn instant(at: DateTime<Utc>) -> Value {
    json!(at.trunc_subsecs(6).to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// A time that may not have come yet.
pub fn maybe(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, instant)
}

/// Bytes as entries hold them.
pub fn hex(bytes: &[u8]) -> Value {
    json!(crate::base::hex::hex(bytes))
}

/// A column whose value stands in entries.
pub fn plain(name: &'static str, value: Value) -> Column {
    Column { name, value, personal: false }
}

/// A column to whose value entries only commit.
pub fn personal(name: &'static str, value: impl Into<Value>) -> Column {
    Column { name, value: value.into(), personal: true }
}
