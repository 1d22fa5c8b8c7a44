//! Mianqia (面洽): bookings, recorded video sessions and ratings for a customs office.

pub mod clock;
pub mod video;
