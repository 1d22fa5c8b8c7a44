//! What a connection's driver gets instead of a socket of its own: a slot in the [`Mux`].

use crate::video::engine::net::link::{Link, PEER, lock};
use crate::video::engine::net::mux::Mux;
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime,
    TokioRuntime, Transmit,
};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Tokio, but with UDP through the shared port.
#[derive(Debug)]
pub struct MuxRuntime {
    mux: Arc<Mux>,
    link: Arc<Link>,
    tokio: TokioRuntime,
}

impl MuxRuntime {
    pub(super) fn new(mux: Arc<Mux>, link: Arc<Link>) -> Self {
        Self { mux, link, tokio: TokioRuntime }
    }
}

impl Runtime for MuxRuntime {
    fn spawn(&self, future: Boxed<'static, ()>) -> Box<dyn JoinHandle> {
        self.tokio.spawn(future)
    }

    /// Throws away the socket that the driver bound and keeps only its address: the driver must
    /// find the address it asked for; the answer names the shared port instead.
    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let address = socket.local_addr()?;
        Ok(Arc::new(MuxSocket { mux: Arc::clone(&self.mux), link: Arc::clone(&self.link), address }))
    }

    fn wrap_tcp_listener(&self, _: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn connect_tcp<'a>(&'a self, _: SocketAddr) -> Boxed<'a, io::Result<Arc<dyn AsyncTcpStream>>> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    /// Names in an offer are never looked up: the engine takes no remote candidates.
    fn resolve_host<'a>(&'a self, _: &'a str) -> Boxed<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn sleep(&self, duration: Duration) -> Boxed<'static, ()> {
        self.tokio.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        self.tokio.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        self.tokio.block_on(future);
    }

    fn yield_now(&self) -> Boxed<'static, ()> {
        self.tokio.yield_now()
    }

    fn name(&self) -> &'static str {
        "tokio, one port"
    }
}

#[derive(Debug)]
struct MuxSocket {
    mux: Arc<Mux>,
    link: Arc<Link>,
    address: SocketAddr,
}

impl AsyncUdpSocket for MuxSocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }

    fn poll_send(&self, _: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        Poll::Ready(self.mux.send(&self.link, transmit.contents))
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let mut inbox = lock(&self.link.inbox);
        let Some(datagram) = inbox.queue.pop_front() else {
            // The driver may first poll with a waker that does nothing, but always polls again
            // with the real one before it sleeps: the last waker is the right one.
            inbox.waker = Some(context.waker().clone());
            return Poll::Pending;
        };
        drop(inbox);
        let (Some(buffer), Some(meta)) = (buffers.first_mut(), meta.first_mut()) else {
            return Poll::Ready(Ok(0));
        };
        let length = datagram.len().min(buffer.len());
        buffer[..length].copy_from_slice(&datagram[..length]);
        *meta = RecvMeta::default();
        meta.len = length;
        meta.stride = length.max(1);
        meta.addr = PEER;
        Poll::Ready(Ok(1))
    }
}
