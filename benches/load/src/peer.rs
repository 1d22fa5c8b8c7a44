//! One connection of somebody: who publishes has one, and who plays has one for each publication, or one for all.

use crate::media::{self, Outgoing, Rates, Sent, Stamp};
use crate::tally::Tally;
use mio::net::UdpSocket;
use socket2::SockRef;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcError};

/// The most that the kernel keeps for a peer while another is served.
const BUFFER: usize = 4 << 20;
const SOUND_EVERY: Duration = Duration::from_millis(20);

/// What came of one publication's kind of media: the first number, the last, and how many.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    pub first: u32,
    pub last: u32,
    pub count: u64,
}

/// One connection.
pub struct Peer {
    rtc: Rtc,
    pub socket: UdpSocket,
    address: SocketAddr,
    pub timeout: Instant,
    pub is_connected: bool,
    /// Names it in its stamps.
    id: u32,
    video: Option<Outgoing>,
    sound: Option<Outgoing>,
    pub next_frame: Instant,
    pub next_sound: Instant,
    wants_keyframe: bool,
    picture: u16,
    /// By sender and kind.
    pub came: HashMap<(u32, Sent), Came>,
}

impl Peer {
    pub fn bind(ip: IpAddr, id: u32) -> io::Result<Self> {
        let socket = UdpSocket::bind(SocketAddr::new(ip, 0))?;
        SockRef::from(&socket).set_recv_buffer_size(BUFFER)?;
        let address = socket.local_addr()?;
        let now = Instant::now();
        let builder = Rtc::builder().clear_codecs().enable_opus(true, false).enable_vp8(true);
        let mut rtc = builder.set_rtp_mode(true).build(now);
        let candidate = Candidate::host(address, "udp").map_err(io::Error::other)?;
        rtc.add_local_candidate(candidate);
        Ok(Self {
            rtc,
            socket,
            address,
            timeout: now,
            is_connected: false,
            id,
            video: None,
            sound: None,
            next_frame: now,
            next_sound: now,
            wants_keyframe: true,
            picture: 0,
            came: HashMap::new(),
        })
    }

    pub const fn publishes(&self) -> bool {
        self.video.is_some()
    }

    /// When there is something to do, should nothing come.
    pub fn next(&self) -> Instant {
        if self.publishes() && self.is_connected {
            return self.timeout.min(self.next_frame).min(self.next_sound);
        }
        self.timeout
    }

    /// An offer to publish a camera and a microphone.
    pub fn offer_own(&mut self) -> (String, SdpPendingOffer) {
        let mut change = self.rtc.sdp_api();
        let mut add = |kind, track: &str| {
            change.add_media(kind, Direction::SendOnly, Some("own".to_owned()), Some(track.to_owned()), None)
        };
        let (sound, video) = (add(MediaKind::Audio, "sound"), add(MediaKind::Video, "video"));
        let (offer, pending) = change.apply().expect("media was added");
        let outgoing = |mid, payload_type: u8| Outgoing { mid, payload_type: payload_type.into(), number: 1, timestamp: 9000 };
        (self.sound, self.video) = (Some(outgoing(sound, 111)), Some(outgoing(video, 96)));
        (offer.to_sdp_string(), pending)
    }

    /// An offer to play so many publications.
    pub fn offer_to_play(&mut self, publications: usize) -> (String, SdpPendingOffer) {
        let mut change = self.rtc.sdp_api();
        for _ in 0..publications {
            for kind in [MediaKind::Audio, MediaKind::Video] {
                change.add_media(kind, Direction::RecvOnly, None, None, None);
            }
        }
        let (offer, pending) = change.apply().expect("media was added");
        (offer.to_sdp_string(), pending)
    }

    pub fn accept(&mut self, pending: SdpPendingOffer, answer: &str) -> Result<(), String> {
        let answer = SdpAnswer::from_sdp_string(answer).map_err(|error| format!("{error}\n{answer}"))?;
        self.rtc.sdp_api().accept_answer(pending, answer).map_err(|error| error.to_string())?;
        for (outgoing, is_video) in [(&mut self.video, true), (&mut self.sound, false)] {
            let Some(outgoing) = outgoing else { continue };
            let taken = self.rtc.media(outgoing.mid).map(|media| media.remote_pts().to_vec()).unwrap_or_default();
            let known = self.rtc.codec_config().params();
            let mut fitting = known.iter().filter(|one| one.spec().codec.is_video() == is_video);
            if let Some(found) = fitting.find(|one| taken.contains(&one.pt())) {
                outgoing.payload_type = found.pt();
            }
        }
        Ok(())
    }

    /// Answers an offer of the server.
    pub fn answer(&mut self, offer: &str) -> Result<String, String> {
        let offer = SdpOffer::from_sdp_string(offer).map_err(|error| format!("{error}\n{offer}"))?;
        let answer = self.rtc.sdp_api().accept_offer(offer).map_err(|error| error.to_string())?;
        Ok(answer.to_sdp_string())
    }

    /// Takes all that has come.
    pub fn receive(&mut self, buffer: &mut [u8], tally: &mut Tally) -> Result<(), RtcError> {
        while let Ok((length, from)) = self.socket.recv_from(buffer) {
            let Ok(datagram) = Receive::new(Protocol::Udp, from, self.address, &buffer[..length]) else { continue };
            self.rtc.handle_input(Input::Receive(Instant::now(), datagram))?;
            self.drain(tally)?;
        }
        Ok(())
    }

    /// Sends what is due, and does what time asks for.
    pub fn tick(&mut self, now: Instant, rates: Rates, tally: &mut Tally) -> Result<(), RtcError> {
        let mut has_sent = false;
        if self.is_connected && self.publishes() {
            if now >= self.next_sound {
                has_sent = true;
                tally.is_late(now - self.next_sound);
                self.next_sound += SOUND_EVERY;
                self.send_sound(now, tally)?;
            }
            if now >= self.next_frame {
                has_sent = true;
                self.next_frame += Duration::from_secs(1) / rates.frames;
                self.send_frame(now, rates, tally)?;
            }
        }
        if has_sent || self.timeout <= now {
            self.rtc.handle_input(Input::Timeout(now))?;
            self.drain(tally)?;
        }
        Ok(())
    }

    fn send_sound(&mut self, now: Instant, tally: &mut Tally) -> Result<(), RtcError> {
        let Some(out) = self.sound.as_mut() else { return Ok(()) };
        let payload = media::sound(self.id, out.number, media::since(tally.begun));
        tally.has_sent(payload.len());
        let packet = RtpWrite::new(out.payload_type, out.number.into(), out.timestamp, now, payload);
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(out.mid, None) {
            stream.write_rtp(packet);
        }
        (out.number, out.timestamp) = (out.number + 1, out.timestamp.wrapping_add(960));
        Ok(())
    }

    fn send_frame(&mut self, now: Instant, rates: Rates, tally: &mut Tally) -> Result<(), RtcError> {
        let Some(out) = self.video.as_mut() else { return Ok(()) };
        let key = std::mem::take(&mut self.wants_keyframe);
        let at = media::since(tally.begun);
        let packets = media::frame(self.id, rates, self.picture, key, out.number, at);
        let last = packets.len() - 1;
        for (index, payload) in packets.into_iter().enumerate() {
            tally.has_sent(payload.len());
            let packet = RtpWrite::new(out.payload_type, out.number.into(), out.timestamp, now, payload);
            if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(out.mid, None) {
                stream.write_rtp(packet.marker(index == last).nackable(true));
            }
            out.number += 1;
        }
        self.picture = self.picture.wrapping_add(1) & 0x7fff;
        out.timestamp = out.timestamp.wrapping_add(90_000 / rates.frames);
        Ok(())
    }

    /// Sends and takes note until the connection has nothing more to say.
    pub fn drain(&mut self, tally: &mut Tally) -> Result<(), RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.timeout = at;
                    return Ok(());
                }
                // A full socket loses it, as networks do.
                Output::Transmit(datagram) => drop(self.socket.send_to(&datagram.contents, datagram.destination)),
                Output::Event(Event::Connected) => self.is_connected = true,
                Output::Event(Event::KeyframeRequest(_)) => self.wants_keyframe = true,
                Output::Event(Event::RtpPacket(packet)) => self.note(&packet.payload, tally),
                Output::Event(_) => {}
            }
        }
    }

    fn note(&mut self, payload: &[u8], tally: &mut Tally) {
        let stamp = Stamp::read(payload);
        tally.has_come(payload.len(), stamp.map(|stamp| stamp.at));
        if let Some(Stamp { sender, sent, number, .. }) = stamp {
            let came = self.came.entry((sender, sent)).or_insert(Came { first: number, last: number, count: 0 });
            came.last = came.last.max(number);
            came.count += 1;
        }
    }
}

