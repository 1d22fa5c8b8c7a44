//! From where a request comes.

use axum::http::HeaderMap;
use std::net::IpAddr;

/// The address that a request comes from, as far as it is known: put into the request's extensions by the
/// layer that knows which proxies are trusted. Never logged, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Reads `X-Forwarded-For` from its end for as long as trusted proxies speak: what stands before is
    /// anybody's word. `None` for this machine itself, which may be a proxy that does not forward.
    pub fn of(peer: IpAddr, headers: &HeaderMap, is_trusted: impl Fn(IpAddr) -> bool) -> Option<Self> {
        let mut address = peer.to_canonical();
        let lines = headers.get_all("x-forwarded-for").iter().rev().filter_map(|line| line.to_str().ok());
        for forwarded in lines.flat_map(|line| line.rsplit(',')) {
            if !is_trusted(address) {
                break;
            }
            let Ok(ip) = forwarded.trim().parse::<IpAddr>() else { break };
            address = ip.to_canonical();
        }
        (!address.is_loopback()).then_some(Self(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_say_is_believed() {
        let trusted = |ip: IpAddr| ip.is_loopback() || ip.to_string().starts_with("10.0.0.");
        for (peer, lines, client) in [
            ("198.51.100.7", vec![], Some("198.51.100.7")),
            ("198.51.100.7", vec!["203.0.113.1"], Some("198.51.100.7")),
            ("10.0.0.1", vec!["203.0.113.1"], Some("203.0.113.1")),
            ("10.0.0.1", vec!["1.2.3.4, 203.0.113.1"], Some("203.0.113.1")),
            ("10.0.0.1", vec!["203.0.113.1, 10.0.0.2"], Some("203.0.113.1")),
            ("10.0.0.1", vec!["1.2.3.4", "203.0.113.1,10.0.0.2"], Some("203.0.113.1")),
            ("10.0.0.1", vec!["nonsense"], Some("10.0.0.1")),
            ("10.0.0.1", vec!["203.0.113.1, nonsense"], Some("10.0.0.1")),
            ("::ffff:10.0.0.1", vec!["2001:db8::1"], Some("2001:db8::1")),
            ("127.0.0.1", vec!["203.0.113.1"], Some("203.0.113.1")),
            ("127.0.0.1", vec![], None),
        ] {
            let mut headers = HeaderMap::new();
            for line in &lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            let found = ClientAddress::of(peer.parse().unwrap(), &headers, trusted);
            assert_eq!(found.map(|found| found.0.to_string()).as_deref(), client, "{peer} {lines:?}");
        }
    }
}
