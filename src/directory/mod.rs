//! The office's standing data: venues, services, opening rules, the official calendar, enterprises.
//!
//! Others reach it through [`Directory`] (cached reads), [`office`] (what is printed about the
//! office), [`identifiers`] (check rules of the trade) and [`calendar`] (working days). The calendar
//! is changed only by [`import_calendar`], the demo's services are laid by [`demo::seed`].
//!
//! Invariants: what [`Directory`] hands out is at most a minute old, and fresh at once after
//! [`Directory::forget`]; a year of the calendar is imported whole or not at all; nothing is said
//! about the working days of a year that is not published; the list of customs offices is replaced as a whole.

mod cache;
pub mod calendar;
mod calendar_file;
pub mod customs;
pub mod demo;
mod festivals;
pub mod identifiers;
mod import;
pub mod model;
mod office;
mod plausible;
mod routes;
mod service;
mod store;
mod text_file;

pub use calendar_file::FileFault;
pub use festivals::Festival;
pub use import::{ImportFault, ImportSummary, import_calendar, import_customs};
pub use office::{Notice, Office, office};
pub use plausible::Oddity;
pub use routes::router;
pub use service::{Directory, ServiceInfo, booker_address};
pub use text_file::TextFault;
