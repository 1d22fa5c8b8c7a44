//! The two files of a recording while they grow, and how they are closed.

use super::clusters::Cluster;
use super::index::{GapCause, Line, Range, hex};
use super::webm::{self, Closing, Contents, Cue, Header};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

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
    /// How many gaps the index names.
    pub gaps: u32,
    /// It ended early: the process was killed and recovery closed it, or writing failed.
    pub interrupted: bool,
}

/// Where the index of a recording is.
pub fn index_path(recording: &Path) -> PathBuf {
    recording.with_extension("idx")
}

/// What all clusters so far add up to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub clusters: u64,
    pub gaps: u32,
    end_ms: u64,
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
        self.size = super::vp8::largest(self.size, found.size);
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
    media: File,
    index: File,
    /// Over all lines written so far.
    manifest: Sha256,
    started_at: DateTime<Utc>,
    /// The end of the last whole part.
    length: u64,
    pub tally: Tally,
}

impl RecordingFile {
    /// Creates both files; neither may exist.
    pub fn create(path: &Path, started_at: DateTime<Utc>) -> io::Result<Self> {
        let new = |path: &Path| OpenOptions::new().read(true).write(true).create_new(true).open(path);
        let (media, index) = (new(path)?, new(&index_path(path))?);
        if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            File::open(directory)?.sync_all()?; // so that the names survive a power cut
        }
        let tally = Tally::default();
        Ok(Self { media, index, manifest: Sha256::new(), started_at, length: 0, tally })
    }

    /// Goes on with files that were written before: `length` bytes of media, `manifest` over the
    /// lines there are.
    pub fn resume(
        media: File,
        index: File,
        manifest: Sha256,
        started_at: DateTime<Utc>,
        length: u64,
        tally: Tally,
    ) -> Self {
        Self { media, index, manifest, started_at, length, tally }
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// Writes a cluster in one go and its line behind it, both durable on return; the header before the
    /// first one, when its size is known.
    pub fn cluster(&mut self, cluster: &Cluster) -> io::Result<()> {
        if self.length == 0 {
            let header = webm::header(&Header { size: cluster.contents.size, closing: None });
            let range = self.append(&header)?;
            self.line(&Line::Header { range, started_at: self.started_at })?;
        }
        let range = self.append(&cluster.bytes)?;
        self.indexed(range, &cluster.contents, false)?;
        // The digest taken at capture has to survive a power cut as well as what it was taken of.
        self.index.sync_data()
    }

    /// Notes a cluster that is in the file.
    pub fn indexed(&mut self, range: Range, contents: &Contents, recovered: bool) -> io::Result<()> {
        let number = self.tally.clusters;
        self.tally.add(contents, range.offset);
        self.line(&Line::Cluster { number, range, start_ms: contents.start_ms, recovered })
    }

    pub fn gap(&mut self, from_ms: u64, to_ms: u64, cause: GapCause) -> io::Result<()> {
        self.tally.gaps += 1;
        self.line(&Line::Gap { from_ms, to_ms, cause })
    }

    /// Appends a line to the index.
    pub fn line(&mut self, line: &Line) -> io::Result<()> {
        let bytes = line.to_bytes();
        self.index.seek(SeekFrom::End(0))?;
        self.index.write_all(&bytes)?;
        self.manifest.update(&bytes);
        Ok(())
    }

    /// Adds cues, writes the final header and the last lines.
    pub fn close(
        mut self,
        ended_at: Option<DateTime<Utc>>,
        interrupted: bool,
    ) -> io::Result<RecordingSummary> {
        let cues_at = self.length;
        let cues = webm::cues(self.tally.cues());
        let range = self.append(&cues)?;
        self.line(&Line::Cues { range })?;

        let duration_ms = self.tally.duration_ms();
        let (video, audio) = (self.tally.video, self.tally.audio);
        let closing = Closing { video, audio, duration_ms, cues_at, file_length: self.length };
        let header = webm::header(&Header { size: self.tally.size, closing: Some(closing) });
        self.media.seek(SeekFrom::Start(0))?;
        self.media.write_all(&header)?;
        self.media.sync_all()?;
        let range = Range { offset: 0, length: header.len() as u64, sha256: hex(&Sha256::digest(&header)) };
        self.line(&Line::FinalHeader { range })?;

        let (bytes, clusters, gaps) = (self.length, self.tally.clusters, self.tally.gaps);
        let (width, height) = self.tally.size.unwrap_or_default();
        let length = i64::try_from(duration_ms).unwrap_or(i64::MAX);
        let by_length = || self.started_at + chrono::TimeDelta::try_milliseconds(length).unwrap_or_default();
        let (started_at, ended_at) = (self.started_at, ended_at.unwrap_or_else(by_length));
        self.line(&Line::End { bytes, clusters, duration_ms, width, height, gaps, ended_at, interrupted })?;
        self.index.sync_all()?;
        let manifest_sha256 = self.manifest.finalize().into();
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
            interrupted,
        })
    }

    /// Writes `bytes` at the end and waits until they are on the disk. After a failure the file is
    /// as long as before.
    fn append(&mut self, bytes: &[u8]) -> io::Result<Range> {
        let offset = self.length;
        let written = self
            .media
            .seek(SeekFrom::Start(offset))
            .and_then(|_| self.media.write_all(bytes))
            .and_then(|()| self.media.sync_data());
        if let Err(error) = written {
            let _ = self.media.set_len(offset); // what is left over is cut off by recovery
            return Err(error);
        }
        self.length += bytes.len() as u64;
        Ok(Range { offset, length: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) })
    }
}
