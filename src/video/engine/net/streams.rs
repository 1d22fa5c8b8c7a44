//! The shared TCP port, for browsers whose network lets no UDP through (ICE-TCP, passive: RFC 6544). A stream carries what
//! datagrams would, each in a frame of its own.
//!
//! Each stream is a task of the media thread that reads and hands on whole frames; what is sent is written at once, or
//! is lost as in the network when the peer has not taken what was sent before. So no stream holds up anything, and
//! none costs more than a bounded number of bytes, however it behaves. A stream belongs to the connection whose
//! password it showed to know with its first frame; one that shows that of none is closed.

use crate::video::engine::error::EngineError;
use crate::video::engine::net::frames::{self, Frames};
use crate::video::engine::net::{CandidatePair, Run, Via, stun};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::collections::HashMap;
use std::future::pending;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv6Addr, Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::Instant;

/// Streams of one port. A page has one or two for each connection.
const IN_ALL: usize = 2048;
/// Streams from one address: behind one may be an office of some twenty people.
const PER_ADDRESS: usize = 512;
/// Who opens a stream checks it at once, and the ways that it keeps every few seconds.
const PATIENCE: Patience = Patience { first: Duration::from_secs(5), next: Duration::from_secs(30) };
/// What the kernel keeps of what was sent, and of what has come: a second of a session's pictures. With more, who is slow
/// would see what was long ago.
const SEND_BUFFER: usize = 128 * 1024;
const RECEIVE_BUFFER: usize = 256 * 1024;
/// Frames of all streams that wait for the media thread; then streams are read no further.
const WAITING: usize = 512;
/// Connections that wait to be accepted.
const BACKLOG: i32 = 256;
/// Nothing can be accepted for a moment (too many files are open).
const AFTER_AN_ERROR: Duration = Duration::from_millis(50);
/// For last words to arrive.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long it is waited for a peer's check of its stream.
#[derive(Clone, Copy, Debug)]
struct Patience {
    first: Duration,
    next: Duration,
}

/// Listens on all addresses.
pub fn listen(addresses: &[IpAddr], port: u16) -> Result<Vec<std::net::TcpListener>, EngineError> {
    let on = |ip: &IpAddr| {
        let address = SocketAddr::new(*ip, port);
        listener(address).map_err(|error| EngineError::Listen { address, error })
    };
    addresses.iter().map(on).collect()
}

fn listener(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Streams that were closed a moment ago do not keep a new start from the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // What is accepted has these too, from its first byte on.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Who has how many streams.
#[derive(Debug)]
pub struct Crowd {
    in_all: usize,
    per_address: usize,
    inside: Mutex<HashMap<IpAddr, usize>>,
    /// Turned away since the start, because there were too many.
    pub refused: AtomicU64,
}

/// The right to a stream, until it is dropped.
#[derive(Debug)]
struct Pass {
    crowd: Arc<Crowd>,
    address: IpAddr,
}

impl Default for Crowd {
    fn default() -> Self {
        Self::new(IN_ALL, PER_ADDRESS)
    }
}

impl Crowd {
    fn new(in_all: usize, per_address: usize) -> Self {
        Self { in_all, per_address, inside: Mutex::default(), refused: AtomicU64::default() }
    }

    fn enter(self: &Arc<Self>, from: IpAddr) -> Option<Pass> {
        let address = group(from);
        let mut inside = self.inside();
        let (all, here) = (inside.values().sum::<usize>(), inside.get(&address).copied().unwrap_or_default());
        if all >= self.in_all || here >= self.per_address {
            self.refused.fetch_add(1, Relaxed);
            return None;
        }
        inside.insert(address, here + 1);
        Some(Pass { crowd: Arc::clone(self), address })
    }

    /// How many streams there are.
    pub fn count(&self) -> usize {
        self.inside().values().sum()
    }

    fn inside(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut inside = self.crowd.inside();
        match inside.get_mut(&self.address) {
            Some(here) if *here > 1 => *here -= 1,
            _ => drop(inside.remove(&self.address)),
        }
    }
}

/// One household has a whole /64 of IPv6.
fn group(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// One stream. Its task reads, and writes what the socket did not take at once.
struct Stream {
    id: u64,
    way: CandidatePair,
    socket: TcpStream,
    /// The end of what was sent last, which the socket had no room for; nothing is sent before that.
    rest: Mutex<Vec<u8>>,
    /// There is a rest, or the stream ends.
    nudge: Notify,
    ended: AtomicBool,
    _pass: Pass,
}

/// What streams bring, each in its order.
enum Arrival {
    Opened(Arc<Stream>),
    Frame(u64, Box<[u8]>),
    Closed(u64),
}

impl Stream {
    fn rest(&self) -> MutexGuard<'_, Vec<u8>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_rest(&self) -> bool {
        !self.rest().is_empty()
    }

    /// Sends frames, all or nothing of them. Never waits.
    fn send(&self, framed: &[u8]) -> bool {
        let mut rest = self.rest();
        if !rest.is_empty() {
            return false;
        }
        match self.socket.try_write(framed) {
            Ok(written) if written == framed.len() => true,
            Ok(written) => {
                rest.extend_from_slice(&framed[written..]);
                self.nudge.notify_one();
                true
            }
            Err(_) => false, // full; or broken, of which its task hears
        }
    }

    fn write_rest(&self) -> io::Result<()> {
        let mut rest = self.rest();
        match self.socket.try_write(&rest) {
            Ok(written) if written == rest.len() => *rest = Vec::new(),
            Ok(written) => drop(rest.drain(..written)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Its connection is gone.
    fn end(&self) {
        self.ended.store(true, Relaxed);
        self.nudge.notify_one();
    }

    /// Hands on frames until the stream is over, by its peer, for its silence, or because it was ended here.
    async fn carry(&self, arrivals: &Sender<Arrival>, patience: Patience) -> io::Result<()> {
        let mut frames = Frames::new();
        let mut silence = std::pin::pin!(tokio::time::sleep(patience.first));
        while !self.ended.load(Relaxed) {
            tokio::select! {
                biased;
                () = &mut silence => return Err(ErrorKind::TimedOut.into()),
                () = self.nudge.notified() => continue,
                ready = self.socket.writable(), if self.has_rest() => {
                    ready?;
                    self.write_rest()?;
                    continue;
                }
                ready = self.socket.readable() => ready?,
            }
            match self.socket.try_read(frames.room()) {
                Ok(0) => return Ok(()),
                Ok(count) => frames.came(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            }
            while let Some(frame) = frames.next().map_err(io::Error::other)? {
                if stun::BindingRequest::parse(frame).is_some() {
                    silence.as_mut().reset(Instant::now() + patience.next);
                }
                let frame = Arrival::Frame(self.id, frame.into());
                arrivals.send(frame).await.map_err(io::Error::other)?;
            }
        }
        Ok(())
    }

    /// Lets what was sent last arrive: a socket that is closed with something unread takes it back.
    async fn part(&self) -> io::Result<()> {
        while self.has_rest() {
            self.socket.writable().await?;
            self.write_rest()?;
        }
        SockRef::from(&self.socket).shutdown(Shutdown::Write)?;
        let mut unread = [0; 2048];
        loop {
            self.socket.readable().await?;
            match self.socket.try_read(&mut unread) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The life of a stream.
async fn live(stream: Arc<Stream>, arrivals: Sender<Arrival>, patience: Patience) {
    if arrivals.send(Arrival::Opened(Arc::clone(&stream))).await.is_err() {
        return;
    }
    if let Err(error) = stream.carry(&arrivals, patience).await {
        tracing::debug!(%error, "a media stream was closed");
    }
    let _ = arrivals.send(Arrival::Closed(stream.id)).await; // an error: nobody is there any more
    drop(arrivals);
    if stream.ended.load(Relaxed) {
        let _ = tokio::time::timeout(FAREWELL, stream.part()).await; // whoever does not hear it sees the end
    }
}

/// Accepts streams on one address.
async fn accept(
    at: usize,
    listener: TcpListener,
    crowd: Arc<Crowd>,
    arrivals: Sender<Arrival>,
    patience: Patience,
) {
    let mut count = 0;
    loop {
        let (socket, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "accepting media streams");
                tokio::time::sleep(AFTER_AN_ERROR).await;
                continue;
            }
        };
        let Some(pass) = crowd.enter(peer.ip()) else { continue }; // closed as it is dropped
        let _ = socket.set_nodelay(true); // media is only late without it
        // By its number and not by its address, which another stream may have later.
        let id = (at as u64) << 48 | count;
        count += 1;
        let way = CandidatePair { via: Via::Tcp(id), peer };
        let (rest, nudge, ended) = (Mutex::default(), Notify::new(), AtomicBool::new(false));
        let stream = Arc::new(Stream { id, way, socket, rest, nudge, ended, _pass: pass });
        tokio::spawn(live(stream, arrivals.clone(), patience));
    }
}

/// Something came by a stream, or it is over.
pub enum Came {
    Frame(CandidatePair, Box<[u8]>),
    Over(CandidatePair),
}

/// All streams, as the media thread has them.
pub struct Streams {
    arrivals: Receiver<Arrival>,
    /// So that one can wait for arrivals also where nothing listens.
    _sender: Sender<Arrival>,
    open: HashMap<u64, Arc<Stream>>,
    framed: Vec<u8>,
}

impl Streams {
    /// Begins to accept; in the runtime of the media thread.
    pub fn start(listeners: Vec<std::net::TcpListener>, crowd: &Arc<Crowd>) -> io::Result<Self> {
        Self::start_with(PATIENCE, listeners, crowd)
    }

    fn start_with(
        patience: Patience,
        listeners: Vec<std::net::TcpListener>,
        crowd: &Arc<Crowd>,
    ) -> io::Result<Self> {
        let (sender, arrivals) = channel(WAITING);
        for (at, listener) in listeners.into_iter().enumerate() {
            let listener = TcpListener::from_std(listener)?;
            tokio::spawn(accept(at, listener, Arc::clone(crowd), sender.clone(), patience));
        }
        Ok(Self { arrivals, _sender: sender, open: HashMap::new(), framed: Vec::new() })
    }

    /// Waits for what comes next.
    pub async fn next(&mut self) -> Came {
        loop {
            let Some(arrival) = self.arrivals.recv().await else { pending().await };
            if let Some(came) = self.note(arrival) {
                return came;
            }
        }
    }

    /// What came meanwhile.
    pub fn try_next(&mut self) -> Option<Came> {
        while let Ok(arrival) = self.arrivals.try_recv() {
            if let Some(came) = self.note(arrival) {
                return Some(came);
            }
        }
        None
    }

    /// Nothing comes any more of a stream that was closed here.
    fn note(&mut self, arrival: Arrival) -> Option<Came> {
        match arrival {
            Arrival::Opened(stream) => {
                self.open.insert(stream.id, stream);
                None
            }
            Arrival::Frame(id, frame) => self.open.get(&id).map(|stream| Came::Frame(stream.way, frame)),
            Arrival::Closed(id) => self.open.remove(&id).map(|stream| Came::Over(stream.way)),
        }
    }

    /// Sends a run, or loses it.
    pub fn send(&mut self, id: u64, run: Run<'_>) -> bool {
        let Some(stream) = self.open.get(&id) else { return false };
        self.framed.clear();
        for datagram in run.datagrams() {
            frames::put(&mut self.framed, datagram);
        }
        stream.send(&self.framed)
    }

    /// Closes a stream, after what was sent on it.
    pub fn close(&mut self, id: u64) {
        if let Some(stream) = self.open.remove(&id) {
            stream.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::engine::net::Credentials;
    use std::net::Ipv4Addr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    fn start() -> (Streams, Arc<Crowd>, SocketAddr) {
        start_with(PATIENCE)
    }

    fn start_with(patience: Patience) -> (Streams, Arc<Crowd>, SocketAddr) {
        let listeners = listen(&[Ipv4Addr::LOCALHOST.into()], 0).unwrap();
        let (address, crowd) = (listeners[0].local_addr().unwrap(), Arc::new(Crowd::new(4, 3)));
        (Streams::start_with(patience, listeners, &crowd).unwrap(), crowd, address)
    }

    /// A peer, and the number of its stream.
    async fn open(streams: &mut Streams, address: SocketAddr) -> (TcpStream, u64) {
        let mut peer = TcpStream::connect(address).await.unwrap();
        peer.write_all(&[0, 2, 7, 7]).await.unwrap();
        let Came::Frame(way, frame) = streams.next().await else { panic!("a frame came") };
        assert_eq!((&frame[..], way.peer), (&[7, 7][..], peer.local_addr().unwrap()));
        let Via::Tcp(id) = way.via else { panic!("by a stream") };
        (peer, id)
    }

    #[tokio::test]
    async fn a_peer_that_does_not_read_costs_bounded_bytes_and_gets_whole_frames_when_it_reads_again() {
        let (mut streams, _, address) = start();
        let (mut slow, id) = open(&mut streams, address).await;
        let datagram = [9; 1200];
        let run = Run { bytes: &datagram.repeat(10), size: 1200 };
        let mut taken = 0;
        while streams.send(id, run) {
            taken += 10;
            // Of all that was sent the kernels of both sides have some, and here is less than one run.
            assert!(taken < 4000, "it was never full");
            assert!(streams.open[&id].rest().len() < 10 * 1202);
        }
        assert!(!streams.send(id, Run::of_one(&[1])));
        let mut head = [0; 2];
        let mut frame = [0; 1200];
        for _ in 0..taken {
            slow.read_exact(&mut head).await.unwrap();
            assert_eq!(head, 1200u16.to_be_bytes());
            slow.read_exact(&mut frame).await.unwrap();
            assert_eq!(frame, datagram);
        }
        while !streams.send(id, Run::of_one(&[1, 2])) {
            tokio::task::yield_now().await;
        }
        let mut small = [0; 4];
        slow.read_exact(&mut small).await.unwrap();
        assert_eq!(small, [0, 2, 1, 2]);
    }

    #[tokio::test]
    async fn what_was_sent_last_arrives_before_a_stream_is_closed() {
        let (mut streams, crowd, address) = start();
        let (mut peer, id) = open(&mut streams, address).await;
        let long = [3; 30_000];
        while streams.send(id, Run::of_one(&long)) {}
        streams.close(id);
        assert!(!streams.send(id, Run::of_one(&[1])));
        let mut all = Vec::new();
        peer.read_to_end(&mut all).await.unwrap();
        assert!(!all.is_empty() && all.len() % 30_002 == 0, "{}", all.len());
        drop(peer);
        while crowd.count() > 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_stream_that_breaks_framing_or_ends_is_over_and_others_are_not() {
        let (mut streams, crowd, address) = start();
        let (mut odd, first) = open(&mut streams, address).await;
        let (leaving, second) = open(&mut streams, address).await;
        let (mut other, _) = open(&mut streams, address).await;
        assert_eq!(crowd.count(), 3);
        odd.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        drop(leaving);
        let mut over = Vec::new();
        while over.len() < 2 {
            let Came::Over(way) = streams.next().await else { panic!("nothing else came") };
            over.push(way.via);
        }
        assert!(over.contains(&Via::Tcp(first)) && over.contains(&Via::Tcp(second)));
        let _ = odd.read_to_end(&mut Vec::new()).await; // it ends, in whatever way
        other.write_all(&[0, 1, 5]).await.unwrap();
        assert!(matches!(streams.next().await, Came::Frame(_, frame) if frame[..] == [5]));
        while crowd.count() > 1 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn who_checks_nothing_is_closed_and_a_check_gives_more_time_than_there_was_for_the_first() {
        let (first, next) = (Duration::from_millis(300), Duration::from_millis(1500));
        let (mut streams, _, address) = start_with(Patience { first, next });
        let began = Instant::now();
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(&[0, 9, 1]).await.unwrap(); // half a frame is no check
        assert!(matches!(streams.next().await, Came::Over(_)));
        assert!((first..next).contains(&began.elapsed()), "{:?}", began.elapsed());
        assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0);

        let crypto = rtc::crypto::default_provider().unwrap();
        let theirs = Credentials { ufrag: "theirs".to_owned(), password: "secret".to_owned() };
        let check = stun::request(&theirs, "ours", &mut rand::rng(), crypto.crypto()).unwrap();
        let mut framed = Vec::new();
        frames::put(&mut framed, &check);
        let mut checking = TcpStream::connect(address).await.unwrap();
        let began = Instant::now();
        checking.write_all(&framed).await.unwrap();
        assert!(matches!(streams.next().await, Came::Frame(_, frame) if frame[..] == check));
        checking.write_all(&[0, 1, 1]).await.unwrap(); // media is no check
        assert!(matches!(streams.next().await, Came::Frame(..)));
        assert!(matches!(streams.next().await, Came::Over(_)));
        assert!(began.elapsed() >= next, "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn one_stream_too_many_is_closed_at_once_and_another_takes_the_place_of_one_that_left() {
        let (mut streams, crowd, address) = start();
        let mut inside = Vec::new();
        for _ in 0..3 {
            inside.push(open(&mut streams, address).await);
        }
        let mut refused = TcpStream::connect(address).await.unwrap();
        assert_eq!(refused.read(&mut [0]).await.unwrap_or(0), 0);
        assert_eq!((crowd.count(), crowd.refused.load(Relaxed)), (3, 1));
        inside.pop();
        assert!(matches!(streams.next().await, Came::Over(_)));
        while crowd.count() > 2 {
            tokio::task::yield_now().await;
        }
        open(&mut streams, address).await;
    }

    #[test]
    fn there_are_only_so_many_streams_in_all_and_from_one_address() {
        let crowd = Arc::new(Crowd::new(5, 2));
        let enters = |from: &str| crowd.enter(from.parse().unwrap());
        let first = [enters("192.0.2.1").unwrap(), enters("192.0.2.1").unwrap()];
        assert!(enters("192.0.2.1").is_none());
        // Of IPv6 a household has more addresses than anybody counts.
        let household = [enters("2001:db8:1:2::7").unwrap(), enters("2001:db8:1:2::8").unwrap()];
        assert!(enters("2001:db8:1:2::9").is_none());
        let other = enters("2001:db8:1:3::9").unwrap();
        assert!(enters("192.0.2.2").is_none());
        assert_eq!((crowd.count(), crowd.refused.load(Relaxed)), (5, 3));
        drop(first);
        assert!(enters("192.0.2.2").is_some());
        drop((household, other));
        assert!(crowd.inside().is_empty());
    }
}
