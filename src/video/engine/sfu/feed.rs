//! One medium of a publication as it comes in: from which source it is taken, how it is unwrapped, and
//! when its publisher is asked for a keyframe.

use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::red::{RedTypes, Unwrap};
use rtc::rtp;
use std::time::{Duration, Instant};

/// Keyframes are large; asking more often makes the picture worse for everybody.
const KEYFRAME_EVERY: Duration = Duration::from_millis(500);
/// A source that was silent this long may be followed by another one on the same track.
const SOURCE_SILENT: Duration = Duration::from_secs(1);

/// One medium of a publication.
pub struct Feed {
    kind: Kind,
    /// The SSRC that the publisher sends with at this moment, and when it was heard last.
    source: Option<(u32, Instant)>,
    red: Option<Unwrap>,
    keyframe_wanted: bool,
    asked_at: Option<Instant>,
}

impl Feed {
    /// One that comes as `red`, or plain.
    pub fn new(kind: Kind, red: Option<RedTypes>) -> Self {
        Self { kind, source: None, red: red.map(Unwrap::new), keyframe_wanted: false, asked_at: None }
    }

    /// The SSRC of the publisher's sender, once something came.
    pub fn source(&self) -> Option<u32> {
        self.source.map(|(ssrc, _)| ssrc)
    }

    /// Hands on what a packet brings, unwrapped where it comes as RED, in order. Nothing of it, if another
    /// source is heard on the same track: two at a time would be one unreadable stream.
    pub fn take(&mut self, packet: rtp::Packet, now: Instant, mut hand_on: impl FnMut(&MediaPacket)) {
        if !self.follows(packet.header.ssrc, now) {
            return;
        }
        let payload_type = packet.header.payload_type;
        let packet = MediaPacket::received(packet, now);
        match &mut self.red {
            Some(red) => red.take(payload_type, packet).iter().for_each(hand_on),
            None => hand_on(&packet),
        }
    }

    /// Whether a packet of this source is taken.
    fn follows(&mut self, ssrc: u32, now: Instant) -> bool {
        match &mut self.source {
            Some((current, heard)) if *current == ssrc => *heard = now,
            Some((_, heard)) if now.saturating_duration_since(*heard) < SOURCE_SILENT => return false,
            Some(current) => {
                *current = (ssrc, now);
                if let Some(red) = &mut self.red {
                    red.restart();
                }
            }
            None => self.source = Some((ssrc, now)),
        }
        true
    }

    /// Somebody needs a keyframe.
    pub fn want_keyframe(&mut self) {
        self.keyframe_wanted |= self.kind == Kind::Video;
    }

    /// The source to ask for a keyframe now, if somebody needs one. Wishes close together become one; one from
    /// before the first packet waits for it.
    pub fn keyframe_due(&mut self, now: Instant) -> Option<u32> {
        let patient =
            self.asked_at.is_some_and(|asked| now.saturating_duration_since(asked) < KEYFRAME_EVERY);
        if !self.keyframe_wanted || patient {
            return None;
        }
        let source = self.source()?;
        (self.keyframe_wanted, self.asked_at) = (false, Some(now));
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn takes(feed: &mut Feed, ssrc: u32, now: Instant) -> bool {
        let header = rtp::Header { version: 2, ssrc, ..Default::default() };
        let mut taken = false;
        let packet = rtp::Packet { header, payload: Bytes::from_static(b"a") };
        feed.take(packet, now, |_| taken = true);
        taken
    }

    #[test]
    fn another_source_is_followed_only_when_the_first_is_silent() {
        let (mut feed, start) = (Feed::new(Kind::Audio, None), Instant::now());
        assert!(takes(&mut feed, 1, start));
        assert!(!takes(&mut feed, 2, start + at(999)));
        assert!(takes(&mut feed, 1, start + at(1000)));
        assert!(!takes(&mut feed, 2, start + at(1999)));
        assert!(takes(&mut feed, 2, start + at(2000)));
        assert_eq!(feed.source(), Some(2));
        assert!(!takes(&mut feed, 1, start + at(2001)));
    }

    #[test]
    fn wishes_for_keyframes_close_together_become_one_and_the_first_waits_for_the_source() {
        let (mut feed, start) = (Feed::new(Kind::Video, None), Instant::now());
        feed.want_keyframe();
        assert_eq!(feed.keyframe_due(start), None);
        takes(&mut feed, 7, start);
        assert_eq!(feed.keyframe_due(start), Some(7));
        assert_eq!(feed.keyframe_due(start + at(600)), None, "nobody wants one");
        feed.want_keyframe();
        feed.want_keyframe();
        assert_eq!(feed.keyframe_due(start + at(700)), Some(7));
        feed.want_keyframe();
        assert_eq!(feed.keyframe_due(start + at(1199)), None, "too soon");
        assert_eq!(feed.keyframe_due(start + at(1200)), Some(7));
        let mut sound = Feed::new(Kind::Audio, None);
        takes(&mut sound, 8, start);
        sound.want_keyframe();
        assert_eq!(sound.keyframe_due(start), None);
    }
}
