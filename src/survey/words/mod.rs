//! What people read of ratings.

pub mod mails;
pub mod problems;
