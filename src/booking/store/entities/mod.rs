//! The tables of this feature, one file each, without logic. The schema itself is in `migrations/`.
//!
//! Others may read a row that the door handed out; queries stand in this store alone.

pub mod appointment;
pub mod booking;
pub mod calendar_feed;
pub mod calendar_touched;
pub mod consent_text;
pub mod external_number;
pub mod refusal;
pub mod reminder;
pub mod waiting_entry;
