//! The shared ports, UDP and TCP: their sockets, the peers' checks, and the ways on which a peer is reached.

mod frames;
mod link;
mod pack;
pub mod socket;
pub mod streams;
pub mod stun;

pub use link::{CandidatePair, Credentials, Link, Transport, Via};
pub use pack::{Pack, Run};
