//! Reading an offer before the WebRTC stack sees it.
//!
//! An offer comes from a browser, or from anybody. The stack is shown one audio and one video section
//! at most; the others are refused in the answer (RFC 3264, 6). Candidates are removed, so that no name
//! in them is looked up and no address contacted.

use crate::video::engine::error::{EngineError, OfferFault};
use crate::video::engine::net::Credentials;
use crate::video::engine::packet::Kind;
use crate::video::engine::red::RedTypes;

/// Far above what a browser sends for two m-lines.
const MAX_BYTES: usize = 64 * 1024;
/// Sound with the packets before it (RFC 2198).
const RED: &str = "red/48000/2";
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
    /// The sound comes as RED, if the offerer can do that: it is asked for by standing first.
    pub red: Option<RedTypes>,
    /// The offerer waits for our DTLS handshake instead of beginning its own.
    pub passive: bool,
}

/// A section of the offer, as the answer has to speak of it.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// Payload type and codec of each format.
    fn codecs(&self) -> impl Iterator<Item = (u8, &'a str)> {
        self.all("rtpmap").filter_map(|value| {
            let (format, codec) = value.split_once(' ')?;
            Some((format.parse().ok()?, codec.trim()))
        })
    }

    /// RED of which each block is Opus: `63 red/48000/2` with `63 111/111`.
    fn red(&self) -> Option<RedTypes> {
        self.codecs().filter(|(_, codec)| codec.eq_ignore_ascii_case(RED)).find_map(|(red, _)| {
            let blocks = self.all("fmtp").find_map(|value| {
                let (format, blocks) = value.split_once(' ')?;
                (format.parse() == Ok(red)).then_some(blocks.trim())
            })?;
            let opus = blocks.split('/').next()?.parse().ok()?;
            let only_it = blocks.split('/').all(|block| block.parse() == Ok(opus));
            let is_opus = self.codecs().any(|(format, codec)| {
                format == opus && is_our_codec(Kind::Audio, &format!("{format} {codec}"))
            });
            (only_it && is_opus && red != opus).then_some(RedTypes { red, opus })
        })
    }

    /// The value of the m-line without its first word, with `red` before all other formats and without any
    /// other RED: whoever answers in this order prefers it.
    fn with_red_first(&self, media: &str, red: Option<RedTypes>) -> String {
        let is_red = |format: &str| {
            self.codecs().any(|(known, codec)| {
                format.parse() == Ok(known) && codec.to_ascii_lowercase().starts_with("red/")
            })
        };
        let mut words = media.split(' ');
        let mut out: Vec<String> = words.by_ref().take(2).map(str::to_owned).collect();
        out.extend(red.map(|types| types.red.to_string()));
        out.extend(words.filter(|format| !is_red(format)).map(str::to_owned));
        out.join(" ")
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
            Some(Kind::Audio) => return Err(bad(OfferFault::NoOpus)),
            Some(Kind::Video) => return Err(bad(OfferFault::NoVp8)),
            None => {}
        }
        if kinds.is_empty() {
            return Err(bad(match wanted {
                Direction::Publish => OfferFault::SendsNothing,
                Direction::Play => OfferFault::ReceivesNothing,
            }));
        }
        let chosen = || sections.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(section, _)| section);
        if chosen().any(|section| section.has("simulcast") || section.has("rid")) {
            return Err(bad(OfferFault::Simulcast));
        }
        // A bundle may name its credentials in one of its sections only.
        let named = |name| {
            let places = chosen().chain([&session]).chain(&sections);
            places.into_iter().find_map(|lines| lines.first(name))
        };
        let (Some(ufrag), Some(password), Some(fingerprint)) =
            (named("ice-ufrag"), named("ice-pwd"), named("fingerprint"))
        else {
            return Err(bad(OfferFault::NoCredentials));
        };
        let setup = named("setup").unwrap_or("actpass");
        if !matches!(setup, "actpass" | "active" | "passive") {
            return Err(bad(OfferFault::UnknownRole));
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
        let sound = chosen().find(|section| section.kind() == Some(Kind::Audio));
        let red = sound.filter(|_| wanted == Direction::Publish).and_then(Lines::red);
        for section in chosen() {
            for line in &section.0 {
                match line.strip_prefix("m=audio ") {
                    Some(media) => put(&format!("m=audio {}", section.with_red_first(media, red))),
                    None => put(line),
                }
            }
        }
        Ok(Self {
            kinds,
            sdp,
            red,
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
        return Err(bad(OfferFault::TooLong));
    }
    let sdp = sdp.trim_start();
    if !sdp.starts_with("v=0") {
        return Err(bad(OfferFault::NotSdp));
    }
    let (mut session, mut sections) = (Lines::default(), Vec::<Lines<'_>>::new());
    for line in sdp.lines() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with("a=candidate:") || line == "a=end-of-candidates" {
            continue;
        }
        if !is_line(line) {
            return Err(bad(OfferFault::BadLine));
        }
        if line.starts_with("m=") {
            if sections.len() == MAX_SECTIONS {
                return Err(bad(OfferFault::TooManySections));
            }
            sections.push(Lines::default());
        }
        sections.last_mut().unwrap_or(&mut session).0.push(line);
    }
    Ok((session, sections))
}

/// Whether it has the form of a line of SDP.
pub fn is_line(line: &str) -> bool {
    line.as_bytes().get(1) == Some(&b'=') && !line.chars().any(char::is_control)
}

fn bad(fault: OfferFault) -> EngineError {
    EngineError::BadOffer(fault)
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
#[path = "offer_tests.rs"]
mod tests;
