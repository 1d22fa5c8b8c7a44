//! What people read of ratings.

pub mod mail;
pub mod problems;
