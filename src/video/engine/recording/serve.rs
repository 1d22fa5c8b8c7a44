//! Reading a finished recording for somebody who is to see it: only bytes that are still those of the
//! manifest come out. Nothing is remembered from one reading to the next, so nothing stale is believed.

use crate::base::hex::hex;
use crate::video::engine::recording::file::index_path;
use crate::video::engine::recording::index::{Line, Range};
use crate::video::engine::recording::regular;
use crate::video::engine::recording::verify::Fault;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// No unit is longer: a cluster is about a second of picture and sound.
const LONGEST_UNIT: u64 = 64 << 20;

/// A recording in units (header, clusters, cues), each with the digest that was taken at capture.
#[derive(Debug)]
pub struct Checked {
    media: File,
    /// Without a hole from the first byte to the last.
    units: Vec<(Range, Fault)>,
    length: u64,
}

impl Checked {
    /// Opens a recording whose index is the one that the manifest's digest was taken of.
    pub fn open(path: &Path, manifest_sha256: &[u8; 32]) -> Result<Self, Fault> {
        let mut index = Vec::new();
        open(&index_path(path), Fault::IndexMissing)?.read_to_end(&mut index).map_err(unreadable)?;
        if <[u8; 32]>::from(Sha256::digest(&index)) != *manifest_sha256 {
            return Err(Fault::ManifestChanged);
        }
        let (units, length) = units(&index)?;
        Ok(Self { media: open(path, Fault::FileMissing)?, units, length })
    }

    /// How long the recording is.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from `from` to the end of the unit that they lie in, or to `to` (not included) if that
    /// comes first; checked as a whole unit. Nothing when `from` is not before `to`.
    pub fn read(&mut self, from: u64, to: u64) -> Result<Vec<u8>, Fault> {
        let index = self.units.partition_point(|(range, _)| range.offset + range.length <= from);
        let Some((range, fault)) = self.units.get(index).filter(|_| from < to) else { return Ok(Vec::new()) };
        let mut bytes = vec![0; usize::try_from(range.length).map_err(|_| fault.clone())?];
        self.media.seek(SeekFrom::Start(range.offset)).map_err(unreadable)?;
        match self.media.read_exact(&mut bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let found = self.media.metadata().map_err(unreadable)?.len();
                return Err(Fault::Truncated { expected: self.length, found });
            }
            Err(error) => return Err(unreadable(error)),
        }
        if hex(&Sha256::digest(&bytes)) != range.sha256 {
            return Err(fault.clone());
        }
        let within =
            |at: u64| usize::try_from(at.clamp(range.offset, range.offset + range.length) - range.offset);
        let (first, end) = (within(from).unwrap_or(0), within(to).unwrap_or(bytes.len()));
        bytes.truncate(end);
        bytes.drain(..first);
        Ok(bytes)
    }
}

fn open(path: &Path, missing: Fault) -> Result<File, Fault> {
    regular::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => missing,
        _ => unreadable(error),
    })
}

fn unreadable(error: io::Error) -> Fault {
    Fault::Unreadable(error.to_string())
}

/// The units that an index names, and where the last one ends.
fn units(index: &[u8]) -> Result<(Vec<(Range, Fault)>, u64), Fault> {
    let (mut units, mut closed) = (Vec::new(), None);
    for (number, line) in (1..).zip(index.split_inclusive(|byte| *byte == b'\n')) {
        match Line::parse(line).ok_or(Fault::IndexUnreadable { line: number })? {
            Line::Cluster { number, range, .. } => {
                let offset = range.offset;
                units.push((range, Fault::ClusterChanged { number, offset }));
            }
            Line::Cues { range } => units.push((range, Fault::CuesChanged)),
            Line::FinalHeader { range } => units.push((range, Fault::HeaderChanged)),
            Line::End { bytes, .. } => closed = Some(bytes),
            // The first header is not in the finished file any more.
            _ => {}
        }
    }
    let expected = closed.ok_or(Fault::NotClosed)?;
    units.sort_by_key(|(range, _)| range.offset);
    let mut end = 0;
    for (range, fault) in &units {
        if range.offset != end || range.length > LONGEST_UNIT {
            return Err(fault.clone());
        }
        end += range.length;
    }
    if end != expected {
        return Err(Fault::Truncated { expected, found: end });
    }
    Ok((units, expected))
}
