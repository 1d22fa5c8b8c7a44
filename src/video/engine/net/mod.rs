//! The shared UDP port: its sockets, the peers' checks, and the ways on which a peer is reached.

mod link;
mod pack;
pub mod socket;
pub mod stun;

pub use link::{CandidatePair, Credentials, Link};
pub use pack::{Pack, Run};
