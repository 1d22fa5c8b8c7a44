//! What people read of sessions.

pub mod problems;
