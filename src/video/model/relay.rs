//! Time-limited credentials of a TURN server (the "REST API for access to TURN services": coturn's `use-auth-secret`).
//! Pure: time comes in.

use crate::base::config::Turn;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use uuid::Uuid;

/// Credentials hold at least so long, and an hour longer at most: the longest session, and somebody who comes early.
const LIFE: TimeDelta = TimeDelta::hours(12);

/// By which somebody's media may take a way round, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    pub urls: Vec<String>,
    pub username: String,
    pub credential: String,
}

impl Relay {
    /// The name begins with the second until which it holds, and only who knows the secret can make the credential. They
    /// change once an hour, so that what is told of a session does not change by itself.
    pub fn of(turn: &Turn, participant: Uuid, now: DateTime<Utc>) -> Self {
        let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
        let until = hour + LIFE + TimeDelta::hours(1);
        let username = format!("{}:{participant}", until.timestamp());
        Self { urls: turn.urls.clone(), credential: credential(&turn.secret, &username), username }
    }

    /// As values of `Link` headers (RFC 9725, 4.6).
    pub fn links(&self) -> impl Iterator<Item = String> {
        let Self { urls, username, credential } = self;
        urls.iter().map(move |url| {
            format!(
                "<{url}>; rel=\"ice-server\"; username=\"{username}\"; credential=\"{credential}\"; \
                 credential-type=\"password\""
            )
        })
    }
}

fn credential(secret: &str, username: &str) -> String {
    // A key of any length is taken, so there is always a code.
    let code = Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .map(|mac| mac.chain_update(username.as_bytes()).finalize().into_bytes());
    code.map(|code| BASE64_STANDARD.encode(code)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_what_a_turn_server_with_the_same_secret_makes_of_the_name() {
        // printf %s '1433895918:filmon' | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(credential("north", "1433895918:filmon"), "HYEKMJQyeIzOyI80Q/jik+yzS9U=");
    }

    #[test]
    fn they_hold_for_half_a_day_are_ones_own_and_change_once_an_hour() {
        let turn = Turn { urls: vec!["turn:turn.example:3478".to_owned()], secret: "north".to_owned() };
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let of = |who: u128, now: &str| Relay::of(&turn, Uuid::from_u128(who), at(now));
        let first = of(1, "2026-11-23T02:00:00Z");
        let until = at("2026-11-23T15:00:00Z").timestamp();
        assert_eq!(first.username, format!("{until}:{}", Uuid::from_u128(1)));
        assert_eq!(first, of(1, "2026-11-23T02:59:59Z"));
        assert_ne!(first, of(1, "2026-11-23T03:00:00Z"));
        assert_ne!(first.credential, of(2, "2026-11-23T02:00:00Z").credential);
        let link = first.links().next().unwrap();
        assert!(link.starts_with("<turn:turn.example:3478>; rel=\"ice-server\"; username=\""), "{link}");
    }
}
