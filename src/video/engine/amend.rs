//! What a peer sends after its offer (RFC 9725, 4.3; RFC 8840, 9): a part of an SDP with candidates, which this side does
//! not need because it looks where checks come from, or with the credentials of an ICE restart.

use crate::video::engine::answer::Candidates;
use crate::video::engine::error::{EngineError, OfferFault};
use crate::video::engine::net::Credentials;
use crate::video::engine::offer;
use crate::video::engine::offer::Offered;

/// More candidates than any browser has.
const MAX_BYTES: usize = 16 * 1024;

/// For which state of the resource its peer's words are meant (`If-Match`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// For whatever is: that of a restart.
    Any,
    /// For one of these tags.
    For(Vec<String>),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amended {
    /// Nothing changed.
    Noted,
    /// New credentials hold: the tag of the new state, and the part of an SDP that names them.
    Restarted { tag: String, fragment: String },
}

/// The ICE session of a resource.
#[derive(Clone, Debug)]
pub struct Ice {
    own: Credentials,
    remote: Credentials,
    /// The section that speaks for all: they are bundled.
    section: Option<Offered>,
}

impl Ice {
    pub fn new(own: &Credentials, remote: &Credentials, sections: &[Offered]) -> Self {
        let section = sections.iter().find(|section| section.taken).cloned();
        Self { own: own.clone(), remote: remote.clone(), section }
    }

    /// Names this session and no other of the resource: the value of its `ETag`, without the quotes.
    pub fn tag(&self) -> &str {
        &self.own.ufrag
    }

    /// Whether what came is meant for this session.
    pub fn is_meant(&self, meant: &Meant) -> bool {
        match meant {
            Meant::Any => true,
            Meant::For(tags) => tags.iter().any(|tag| tag == self.tag()),
        }
    }

    /// Whether a peer that has these credentials restarts.
    pub fn is_left_by(&self, remote: &Credentials) -> bool {
        self.remote != *remote
    }

    /// The session after a restart.
    pub fn restarted(&self, own: Credentials, remote: Credentials) -> Self {
        Self { own, remote, section: self.section.clone() }
    }

    /// The part of an SDP that tells the peer our credentials and where we are.
    pub fn fragment(&self, candidates: &Candidates) -> String {
        let mut out = String::from("a=ice-lite\r\n");
        if let Some(Offered { media, mid, .. }) = &self.section {
            out += &format!("m={media}\r\n");
            if let Some(mid) = mid {
                out += &format!("a=mid:{mid}\r\n");
            }
        }
        out += &format!("a=ice-ufrag:{}\r\na=ice-pwd:{}\r\n", self.own.ufrag, self.own.password);
        candidates.write(&mut out);
        out += "a=end-of-candidates\r\n";
        out
    }
}

/// Reads the credentials of a peer's part of an SDP.
pub fn credentials(fragment: &str) -> Result<Credentials, EngineError> {
    let bad = |fault| Err(EngineError::BadOffer(fault));
    if fragment.len() > MAX_BYTES {
        return bad(OfferFault::TooLong);
    }
    let lines = || fragment.lines().map(str::trim_end).filter(|line| !line.is_empty());
    if lines().any(|line| !offer::is_line(line)) {
        return bad(OfferFault::BadLine);
    }
    let named =
        |name: &str| lines().find_map(|line| line.strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':'));
    let (Some(ufrag), Some(password)) = (named("ice-ufrag"), named("ice-pwd")) else {
        return bad(OfferFault::NoCredentials);
    };
    // RFC 8839, 5.4.
    let is_word =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    let fits = (4..=256).contains(&ufrag.len()) && (22..=256).contains(&password.len());
    if !(fits && is_word(ufrag) && is_word(password)) {
        return bad(OfferFault::Malformed);
    }
    Ok(Credentials { ufrag: ufrag.to_owned(), password: password.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PASSWORD: &str = "a1234567890123456789+/";

    fn fault(fragment: &str) -> OfferFault {
        match credentials(fragment) {
            Err(EngineError::BadOffer(fault)) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn credentials_are_read_wherever_they_stand_and_what_is_none_is_refused() {
        let whole = format!(
            "a=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=ice-ufrag:EsAw\r\na=ice-pwd:{PASSWORD}\r\n\
             a=candidate:1 1 udp 2 192.0.2.1 61764 typ host\r\na=end-of-candidates\r\n"
        );
        let found = credentials(&whole).unwrap();
        assert_eq!((found.ufrag.as_str(), found.password.as_str()), ("EsAw", PASSWORD));
        for (fragment, wanted) in [
            (String::new(), OfferFault::NoCredentials),
            ("a=ice-ufrag:EsAw".to_owned(), OfferFault::NoCredentials),
            (format!("a=ice-ufrag:Es\na=ice-pwd:{PASSWORD}"), OfferFault::Malformed),
            (format!("a=ice-ufrag:Es:w\na=ice-pwd:{PASSWORD}"), OfferFault::Malformed),
            ("a=ice-ufrag:EsAw\na=ice-pwd:short".to_owned(), OfferFault::Malformed),
            ("{}".to_owned(), OfferFault::BadLine),
            ("a=".repeat(MAX_BYTES), OfferFault::TooLong),
        ] {
            assert_eq!(fault(&fragment), wanted, "{fragment:.40}");
        }
    }

    #[test]
    fn a_restart_is_told_from_what_comes_again_and_names_the_session_anew() {
        let of = |ufrag: &str| Credentials { ufrag: ufrag.to_owned(), password: PASSWORD.to_owned() };
        let sections = [
            Offered { taken: false, media: "application 9 x y".to_owned(), mid: Some("d".to_owned()) },
            Offered {
                taken: true,
                media: "audio 9 UDP/TLS/RTP/SAVPF 111".to_owned(),
                mid: Some("0".to_owned()),
            },
        ];
        let ice = Ice::new(&of("ours"), &of("theirs"), &sections);
        assert!(
            ice.is_meant(&Meant::Any) && ice.is_meant(&Meant::For(vec!["old".to_owned(), "ours".to_owned()]))
        );
        assert!(!ice.is_meant(&Meant::For(vec!["old".to_owned()])) && !ice.is_meant(&Meant::For(Vec::new())));
        assert!(!ice.is_left_by(&of("theirs")) && ice.is_left_by(&of("newer")));
        let again = ice.restarted(of("ours2"), of("newer"));
        assert_eq!(again.tag(), "ours2");
        assert_eq!(
            again.fragment(&Candidates::new(&["192.0.2.9".parse().unwrap()], 7, Some(8))),
            format!(
                "a=ice-lite\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:ours2\r\na=ice-pwd:{PASSWORD}\r\n\
                 a=candidate:1 1 udp 2130706431 192.0.2.9 7 typ host\r\n\
                 a=candidate:2 1 tcp 1520435199 192.0.2.9 8 typ host tcptype passive\r\na=end-of-candidates\r\n"
            )
        );
    }

    proptest! {
        #[test]
        fn garbage_is_never_a_panic(text in "(a=ice-(ufrag|pwd):|m=|[a-z]|\\PC|\r|\n){0,40}") {
            let _ = credentials(&text);
        }
    }
}
