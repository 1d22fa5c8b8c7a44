//! Video sessions: who waits, who is admitted, what is published, played and recorded.

pub mod engine;
