//! Reading an offer before the WebRTC stack sees it, and putting our address into the answer.
//!
//! An offer comes from a browser, or from anybody. What we do not take is refused here with a
//! reason; candidates are removed, so that no name in them is looked up and no address contacted.

use super::error::EngineError;
use super::packet::Kind;
use std::net::{IpAddr, SocketAddr};

/// Far above what a browser sends for two m-lines.
const MAX_BYTES: usize = 64 * 1024;

/// Who sends the media of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// WHIP: the offerer sends.
    Publish,
    /// WHEP: the offerer receives.
    Play,
}

/// An offer worth trying.
#[derive(Debug, PartialEq, Eq)]
pub struct Offer {
    pub kinds: Vec<Kind>,
    /// The offer without candidates.
    pub sdp: String,
}

struct Section {
    kind: Kind,
    codec: bool,
    direction: &'static str,
}

impl Offer {
    /// Checks `sdp` for at most one Opus and one VP8 m-line in the given direction.
    pub fn read(sdp: &str, wanted: Direction) -> Result<Self, EngineError> {
        if sdp.len() > MAX_BYTES {
            return Err(bad("it is too long"));
        }
        if !sdp.trim_start().starts_with("v=0") {
            return Err(bad("it is not an SDP"));
        }
        let mut sections: Vec<Section> = Vec::new();
        let (mut ufrag, mut password, mut fingerprint) = (false, false, false);
        let mut session_direction = "sendrecv";
        let mut kept = String::with_capacity(sdp.len());
        for line in sdp.trim_start().lines() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with("a=candidate:") || line == "a=end-of-candidates" {
                continue;
            }
            if line.as_bytes().get(1) != Some(&b'=') || line.chars().any(char::is_control) {
                return Err(bad("a line of it is not SDP"));
            }
            kept.push_str(line);
            kept.push_str("\r\n");
            if let Some(media) = line.strip_prefix("m=") {
                let kind = match media.split(' ').next() {
                    Some("audio") => Kind::Audio,
                    Some("video") => Kind::Video,
                    _ => return Err(bad("only audio and video are taken")),
                };
                if sections.iter().any(|section| section.kind == kind) {
                    return Err(bad("at most one audio and one video are taken"));
                }
                sections.push(Section { kind, codec: false, direction: session_direction });
                continue;
            }
            let Some(attribute) = line.strip_prefix("a=") else { continue };
            let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
            match name {
                "ice-ufrag" => ufrag = !value.is_empty(),
                "ice-pwd" => password = !value.is_empty(),
                "fingerprint" => fingerprint = !value.is_empty(),
                "simulcast" | "rid" => return Err(bad("simulcast is not taken")),
                "setup" if value == "passive" => return Err(bad("the offerer must be able to be active")),
                "rtpmap" => {
                    if let Some(section) = sections.last_mut() {
                        section.codec |= is_our_codec(section.kind, value);
                    }
                }
                "sendrecv" | "sendonly" | "recvonly" | "inactive" => {
                    let direction = intern(name);
                    match sections.last_mut() {
                        Some(section) => section.direction = direction,
                        None => session_direction = direction,
                    }
                }
                _ => {}
            }
        }
        if !(ufrag && password && fingerprint) {
            return Err(bad("ICE credentials or the fingerprint are missing"));
        }
        if let Some(section) = sections.iter().find(|section| !section.codec) {
            return Err(bad(match section.kind {
                Kind::Audio => "its audio has no Opus",
                Kind::Video => "its video has no VP8",
            }));
        }
        let fits = |section: &&Section| match wanted {
            Direction::Publish => matches!(section.direction, "sendrecv" | "sendonly"),
            Direction::Play => matches!(section.direction, "sendrecv" | "recvonly"),
        };
        let kinds: Vec<Kind> = sections.iter().filter(fits).map(|section| section.kind).collect();
        if kinds.is_empty() {
            return Err(bad(match wanted {
                Direction::Publish => "it sends nothing",
                Direction::Play => "it receives nothing",
            }));
        }
        Ok(Self { kinds, sdp: kept })
    }
}

fn bad(reason: &str) -> EngineError {
    EngineError::BadOffer(reason.to_owned())
}

fn intern(direction: &str) -> &'static str {
    match direction {
        "sendonly" => "sendonly",
        "recvonly" => "recvonly",
        "inactive" => "inactive",
        _ => "sendrecv",
    }
}

/// `value` is `<payload type> <name>/<rate>[/<channels>]`.
fn is_our_codec(kind: Kind, value: &str) -> bool {
    let codec = value.split_once(' ').map_or("", |(_, codec)| codec.trim());
    match kind {
        Kind::Audio => codec.eq_ignore_ascii_case("opus/48000/2"),
        Kind::Video => codec.eq_ignore_ascii_case("VP8/90000"),
    }
}

/// Puts the shared port and the advertised addresses in place of the candidate that the stack
/// gathered from its own idea of a socket.
pub fn advertise(answer: &str, addresses: &[SocketAddr]) -> String {
    let mut out = String::with_capacity(answer.len() + 96 * addresses.len());
    let mut written = false; // once per m-section
    for line in answer.lines() {
        if line.starts_with("m=") {
            written = false;
        }
        if line.starts_with("a=candidate:") {
            if !written {
                written = true;
                for (index, address) in addresses.iter().enumerate() {
                    // Host candidates in the order of the settings (RFC 8445, 5.1.2.1).
                    let priority = (126u32 << 24) + ((65535 - index as u32) << 8) + 255;
                    let (ip, port) = (address.ip(), address.port());
                    out.push_str(&format!(
                        "a=candidate:{} 1 udp {priority} {ip} {port} typ host\r\n",
                        index + 1
                    ));
                }
            }
            continue;
        }
        out.push_str(line);
        out.push_str("\r\n");
    }
    out
}

/// The advertised addresses that a socket of `bind`'s family can serve.
pub fn reachable(addresses: &[IpAddr], bound: SocketAddr) -> Vec<SocketAddr> {
    let mut reachable: Vec<SocketAddr> = addresses
        .iter()
        .filter(|address| address.is_ipv4() == bound.is_ipv4())
        .map(|address| SocketAddr::new(*address, bound.port()))
        .collect();
    if reachable.is_empty() && !bound.ip().is_unspecified() {
        reachable.push(bound);
    }
    reachable
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:efghijklmnopqrstuvwxyz\r\na=fingerprint:sha-256 00:11\r\n";
    const AUDIO: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n";
    const VIDEO: &str = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";

    fn refused(sdp: &str, direction: Direction) -> String {
        match Offer::read(sdp, direction) {
            Err(EngineError::BadOffer(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn offers_are_refused_with_a_reason() {
        let h264 = VIDEO.replace("VP8", "H264");
        let table: &[(String, &str)] = &[
            (String::new(), "not an SDP"),
            ("hello".into(), "not an SDP"),
            ("v=0\r\nnonsense".into(), "not SDP"),
            ("v=0\r\na=\u{0}".into(), "not SDP"),
            (format!("{HEAD}{}", "a=x\r\n".repeat(20_000)), "too long"),
            (HEAD.into(), "sends nothing"),
            (format!("{HEAD}{AUDIO}{AUDIO}"), "at most one"),
            (format!("{HEAD}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"), "only audio and video"),
            (format!("{HEAD}{h264}"), "no VP8"),
            (format!("{HEAD}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"), "no Opus"),
            (format!("{HEAD}{VIDEO}a=recvonly\r\n"), "sends nothing"),
            (format!("{HEAD}{VIDEO}a=simulcast:send q;h;f\r\n"), "simulcast"),
            (format!("{HEAD}{VIDEO}a=setup:passive\r\n"), "active"),
            (format!("v=0\r\n{VIDEO}"), "missing"),
        ];
        for (sdp, reason) in table {
            let found = refused(sdp, Direction::Publish);
            assert!(found.contains(reason), "{sdp:?}: {found}");
        }
        assert!(
            refused(&format!("{HEAD}{VIDEO}a=sendonly\r\n"), Direction::Play).contains("receives nothing")
        );
    }

    #[test]
    fn candidates_of_an_offer_are_dropped() {
        let sdp =
            format!("{HEAD}{AUDIO}a=candidate:1 1 tcp 1 evil.example 22 typ host\r\na=sendonly\r\n{VIDEO}");
        let offer = Offer::read(&sdp, Direction::Publish).unwrap();
        assert_eq!(offer.kinds, [Kind::Audio, Kind::Video]);
        assert!(!offer.sdp.contains("candidate"));
    }

    #[test]
    fn an_answer_names_every_address_once_per_section() {
        let answer = "v=0\r\nm=audio 9\r\na=candidate:1 1 udp 5 127.0.0.1 999 typ host\r\n\
            a=candidate:1 2 udp 5 127.0.0.1 999 typ host\r\nm=video 9\r\na=mid:1\r\n";
        let addresses = ["10.0.0.1:7".parse().unwrap(), "10.0.0.2:7".parse().unwrap()];
        let found = advertise(answer, &addresses);
        assert_eq!(found.matches("a=candidate").count(), 2);
        assert!(found.contains("10.0.0.1 7 typ host") && found.contains("10.0.0.2 7 typ host"));
        assert!(!found.contains("999"));
    }

    proptest! {
        #[test]
        fn garbage_is_refused_not_a_panic(tail in "\\PC{0,300}") {
            let _ = Offer::read(&tail, Direction::Publish);
            let _ = Offer::read(&format!("v=0\r\n{tail}"), Direction::Play);
        }
    }
}
