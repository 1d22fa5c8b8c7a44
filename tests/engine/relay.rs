//! A network between a client and the engine: gives the client another port, loses packets, or falls silent.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

struct Inner {
    engine: SocketAddr,
    /// What the client sends to.
    front: UdpSocket,
    client: Mutex<Option<SocketAddr>>,
    /// What the engine hears; another one after a move.
    back: Mutex<(Arc<UdpSocket>, Option<JoinHandle<()>>)>,
    silent: AtomicBool,
    /// Of a hundred media packets of the client so many are lost.
    lost: AtomicU64,
    to_client: AtomicU64,
}

pub struct Relay(Arc<Inner>);

impl Relay {
    pub async fn new(engine: SocketAddr) -> Self {
        let inner = Arc::new(Inner {
            engine,
            front: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            client: Mutex::new(None),
            back: Mutex::new((Arc::new(connected(engine).await), None)),
            silent: AtomicBool::new(false),
            lost: AtomicU64::new(0),
            to_client: AtomicU64::new(0),
        });
        let relay = Self(Arc::clone(&inner));
        relay.hear();
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while let Ok((length, client)) = inner.front.recv_from(&mut buffer).await {
                *inner.client.lock().unwrap() = Some(client);
                let back = Arc::clone(&inner.back.lock().unwrap().0);
                if inner.passes() && !inner.loses(&buffer[..length]) {
                    let _ = back.send(&buffer[..length]).await;
                }
            }
        });
        relay
    }

    fn hear(&self) {
        let inner = Arc::clone(&self.0);
        let socket = Arc::clone(&inner.back.lock().unwrap().0);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 2048];
            // Connected: only what comes from the address that was sent to is heard.
            while let Ok(length) = socket.recv(&mut buffer).await {
                let client = *inner.client.lock().unwrap();
                if let Some(client) = client
                    && inner.passes()
                {
                    inner.to_client.fetch_add(1, Relaxed);
                    let _ = inner.front.send_to(&buffer[..length], client).await;
                }
            }
        });
        if let Some(former) = self.0.back.lock().unwrap().1.replace(task) {
            former.abort();
        }
    }

    /// The engine's answer, leading here.
    pub fn instead_of(&self, answer: &str) -> String {
        let mut lines: Vec<String> = Vec::new();
        for line in answer.lines() {
            let own = format!("{} {}", self.0.engine.ip(), self.0.engine.port());
            if !line.starts_with("a=candidate:") {
                lines.push(line.to_owned());
            } else if line.contains(&own) {
                lines.push(
                    line.replace(&own, &format!("127.0.0.1 {}", self.0.front.local_addr().unwrap().port())),
                );
            }
        }
        lines.join("\r\n") + "\r\n"
    }

    /// From now on the engine sees the client at another port, and what is sent to the old one is lost.
    pub async fn moves(&self) {
        let socket = Arc::new(connected(self.0.engine).await);
        self.0.back.lock().unwrap().0 = socket;
        self.hear();
    }

    pub fn fall_silent(&self) {
        self.0.silent.store(true, Relaxed);
    }

    /// From now on so many of a hundred media packets of the client are lost; which ones, their numbers say.
    pub fn loses(&self, percent: u64) {
        self.0.lost.store(percent, Relaxed);
    }

    /// Packets that reached the client.
    pub fn to_client(&self) -> u64 {
        self.0.to_client.load(Relaxed)
    }
}

impl Inner {
    fn passes(&self) -> bool {
        !self.silent.load(Relaxed)
    }

    fn loses(&self, packet: &[u8]) -> bool {
        // RTP (RFC 5761, 4; RFC 7983): its kind and mark, number, time and source.
        let (Some(&[first, kind, number @ ..]), Some(source)) =
            (packet.first_chunk::<4>(), packet.get(8..12))
        else {
            return false;
        };
        if first >> 6 != 2 || (192..224).contains(&kind) {
            return false;
        }
        let mut hasher = DefaultHasher::new();
        (number, source).hash(&mut hasher);
        hasher.finish() % 100 < self.lost.load(Relaxed)
    }
}

async fn connected(engine: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(engine).await.unwrap();
    socket
}
