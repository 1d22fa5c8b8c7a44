//! Tickets by which a device is known to a login: whoever signed in there before does not wait for strangers. Pure.
//!
//! A browser keeps a few of them in one cookie, one for each account that signed in there. A ticket is bound to
//! the account and its password by an HMAC: it is of no use for another login, and a changed password makes it
//! worthless. It opens nothing by itself, the password is asked for all the same.

use crate::base::ids;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// What the keyring calls this use.
pub const PURPOSE: &str = "known device";
/// A device is known for so long after the last sign-in there.
pub const LIFE: TimeDelta = TimeDelta::days(180);
/// So many accounts of one browser are remembered; a shared computer has no more regulars.
const KEPT: usize = 5;
const BODY: usize = 16 + 8;
const MAC: usize = 32;

/// The owner of a ticket: what the HMAC binds it to.
#[derive(Clone, Copy)]
pub struct Owner<'a> {
    pub account: Uuid,
    pub password_hash: &'a str,
}

/// Which of the tickets in a cookie is the owner's; the device that it names.
pub fn known(
    cookie: &str,
    owner: Owner<'_>,
    now: DateTime<Utc>,
    mac: impl Fn(&[u8]) -> [u8; MAC],
) -> Option<Uuid> {
    cookie.split('.').take(KEPT).find_map(|ticket| read(ticket, owner, now, &mac))
}

/// The cookie after a sign-in of the owner: the ticket anew, those of others behind it.
pub fn renewed(
    cookie: &str,
    owner: Owner<'_>,
    device: Option<Uuid>,
    now: DateTime<Utc>,
    mac: impl Fn(&[u8]) -> [u8; MAC],
) -> String {
    let device = device.unwrap_or_else(|| Uuid::from_bytes(ids::random_bytes::<16>()));
    let others = cookie
        .split('.')
        .take(KEPT)
        .filter(|ticket| decode(ticket).is_some() && read(ticket, owner, now, &mac).is_none());
    let own = issue(device, owner, now, &mac);
    std::iter::once(own.as_str()).chain(others).take(KEPT).collect::<Vec<_>>().join(".")
}

fn issue(device: Uuid, owner: Owner<'_>, now: DateTime<Utc>, mac: impl Fn(&[u8]) -> [u8; MAC]) -> String {
    let mut bytes = Vec::with_capacity(BODY + MAC);
    bytes.extend_from_slice(device.as_bytes());
    bytes.extend_from_slice(&now.timestamp().to_be_bytes());
    let code = mac(&message(&bytes, owner));
    bytes.extend_from_slice(&code);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read(
    ticket: &str,
    owner: Owner<'_>,
    now: DateTime<Utc>,
    mac: impl Fn(&[u8]) -> [u8; MAC],
) -> Option<Uuid> {
    let bytes = decode(ticket)?;
    let (body, code) = bytes.split_at(BODY);
    if !bool::from(mac(&message(body, owner)).as_slice().ct_eq(code)) {
        return None;
    }
    let at = i64::from_be_bytes(body[16..].try_into().ok()?);
    let at = DateTime::from_timestamp(at, 0)?;
    if now >= at + LIFE {
        return None;
    }
    Uuid::from_slice(&body[..16]).ok()
}

fn decode(ticket: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(ticket).ok().filter(|bytes| bytes.len() == BODY + MAC)
}

fn message(body: &[u8], owner: Owner<'_>) -> Vec<u8> {
    [body, owner.account.as_bytes(), owner.password_hash.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    fn mac(message: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(b"key").chain_update(message).finalize().into()
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    const LIN: Owner<'_> = Owner { account: Uuid::from_u128(1), password_hash: "hash of lin" };
    const GAO: Owner<'_> = Owner { account: Uuid::from_u128(2), password_hash: "hash of gao" };

    #[test]
    fn a_device_is_known_to_who_signed_in_there_until_the_password_changes() {
        let cookie = renewed("", LIN, None, now(), mac);
        let device = known(&cookie, LIN, now(), mac).unwrap();
        assert_eq!(known(&cookie, GAO, now(), mac), None);
        assert_eq!(known(&cookie, Owner { password_hash: "another", ..LIN }, now(), mac), None);
        assert_eq!(known(&cookie, LIN, now() + LIFE, mac), None);
        let again = renewed(&cookie, LIN, Some(device), now() + TimeDelta::days(1), mac);
        assert_eq!(known(&again, LIN, now() + LIFE, mac), Some(device), "renewed by use");
        assert_eq!(again.split('.').count(), 1);
    }

    #[test]
    fn a_shared_computer_knows_its_regulars() {
        let cookie = renewed(&renewed("", LIN, None, now(), mac), GAO, None, now(), mac);
        assert!(known(&cookie, LIN, now(), mac).is_some() && known(&cookie, GAO, now(), mac).is_some());
        let cookie = (10..20).fold(cookie, |cookie, n| {
            renewed(&cookie, Owner { account: Uuid::from_u128(n), ..LIN }, None, now(), mac)
        });
        assert_eq!(cookie.split('.').count(), KEPT);
        assert!(cookie.len() < 400, "{}", cookie.len());
        assert_eq!(known(&cookie, LIN, now(), mac), None);
    }

    proptest! {
        #[test]
        fn anything_may_stand_in_the_cookie(cookie in "\\PC{0,500}") {
            prop_assert_eq!(known(&cookie, LIN, now(), mac), None);
            let renewed = renewed(&cookie, LIN, None, now(), mac);
            prop_assert!(known(&renewed, LIN, now(), mac).is_some());
        }

        #[test]
        fn a_changed_ticket_is_nobodys(place in 0..BODY + MAC, bit in 0..8u8) {
            let mut bytes = decode(&renewed("", LIN, None, now(), mac)).unwrap();
            bytes[place] ^= 1 << bit;
            prop_assert_eq!(known(&URL_SAFE_NO_PAD.encode(bytes), LIN, now(), mac), None);
        }
    }
}
