//! Mianqia (面洽): bookings, recorded video sessions and ratings for a customs office.
//!
//! Imports go one way: `clock ids text config db entity ← evidence notify ← directory ← auth ←
//! booking ← video ← survey ← review ← app`; `http` knows no feature. ARCHITECTURE.md tells the rest.

pub mod app;
pub mod auth;
pub mod booking;
pub mod clock;
pub mod config;
pub mod db;
pub mod directory;
pub mod entity;
pub mod evidence;
pub mod http;
pub mod ids;
pub mod keyring;
pub mod live;
pub mod notify;
pub mod review;
pub mod survey;
pub mod text;
pub mod video;
