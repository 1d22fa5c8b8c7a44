//! Making the recording of a killed process whole again, without hiding that this was done.

use crate::base::hex::hex;
use crate::video::engine::recording::disk::Growing;
use crate::video::engine::recording::ebml;
use crate::video::engine::recording::file::{RecordingFile, RecordingSummary, Tally, index_path};
use crate::video::engine::recording::index::{Gap, Line, Range, Reason};
use crate::video::engine::recording::regular;
use crate::video::engine::recording::webm::{self, Contents, Header};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use uuid::Uuid;

/// No cluster of ours is larger; a length beyond it is not one.
const MAX_CLUSTER: u64 = 64 << 20;

/// Why a recording cannot be recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    #[error("there is no whole cluster in it")]
    Empty,
    #[error("it was written by a version with another header")]
    OtherVersion,
    #[error("what lies there is no recording")]
    NotARecording,
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for RecoverError {
    fn from(error: io::Error) -> Self {
        if regular::is_something_else(&error) { Self::NotARecording } else { Self::Io(error) }
    }
}

/// The index as far as it is whole.
struct Index {
    lines: Vec<Line>,
    manifest: Sha256,
    /// Bytes of whole lines.
    length: u64,
}

/// Keeps every whole cluster, cuts off the rest, and adds what makes the file seek and play.
/// A finished recording is left as it is; its summary is returned.
pub fn recover(path: &Path) -> Result<RecordingSummary, RecoverError> {
    recover_broken(path, None)
}

/// The same for a recording that is known to have broken off for another reason than a kill.
pub fn recover_broken(path: &Path, reason: Option<Reason>) -> Result<RecordingSummary, RecoverError> {
    let mut media = regular::open(path, OpenOptions::new().read(true).write(true))?;
    let mut options = OpenOptions::new();
    let mut index =
        regular::open(&index_path(path), options.read(true).write(true).create(true).truncate(false))?;
    let found = read_index(&mut index)?;
    if let Some(summary) = finished(&found) {
        return Ok(summary);
    }
    let begun = found.lines.iter().find_map(|line| match line {
        Line::Header { range, started_at, .. } => Some((range.length, *started_at)),
        _ => None,
    });
    // All headers of ours are of one length; should that ever change, the index knows.
    let header_length = webm::header(&Header::default()).len() as u64;
    if begun.is_some_and(|(length, _)| length != header_length) {
        return Err(RecoverError::OtherVersion);
    }
    let started_at = begun.map(|(_, at)| at);
    let file_length = media.metadata()?.len();
    if file_length < header_length {
        return Err(RecoverError::Empty);
    }
    let mut header = vec![0; header_length as usize];
    media.seek(SeekFrom::Start(0))?;
    media.read_exact(&mut header)?;
    if ebml::head(&header).is_none_or(|head| head.id != ebml::EBML) {
        return Err(RecoverError::NotARecording);
    }

    let Walk { clusters, end, tail_is_ours } = walk(&mut media, header_length, file_length)?;
    if clusters.is_empty() {
        return Err(RecoverError::Empty);
    }
    index.set_len(found.length)?; // a torn last line was never part of the index
    let mut tally = Tally::default();
    let known = known_clusters(&found.lines);
    tally.missing = gaps(&found.lines);
    for (range, contents) in clusters.iter().filter(|(range, _)| range.offset < known) {
        tally.add(contents, range.offset);
    }
    // Without an index nobody knows when it began; the end of the file's writing is not that.
    let at = started_at.unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
    let growing = Growing::new(Box::new(media.try_clone()?), end);
    let index = Growing::new(Box::new(index), found.length);
    let mut file = RecordingFile::resume(growing, index, found.manifest, at, tally);
    if started_at.is_none() {
        let range = Range { offset: 0, length: header_length, sha256: hex(&Sha256::digest(&header)) };
        file.note(&Line::Header { range, started_at: at, publication: None });
    }
    for (range, contents) in clusters.into_iter().filter(|(range, _)| range.offset >= known) {
        file.recovered(range, &contents);
    }
    if end < file_length && !tail_is_ours {
        file.note(&Line::Cut { offset: end, bytes: file_length - end });
    }
    if end < file_length {
        file.flush()?; // before anything is cut off, the index says so
        media.set_len(end)?;
    }
    // What was missing when it was cut off was missing to the end.
    for gap in open_gaps(&found.lines, file.tally.end_ms) {
        file.gap(gap);
    }
    Ok(file.close(None, reason.is_none(), reason)?)
}

/// Of what a recording is and when it began, if its index says so.
pub fn origin(path: &Path) -> io::Result<Option<(Uuid, DateTime<Utc>)>> {
    let found = read_index(&mut regular::read(&index_path(path))?)?;
    Ok(found.lines.iter().find_map(|line| match line {
        Line::Header { publication, started_at, .. } => Some(((*publication)?, *started_at)),
        _ => None,
    }))
}

fn gaps(lines: &[Line]) -> Vec<Gap> {
    let gap = |line: &Line| match line {
        Line::Gap(gap) => Some(*gap).filter(|gap| gap.to_ms > gap.from_ms),
        _ => None,
    };
    lines.iter().filter_map(gap).collect()
}

/// Gaps that began and whose end was not noted.
fn open_gaps(lines: &[Line], end_ms: u64) -> Vec<Gap> {
    let mut open: Vec<Gap> = Vec::new();
    for line in lines {
        match line {
            Line::GapBegan { from_ms, cause, medium } => {
                open.push(Gap::new(*medium, *cause, *from_ms, end_ms.max(*from_ms)));
            }
            Line::Gap(gap) => open.retain(|began| (began.medium, began.cause) != (gap.medium, gap.cause)),
            _ => {}
        }
    }
    open.retain(|gap| gap.to_ms > gap.from_ms);
    open
}

/// Up to which offset the index already names clusters.
fn known_clusters(lines: &[Line]) -> u64 {
    let end = |line: &Line| match line {
        Line::Cluster { range, .. } => Some(range.offset + range.length),
        _ => None,
    };
    lines.iter().filter_map(end).max().unwrap_or(0)
}

/// The whole clusters of a file.
struct Walk {
    clusters: Vec<(Range, Contents)>,
    /// Where they end.
    end: u64,
    /// What follows are our own whole cues: closing was interrupted, nothing captured is cut off.
    tail_is_ours: bool,
}

fn walk(media: &mut File, from: u64, to: u64) -> io::Result<Walk> {
    let (mut clusters, mut at) = (Vec::new(), from);
    loop {
        media.seek(SeekFrom::Start(at))?;
        let mut head = Vec::with_capacity(ebml::WIDE_HEAD);
        Read::by_ref(media).take(ebml::WIDE_HEAD as u64).read_to_end(&mut head)?;
        let Some(found) = ebml::head(&head) else { break };
        let length = found.length.unwrap_or(u64::MAX).saturating_add(found.size as u64);
        if found.id == ebml::CUES {
            let tail_is_ours = at.checked_add(length) == Some(to);
            return Ok(Walk { clusters, end: at, tail_is_ours });
        }
        if found.id != ebml::CLUSTER || length > MAX_CLUSTER || at.saturating_add(length) > to {
            break;
        }
        let mut bytes = vec![0; length as usize];
        media.seek(SeekFrom::Start(at))?;
        media.read_exact(&mut bytes)?;
        let Some(contents) = webm::contents(&bytes) else { break };
        let sha256 = hex(&Sha256::digest(&bytes));
        clusters.push((Range { offset: at, length, sha256 }, contents));
        at += length;
    }
    Ok(Walk { clusters, end: at, tail_is_ours: false })
}

fn read_index(index: &mut File) -> io::Result<Index> {
    index.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::new(index);
    let mut found = Index { lines: Vec::new(), manifest: Sha256::new(), length: 0 };
    let mut line = Vec::new();
    loop {
        line.clear();
        Read::by_ref(&mut reader).take(1 << 16).read_until(b'\n', &mut line)?;
        let Some(parsed) = Line::parse(&line) else { return Ok(found) };
        found.manifest.update(&line);
        found.length += line.len() as u64;
        found.lines.push(parsed);
    }
}

/// The summary of a recording whose index is complete.
fn finished(index: &Index) -> Option<RecordingSummary> {
    let started_at = index.lines.iter().find_map(|line| match line {
        Line::Header { started_at, .. } => Some(*started_at),
        _ => None,
    })?;
    let &Line::End {
        bytes,
        clusters,
        duration_ms,
        width,
        height,
        gaps,
        ended_at,
        interrupted,
        reason,
        errors,
    } = index.lines.last()?
    else {
        return None;
    };
    Some(RecordingSummary {
        bytes,
        duration_ms,
        clusters,
        started_at,
        ended_at,
        manifest_sha256: index.manifest.clone().finalize().into(),
        width,
        height,
        gaps,
        missing: self::gaps(&index.lines),
        interrupted,
        reason,
        errors,
    })
}
