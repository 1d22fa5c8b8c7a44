//! Recordings: a WebM that grows cluster by cluster, and an index of digests beside it.
//!
//! `<name>.webm` is playable at any moment up to its last whole cluster. `<name>.idx` has one JSON
//! line per header, cluster, gap and end, each written after the bytes it describes are on disk.
//! Clusters are hashed as they are captured. The header is the one part that changes, once, at the
//! end: its final digest is a line of its own. The SHA-256 of the index file is the recording's
//! manifest: who keeps those 32 bytes can show later that nothing was changed ([`verify`]).
//!
//! **Invariants.** A line of the index is never changed, only added, and the manifest is of exactly what
//! stands in the file, also after writes that failed. A cluster is one write. A killed process loses what
//! was not yet a cluster (about 2 s), never more; [`recover`] makes the rest playable and says what it did
//! in the index. A recording that cannot be written breaks off, is kept with its reason, and goes on in a
//! new segment when the disk lets it. Only regular files are ever opened ([`regular`]).

mod assemble;
mod clusters;
mod disk;
mod ebml;
mod file;
mod index;
mod lifeless;
mod missing;
mod pause;
mod recorder;
mod recover;
mod regular;
mod reorder;
mod serve;
mod silence;
mod timeline;
mod verify;
mod vp8;
mod webm;
mod work;

#[cfg(test)]
mod disk_tests;
#[cfg(test)]
mod simulator;
#[cfg(test)]
mod stall_tests;
#[cfg(test)]
mod tests;

pub use disk::Files;
pub use file::{RecordingSummary, index_path};
pub use index::{Gap, GapCause, Medium, Reason};
pub use recorder::{Flow, Recorder, RecorderEvents, RecorderStatus, RecordingSpec, Writing};
pub use recover::{RecoverError, origin, recover, recover_broken};
pub use serve::{Checked, Copied, CopyError};
pub use verify::{Fault, Verdict, verify};
