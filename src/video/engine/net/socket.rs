//! The UDP sockets of the media port: one for each bound address, so that an answer leaves from the
//! address that was reached.

use crate::video::engine::error::EngineError;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

/// What a burst needs: the packets of some 50 people that arrive while a busy machine looks elsewhere
/// for 100 ms. With the system's default a tenth was lost at twelve sessions of four.
const WANTED_BUFFER: usize = 4 << 20;

/// One bound address.
#[derive(Debug)]
pub struct Port {
    pub socket: UdpSocket,
    pub address: SocketAddr,
    /// By which the kernel names the socket where it counts drops.
    inode: Option<u64>,
    receive_buffer: usize,
}

/// Binds the same port on all addresses; 0 takes a free one.
pub fn bind(addresses: &[IpAddr], mut port: u16) -> Result<Vec<Port>, EngineError> {
    let mut ports = Vec::with_capacity(addresses.len());
    for ip in addresses {
        let address = SocketAddr::new(*ip, port);
        let bound = Port::bind(address).map_err(|error| EngineError::Bind { address, error })?;
        port = bound.address.port();
        ports.push(bound);
    }
    if let Some(least) = ports.iter().map(|port| port.receive_buffer).min() {
        if least < WANTED_BUFFER {
            tracing::warn!(
                bytes = least,
                wanted = WANTED_BUFFER,
                "the media port has a small receive buffer and will lose packets with many sessions; \
                 set the kernel's net.core.rmem_max and net.core.wmem_max to 4194304"
            );
        } else {
            tracing::info!(bytes = least, "receive buffer of the media port");
        }
    }
    Ok(ports)
}

impl Port {
    fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?; // [::] beside 0.0.0.0
        }
        // The system gives what it allows; what it gave is looked at below.
        let _ = socket.set_recv_buffer_size(WANTED_BUFFER);
        let _ = socket.set_send_buffer_size(WANTED_BUFFER);
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        // Linux doubles what is asked for, for its own books, and tells the double.
        let told = socket.recv_buffer_size()?;
        let receive_buffer = if cfg!(target_os = "linux") { told / 2 } else { told };
        let inode = inode(&socket);
        let socket: UdpSocket = socket.into();
        Ok(Self { address: socket.local_addr()?, socket, inode, receive_buffer })
    }
}

/// By what the kernel names these sockets.
pub fn inodes(ports: &[Port]) -> Vec<u64> {
    ports.iter().filter_map(|port| port.inode).collect()
}

/// Datagrams that the kernel threw away because nobody had read those before them; `None` where the
/// kernel does not tell.
pub fn dropped(inodes: &[u64]) -> Option<u64> {
    let tables = ["/proc/self/net/udp", "/proc/self/net/udp6"].map(std::fs::read_to_string);
    let found: Vec<u64> = tables.iter().flatten().flat_map(|table| drops_of(table, inodes)).collect();
    (!found.is_empty()).then(|| found.iter().sum())
}

/// The last column of the lines of these sockets in `/proc/net/udp`.
fn drops_of(table: &str, inodes: &[u64]) -> Vec<u64> {
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.get(9).and_then(|inode| inode.parse().ok()).is_some_and(|id| inodes.contains(&id)))
        .filter_map(|row| row.get(12)?.parse().ok())
        .collect()
}

#[cfg(target_os = "linux")]
fn inode(socket: &Socket) -> Option<u64> {
    use std::os::fd::AsRawFd;
    let link = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).ok()?;
    link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn inode(_: &Socket) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn the_drops_of_our_sockets_are_found_by_their_inode() {
        let table = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
            \x20 419: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 77 2 0000000000000000 5\n\
            \x20 420: 0100007F:1F92 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 78 2 0000000000000000 9\n";
        assert_eq!(drops_of(table, &[77]), [5]);
        assert_eq!(drops_of(table, &[78, 77, 1]), [5, 9]);
        assert_eq!(drops_of("", &[77]), [0; 0]);
    }

    #[test]
    fn a_large_buffer_is_asked_for_and_a_flood_that_nobody_reads_is_counted() {
        let ports = bind(&[Ipv4Addr::LOCALHOST.into()], 0).unwrap();
        let before = dropped(&inodes(&ports));
        let allowed: Option<usize> = std::fs::read_to_string("/proc/sys/net/core/rmem_max")
            .ok()
            .and_then(|text| text.trim().parse().ok());
        let Some(allowed) = allowed else { return }; // not Linux: nothing to compare with
        assert_eq!(ports[0].receive_buffer, WANTED_BUFFER.min(allowed));
        assert_eq!(before, Some(0));
        let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let datagram = [0; 60_000];
        for _ in 0..2 * WANTED_BUFFER / datagram.len() + 10 {
            sender.send_to(&datagram, ports[0].address).unwrap();
        }
        assert!(dropped(&inodes(&ports)).unwrap() > 0);
    }

    #[test]
    fn an_address_that_is_not_ours_is_named() {
        let foreign: IpAddr = "192.0.2.7".parse().unwrap();
        match bind(&[Ipv4Addr::LOCALHOST.into(), foreign], 0) {
            Err(EngineError::Bind { address, .. }) => assert_eq!(address.ip(), foreign),
            other => panic!("{other:?}"),
        }
    }
}
