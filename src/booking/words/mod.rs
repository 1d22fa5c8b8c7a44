//! What people read of bookings.

pub mod calendar;
pub mod mail_corrected;
pub mod mail_reclassified;
pub mod mail_reminder;
pub mod mail_results;
pub mod mail_waiting;
pub mod mails;
pub mod problems;
pub mod why_not;
