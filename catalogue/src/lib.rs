//! The words that people read, from files: `words/LANGUAGE/FEATURE.ftl`, in the syntax of Project Fluent.
//!
//! `build.rs` reads them with [`Catalogue::read`], which refuses what does not fit, and writes [`rust`]: a module
//! for each file with a function for each message, whose parameters are the message's arguments. So a key that
//! is missing in a language, or has other arguments there, stops the build here; a message that nothing says is
//! dead code to the compiler, and an argument that does not fit is a type error.
//!
//! A message `slot_taken` of `booking.ftl` is `words::booking::slot_taken()`; its attribute `.late` is
//! `slot_taken_late()`. Arguments are texts, unless a comment above the message says `# $count (number)`.

mod check;
mod read;
mod rust;

pub use check::faults;
pub use read::{Catalogue, File, Kind, Language, Message};
pub use rust::rust;

#[cfg(test)]
mod tests;
