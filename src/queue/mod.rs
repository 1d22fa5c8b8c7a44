//! The queue at the counters of a venue: whoever has come draws a ticket, officers call the next, a display shows it.
//!
//! A ticket belongs to a booking, of whichever channel it came by: who booked online and who walked in stand in one
//! queue. Others reach it through [`Queue`].
//!
//! Invariants: a booking has one ticket at most and a number is drawn once a day and venue, both by unique keys; a
//! ticket is called by one officer, however many ask for the next at once; the public display tells numbers and
//! counters, and nothing of people.

pub mod log;
pub mod model;
mod service;
mod store;
mod wire;
mod words;

pub use service::Queue;
pub use store::{ask, entities};
pub use wire::router;
