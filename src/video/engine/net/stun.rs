//! What the port must know of a STUN binding request (for whom it is, whether its sender knows the
//! password that went into our answer, whether it nominates its way), the answer to it, and a request
//! of our own.

use crate::video::engine::net::link::Credentials;
use rand::{Rng, RngExt};
use rtc::crypto::{HmacAlgorithm, RTCCrypto};
use rtc::stun::attributes::{ATTR_PRIORITY, ATTR_USERNAME, AttrType};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc::stun::textattrs::TextAttribute;
use rtc::stun::xoraddr::XorMappedAddress;
use std::net::SocketAddr;

const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const USE_CANDIDATE: u16 = 0x0025;
const ICE_CONTROLLED: AttrType = AttrType(0x8029);
const ICE_CONTROLLING: AttrType = AttrType(0x802A);
const INTEGRITY_LEN: usize = 20;
/// By this the ids of our own requests are told from the stack's; eight random bytes follow.
const OURS: [u8; 4] = *b"mnqi";

/// True for anything that claims to be STUN (RFC 7983: first byte 0..=3, then the cookie).
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER && datagram[0] <= 3 && datagram[4..8] == COOKIE
}

/// True for the answer to a binding request.
pub fn is_success(datagram: &[u8]) -> bool {
    is_stun(datagram) && datagram[..2] == [0x01, 0x01]
}

/// The answer to a checked binding request, which tells the peer the address that it came from.
pub fn answer(request: &[u8], from: SocketAddr, password: &str, crypto: &dyn RTCCrypto) -> Option<Vec<u8>> {
    let id = TransactionId(request.get(8..HEADER)?.try_into().ok()?);
    let address = XorMappedAddress { ip: from.ip(), port: from.port() };
    build(&[Box::new(BINDING_SUCCESS), Box::new(id), Box::new(address)], password, crypto)
}

/// Whether a datagram answers a request of [`request`], and not one of the stack's own.
pub fn answers_request(datagram: &[u8]) -> bool {
    is_success(datagram) && datagram[8..].starts_with(&OURS)
}

/// A binding request to a peer, which any full agent answers.
pub fn request(
    theirs: &Credentials,
    ours: &str,
    random: &mut dyn Rng,
    crypto: &dyn RTCCrypto,
) -> Option<Vec<u8>> {
    check(ICE_CONTROLLED, theirs, ours, random, crypto)
}

/// What a peer asked with new credentials, as it would have asked with those of its offer: for the stack, which learns
/// from it that its peer is there.
pub fn as_before(
    (own, remote): &(Credentials, Credentials),
    random: &mut dyn Rng,
    crypto: &dyn RTCCrypto,
) -> Option<Vec<u8>> {
    check(ICE_CONTROLLING, own, &remote.ufrag, random, crypto)
}

fn check(
    role: AttrType,
    theirs: &Credentials,
    ours: &str,
    random: &mut dyn Rng,
    crypto: &dyn RTCCrypto,
) -> Option<Vec<u8>> {
    let text = format!("{}:{ours}", theirs.ufrag);
    let username = TextAttribute { attr: ATTR_USERNAME, text };
    let mut id = TransactionId(random.random());
    id.0[..OURS.len()].copy_from_slice(&OURS);
    let parts: [Box<dyn Setter>; 5] = [
        Box::new(BINDING_REQUEST),
        Box::new(id),
        Box::new(username),
        Box::new(Raw(role, random.random::<u64>().to_be_bytes().to_vec())),
        Box::new(Raw(ATTR_PRIORITY, (110u32 << 24).to_be_bytes().to_vec())),
    ];
    build(&parts, &theirs.password, crypto)
}

struct Raw(AttrType, Vec<u8>);

impl Setter for Raw {
    fn add_to(&self, message: &mut Message) -> Result<(), rtc::shared::error::Error> {
        message.add(self.0, &self.1);
        Ok(())
    }
}

fn build(parts: &[Box<dyn Setter>], password: &str, crypto: &dyn RTCCrypto) -> Option<Vec<u8>> {
    let mut message = Message::new();
    message.build(parts).ok()?;
    MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), crypto)
        .add_to(&mut message)
        .ok()?;
    FINGERPRINT.add_to(&mut message).ok()?;
    Some(message.raw)
}

/// A binding request, taken apart as far as needed.
#[derive(Debug, PartialEq, Eq)]
pub struct BindingRequest<'a> {
    /// The part of USERNAME before the colon: our own ufrag.
    pub ufrag: &'a str,
    /// Whether its sender wants to use this way (USE-CANDIDATE).
    pub nominates: bool,
    /// Everything before MESSAGE-INTEGRITY, and its value.
    signed: &'a [u8],
    tag: &'a [u8],
}

impl<'a> BindingRequest<'a> {
    /// `None` for anything but a binding request with USERNAME and MESSAGE-INTEGRITY.
    pub fn parse(datagram: &'a [u8]) -> Option<Self> {
        if !is_stun(datagram) || datagram[..2] != [0x00, 0x01] {
            return None;
        }
        let (mut ufrag, mut nominates) = (None, false);
        let mut at = HEADER;
        while let Some(head) = datagram.get(at..at + 4) {
            let kind = u16::from_be_bytes([head[0], head[1]]);
            let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
            let value = datagram.get(at + 4..at + 4 + length)?;
            match kind {
                USERNAME => ufrag = std::str::from_utf8(value).ok()?.split(':').next(),
                USE_CANDIDATE => nominates = true,
                // What follows the integrity is not covered by it and must not be believed.
                MESSAGE_INTEGRITY if length == INTEGRITY_LEN => {
                    return Some(Self { ufrag: ufrag?, nominates, signed: &datagram[..at], tag: value });
                }
                _ => {}
            }
            at += 4 + length.next_multiple_of(4);
        }
        None
    }

    /// Whether the sender knew `password`.
    pub fn signed_with(&self, password: &str, crypto: &dyn RTCCrypto) -> bool {
        // The MAC is over a header whose length ends with the integrity attribute itself.
        let length = (self.signed.len() - HEADER + 4 + INTEGRITY_LEN) as u16;
        let length = length.to_be_bytes();
        let parts = [&self.signed[..2], &length[..], &self.signed[4..]];
        crypto
            .new_hmac(HmacAlgorithm::Sha1, password.as_bytes())
            .is_ok_and(|mut mac| mac.verify(&parts, self.tag).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rtc::stun::message::Getter;

    fn request(username: &str, password: &str) -> Vec<u8> {
        let provider = rtc::crypto::default_provider().unwrap();
        let mut message = Message::new();
        message.set_type(BINDING_REQUEST);
        message.new_transaction_id().unwrap();
        message.write_header();
        let name = TextAttribute { attr: ATTR_USERNAME, text: username.to_owned() };
        name.add_to(&mut message).unwrap();
        MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), provider.crypto())
            .add_to(&mut message)
            .unwrap();
        message.raw
    }

    #[test]
    fn a_request_is_accepted_only_with_the_right_password() {
        let provider = rtc::crypto::default_provider().unwrap();
        let bytes = request("ours:theirs", "secret");
        let parsed = BindingRequest::parse(&bytes).unwrap();
        assert_eq!(parsed.ufrag, "ours");
        assert!(parsed.signed_with("secret", provider.crypto()));
        assert!(!parsed.signed_with("guess", provider.crypto()));
    }

    #[test]
    fn an_answer_names_the_address_and_both_sides_know_the_password() {
        let provider = rtc::crypto::default_provider().unwrap();
        let theirs = Credentials { ufrag: "theirs".to_owned(), password: "secret".to_owned() };
        let asked = super::request(&theirs, "ours", &mut rand::rng(), provider.crypto()).unwrap();
        let parsed = BindingRequest::parse(&asked).unwrap();
        assert_eq!((parsed.ufrag, parsed.nominates), ("theirs", false));
        assert!(parsed.signed_with("secret", provider.crypto()));

        let from: SocketAddr = "[2001:db8::7]:4711".parse().unwrap();
        let bytes = answer(&asked, from, "secret", provider.crypto()).unwrap();
        assert!(is_success(&bytes) && !is_success(&asked));
        assert!(answers_request(&bytes) && !answers_request(&asked));
        assert_eq!(bytes[8..HEADER], asked[8..HEADER]);
        let mut message = Message { raw: bytes, ..Default::default() };
        message.decode().unwrap();
        let mut mapped = XorMappedAddress::default();
        mapped.get_from(&message).unwrap();
        assert_eq!((mapped.ip, mapped.port), (from.ip(), from.port()));
        MessageIntegrity::check(&mut message, b"secret", provider.crypto()).unwrap();
        FINGERPRINT.check(&message).unwrap();
    }

    #[test]
    fn a_changed_byte_breaks_the_integrity() {
        let provider = rtc::crypto::default_provider().unwrap();
        let bytes = request("ours:theirs", "secret");
        for at in (0..bytes.len()).filter(|at| !(2..4).contains(at)) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let accepted = BindingRequest::parse(&changed)
                .is_some_and(|request| request.signed_with("secret", provider.crypto()));
            assert!(!accepted, "byte {at}");
        }
    }

    proptest! {
        #[test]
        fn garbage_is_never_a_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), cookie: bool) {
            if cookie && bytes.len() >= 8 {
                bytes[..2].copy_from_slice(&[0, 1]);
                bytes[4..8].copy_from_slice(&COOKIE);
            }
            let _ = BindingRequest::parse(&bytes);
        }
    }
}
