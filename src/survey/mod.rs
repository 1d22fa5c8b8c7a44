//! Ratings of completed bookings, and the figures that are made of them.
//!
//! It takes up each completed booking (`jobs`); the rest is reached over HTTP.
//!
//! Invariants: one invitation a booking and one answer an invitation, by unique keys; who answered
//! is told to nobody: evidence holds neither level nor comment, an answer's id tells only its month,
//! and an officer gets no answer about himself; a share that fewer than five people stand behind
//! is not given, nor one from which it could be found by subtraction.

mod jobs;
pub mod log;
pub mod model;
mod service;
mod store;
mod wire;
mod words;

pub use model::month::Month;
pub use service::Survey;
pub use store::evident::answer_text;
pub use store::{ask, entities};
pub use wire::router;
