//! What people read of bookings.

pub mod mails;
pub mod problems;
