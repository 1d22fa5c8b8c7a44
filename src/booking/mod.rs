//! Bookings: free places, holds, requests and what officers decide.

pub mod model;
mod places;
