//! The office's standing data: venues, services, opening rules, the official calendar.
//!
//! Others reach it through [`Directory`] (cached reads), [`office`] (what is printed about the
//! office), [`identifiers`] (check rules of the trade) and [`calendar`] (working days). The calendar
//! is changed only by [`import_calendar`], and what bookings feel of it is told by [`jobs`]; the demo's services are laid by [`demo::seed`].
//!
//! Invariants: what [`Directory`] hands out is at most a minute old, and fresh at once after
//! [`Directory::forget`]; a year of the calendar is imported whole or not at all; nothing is said
//! about the working days of a year that is not published; each import is kept, and the latest version of a year is in
//! force; the list of customs offices is replaced as a whole.

pub mod demo;
pub mod jobs;
pub mod log;
pub mod model;
mod service;
mod store;
mod wire;

pub use model::calendar_file::FileFault;
pub use model::customs;
pub use model::festivals::Festival;
pub use model::office::{Notice, Office, office};
pub use model::plausible::Oddity;
pub use model::text_file::TextFault;
pub use service::customs::import_customs;
pub use service::import::{Draft, Import, ImportFault, ImportSummary, import_calendar, years_said};
pub use service::settings;
pub use service::versions::CalendarVersion;
pub use service::{Directory, ServiceInfo, Services, StageInfo};
pub use store::{announced, ask, entities, setups, shares};
pub use wire::router;
