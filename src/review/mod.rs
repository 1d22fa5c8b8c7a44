//! The auditor's view: finding sessions, checking them, playing them back for a stated purpose.
//!
//! Others may call [`Review`] (wired in `app`) and [`verify_case`] (the command line). `checks` is the
//! pure comparison of entries, recordings and files, `replay` of all rows with what the entries lead to, `integrity` reads what it needs and hashes the files,
//! `words` tells entries in words. A film of all recordings is asked for in `composites`, made by `making` (a job), `workshop` and
//! `ffmpeg`, and looks as `film` says.
//!
//! Invariants: the entry is the truth, rows and files are measured against it; nothing is played
//! without a playback row and its entry in the same transaction; recordings are given only to the
//! account that opened the playback, for twelve hours; a film lies nowhere near the recordings, is made of nothing that does
//! not verify, and its entry names what it was made of.

pub mod jobs;
mod log;
mod model;
mod service;
mod store;
mod wire;
mod words;

pub use service::Review;
pub use service::composites::CompositeSettings;
pub use service::integrity::{DataDir, Integrity, Soundness};
pub use service::report::{CaseReport, Summary, verify_all, verify_case};
pub use store::entities;
pub use wire::router;
