//! The lines of the index file: JSON, one object per line, in the order of what happened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How far sound and pictures were at most from where the server's clock had them, in milliseconds: none of what never came,
/// and where nobody measured it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockErrors {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_error_ms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_error_ms: Option<u32>,
}

/// Why a stretch is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// Packets did not arrive.
    Loss,
    /// The publisher sent nothing at all.
    PublisherSilent,
    /// The publisher sent pictures, but no sound.
    AudioSilent,
    /// The publisher sent sound, but no picture.
    VideoSilent,
    /// The publisher's camera was switched off.
    CameraOff,
    /// The publisher's microphone was switched off: what came is silence, because they wanted it so.
    MicrophoneOff,
    /// Writing failed or was too slow.
    Disk,
    /// An officer paused the recording.
    Paused,
    /// Sound came, but nothing was in it: the microphone gives digital silence.
    DigitalSilence,
    /// Pictures came, but nothing was in them: the camera gives black, or hangs.
    StillPicture,
}

impl GapCause {
    /// The name used in the index and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::PublisherSilent => "publisher_silent",
            Self::AudioSilent => "audio_silent",
            Self::VideoSilent => "video_silent",
            Self::CameraOff => "camera_off",
            Self::MicrophoneOff => "microphone_off",
            Self::Disk => "disk",
            Self::Paused => "paused",
            Self::DigitalSilence => "digital_silence",
            Self::StillPicture => "still_picture",
        }
    }
}

/// What is missing in a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    Audio,
    Video,
    #[default]
    Both,
}

impl Medium {
    /// The name used in the index and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Both => "both",
        }
    }
}

/// A stretch of a recording in which something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Gap {
    pub from_ms: u64,
    pub to_ms: u64,
    pub cause: GapCause,
    #[serde(default)]
    pub medium: Medium,
    /// How much of the stretch is missing: losses that lie close together are one gap.
    #[serde(default)]
    missing_ms: Option<u64>,
}

impl Gap {
    /// A stretch that is missing as a whole.
    pub fn new(medium: Medium, cause: GapCause, from_ms: u64, to_ms: u64) -> Self {
        Self { from_ms, to_ms, cause, medium, missing_ms: Some(to_ms.saturating_sub(from_ms)) }
    }

    /// A stretch of which only so much is missing.
    #[must_use]
    pub fn missing(self, missing_ms: u64) -> Self {
        Self { missing_ms: Some(missing_ms.min(self.to_ms.saturating_sub(self.from_ms))), ..self }
    }

    /// What of it lies before `until_ms`; of what lies behind that all is taken to be missing.
    #[must_use]
    pub fn before(self, until_ms: u64) -> Self {
        let to_ms = self.to_ms.min(until_ms.max(self.from_ms));
        let missing_ms = self.missing_ms().saturating_sub(self.to_ms.saturating_sub(to_ms));
        Self { to_ms, ..self }.missing(missing_ms)
    }

    /// How much is missing; of lines written before that was noted, the whole stretch.
    pub fn missing_ms(&self) -> u64 {
        self.missing_ms.unwrap_or(self.to_ms.saturating_sub(self.from_ms))
    }
}

/// Why a recording broke off, or why there is nothing in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It could not be written.
    Disk,
    /// The process was killed before the first cluster was written.
    KilledAtStart,
    /// Nothing of what arrived can be decoded.
    Undecodable,
    /// Nothing arrived.
    NoMedia,
    /// What was written cannot be read any more.
    Unreadable,
    /// The recording was paused for as long as something arrived.
    Paused,
}

impl Reason {
    /// The name used in the index, in events and in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::KilledAtStart => "killed_at_start",
            Self::Undecodable => "undecodable",
            Self::NoMedia => "no_media",
            Self::Unreadable => "unreadable",
            Self::Paused => "paused",
        }
    }
}

/// A stretch of the file and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    pub offset: u64,
    pub length: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// The header as first written.
    Header {
        #[serde(flatten)]
        range: Range,
        started_at: DateTime<Utc>,
        /// Of what: a recording whose row was not written yet can be found by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        publication: Option<Uuid>,
    },
    /// A cluster, hashed at capture; `recovered`: hashed only after the process was killed.
    Cluster {
        number: u64,
        #[serde(flatten)]
        range: Range,
        start_ms: u64,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        recovered: bool,
    },
    /// From here on something is missing; a gap follows when it comes back, or at the end.
    GapBegan {
        from_ms: u64,
        cause: GapCause,
        medium: Medium,
    },
    Gap(Gap),
    /// The tail of a cluster that was never whole was cut off.
    Cut {
        offset: u64,
        bytes: u64,
    },
    Cues {
        #[serde(flatten)]
        range: Range,
    },
    /// The header with duration, size and cues filled in: the one in the finished file.
    FinalHeader {
        #[serde(flatten)]
        range: Range,
    },
    /// The recording is complete.
    End {
        bytes: u64,
        clusters: u64,
        duration_ms: u64,
        width: u16,
        height: u16,
        gaps: u32,
        ended_at: DateTime<Utc>,
        interrupted: bool,
        /// Why it broke off, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        #[serde(flatten)]
        errors: ClockErrors,
    },
}

impl Line {
    /// The line as stored, with its newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Serialising these types into memory cannot fail: no maps, no foreign implementations.
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads a stored line; the newline must be there.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes.strip_suffix(b"\n")?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hex::hex;

    #[test]
    fn lines_are_read_back_and_torn_ones_are_not() {
        let range = Range { offset: 5, length: 7, sha256: hex(&[0xAB; 32]) };
        let lines = [
            Line::Header { range: range.clone(), started_at: DateTime::UNIX_EPOCH, publication: None },
            Line::Cluster { number: 1, range: range.clone(), start_ms: 9, recovered: true },
            Line::Cluster { number: 2, range, start_ms: 9, recovered: false },
            Line::Gap(Gap::new(Medium::Both, GapCause::PublisherSilent, 1, 2)),
            Line::Gap(Gap::new(Medium::Audio, GapCause::Loss, 1, 2000).missing(40)),
            Line::GapBegan { from_ms: 1, cause: GapCause::CameraOff, medium: Medium::Video },
        ];
        for line in lines {
            let bytes = line.to_bytes();
            assert_eq!(Line::parse(&bytes), Some(line));
            for length in 0..bytes.len() {
                assert_eq!(Line::parse(&bytes[..length]), None);
            }
        }
    }

    #[test]
    fn gaps_of_before_media_were_told_apart_are_read() {
        let line = br#"{"kind":"gap","from_ms":5,"to_ms":25,"cause":"loss"}"#;
        let Some(Line::Gap(gap)) = Line::parse(&[&line[..], b"\n"].concat()) else { panic!() };
        assert_eq!((gap.medium, gap.missing_ms()), (Medium::Both, 20));
    }
}
