//! The auditor's view: finding sessions, checking them, playing them back for a stated purpose.
//!
//! Others may call [`Review`] (wired in `app`) and [`verify_case`] (the command line). `checks` is the
//! pure comparison of entries, rows and files, `integrity` reads what it needs and hashes the files,
//! `words` tells entries in both languages.
//!
//! Invariants: the entry is the truth, rows and files are measured against it; nothing is played
//! without a playback row and its entry in the same transaction; recordings are given only to the
//! account that opened the playback, for twelve hours.

mod checks;
mod integrity;
mod model;
mod routes;
mod service;
mod store;
mod words;

pub use integrity::{CaseReport, Integrity, Soundness, verify_case};
pub use routes::router;
pub use service::Review;
