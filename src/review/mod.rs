//! The auditor's view: finding sessions, checking them, playing them back for a stated purpose.
//!
//! Others may call [`Review`] (wired in `app`) and [`verify_case`] (the command line). `checks` is the
//! pure comparison of entries, recordings and files, `replay` of all rows with what the entries lead to, `integrity` reads what it needs and hashes the files,
//! `words` tells entries in words.
//!
//! Invariants: the entry is the truth, rows and files are measured against it; nothing is played
//! without a playback row and its entry in the same transaction; recordings are given only to the
//! account that opened the playback, for twelve hours.

mod log;
mod model;
mod service;
mod store;
mod wire;
mod words;

pub use service::Review;
pub use service::integrity::{DataDir, Integrity, Soundness};
pub use service::report::{CaseReport, Summary, verify_all, verify_case};
pub use store::entities;
pub use wire::router;
