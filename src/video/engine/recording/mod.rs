//! Recordings: a WebM that grows cluster by cluster, and an index of digests beside it.
//!
//! `<name>.webm` is playable at any moment up to its last whole cluster. `<name>.idx` has one JSON
//! line per header, cluster, gap and end, each written after the bytes it describes are on disk.
//! Clusters are hashed as they are captured. The header is the one part that changes, once, at the
//! end: its final digest is a line of its own. The SHA-256 of the index file is the recording's
//! manifest: who keeps those 32 bytes can show later that nothing was changed ([`verify`]).
//!
//! **Invariants.** A line of the index is never changed, only added. A cluster is one write. A
//! killed process loses what was not yet a cluster (about 2 s), never more; [`recover`] makes the
//! rest playable and says what it did in the index.

mod assemble;
mod clusters;
mod ebml;
mod file;
mod index;
mod recorder;
mod recover;
mod reorder;
mod serve;
mod timeline;
mod verify;
mod vp8;
mod webm;

#[cfg(test)]
mod tests;

pub use file::{RecordingSummary, index_path};
pub use index::GapCause;
pub use recorder::{Recorder, RecorderEvents, RecordingSpec};
pub use recover::{RecoverError, recover};
pub use serve::Checked;
pub use verify::{Fault, Verdict, verify};
