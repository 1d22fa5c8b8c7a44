//! The cookies: one carries a session's token, one the tickets of known devices. Pure.

use crate::auth::model::device;

/// Its name. Over TLS the prefix makes browsers take it from this host only, over TLS only: neither another
/// name under the same domain nor a page in plain can put one there.
fn name(secure: bool) -> &'static str {
    if secure { "__Host-mianqia_session" } else { "mianqia_session" }
}

/// The token in a `Cookie` header; of several the first that can be one.
pub fn token(header: &str, secure: bool) -> Option<&str> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, value)| *found == name(secure) && is_token(value))
        .map(|(_, value)| value)
}

/// The `Set-Cookie` value that signs a browser in. Without an age: it ends with the browser.
pub fn set(token: &str, secure: bool) -> String {
    let name = name(secure);
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{}", if secure { "; Secure" } else { "" })
}

/// The `Set-Cookie` value that takes the cookie away.
pub fn clear(secure: bool) -> String {
    format!("{}; Max-Age=0", set("", secure))
}

/// The name of the cookie with the tickets of known devices.
fn devices_name(secure: bool) -> &'static str {
    if secure { "__Host-mianqia_devices" } else { "mianqia_devices" }
}

/// The tickets of known devices in a `Cookie` header.
pub fn devices(header: &str, secure: bool) -> Option<&str> {
    let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(found, _)| *found == devices_name(secure)).map(|(_, value)| value).next()
}

/// The `Set-Cookie` value that keeps the tickets for as long as they are good.
pub fn set_devices(tickets: &str, secure: bool) -> String {
    let (name, age) = (devices_name(secure), device::LIFE.num_seconds());
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={tickets}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
}

/// Whether it has the form of a token: what has not need not be looked up.
fn is_token(value: &str) -> bool {
    value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids;

    #[test]
    fn a_token_comes_back_out_of_its_cookie() {
        let token = ids::new_token();
        for secure in [true, false] {
            let cookie = set(&token, secure);
            assert_eq!(
                crate::auth::wire::cookie::token(cookie.split(';').next().unwrap(), secure),
                Some(token.as_str())
            );
            assert_eq!(
                crate::auth::wire::cookie::token(cookie.split(';').next().unwrap(), !secure),
                None,
                "another name"
            );
        }
        let cookie = set(&token, true);
        assert!(cookie.starts_with("__Host-mianqia_session="), "{cookie}");
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
        assert_eq!(clear(false), "mianqia_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn tickets_come_back_out_of_their_cookie() {
        for secure in [true, false] {
            let cookie = set_devices("A.B", secure);
            assert!(cookie.contains("; Max-Age=15552000; HttpOnly; SameSite=Lax"), "{cookie}");
            assert_eq!(cookie.ends_with("; Secure"), secure);
            let sent = format!("a=b; {}", cookie.split(';').next().unwrap());
            assert_eq!(devices(&sent, secure), Some("A.B"));
            assert_eq!(devices(&sent, !secure), None);
        }
    }

    #[test]
    fn only_our_cookie_with_a_token_in_it_counts() {
        let good = "A".repeat(43);
        for (header, found) in [
            (format!("a=b; mianqia_session={good}; c=d"), true),
            (format!("mianqia_session=x; mianqia_session={good}"), true),
            (format!("mianqia_sessions={good}"), false),
            (format!("mianqia_session={good}A"), false),
            (format!("mianqia_session={}!", "A".repeat(42)), false),
            (String::new(), false),
            (";;=;".to_owned(), false),
        ] {
            assert_eq!(token(&header, false).is_some(), found, "{header}");
        }
    }
}
