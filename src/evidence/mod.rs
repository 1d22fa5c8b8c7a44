//! The evidence of a case: append-only entries, each hashed onto the one before.
//!
//! A sink: it takes a case id, a kind and plain data, and knows no feature. What it stores is in
//! [`model`]: RFC 8785 bytes exactly as hashed, `h_n = SHA-256(h_(n-1) ‖ bytes)`, `h_0` = 32 zero
//! bytes. Personal data never stands in an entry, only `SHA-256(salt ‖ value)`; value and salt are
//! an ordinary row that can be deleted. An entry also tells what the rows of the case hold from then on
//! ([`rows`]), so that whoever changes one of them can be found.
//!
//! Invariants: entries of a case are numbered 0, 1, 2 … without a hole; the database refuses to
//! change or delete one; an entry is written in the transaction of the change that it tells of.

pub mod model;
mod store;

pub use model::logged::{Logged, Names, read, shown, told};
pub use model::rows;
pub use model::rows::{changed, made, tell_gone, tell_kept, tell_made};
pub use model::{Actor, ChainFault, NewEntry, SYSTEM};
pub use store::ask::told_or;
pub use store::{
    Head, append, append_all, append_behind, append_numbered, begin, entries, erase_texts, head,
    verify_chain, with_head,
};
pub use store::{ask, entities};
