//! Reading an offer before the WebRTC stack sees it.
//!
//! An offer comes from a browser, or from anybody. The stack is shown one audio and one video section
//! at most; the others are refused in the answer (RFC 3264, 6). Candidates are removed, so that no name
//! in them is looked up and no address contacted.

use super::error::EngineError;
use super::net::Credentials;
use super::packet::Kind;

/// Far above what a browser sends for two m-lines.
const MAX_BYTES: usize = 64 * 1024;
/// Each refused section is repeated in the answer.
const MAX_SECTIONS: usize = 32;

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
    /// What the stack is shown: the sections that are taken, without candidates.
    pub sdp: String,
    /// All sections as they were offered.
    pub sections: Vec<Offered>,
    /// With these the offerer can be asked whether it is there.
    pub credentials: Credentials,
    /// The offerer waits for our DTLS handshake instead of beginning its own.
    pub passive: bool,
}

/// A section of the offer, as the answer has to speak of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Offered {
    pub taken: bool,
    /// The value of its m-line, and its name.
    pub media: String,
    pub mid: Option<String>,
}

/// The lines of an offer up to the first m-line, or from one to the next.
#[derive(Default)]
struct Lines<'a>(Vec<&'a str>);

impl<'a> Lines<'a> {
    /// The values of an attribute.
    fn all(&self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(move |line| {
            let (found, value) = line.strip_prefix("a=")?.split_once(':')?;
            (found == name).then_some(value)
        })
    }

    fn first(&self, name: &'a str) -> Option<&'a str> {
        self.all(name).find(|value| !value.is_empty())
    }

    fn has(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|line| line.strip_prefix("a=").is_some_and(|rest| rest.split(':').next() == Some(name)))
    }

    fn direction(&self) -> Option<&'static str> {
        ["sendonly", "recvonly", "inactive", "sendrecv"].into_iter().find(|name| self.has(name))
    }

    /// The value of its m-line.
    fn media(&self) -> &'a str {
        self.0.first().and_then(|line| line.strip_prefix("m=")).unwrap_or_default()
    }

    fn kind(&self) -> Option<Kind> {
        match self.media().split(' ').next() {
            Some("audio") => Some(Kind::Audio),
            Some("video") => Some(Kind::Video),
            _ => None,
        }
    }

    /// The offerer itself has put it aside (a port of zero, unless it is to be part of a bundle).
    fn is_off(&self) -> bool {
        self.media().split(' ').nth(1) == Some("0") && !self.has("bundle-only")
    }
}

impl Offer {
    /// Takes of `sdp` the first Opus and the first VP8 section in the given direction.
    pub fn read(sdp: &str, wanted: Direction) -> Result<Self, EngineError> {
        let (session, sections) = split(sdp)?;
        let mut kinds = Vec::new();
        let mut taken = vec![false; sections.len()];
        let mut without_codec = None;
        for (index, section) in sections.iter().enumerate() {
            let Some(kind) = section.kind().filter(|_| !section.is_off()) else { continue };
            let direction = section.direction().or_else(|| session.direction()).unwrap_or("sendrecv");
            let fits = match wanted {
                Direction::Publish => matches!(direction, "sendrecv" | "sendonly"),
                Direction::Play => matches!(direction, "sendrecv" | "recvonly"),
            };
            if !fits || kinds.contains(&kind) {
                continue;
            }
            if section.all("rtpmap").any(|value| is_our_codec(kind, value)) {
                kinds.push(kind);
                taken[index] = true;
            } else {
                without_codec = without_codec.or(Some(kind));
            }
        }
        // Somebody who means to be seen must not find out from a missing picture that he is not.
        match without_codec.filter(|kind| !kinds.contains(kind)) {
            Some(Kind::Audio) => return Err(bad("its audio has no Opus")),
            Some(Kind::Video) => return Err(bad("its video has no VP8")),
            None => {}
        }
        if kinds.is_empty() {
            return Err(bad(match wanted {
                Direction::Publish => "it sends nothing",
                Direction::Play => "it receives nothing",
            }));
        }
        let chosen = || sections.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(section, _)| section);
        if chosen().any(|section| section.has("simulcast") || section.has("rid")) {
            return Err(bad("simulcast is not taken"));
        }
        // A bundle may name its credentials in one of its sections only.
        let named = |name| {
            let places = chosen().chain([&session]).chain(&sections);
            places.into_iter().find_map(|lines| lines.first(name))
        };
        let (Some(ufrag), Some(password), Some(fingerprint)) =
            (named("ice-ufrag"), named("ice-pwd"), named("fingerprint"))
        else {
            return Err(bad("ICE credentials or the fingerprint are missing"));
        };
        let setup = named("setup").unwrap_or("actpass");
        if !matches!(setup, "actpass" | "active" | "passive") {
            return Err(bad("its DTLS role is unknown"));
        }
        let mut sdp = String::with_capacity(sdp.len());
        let mut put = |line: &str| {
            sdp.push_str(line);
            sdp.push_str("\r\n");
        };
        let mids: Vec<&str> = chosen().filter_map(|section| section.first("mid")).collect();
        for line in &session.0 {
            match line.strip_prefix("a=group:") {
                Some(group) if group.starts_with("BUNDLE") => {
                    put(&format!("a=group:BUNDLE {}", mids.join(" ")))
                }
                Some(_) => {} // of sections that may not be there any more
                None => put(line),
            }
        }
        for (name, value) in [("ice-ufrag", ufrag), ("ice-pwd", password), ("fingerprint", fingerprint)] {
            if session.first(name).is_none() && chosen().any(|section| section.first(name).is_none()) {
                put(&format!("a={name}:{value}"));
            }
        }
        chosen().flat_map(|section| &section.0).for_each(|line| put(line));
        Ok(Self {
            kinds,
            sdp,
            credentials: Credentials { ufrag: ufrag.to_owned(), password: password.to_owned() },
            passive: setup == "passive",
            sections: sections
                .iter()
                .zip(taken)
                .map(|(section, taken)| Offered {
                    taken,
                    media: section.media().to_owned(),
                    mid: section.first("mid").map(str::to_owned),
                })
                .collect(),
        })
    }
}

/// The session's lines and those of each section, without candidates.
fn split(sdp: &str) -> Result<(Lines<'_>, Vec<Lines<'_>>), EngineError> {
    if sdp.len() > MAX_BYTES {
        return Err(bad("it is too long"));
    }
    let sdp = sdp.trim_start();
    if !sdp.starts_with("v=0") {
        return Err(bad("it is not an SDP"));
    }
    let (mut session, mut sections) = (Lines::default(), Vec::<Lines<'_>>::new());
    for line in sdp.lines() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with("a=candidate:") || line == "a=end-of-candidates" {
            continue;
        }
        if line.as_bytes().get(1) != Some(&b'=') || line.chars().any(char::is_control) {
            return Err(bad("a line of it is not SDP"));
        }
        if line.starts_with("m=") {
            if sections.len() == MAX_SECTIONS {
                return Err(bad("it has too many sections"));
            }
            sections.push(Lines::default());
        }
        sections.last_mut().unwrap_or(&mut session).0.push(line);
    }
    Ok((session, sections))
}

fn bad(reason: &str) -> EngineError {
    EngineError::BadOffer(reason.to_owned())
}

/// `value` is `<payload type> <name>/<rate>[/<channels>]`.
fn is_our_codec(kind: Kind, value: &str) -> bool {
    let codec = value.split_once(' ').map_or("", |(_, codec)| codec.trim());
    match kind {
        Kind::Audio => codec.eq_ignore_ascii_case("opus/48000/2"),
        Kind::Video => codec.eq_ignore_ascii_case("VP8/90000"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:efghijklmnopqrstuvwxyz\r\na=fingerprint:sha-256 00:11\r\n";
    const AUDIO: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n";
    const VIDEO: &str = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";
    const DATA: &str = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n";

    fn read(sdp: &str) -> Offer {
        Offer::read(sdp, Direction::Publish).unwrap()
    }

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
            (format!("{HEAD}{AUDIO}{}", DATA.repeat(40)), "too many"),
            (HEAD.into(), "sends nothing"),
            (format!("{HEAD}{DATA}"), "sends nothing"),
            (format!("{HEAD}{h264}"), "no VP8"),
            (format!("{HEAD}{AUDIO}{h264}"), "no VP8"),
            (format!("{HEAD}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"), "no Opus"),
            (format!("{HEAD}{VIDEO}a=recvonly\r\n"), "sends nothing"),
            (format!("{HEAD}{}", VIDEO.replace("video 9", "video 0")), "sends nothing"),
            (format!("{HEAD}{VIDEO}a=simulcast:send q;h;f\r\n"), "simulcast"),
            (format!("{HEAD}{VIDEO}a=setup:holdconn\r\n"), "role"),
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
    fn what_is_not_wanted_is_put_aside_and_the_rest_is_taken() {
        let second = VIDEO.replace("96", "98");
        let h264 = VIDEO.replace("VP8", "H264");
        let offer = read(&format!(
            "{HEAD}a=group:BUNDLE d 0 1 2 3\r\na=group:LS 0 1\r\n{DATA}{AUDIO}a=mid:0\r\n{h264}a=mid:1\r\n\
             {VIDEO}a=mid:2\r\n{second}a=mid:3\r\na=simulcast:send q;h\r\n"
        ));
        assert_eq!(offer.kinds, [Kind::Audio, Kind::Video]);
        let taken: Vec<bool> = offer.sections.iter().map(|section| section.taken).collect();
        assert_eq!(taken, [false, true, false, true, false]);
        assert_eq!(offer.sections[4].mid.as_deref(), Some("3"));
        assert_eq!(offer.sdp.matches("m=").count(), 2);
        assert!(offer.sdp.contains("a=group:BUNDLE 0 2\r\n") && !offer.sdp.contains("group:LS"));
    }

    #[test]
    fn credentials_that_a_bundle_names_once_are_found() {
        let (session, credentials) = HEAD.split_at(HEAD.find("a=ice-ufrag").unwrap());
        let offer = read(&format!("{session}{DATA}{credentials}{AUDIO}"));
        assert_eq!(offer.credentials.ufrag, "abcd");
        assert_eq!(offer.sdp.matches("a=ice-pwd:efghijklmnopqrstuvwxyz").count(), 1);
        let own = read(&format!("{session}{AUDIO}{credentials}"));
        assert_eq!(own.sdp.matches("a=ice-pwd:").count(), 1);
    }

    #[test]
    fn an_offerer_that_waits_is_told_apart() {
        for (setup, passive) in [("actpass", false), ("active", false), ("passive", true)] {
            let offer = read(&format!("{HEAD}{VIDEO}a=setup:{setup}\r\n"));
            assert_eq!(offer.passive, passive, "{setup}");
        }
        assert!(!read(&format!("{HEAD}{VIDEO}")).passive);
    }

    #[test]
    fn candidates_of_an_offer_are_dropped() {
        let sdp =
            format!("{HEAD}{AUDIO}a=candidate:1 1 tcp 1 evil.example 22 typ host\r\na=sendonly\r\n{VIDEO}");
        let offer = read(&sdp);
        assert_eq!(offer.kinds, [Kind::Audio, Kind::Video]);
        assert!(!offer.sdp.contains("candidate"));
    }

    proptest! {
        #[test]
        fn garbage_is_refused_not_a_panic(tail in "\\PC{0,300}") {
            let _ = Offer::read(&tail, Direction::Publish);
            let _ = Offer::read(&format!("v=0\r\n{tail}"), Direction::Play);
        }
    }
}
