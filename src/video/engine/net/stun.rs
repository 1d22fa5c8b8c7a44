//! The two things the mux must know of a STUN binding request: for whom it is, and whether its
//! sender knows the password that went into our answer.

use rtc::crypto::{HmacAlgorithm, RTCCrypto};

const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const INTEGRITY_LEN: usize = 20;

/// True for anything that claims to be STUN (RFC 7983: first byte 0..=3, then the cookie).
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER && datagram[0] <= 3 && datagram[4..8] == COOKIE
}

/// A binding request, taken apart as far as needed.
#[derive(Debug, PartialEq, Eq)]
pub struct BindingRequest<'a> {
    /// The part of USERNAME before the colon: our own ufrag.
    pub ufrag: &'a str,
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
        let mut ufrag = None;
        let mut at = HEADER;
        while let Some(head) = datagram.get(at..at + 4) {
            let kind = u16::from_be_bytes([head[0], head[1]]);
            let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
            let value = datagram.get(at + 4..at + 4 + length)?;
            match kind {
                USERNAME => ufrag = std::str::from_utf8(value).ok()?.split(':').next(),
                // What follows the integrity is not covered by it and must not be believed.
                MESSAGE_INTEGRITY if length == INTEGRITY_LEN => {
                    return Some(Self { ufrag: ufrag?, signed: &datagram[..at], tag: value });
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
    use rtc::stun::attributes::ATTR_USERNAME;
    use rtc::stun::integrity::MessageIntegrity;
    use rtc::stun::message::{BINDING_REQUEST, Message, Setter};
    use rtc::stun::textattrs::TextAttribute;

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
