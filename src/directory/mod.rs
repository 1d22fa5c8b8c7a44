//! The office's standing data: venues, services, opening rules, the official calendar, enterprises.

pub mod calendar;
pub mod identifiers;
pub mod model;
