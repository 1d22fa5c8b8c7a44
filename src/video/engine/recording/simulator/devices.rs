//! A person's camera and microphone: frames with a number in each, by a clock that may be off.

use crate::video::engine::packet::Kind;
use crate::video::engine::recording::simulator::script::{Stay, Stretch, Trouble};
use bytes::Bytes;

/// A frame that was sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub kind: Kind,
    pub number: u32,
    /// When it was heard or seen, by the server's clock.
    pub at_ms: u64,
}

/// A packet on its way.
#[derive(Clone, Debug)]
pub enum Parcel {
    Packet {
        kind: Kind,
        seq: u16,
        timestamp: u32,
        marker: bool,
        payload: Bytes,
    },
    Report {
        kind: Kind,
        ntp: u64,
        timestamp: u32,
    },
    /// Told by the page, over another connection.
    Switched {
        kind: Kind,
        on: bool,
    },
}

const AUDIO_EVERY_US: u64 = 20_000;
const REPORT_EVERY_MS: u64 = 1_000;
/// Where the number of a frame stands in its bytes: behind what makes a keyframe of it.
const NUMBER_AT: usize = 10;
const KEY: [u8; NUMBER_AT] = [0x10, 0x10, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0];

/// The number of a recorded frame.
pub fn number(frame: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(frame.get(NUMBER_AT..NUMBER_AT + 4)?.try_into().ok()?))
}

struct Device {
    kind: Kind,
    rate: u64,
    every_us: u64,
    /// By the device's own clock, since the person joined: the next frame.
    next_us: u64,
    /// What its timestamps are behind: it stood still for so long.
    stood_us: u64,
    seq: u16,
    first: u32,
    reported_at_ms: u64,
    last: Option<(u64, u32)>,
    off: bool,
}

/// What one person sends.
pub struct Devices<'a> {
    stay: &'a Stay,
    devices: [Device; 2],
    number: u32,
    /// A picture that stands alone is wanted.
    pub key_wanted: bool,
    pub sent: Vec<Sent>,
}

impl<'a> Devices<'a> {
    pub fn new(stay: &'a Stay) -> Self {
        let device = |kind: Kind, rate, every_us| Device {
            kind,
            rate,
            every_us,
            next_us: 0,
            stood_us: 0,
            seq: (stay.first >> 8) as u16,
            first: stay.first.wrapping_mul(if kind == Kind::Audio { 1 } else { 7 }),
            reported_at_ms: 0,
            last: None,
            off: false,
        };
        let devices =
            [device(Kind::Audio, 48_000, AUDIO_EVERY_US), device(Kind::Video, 90_000, 1_000_000 / stay.fps)];
        Self { stay, devices, number: 0, key_wanted: true, sent: Vec::new() }
    }

    /// What is sent in the millisecond from `now_ms` on.
    pub fn send(&mut self, now_ms: u64, mut out: impl FnMut(Parcel)) {
        let since_us = (now_ms - self.stay.time.from_ms) * 1000;
        // By the devices' clock.
        let own_us = since_us.saturating_add_signed(since_us.cast_signed() * self.stay.ppm / 1_000_000);
        for device in &mut self.devices {
            let kind = device.kind;
            let trouble = |wanted: fn(Kind, Trouble) -> bool| {
                let here = |(stretch, trouble): &&(Stretch, Trouble)| {
                    stretch.holds(now_ms) && wanted(kind, *trouble)
                };
                self.stay.troubles.iter().find(here)
            };
            let off = trouble(|kind, trouble| matches!(trouble, Trouble::Off(of) if of == kind)).is_some();
            if std::mem::replace(&mut device.off, off) != off {
                out(Parcel::Switched { kind, on: !off });
                self.key_wanted |= kind == Kind::Video && !off;
            }
            let stalled =
                trouble(|kind, trouble| matches!(trouble, Trouble::Stall { kind: of, .. } if of == kind));
            while device.next_us <= own_us {
                let at_us = device.next_us;
                device.next_us += device.every_us;
                match stalled.map(|(_, trouble)| *trouble) {
                    Some(Trouble::Stall { hole: true, .. }) => continue,
                    Some(_) => {
                        device.stood_us += device.every_us;
                        continue;
                    }
                    None if off && kind == Kind::Video => continue,
                    None => {}
                }
                let ticks = (at_us - device.stood_us) * device.rate / 1_000_000;
                let timestamp = device.first.wrapping_add(ticks as u32);
                device.last = Some((now_ms, timestamp));
                self.number += 1;
                self.sent.push(Sent { kind, number: self.number, at_ms: now_ms });
                let key = kind == Kind::Video && std::mem::take(&mut self.key_wanted);
                frame(kind, key, self.number, |marker, payload| {
                    out(Parcel::Packet { kind, seq: device.seq, timestamp, marker, payload });
                    device.seq = device.seq.wrapping_add(1);
                });
            }
            if now_ms >= device.reported_at_ms
                && let Some((at_ms, timestamp)) = device.last
            {
                device.reported_at_ms = now_ms + REPORT_EVERY_MS;
                let day_ms = (at_ms + 10_000_000_000).saturating_add_signed(self.stay.day_off_ms);
                let ntp = ((day_ms / 1000) << 32) | (((day_ms % 1000) << 32) / 1000);
                out(Parcel::Report { kind, ntp, timestamp });
            }
        }
    }
}

/// The packets of a frame: of sound one, of pictures up to four.
fn frame(kind: Kind, key: bool, number: u32, mut packet: impl FnMut(bool, Bytes)) {
    let mut body = KEY.to_vec();
    if !key {
        body[0] |= 1; // of a picture: it builds on the one before
    }
    body.extend_from_slice(&number.to_be_bytes());
    let length = 20 + (number as usize * 37) % 60;
    body.extend((0..length).map(|at| (at as u32 ^ number) as u8));
    if kind == Kind::Audio {
        return packet(true, Bytes::from(body));
    }
    body.resize(body.len() + 60, number as u8); // more than a picture in which nothing moves has
    let parts = 1 + number as usize % 4;
    let size = body.len().div_ceil(parts);
    let last = body.chunks(size).count() - 1;
    for (at, part) in body.chunks(size).enumerate() {
        let descriptor = if at == 0 { 0x10 } else { 0x00 };
        packet(at == last, Bytes::from([&[descriptor], part].concat()));
    }
}
