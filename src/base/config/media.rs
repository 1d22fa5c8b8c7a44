//! Settings of media of which one depends on another.

use crate::base::config::{SettingError, Turn, bad, list, parse};
use std::collections::BTreeMap;

/// The number of the UDP port, where nothing else is said and pages are not listened for on it.
pub(super) fn tcp_port(
    values: &BTreeMap<String, String>,
    is_taken: bool,
) -> Result<Option<u16>, SettingError> {
    match values.get("media_tcp_port").map(String::as_str).unwrap_or_default() {
        "" => Ok((!is_taken).then_some(0)),
        "off" => Ok(None),
        _ => parse(values, "media_tcp_port", "a TCP port, 0 for the number of media_port, or off"),
    }
}

/// Both settings of it, or none.
pub(super) fn turn(values: &BTreeMap<String, String>) -> Result<Option<Turn>, SettingError> {
    let urls: Vec<String> = list(values, "turn_urls", "addresses")?;
    let secret = values.get("turn_secret").cloned().unwrap_or_default();
    let is_turn = |url: &String| {
        let rest = url.strip_prefix("turn:").or_else(|| url.strip_prefix("turns:"));
        let fits =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '?' | '=');
        rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(fits))
    };
    if let Some(url) = urls.iter().find(|url| !is_turn(url)) {
        return Err(bad(
            "turn_urls",
            url,
            "addresses such as turn:turn.example:3478?transport=tcp, separated by commas",
        ));
    }
    match (urls.is_empty(), secret.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(Turn { urls, secret })),
        (true, false) => {
            Err(bad("turn_urls", "", "the address of the TURN server, because turn_secret is set"))
        }
        (false, true) => {
            Err(bad("turn_secret", "", "the secret of the TURN server, because turn_urls is set"))
        }
    }
}
