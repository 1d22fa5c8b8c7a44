//! What is free and how it is chosen. Pure.

pub mod boards;
pub mod cells;
pub mod needs;
