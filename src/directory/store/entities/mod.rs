//! The tables of this feature, one file each, without logic. The schema itself is in `migrations/`.
//!
//! Others may read a row that the door handed out; queries stand in this store alone.

pub mod announced_hours;
pub mod calendar_day;
pub mod calendar_import;
pub mod calendar_version;
pub mod calendar_year;
pub mod customs_office;
pub mod opening_rule;
pub mod resource;
pub mod service;
pub mod service_stage;
pub mod setup_change;
pub mod venue;
