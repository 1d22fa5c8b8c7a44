//! The tables of this feature, one file each, without logic. The schema itself is in `migrations/`.
//!
//! Others may read a row that the door handed out; queries stand in this store alone.

pub mod calendar_day;
pub mod calendar_import;
pub mod calendar_version;
pub mod calendar_year;
pub mod closing;
pub mod customs_office;
pub mod extra_opening;
pub mod opening_rule;
pub mod resource;
pub mod service;
pub mod service_stage;
pub mod setup_change;
pub mod venue;
