//! Who is calling, and what they may do.
//!
//! Invariants: a session's token is stored only as its hash; a handler learns who calls from
//! [`Signed`] alone; what a role may do is written in `model.rs` and nowhere else.

mod actor;
pub mod model;

pub use actor::{Actor, MaybeSigned, Signed};
pub use model::Right;
