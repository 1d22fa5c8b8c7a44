//! Completing the stack's answer: our addresses, and the sections that are not taken.

use crate::video::engine::net::Transport;
use crate::video::engine::offer::Offered;
use std::net::{IpAddr, SocketAddr};

/// Where browsers reach us, as they are told.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    udp: Vec<SocketAddr>,
    tcp: Vec<SocketAddr>,
}

/// Puts the shared port and the advertised addresses in place of the candidate that the stack gathered
/// from its own idea of a socket, and refuses with a port of zero what the stack was not shown.
pub fn complete(answer: &str, offered: &[Offered], candidates: &Candidates) -> String {
    let mut sections: Vec<Vec<&str>> = vec![Vec::new()]; // the session first
    for line in answer.lines() {
        if line.starts_with("m=") {
            sections.push(Vec::new());
        }
        if let Some(section) = sections.last_mut() {
            section.push(line);
        }
    }
    let mut sections = sections.into_iter();
    let mut out = String::with_capacity(answer.len() + 256);
    for line in sections.next().unwrap_or_default() {
        put(&mut out, line);
    }
    for offered in offered {
        match if offered.taken { sections.next() } else { None } {
            Some(section) => accept(&mut out, &section, candidates),
            None => refuse(&mut out, offered),
        }
    }
    out
}

fn accept(out: &mut String, section: &[&str], candidates: &Candidates) {
    let mut written = false;
    for line in section {
        if line.starts_with("a=candidate:") {
            if !std::mem::replace(&mut written, true) {
                candidates.write(out);
            }
            continue;
        }
        put(out, line);
        // RFC 9725, 4.4.1, wants it of both sides. (RFC 8858 wants it in offers only; nobody minds.)
        if *line == "a=rtcp-mux" {
            put(out, "a=rtcp-mux-only");
        }
    }
}

impl Candidates {
    /// These addresses, with the port of UDP and, where there is one, that of TCP.
    pub fn new(addresses: &[IpAddr], udp: u16, tcp: Option<u16>) -> Self {
        let at = |port| addresses.iter().map(move |ip| SocketAddr::new(*ip, port)).collect();
        Self { udp: at(udp), tcp: tcp.map(at).unwrap_or_default() }
    }

    /// A line for each, in the order of the settings (RFC 8445, 5.1.2.1).
    pub fn write(&self, out: &mut String) {
        let mut foundation = 0;
        let mut candidate = |transport: Transport, kind: u32, local: u32, address: &SocketAddr, end: &str| {
            foundation += 1;
            let priority = (kind << 24) + (local << 8) + 255;
            let (transport, ip, port) = (transport.as_str(), address.ip(), address.port());
            put(out, &format!("a=candidate:{foundation} 1 {transport} {priority} {ip} {port} typ host{end}"));
        };
        for (index, address) in (0..).zip(&self.udp) {
            candidate(Transport::Udp, 126, 65535 - index, address, "");
        }
        // Behind every way by UDP, whatever routers made of the peer's address, and before relays. Of the local
        // preference three bits say that the peer is to connect (RFC 6544, 4.2).
        for (index, address) in (0..).zip(&self.tcp) {
            candidate(Transport::Tcp, 90, (4 << 13) + 8191 - index, address, " tcptype passive");
        }
    }
}

fn refuse(out: &mut String, offered: &Offered) {
    let mut parts: Vec<&str> = offered.media.split(' ').collect();
    if let Some(port) = parts.get_mut(1) {
        *port = "0";
    }
    put(out, &format!("m={}", parts.join(" ")));
    put(out, "c=IN IP4 0.0.0.0");
    if let Some(mid) = &offered.mid {
        put(out, &format!("a=mid:{mid}"));
    }
    put(out, "a=inactive");
}

fn put(out: &mut String, line: &str) {
    out.push_str(line);
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(taken: bool, media: &str, mid: &str) -> Offered {
        Offered { taken, media: media.to_owned(), mid: Some(mid.to_owned()) }
    }

    #[test]
    fn an_answer_names_every_address_once_per_section() {
        let answer = "v=0\r\nm=audio 9\r\na=candidate:1 1 udp 5 127.0.0.1 999 typ host\r\n\
            a=candidate:1 2 udp 5 127.0.0.1 999 typ host\r\na=rtcp-mux\r\nm=video 9\r\na=mid:1\r\n";
        let addresses = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let candidates = Candidates::new(&addresses, 7, None);
        let sections = [offered(true, "audio 9", "0"), offered(true, "video 9", "1")];
        let found = complete(answer, &sections, &candidates);
        assert_eq!(found.matches("a=candidate").count(), 2);
        assert!(found.contains("10.0.0.1 7 typ host") && found.contains("10.0.0.2 7 typ host"));
        assert!(!found.contains("999"));
        assert!(found.contains("a=rtcp-mux\r\na=rtcp-mux-only\r\n"));
    }

    #[test]
    fn ways_by_tcp_come_after_all_by_udp() {
        let mut found = String::new();
        let addresses = ["10.0.0.1".parse().unwrap(), "2001:db8::2".parse().unwrap()];
        Candidates::new(&addresses, 7, Some(8)).write(&mut found);
        let lines: Vec<&str> = found.lines().collect();
        assert_eq!(lines[1], "a=candidate:2 1 udp 2130706175 2001:db8::2 7 typ host");
        assert_eq!(lines[2], "a=candidate:3 1 tcp 1520435199 10.0.0.1 8 typ host tcptype passive");
        let priorities: Vec<u32> =
            lines.iter().map(|line| line.split(' ').nth(3).unwrap().parse().unwrap()).collect();
        assert!(priorities.is_sorted_by(|first, second| first > second), "{priorities:?}");
    }

    #[test]
    fn what_is_not_taken_is_refused_in_its_place() {
        let answer = "v=0\r\na=group:BUNDLE 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\n";
        let data = "application 9 UDP/DTLS/SCTP webrtc-datachannel";
        let sections = [
            offered(false, data, "d"),
            offered(true, "audio 9 UDP/TLS/RTP/SAVPF 111", "1"),
            offered(false, "video 9 UDP/TLS/RTP/SAVPF 96 97", "2"),
        ];
        let found = complete(answer, &sections, &Candidates::default());
        assert_eq!(
            found,
            "v=0\r\na=group:BUNDLE 1\r\n\
             m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:d\r\na=inactive\r\n\
             m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\n\
             m=video 0 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=inactive\r\n"
        );
    }
}
