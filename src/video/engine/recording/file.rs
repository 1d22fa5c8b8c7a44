//! The two files of a recording while they grow, and how they are closed.

use crate::base::hex::hex;
use crate::video::engine::recording::clusters::Cluster;
use crate::video::engine::recording::disk::{Disk, Growing};
use crate::video::engine::recording::index::{ClockErrors, Gap, Line, Range, Reason};
use crate::video::engine::recording::webm::{self, Closing, Contents, Cue, Header};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Points to seek to in a recording without pictures.
const AUDIO_CUE_EVERY_MS: u64 = 5000;
/// How long the last frame is shown, as far as the duration is concerned.
const LAST_FRAME_MS: u64 = 20;

/// What is known about a finished recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingSummary {
    pub bytes: u64,
    pub duration_ms: u64,
    pub clusters: u64,
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
    /// SHA-256 over the bytes of the index file.
    pub manifest_sha256: [u8; 32],
    /// The largest picture; 0 when there is none.
    pub width: u16,
    pub height: u16,
    /// How many gaps the index names, and which.
    pub gaps: u32,
    pub missing: Vec<Gap>,
    /// The process was killed and recovery closed it.
    pub interrupted: bool,
    /// Why it broke off before its end, if it did.
    pub reason: Option<Reason>,
    pub errors: ClockErrors,
}

/// Where the index of a recording is.
pub fn index_path(recording: &Path) -> PathBuf {
    recording.with_extension("idx")
}

/// What all clusters so far add up to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub clusters: u64,
    pub missing: Vec<Gap>,
    pub end_ms: u64,
    video: bool,
    audio: bool,
    size: Option<(u16, u16)>,
    cues: Vec<Cue>,
    audio_cues: Vec<Cue>,
}

impl Tally {
    pub fn add(&mut self, found: &Contents, offset: u64) {
        self.clusters += 1;
        self.end_ms = self.end_ms.max(found.end_ms);
        self.video |= found.video;
        self.audio |= found.audio;
        self.size = crate::video::engine::recording::vp8::largest(self.size, found.size);
        if let Some(at_ms) = found.key_ms {
            self.cues.push(Cue { at_ms, track: webm::VIDEO_TRACK, offset });
        }
        let due = self.audio_cues.last().is_none_or(|cue| found.start_ms >= cue.at_ms + AUDIO_CUE_EVERY_MS);
        if found.audio && due {
            self.audio_cues.push(Cue { at_ms: found.start_ms, track: webm::AUDIO_TRACK, offset });
        }
    }

    fn cues(&self) -> &[Cue] {
        if self.cues.is_empty() { &self.audio_cues } else { &self.cues }
    }

    fn duration_ms(&self) -> u64 {
        if self.clusters == 0 { 0 } else { self.end_ms + LAST_FRAME_MS }
    }
}

/// An open recording.
pub(super) struct RecordingFile {
    media: Growing,
    index: Growing,
    /// Over all lines written so far.
    manifest: Sha256,
    /// Lines that are not written yet: they may wait for the disk, but keep their order.
    waiting: Vec<u8>,
    publication: Option<Uuid>,
    started_at: DateTime<Utc>,
    /// Where the cues begin, once they are there.
    cues_at: Option<u64>,
    pub tally: Tally,
    /// Measured by whoever places what comes; of a recording that was cut off nobody knows them any more.
    pub errors: ClockErrors,
}

impl RecordingFile {
    /// Creates both files; neither may exist.
    pub fn create(
        disk: &dyn Disk,
        path: &Path,
        publication: Option<Uuid>,
        started_at: DateTime<Utc>,
    ) -> io::Result<Self> {
        let media = disk.create(path)?;
        let made = disk.create(&index_path(path)).and_then(|index| {
            disk.sync_names(path)?; // so that the names survive a power cut
            Ok(index)
        });
        let index = match made {
            Ok(index) => index,
            Err(error) => {
                remove(disk, path);
                return Err(error);
            }
        };
        let mut file = Self::resume(
            Growing::new(media, 0),
            Growing::new(index, 0),
            Sha256::new(),
            started_at,
            Tally::default(),
        );
        file.publication = publication;
        Ok(file)
    }

    /// Goes on with files that were written before; `manifest` is over the lines there are.
    pub fn resume(
        media: Growing,
        index: Growing,
        manifest: Sha256,
        started_at: DateTime<Utc>,
        tally: Tally,
    ) -> Self {
        let (waiting, publication, cues_at) = (Vec::new(), None, None);
        let errors = ClockErrors::default();
        Self { media, index, manifest, waiting, publication, started_at, cues_at, tally, errors }
    }

    pub fn length(&self) -> u64 {
        self.media.length()
    }

    pub fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// Writes a cluster in one go and its line behind it, both durable on return; the header before the
    /// first one, when its size is known. After a failure both files are as before.
    pub fn cluster(&mut self, cluster: &Cluster) -> io::Result<()> {
        let before = self.media.length();
        let written = self.write_cluster(cluster);
        match written {
            Ok(offset) => self.tally.add(&cluster.contents, offset),
            Err(_) => self.media.take_back(before),
        }
        written.map(|_| ())
    }

    fn write_cluster(&mut self, cluster: &Cluster) -> io::Result<u64> {
        let mut lines = Vec::with_capacity(2);
        if self.media.length() == 0 {
            let header = webm::header(&Header { size: cluster.contents.size, closing: None });
            let range = range(self.media.append(&header)?, &header);
            let (started_at, publication) = (self.started_at, self.publication);
            lines.push(Line::Header { range, started_at, publication });
        }
        let offset = self.media.append(&cluster.bytes)?;
        self.media.sync()?;
        lines.push(Line::Cluster {
            number: self.tally.clusters,
            range: range(offset, &cluster.bytes),
            start_ms: cluster.contents.start_ms,
            recovered: false,
        });
        // The digest taken at capture has to survive a power cut as well as what it was taken of.
        self.lines(&lines)?;
        Ok(offset)
    }

    /// Notes a cluster that was found in the file.
    pub fn recovered(&mut self, range: Range, contents: &Contents) {
        let number = self.tally.clusters;
        self.tally.add(contents, range.offset);
        self.note(&Line::Cluster { number, range, start_ms: contents.start_ms, recovered: true });
    }

    /// Notes a gap: now, or as soon as the disk takes it.
    pub fn gap(&mut self, gap: Gap) {
        self.tally.missing.push(gap);
        self.note(&Line::Gap(gap));
        let _ = self.flush();
    }

    /// Notes that something is missing from here on, or that it was not after all.
    pub fn gap_began(&mut self, line: &Line) {
        self.note(line);
        let _ = self.flush();
    }

    /// Keeps a line until the next one is written.
    pub fn note(&mut self, line: &Line) {
        self.waiting.extend_from_slice(&line.to_bytes());
    }

    /// Writes the lines that wait.
    pub fn flush(&mut self) -> io::Result<()> {
        self.lines(&[])
    }

    /// Writes the waiting lines and these, durable on return. After a failure the index is as before
    /// and the waiting lines go on to wait; a manifest is always of exactly what stands in the file.
    fn lines(&mut self, new: &[Line]) -> io::Result<()> {
        let mut bytes = self.waiting.clone();
        new.iter().for_each(|line| bytes.extend_from_slice(&line.to_bytes()));
        let before = self.index.length();
        if bytes.is_empty() || (new.is_empty() && self.length() == 0) {
            return Ok(()); // the header comes first
        }
        self.index.append(&bytes)?;
        if let Err(error) = self.index.sync() {
            self.index.take_back(before);
            return Err(error);
        }
        self.manifest.update(&bytes);
        self.waiting.clear();
        Ok(())
    }

    /// Adds cues, writes the final header and the last lines. May be tried again after a failure.
    pub fn close(
        &mut self,
        ended_at: Option<DateTime<Utc>>,
        interrupted: bool,
        reason: Option<Reason>,
    ) -> io::Result<RecordingSummary> {
        let cues_at = match self.cues_at {
            Some(cues_at) => cues_at,
            None => self.write_cues()?,
        };
        self.cues_at = Some(cues_at);

        let (duration_ms, bytes) = (self.tally.duration_ms(), self.length());
        let (video, audio) = (self.tally.video, self.tally.audio);
        let closing = Closing { video, audio, duration_ms, cues_at, file_length: bytes };
        let header = webm::header(&Header { size: self.tally.size, closing: Some(closing) });
        self.media.overwrite(0, &header)?;
        self.media.sync()?;

        let (clusters, missing) = (self.tally.clusters, self.tally.missing.clone());
        let gaps = u32::try_from(missing.len()).unwrap_or(u32::MAX);
        let (width, height) = self.tally.size.unwrap_or_default();
        let length = i64::try_from(duration_ms).unwrap_or(i64::MAX);
        let by_length = || self.started_at + chrono::TimeDelta::try_milliseconds(length).unwrap_or_default();
        let (started_at, ended_at) = (self.started_at, ended_at.unwrap_or_else(by_length));
        let errors = self.errors;
        let end = Line::End {
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
        };
        self.lines(&[Line::FinalHeader { range: range(0, &header) }, end])?;
        let manifest_sha256 = self.manifest.clone().finalize().into();
        Ok(RecordingSummary {
            bytes,
            duration_ms,
            clusters,
            started_at,
            ended_at,
            manifest_sha256,
            width,
            height,
            gaps,
            missing,
            interrupted,
            reason,
            errors,
        })
    }

    fn write_cues(&mut self) -> io::Result<u64> {
        let before = self.media.length();
        let cues = webm::cues(self.tally.cues());
        let written = self.media.append(&cues).and_then(|offset| {
            self.media.sync()?;
            self.lines(&[Line::Cues { range: range(offset, &cues) }])
        });
        if let Err(error) = written {
            self.media.take_back(before);
            return Err(error);
        }
        Ok(before)
    }
}

/// Takes a recording away that nothing was written to.
pub(super) fn remove(disk: &dyn Disk, path: &Path) {
    let _ = disk.remove(path);
    let _ = disk.remove(&index_path(path));
}

fn range(offset: u64, bytes: &[u8]) -> Range {
    Range { offset, length: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) }
}
