//! Where HTTP(S) is listened to: how many connections there may be, and how long one waits for each.

mod files;
mod gate;
mod line;

pub use files::raise_limit;
pub use gate::Gate;

use crate::base::config::Network;
use axum::Router;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use gate::Full;
use line::{Counted, Line, Watched};
use std::future::{Ready, ready};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// What a connection may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the head of a request, from its first byte on, and for a TLS handshake.
    pub head: Duration,
    /// For a line on which nobody asks.
    pub idle: Duration,
    /// For one byte of an answer to be taken.
    pub stalled: Duration,
    /// Connections in all.
    pub in_all: usize,
    /// Connections from one address.
    pub per_address: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stalled: Duration::from_secs(60),
            in_all: 8192,
            per_address: 512,
        }
    }
}

/// Files that are not connections: the store, recordings, libraries.
const OTHER_FILES: usize = 256;

impl Limits {
    /// As many connections as so many open files leave room for.
    #[must_use]
    pub fn within(self, files: usize) -> Self {
        let room = files.saturating_sub(OTHER_FILES).max(files / 2).max(16);
        let in_all = self.in_all.min(room);
        Self { in_all, per_address: self.per_address.min((in_all / 4).max(4)), ..self }
    }
}

/// HTTP/2 in one line: what one caller may have open, and whether it is still there.
const STREAMS: u32 = 128;
const HEADERS: u32 = 32 * 1024;
const SEND_BUFFER: usize = 128 * 1024;
const PING_EVERY: Duration = Duration::from_secs(30);
const PONG_WITHIN: Duration = Duration::from_secs(20);
/// Of HTTP/1: the longest head.
const HEAD: usize = 64 * 1024;

/// A server that listens.
pub struct Listening {
    handle: Handle<SocketAddr>,
    server: JoinHandle<io::Result<()>>,
}

impl Listening {
    /// Begins to serve. The gate counts what happens, for the metrics.
    pub fn start(
        listener: TcpListener,
        tls: Option<RustlsConfig>,
        router: Router,
        limits: Limits,
        gate: Arc<Gate>,
    ) -> io::Result<Self> {
        let handle = Handle::new();
        // Over TLS the handshake comes first, with a limit of its own.
        let first = if tls.is_some() { limits.head * 2 } else { limits.head };
        let watch = Watch { gate: Arc::clone(&gate), limits, first };
        let mut server = axum_server::from_tcp(listener)?
            .handle(handle.clone())
            .first_request_timeout(limits.head * 2)
            .accept_error_handler(Complaints::new(gate).handler());
        bound(&mut server);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = match tls {
            None => tokio::spawn(server.acceptor(watch).serve(service)),
            Some(tls) => {
                let acceptor = RustlsAcceptor::new(tls).handshake_timeout(limits.head).acceptor(watch);
                tokio::spawn(server.acceptor(acceptor).serve(service))
            }
        };
        Ok(Self { handle, server })
    }

    /// Takes no new connections and gives open requests so long to end.
    pub async fn stop(self, last_requests: Duration) -> io::Result<()> {
        self.handle.graceful_shutdown(Some(last_requests));
        match self.server.await {
            Ok(result) => result,
            Err(error) => {
                tracing::error!(%error, "the server task broke");
                Ok(())
            }
        }
    }
}

fn bound<A>(server: &mut Server<SocketAddr, A>) {
    // The time for a head is kept by the line, which also knows an idle one from a slow one.
    server.http_builder().http1().max_buf_size(HEAD);
    server
        .http_builder()
        .http2()
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADERS)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG_WITHIN);
}

/// A gate for the settings at hand.
pub fn gate(limits: Limits, proxies: &[Network]) -> Arc<Gate> {
    Gate::new(limits.in_all, limits.per_address, proxies.to_vec())
}

/// Lets connections in and watches them.
#[derive(Clone)]
struct Watch {
    gate: Arc<Gate>,
    limits: Limits,
    first: Duration,
}

impl<S> Accept<TcpStream, S> for Watch {
    type Stream = Watched<TcpStream>;
    type Service = Counted<S>;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let let_in = || {
            let from = stream.peer_addr()?.ip();
            let pass = self.gate.enter(from).map_err(io::Error::other)?;
            // Answers are written whole: nothing is gained by waiting for more.
            stream.set_nodelay(true)?;
            Ok(pass)
        };
        ready(let_in().map(|pass| {
            let line = Line::new(self.limits, self.first);
            (Watched::new(stream, line.clone(), pass, self.limits), Counted::new(service, line))
        }))
    }
}

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::InAll => "there are as many connections as there may be",
            Self::Address => "one address has as many connections as it may have",
        })
    }
}

impl std::error::Error for Full {}

/// Says what goes wrong when connections come, but not a thousand times a second.
struct Complaints {
    gate: Arc<Gate>,
    said: Mutex<Option<Instant>>,
    unsaid: AtomicI64,
}

const SAY_EVERY: Duration = Duration::from_secs(10);

impl Complaints {
    fn new(gate: Arc<Gate>) -> Self {
        Self { gate, said: Mutex::default(), unsaid: AtomicI64::default() }
    }

    fn handler(self) -> impl Fn(Option<&SocketAddr>, &io::Error) + Send + Sync + 'static {
        move |from, error| {
            // Without an address the listener itself failed, mostly for want of files; with one it was this
            // connection, by its own fault or because there is no room.
            let refused = error.get_ref().is_some_and(|inner| inner.is::<Full>());
            if from.is_some() && !refused {
                return tracing::debug!(%error, "a connection did not come about");
            }
            if !refused {
                self.gate.failed.fetch_add(1, Ordering::Relaxed);
            }
            let unsaid = self.unsaid.fetch_add(1, Ordering::Relaxed) + 1;
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.is_none_or(|at| at.elapsed() >= SAY_EVERY) {
                *said = Some(Instant::now());
                self.unsaid.fetch_sub(unsaid, Ordering::Relaxed);
                let open = self.gate.count();
                tracing::warn!(%error, times = unsaid, open, "connections are turned away");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::app::listener::Limits;

    #[test]
    fn connections_never_take_all_the_files() {
        for (files, in_all, per_address) in
            [(1_000_000, 8192, 512), (20_000, 8192, 512), (1024, 768, 192), (256, 128, 32), (0, 16, 4)]
        {
            let limits = Limits::default().within(files);
            assert_eq!((limits.in_all, limits.per_address), (in_all, per_address), "{files}");
        }
    }
}
