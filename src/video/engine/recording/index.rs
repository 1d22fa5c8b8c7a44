//! The lines of the index file: JSON, one object per line, in the order of what happened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Why a stretch is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// Packets did not arrive.
    Loss,
    /// The publisher sent nothing at all for more than 2 s.
    PublisherSilent,
    /// Writing failed or was too slow.
    Disk,
}

impl GapCause {
    /// The name used in the index and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::PublisherSilent => "publisher_silent",
            Self::Disk => "disk",
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
    Gap {
        from_ms: u64,
        to_ms: u64,
        cause: GapCause,
    },
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

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}"); // writing into a String cannot fail
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back_and_torn_ones_are_not() {
        let range = Range { offset: 5, length: 7, sha256: hex(&[0xAB; 32]) };
        let lines = [
            Line::Header { range: range.clone(), started_at: DateTime::UNIX_EPOCH },
            Line::Cluster { number: 1, range: range.clone(), start_ms: 9, recovered: true },
            Line::Cluster { number: 2, range, start_ms: 9, recovered: false },
            Line::Gap { from_ms: 1, to_ms: 2, cause: GapCause::PublisherSilent },
        ];
        for line in lines {
            let bytes = line.to_bytes();
            assert_eq!(Line::parse(&bytes), Some(line));
            for length in 0..bytes.len() {
                assert_eq!(Line::parse(&bytes[..length]), None);
            }
        }
    }
}
