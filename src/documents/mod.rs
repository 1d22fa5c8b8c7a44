//! Documents of bookings: what bookers upload when booking, and the stamped form of what an officer booked against the
//! terms.
//!
//! Others reach it through [`Documents`], which booking asks by its trait whether a required one is missing; what a check
//! of a case compares is in [`ask`].
//!
//! Invariants: a file is what its content shows, whole and within its service's limits, before anything of it is kept;
//! row, bytes and entry are one transaction; bytes are kept encrypted, each file under a key of its own; what does not fit
//! its digest is not given; who may not see the booking finds no document of it, and of a service that asks for sensitive
//! answers a colleague of the booker does not either.

pub mod jobs;
pub mod log;
pub mod model;
mod service;
mod store;
mod wire;
mod words;

pub use service::Documents;
pub use store::{ask, entities};
pub use wire::router;
