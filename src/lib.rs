//! Mianqia (面洽): bookings, recorded video sessions and ratings for a customs office.
//!
//! Imports go one way: `base ← db http ← evidence notify ← directory ← auth ← places ← booking ←
//! documents ← queue ← video ← survey ← review ← app`; `http` knows no feature. ARCHITECTURE.md tells the rest.

pub mod app;
pub mod auth;
pub mod base;
pub mod booking;
pub mod db;
pub mod directory;
pub mod documents;
pub mod evidence;
pub mod http;
pub mod notify;
pub mod places;
pub mod queue;
pub mod review;
pub mod survey;
pub mod video;

/// Requests make and drop many small values on several threads: a quarter of their time went into glibc's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
