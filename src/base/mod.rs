//! Small things that everybody may use: no feature, no store.

pub mod clock;
pub mod config;
pub mod hex;
pub mod ids;
pub mod keyring;
pub mod local_time;
pub mod words;
