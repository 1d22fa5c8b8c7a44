//! Places: what can be taken of a resource, cell by cell, and who has it.
//!
//! A resource (a room, a counter, a day's quota; `directory` says which there are) has seats side by side; a seat is
//! taken over whole cells of its venue's grid, or of a day. Whoever wants several resources at once says so by several
//! [`Need`]s and gets all or nothing. Others reach it through [`Places`]: `look` answers from memory what is free,
//! `occupy` and `vacate` stand in the transaction of whatever the place is for. What that is, places do not know: an
//! owner is an id.
//!
//! Whoever wants to hear when a place of a resource comes free says so by [`Places::watch`]: then giving one back enqueues
//! [`jobs::PlacesFreed`].
//!
//! Invariants: a place is taken only by rows under the primary key of `occupied`, whatever memory says; memory changes
//! only after a commit, and other processes are told.

pub mod jobs;
pub mod model;
mod service;
mod store;

pub use model::boards::{Board, Taken};
pub use model::cells;
pub use model::needs::{Need, Pool, choose};
pub use service::Places;
pub use store::{TAKEN, ask, entities};
