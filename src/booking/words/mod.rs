//! What people read of bookings.

pub mod calendar;
pub mod mails;
pub mod problems;
