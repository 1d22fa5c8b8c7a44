//! Whether a recording is still, byte for byte, what its manifest says.

use crate::base::hex::hex;
use crate::video::engine::recording::file::index_path;
use crate::video::engine::recording::index::{Line, Range};
use crate::video::engine::recording::regular;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// A line is never longer than this; a longer one is not ours.
const MAX_LINE: u64 = 1 << 16;
const CHUNK: usize = 1 << 16;

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every byte is as it was.
    Intact { bytes: u64, clusters: u64 },
    /// What does not fit, in the order in which it was found.
    Faulty(Vec<Fault>),
}

impl Verdict {
    pub fn is_intact(&self) -> bool {
        matches!(self, Self::Intact { .. })
    }
}

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the recording is missing")]
    FileMissing,
    #[error("the index is missing")]
    IndexMissing,
    #[error("the index is not the one the manifest was taken of")]
    ManifestChanged,
    #[error("line {line} of the index cannot be read")]
    IndexUnreadable { line: u64 },
    #[error("the recording was never closed")]
    NotClosed,
    #[error("the header was changed")]
    HeaderChanged,
    #[error("cluster {number} at byte {offset} was changed")]
    ClusterChanged { number: u64, offset: u64 },
    #[error("the cues were changed")]
    CuesChanged,
    #[error("the file ends at byte {found} instead of {expected}")]
    Truncated { expected: u64, found: u64 },
    #[error("{bytes} bytes at {offset} are not named in the index")]
    ExtraBytes { offset: u64, bytes: u64 },
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

/// Checks the recording at `path` and its index against the manifest's digest. Reads both once,
/// in pieces.
pub fn verify(path: &Path, manifest_sha256: &[u8; 32]) -> Verdict {
    let mut check = Check::default();
    if let Err(error) = check.run(path, manifest_sha256) {
        check.faults.push(Fault::Unreadable(error.to_string()));
    }
    match check.faults.is_empty() {
        true => Verdict::Intact { bytes: check.covered, clusters: check.clusters },
        false => Verdict::Faulty(check.faults),
    }
}

#[derive(Default)]
struct Check {
    faults: Vec<Fault>,
    clusters: u64,
    /// Bytes from the start that the index names without a hole.
    covered: u64,
    file_length: u64,
    truncated: bool,
}

impl Check {
    fn run(&mut self, path: &Path, manifest_sha256: &[u8; 32]) -> io::Result<()> {
        let index = match regular::read(&index_path(path)) {
            Ok(index) => Some(index),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let media = match regular::read(path) {
            Ok(media) => Some(media),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if media.is_none() {
            self.faults.push(Fault::FileMissing);
        }
        let Some(mut index) = index else {
            self.faults.push(Fault::IndexMissing);
            return Ok(());
        };
        let manifest = digest(&mut index, u64::MAX)?;
        if manifest != *manifest_sha256 {
            self.faults.push(Fault::ManifestChanged);
        }
        let Some(mut media) = media else { return Ok(()) };
        self.file_length = media.metadata()?.len();
        index.seek(SeekFrom::Start(0))?;
        self.lines(BufReader::new(index), &mut media)
    }

    fn lines(&mut self, mut index: BufReader<File>, media: &mut File) -> io::Result<()> {
        let (mut bytes, mut number, mut closed) = (Vec::new(), 0, None);
        loop {
            bytes.clear();
            if Read::by_ref(&mut index).take(MAX_LINE).read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            number += 1;
            let Some(line) = Line::parse(&bytes) else {
                self.faults.push(Fault::IndexUnreadable { line: number });
                return Ok(());
            };
            match line {
                // Replaced by the final header; it only says where the clusters begin.
                Line::Header { range, .. } => self.cover(&range),
                Line::Cluster { number, range, .. } => {
                    self.clusters += 1;
                    self.cover(&range);
                    self.range(media, &range, Fault::ClusterChanged { number, offset: range.offset })?;
                }
                Line::Cues { range } => {
                    self.cover(&range);
                    self.range(media, &range, Fault::CuesChanged)?;
                }
                Line::FinalHeader { range } => self.range(media, &range, Fault::HeaderChanged)?,
                Line::End { bytes, .. } => closed = Some(bytes),
                Line::Gap(_) | Line::GapBegan { .. } | Line::Cut { .. } => {}
            }
        }
        let Some(expected) = closed else {
            self.faults.push(Fault::NotClosed);
            return Ok(());
        };
        if self.file_length < expected && !self.truncated {
            self.faults.push(Fault::Truncated { expected, found: self.file_length });
        }
        if self.file_length > self.covered {
            let (offset, bytes) = (self.covered, self.file_length - self.covered);
            self.faults.push(Fault::ExtraBytes { offset, bytes });
        }
        Ok(())
    }

    fn cover(&mut self, range: &Range) {
        if range.offset == self.covered {
            self.covered = range.offset.saturating_add(range.length);
        }
    }

    fn range(&mut self, media: &mut File, range: &Range, fault: Fault) -> io::Result<()> {
        let expected = range.offset.saturating_add(range.length);
        if expected > self.file_length {
            if !std::mem::replace(&mut self.truncated, true) {
                self.faults.push(Fault::Truncated { expected, found: self.file_length });
            }
            return Ok(());
        }
        media.seek(SeekFrom::Start(range.offset))?;
        if hex(&digest(media, range.length)?) != range.sha256 {
            self.faults.push(fault);
        }
        Ok(())
    }
}

/// SHA-256 of the next `length` bytes, or of all that follow.
fn digest(file: &mut File, length: u64) -> io::Result<[u8; 32]> {
    let mut part = file.take(length);
    let (mut hash, mut chunk) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        match part.read(&mut chunk)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&chunk[..read]),
        }
    }
}
