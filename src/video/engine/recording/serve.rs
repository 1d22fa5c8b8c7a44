//! Reading a finished recording for somebody who is to see it: only bytes that are still those of the
//! manifest come out, and what is made of a recording is made of a copy of these alone ([`Checked::copy`]). Nothing is
//! remembered from one reading to the next, so nothing stale is believed.

use crate::base::hex::hex;
use crate::video::engine::recording::file::index_path;
use crate::video::engine::recording::index::{Line, Range};
use crate::video::engine::recording::regular;
use crate::video::engine::recording::verify::Fault;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// No unit is longer: a cluster is about a second of picture and sound.
const LONGEST_UNIT: u64 = 64 << 20;

/// A recording in units (header, clusters, cues), each with the digest that was taken at capture.
#[derive(Debug)]
pub struct Checked {
    media: File,
    /// Without a hole from the first byte to the last.
    units: Vec<Unit>,
    length: u64,
}

#[derive(Debug)]
struct Unit {
    range: Range,
    /// What is wrong if the bytes do not fit.
    fault: Fault,
    kind: UnitKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UnitKind {
    Header,
    Cluster { start_ms: u64 },
    Cues,
}

/// What of a recording could be copied.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Files that play by themselves, each from one moment of the recording to another; none: to its end.
    pub pieces: Vec<(u64, Option<u64>)>,
    /// Stretches that were left out, because they are not what was recorded.
    pub left_out: Vec<(u64, Option<u64>)>,
    /// The first thing that did not fit.
    pub fault: Option<Fault>,
}

impl Copied {
    /// Of a recording of which nothing is as it was.
    pub fn nothing() -> Self {
        Self { left_out: vec![(0, None)], ..Self::default() }
    }
}

/// More pieces than this are not made of one recording: what comes behind is left out.
const MOST_PIECES: usize = 8;

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
        let index = self.units.partition_point(|unit| unit.range.offset + unit.range.length <= from);
        if index >= self.units.len() || from >= to {
            return Ok(Vec::new());
        }
        let mut bytes = self.unit(index)?;
        let range = &self.units[index].range;
        let within =
            |at: u64| usize::try_from(at.clamp(range.offset, range.offset + range.length) - range.offset);
        let (first, end) = (within(from).unwrap_or(0), within(to).unwrap_or(bytes.len()));
        bytes.truncate(end);
        bytes.drain(..first);
        Ok(bytes)
    }

    /// All bytes of a unit, if they are those that were recorded.
    fn unit(&mut self, index: usize) -> Result<Vec<u8>, Fault> {
        let Unit { range, fault, .. } = &self.units[index];
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
        Ok(bytes)
    }

    /// Copies what is as it was recorded into files that play by themselves; `make` opens the next one. Where something
    /// was changed another file begins: a decoder that went on would show the next pictures upon wrong ones.
    pub fn copy<F: Write>(
        &mut self,
        mut make: impl FnMut(usize) -> io::Result<F>,
    ) -> Result<Copied, CopyError> {
        let header = (0..self.units.len()).find(|index| self.units[*index].kind == UnitKind::Header);
        let header = self.unit(header.ok_or(Fault::HeaderChanged)?)?;
        let mut copied = Copied::default();
        let mut file: Option<F> = None;
        for index in 0..self.units.len() {
            let UnitKind::Cluster { start_ms } = self.units[index].kind else { continue };
            match self.unit(index) {
                Ok(bytes) if file.is_some() || copied.pieces.len() < MOST_PIECES => {
                    if file.is_none() {
                        close(&mut copied.left_out, start_ms);
                        let mut made = make(copied.pieces.len())?;
                        made.write_all(&header)?;
                        file = Some(made);
                        copied.pieces.push((start_ms, None));
                    }
                    if let Some(file) = &mut file {
                        file.write_all(&bytes)?;
                    }
                }
                outcome => {
                    if let Err(fault) = outcome {
                        copied.fault.get_or_insert(fault);
                    }
                    if file.take().is_some() {
                        close(&mut copied.pieces, start_ms);
                    }
                    if copied.left_out.last().is_none_or(|(_, to)| to.is_some()) {
                        copied.left_out.push((start_ms, None));
                    }
                }
            }
        }
        Ok(copied)
    }
}

/// Ends the last stretch, if it is open.
fn close(stretches: &mut [(u64, Option<u64>)], at: u64) {
    if let Some((_, to @ None)) = stretches.last_mut() {
        *to = Some(at);
    }
}

/// Why nothing could be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Nothing of it is to be shown.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The copy could not be written.
    #[error("the copy of a recording cannot be written: {0}")]
    Write(#[from] io::Error),
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
fn units(index: &[u8]) -> Result<(Vec<Unit>, u64), Fault> {
    let (mut units, mut closed) = (Vec::new(), None);
    for (number, line) in (1..).zip(index.split_inclusive(|byte| *byte == b'\n')) {
        match Line::parse(line).ok_or(Fault::IndexUnreadable { line: number })? {
            Line::Cluster { number, range, start_ms, .. } => {
                let fault = Fault::ClusterChanged { number, offset: range.offset };
                units.push(Unit { range, fault, kind: UnitKind::Cluster { start_ms } });
            }
            Line::Cues { range } => {
                units.push(Unit { range, fault: Fault::CuesChanged, kind: UnitKind::Cues });
            }
            Line::FinalHeader { range } => {
                units.push(Unit { range, fault: Fault::HeaderChanged, kind: UnitKind::Header });
            }
            Line::End { bytes, .. } => closed = Some(bytes),
            // The first header is not in the finished file any more.
            _ => {}
        }
    }
    let expected = closed.ok_or(Fault::NotClosed)?;
    units.sort_by_key(|unit| unit.range.offset);
    let mut end = 0;
    for Unit { range, fault, .. } in &units {
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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use std::cell::RefCell;
    use std::path::PathBuf;
    use std::rc::Rc;

    /// A file of a header, four clusters of a second each and cues, with its manifest; in a directory of its own.
    fn recording(name: &str) -> (PathBuf, [u8; 32]) {
        let dir = std::env::temp_dir().join(format!("mianqia_serve_{name}_{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("a.webm");
        let (mut media, mut index) = (Vec::new(), Vec::new());
        let mut range = |bytes: &[u8]| {
            let offset = media.len() as u64;
            media.extend_from_slice(bytes);
            Range { offset, length: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) }
        };
        let header = range(b"HEAD");
        for number in 1..=4 {
            let range = range(format!("C{number}").as_bytes());
            index.extend(
                Line::Cluster { number, range, start_ms: (number - 1) * 1000, recovered: false }.to_bytes(),
            );
        }
        index.extend(Line::Cues { range: range(b"CUES") }.to_bytes());
        index.extend(Line::FinalHeader { range: header }.to_bytes());
        let end = Line::End {
            bytes: 16,
            clusters: 4,
            duration_ms: 4000,
            width: 2,
            height: 2,
            gaps: 0,
            ended_at: DateTime::UNIX_EPOCH,
            interrupted: false,
            reason: None,
            errors: crate::video::engine::recording::index::ClockErrors::default(),
        };
        index.extend(end.to_bytes());
        std::fs::write(&path, &media).unwrap();
        std::fs::write(index_path(&path), &index).unwrap();
        (path, Sha256::digest(&index).into())
    }

    struct Piece(Rc<RefCell<Vec<Vec<u8>>>>, usize);

    impl Write for Piece {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut()[self.1].extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is copied once these bytes were changed, and the copies.
    fn copied(name: &str, changed: &[usize]) -> (Result<Copied, CopyError>, Vec<String>) {
        let (path, manifest) = recording(name);
        let mut media = std::fs::read(&path).unwrap();
        for at in changed {
            media[*at] ^= 1;
        }
        std::fs::write(&path, media).unwrap();
        let pieces = Rc::new(RefCell::new(Vec::new()));
        let outcome = Checked::open(&path, &manifest).unwrap().copy(|number| {
            pieces.borrow_mut().push(Vec::new());
            Ok(Piece(Rc::clone(&pieces), number))
        });
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
        let pieces =
            pieces.borrow().iter().map(|piece| String::from_utf8_lossy(piece).into_owned()).collect();
        (outcome, pieces)
    }

    #[test]
    fn a_copy_holds_what_is_as_it_was_and_begins_anew_behind_what_is_not() {
        let changed = |number, offset| Some(Fault::ClusterChanged { number, offset });
        let whole = Copied { pieces: vec![(0, None)], ..Copied::default() };
        for (name, bytes, expected, files) in [
            ("whole", &[][..], whole, &["HEADC1C2C3C4"][..]),
            // Cues are for jumping; nothing is missing without them.
            ("cues", &[13], Copied { pieces: vec![(0, None)], ..Copied::default() }, &["HEADC1C2C3C4"]),
            (
                "middle",
                &[6],
                Copied {
                    pieces: vec![(0, Some(1000)), (2000, None)],
                    left_out: vec![(1000, Some(2000))],
                    fault: changed(2, 6),
                },
                &["HEADC1", "HEADC3C4"],
            ),
            (
                "ends",
                &[4, 9, 10],
                Copied {
                    pieces: vec![(1000, Some(2000))],
                    left_out: vec![(0, Some(1000)), (2000, None)],
                    fault: changed(1, 4),
                },
                &["HEADC2"],
            ),
        ] {
            let (outcome, made) = copied(name, bytes);
            assert_eq!(
                (outcome.unwrap(), made),
                (expected, files.iter().map(|f| (*f).to_owned()).collect()),
                "{name}"
            );
        }
        let (outcome, made) = copied("header", &[0]);
        assert!(matches!(outcome, Err(CopyError::Fault(Fault::HeaderChanged))) && made.is_empty());
    }
}
