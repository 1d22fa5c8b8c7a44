//! The drawn people of the demo's recordings, as `scripts/demo_media.py` made them.

use crate::video::MadeUpMedia;
use bytes::Bytes;

const FILE_HEAD: usize = 32;
const FRAME_HEAD: usize = 12;

pub(super) fn clerk() -> MadeUpMedia {
    made_up(include_bytes!("media/clerk.vp8"), include_bytes!("media/clerk.opus"))
}

pub(super) fn officer() -> MadeUpMedia {
    made_up(include_bytes!("media/officer.vp8"), include_bytes!("media/officer.opus"))
}

fn made_up(pictures: &'static [u8], sound: &'static [u8]) -> MadeUpMedia {
    MadeUpMedia { pictures: frames(pictures), picture_ms: 100, sound: frames(sound), sound_ms: 20 }
}

/// The frames of an IVF file: a head of 32 bytes, then for each frame its length (4 bytes, little endian),
/// its time (8 bytes) and its bytes.
fn frames(mut file: &'static [u8]) -> Vec<Bytes> {
    let mut frames = Vec::new();
    file = file.get(FILE_HEAD..).unwrap_or_default();
    while let Some((length, rest)) = file.split_first_chunk::<4>() {
        let end = FRAME_HEAD - 4 + u32::from_le_bytes(*length) as usize;
        let Some(frame) = rest.get(FRAME_HEAD - 4..end) else { break };
        frames.push(Bytes::from_static(frame));
        file = &rest[end..];
    }
    frames
}

#[cfg(test)]
mod tests {
    #[test]
    fn ten_seconds_of_each_of_the_people_can_be_repeated() {
        for media in [crate::app::demo::media::clerk(), crate::app::demo::media::officer()] {
            assert_eq!(media.pictures.len(), 100);
            assert!(media.sound.len() >= 500);
            // VP8, RFC 6386 §9.1: the lowest bit of a keyframe is 0.
            assert_eq!(media.pictures[0][0] & 1, 0);
        }
    }
}
