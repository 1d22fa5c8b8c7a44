//! The bearer token with which a page publishes and plays. Pure: the caller gives key and time.
//!
//! It names the participant, the session, the sign-in it was given to and when it ends, under an HMAC. It
//! is a ticket to ask, not a right by itself: sign-in, admission and acknowledgement are looked up each time
//! it is shown.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// What the keyring calls this use.
pub const PURPOSE: &str = "media";

/// Long enough to publish and to play everybody; a page asks for a new one when it needs one.
pub const LIFE: TimeDelta = TimeDelta::minutes(10);

const CLAIMS: usize = 16 + 16 + 16 + 8;
const MAC: usize = 32;

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    pub participant: Uuid,
    pub session: Uuid,
    /// With which it ends, whatever its own time.
    pub sign_in: Uuid,
    pub expires_at: DateTime<Utc>,
}

/// Writes a token.
pub fn issue(claims: &Claims, mac: impl Fn(&[u8]) -> [u8; MAC]) -> String {
    let mut bytes = Vec::with_capacity(CLAIMS + MAC);
    bytes.extend_from_slice(claims.participant.as_bytes());
    bytes.extend_from_slice(claims.session.as_bytes());
    bytes.extend_from_slice(claims.sign_in.as_bytes());
    bytes.extend_from_slice(&claims.expires_at.timestamp().to_be_bytes());
    let code = mac(&bytes);
    bytes.extend_from_slice(&code);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a token that we issued and that has not ended; anything else is `None`.
pub fn read(token: &str, now: DateTime<Utc>, mac: impl Fn(&[u8]) -> [u8; MAC]) -> Option<Claims> {
    read_ended(token, mac).filter(|claims| now < claims.expires_at)
}

/// Reads a token that we issued, also when its time is over.
pub fn read_ended(token: &str, mac: impl Fn(&[u8]) -> [u8; MAC]) -> Option<Claims> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    if bytes.len() != CLAIMS + MAC {
        return None;
    }
    let (claims, code) = bytes.split_at(CLAIMS);
    if !bool::from(mac(claims).as_slice().ct_eq(code)) {
        return None;
    }
    let expires = i64::from_be_bytes(claims[48..].try_into().ok()?);
    Some(Claims {
        participant: Uuid::from_slice(&claims[..16]).ok()?,
        session: Uuid::from_slice(&claims[16..32]).ok()?,
        sign_in: Uuid::from_slice(&claims[32..48]).ok()?,
        expires_at: DateTime::from_timestamp(expires, 0)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    fn mac(key: u8) -> impl Fn(&[u8]) -> [u8; 32] {
        move |message| Sha256::new().chain_update([key]).chain_update(message).finalize().into()
    }

    fn claims() -> Claims {
        Claims {
            participant: Uuid::from_u128(7),
            session: Uuid::from_u128(9),
            sign_in: Uuid::from_u128(11),
            expires_at: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn a_token_is_read_until_it_ends_and_only_with_its_key() {
        let claims = claims();
        let token = issue(&claims, mac(1));
        let (before, at) = (claims.expires_at - TimeDelta::seconds(1), claims.expires_at);
        assert_eq!(read(&token, before, mac(1)), Some(claims));
        assert_eq!(read(&token, at, mac(1)), None);
        assert_eq!(read(&token, before, mac(2)), None);
        assert_eq!(read_ended(&token, mac(1)), Some(claims));
        assert_eq!(read_ended(&token, mac(2)), None);
    }

    proptest! {
        #[test]
        fn a_changed_token_is_nothing(place in 0..88usize, bit in 0..8u8) {
            let claims = claims();
            let mut bytes = URL_SAFE_NO_PAD.decode(issue(&claims, mac(1))).unwrap();
            bytes[place] ^= 1 << bit;
            prop_assert_eq!(read(&URL_SAFE_NO_PAD.encode(bytes), DateTime::UNIX_EPOCH, mac(1)), None);
        }

        #[test]
        fn anything_may_be_shown(token in "\\PC{0,120}") {
            prop_assert_eq!(read(&token, DateTime::UNIX_EPOCH, mac(1)), None);
        }
    }
}
