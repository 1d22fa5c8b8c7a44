//! Pictures and sound that a decoder takes, sent as a browser does: a pattern with a running clock, and a tone.

use crate::media_client::{PUBLISHER, Publisher, send};
use bytes::Bytes;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The largest payload of a packet of video.
const PART: usize = 1100;
const FILE_HEAD: usize = 32;
const FRAME_HEAD: usize = 12;

/// Ten seconds that can be repeated.
pub struct Film {
    /// VP8, 25 a second, a keyframe each second.
    pictures: Vec<Bytes>,
    /// Opus, 20 ms each.
    sound: Vec<Bytes>,
}

impl Film {
    /// Made by ffmpeg, in a directory of one's own.
    pub fn new(directory: &Path) -> Self {
        let file = directory.join("film.ivf");
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=10"])
            .args(["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k", "-g", "25"])
            .args(["-auto-alt-ref", "0", "-lag-in-frames", "0"])
            .arg(&file)
            .status();
        assert!(made.is_ok_and(|status| status.success()), "ffmpeg has to be there: scripts/setup.sh");
        // The sound of the demo, which stands in the same simple container.
        let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app/demo/media/clerk.opus");
        Self { pictures: frames(&file), sound: frames(&sound) }
    }
}

/// The frames of an IVF file: a head, then for each frame its length (4 bytes, little endian), its time (8) and its
/// bytes.
fn frames(file: &Path) -> Vec<Bytes> {
    let bytes = Bytes::from(std::fs::read(file).unwrap());
    let (mut at, mut frames) = (FILE_HEAD, Vec::new());
    while let Some(head) = bytes.get(at..at + FRAME_HEAD) {
        let length = u32::from_le_bytes(head[..4].try_into().unwrap()) as usize;
        frames.push(bytes.slice(at + FRAME_HEAD..at + FRAME_HEAD + length));
        at += FRAME_HEAD + length;
    }
    frames
}

impl Publisher {
    /// Sends a film in real time without an end; says in `sent_ms` how much of it is out.
    pub async fn send_film(&self, film: &Film, sent_ms: &AtomicU64) {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        let [audio, video] = &self.tracks;
        let mut packets = 0;
        for index in 0u64.. {
            ticks.tick().await;
            let sound = &film.sound[index as usize % film.sound.len()];
            send(audio, PUBLISHER[0], (index, index * 960), sound.clone(), true).await;
            if index % 2 == 0 {
                let frame = &film.pictures[(index / 2) as usize % film.pictures.len()];
                let parts = frame.chunks(PART).count();
                for (number, part) in frame.chunks(PART).enumerate() {
                    // RFC 7741: the start of the frame is marked.
                    let head = [if number == 0 { 0x10u8 } else { 0 }];
                    let payload = [&head[..], part].concat();
                    let place = (packets, index / 2 * 3600);
                    send(video, PUBLISHER[1], place, payload.into(), number + 1 == parts).await;
                    packets += 1;
                }
            }
            sent_ms.store((index + 1) * 20, Relaxed);
        }
    }
}
