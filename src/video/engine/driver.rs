//! Drives the SFU over the sockets and streams of the media port: one thread that sleeps until something comes, is asked
//! for, or is due, and then does all that there is to do at once.
//!
//! A thread of its own, and not a task among those of the requests, so that neither waits for the other. It
//! reads what has come in batches, hands all of it to the SFU, and then sends for each connection what it has,
//! as many packets in a call as the kernel takes. Nothing here waits: a full socket loses packets as the network
//! would.

use crate::video::engine::net::socket::{self, Port};
use crate::video::engine::net::streams::{Came, Crowd, Streams};
use crate::video::engine::net::{CandidatePair, Credentials, Run, Via};
use crate::video::engine::red::RedTypes;
use crate::video::engine::sfu::{Negotiated, Sfu, SfuEvent, Sink};
use quinn_udp::{RecvMeta, Transmit, UdpSocketState};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::future::poll_fn;
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use uuid::Uuid;

/// Buffers that the kernel fills in one call, each with a datagram or with several of one peer.
const BATCH: usize = 16;
/// The kernel puts no more than this into one buffer.
const BUFFER: usize = 64 * 1024;
/// Batches of one socket before the others, and what is to be sent, get their turn.
const BATCHES: usize = 4;
/// Frames of streams before the sockets, and what is to be sent, get their turn.
const FRAMES: usize = 256;
/// A socket that fails is left alone for so long.
const AFTER_AN_ERROR: Duration = Duration::from_millis(1);

/// What the driver is asked to do. In their order.
pub enum Command {
    Publish {
        id: Uuid,
        negotiated: Box<Negotiated>,
        red: Option<RedTypes>,
        sink: Option<Box<dyn Sink>>,
    },
    /// `publisher` is the resource whose publication is played.
    Play {
        id: Uuid,
        negotiated: Box<Negotiated>,
        publisher: Uuid,
    },
    /// Both sides of a resource's connection have new credentials: ours, and the peer's.
    Restart(Uuid, Credentials, Credentials),
    /// Somebody needs a keyframe of what this resource publishes.
    Keyframe(Uuid),
    Leave(Uuid),
    /// Says when the port is free.
    Stop(oneshot::Sender<()>),
}

/// Datagrams since the start.
#[derive(Debug, Default)]
pub struct Counters {
    pub received: AtomicU64,
    pub sent: AtomicU64,
    /// Not sent because the buffer of the socket or stream was full: lost, as on the way.
    pub unsent: AtomicU64,
}

/// The running driver; it ends when this is dropped.
pub struct Driver {
    commands: UnboundedSender<Command>,
    inodes: Vec<u64>,
    pub counters: Arc<Counters>,
    /// Who has streams.
    pub crowd: Arc<Crowd>,
}

impl Driver {
    /// Starts the thread; what happens by itself is handed to `happened` there, which must not wait.
    pub fn start(
        ports: Vec<Port>,
        listeners: Vec<TcpListener>,
        happened: impl FnMut(SfuEvent) + Send + 'static,
    ) -> Result<Self, io::Error> {
        let (commands, inbox) = unbounded_channel();
        let (inodes, counters) = (socket::inodes(&ports), Arc::new(Counters::default()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let crypto = rtc::crypto::default_provider().map_err(io::Error::other)?;
        let sfu = Sfu::new(crypto, StdRng::from_rng(&mut rand::rng()), Instant::now());
        let crowd = Arc::default();
        let (wires, streams) = {
            let _inside = runtime.enter();
            let wires = ports.into_iter().map(Wire::new).collect::<io::Result<_>>()?;
            (wires, Streams::start(listeners, &crowd)?)
        };
        let (buffers, counted) = (vec![0; BATCH * BUFFER], Arc::clone(&counters));
        let turns = Turns { sfu, wires, streams, buffers, inbox, counters: counted, happened };
        std::thread::Builder::new().name("media".to_owned()).spawn(move || {
            let stopped = runtime.block_on(turns.run());
            drop(runtime); // with the sockets
            if let Some(stopped) = stopped {
                let _ = stopped.send(()); // nobody waits any more
            }
        })?;
        Ok(Self { commands, inodes, counters, crowd })
    }

    /// Hands a command over. Without an effect once it was stopped.
    pub fn put(&self, command: Command) {
        if self.commands.send(command).is_err() {
            tracing::warn!("the media port is closed");
        }
    }

    /// For who must not keep it alive.
    pub fn weak(&self) -> WeakUnboundedSender<Command> {
        self.commands.downgrade()
    }

    /// Ends it, after all that it was asked to do before.
    pub async fn stop(&self) {
        let (sender, stopped) = oneshot::channel();
        self.put(Command::Stop(sender));
        let _ = stopped.await; // an error: it had been stopped before
    }

    /// Datagrams the kernel threw away unread.
    pub fn dropped(&self) -> Option<u64> {
        socket::dropped(&self.inodes)
    }
}

/// One socket and what the kernel can do on it.
struct Wire {
    socket: UdpSocket,
    state: UdpSocketState,
}

impl Wire {
    fn new(port: Port) -> io::Result<Self> {
        let socket = UdpSocket::from_std(port.socket)?;
        let state = UdpSocketState::new((&socket).into())?;
        Ok(Self { socket, state })
    }

    /// Sends a run, in one call where the kernel can. False if some of it was lost here.
    fn send(&self, peer: SocketAddr, run: Run<'_>, counters: &Counters) -> bool {
        let segment = (run.count() > 1).then_some(run.size);
        let error = match self.put(peer, run.bytes, segment) {
            Ok(()) => {
                counters.sent.fetch_add(run.count() as u64, Relaxed);
                return true;
            }
            Err(error) => error,
        };
        if segment.is_none() || error.kind() == io::ErrorKind::WouldBlock {
            // Full: waiting would hold up all connections for one. Or the network told of an earlier packet that
            // it did not arrive: a matter of time-outs.
            counters.unsent.fetch_add(run.count() as u64, Relaxed);
            return false;
        }
        // This network card, or this way, cannot do it after all; `quinn-udp` remembers that.
        let mut all = true;
        for datagram in run.datagrams() {
            all &= self.send(peer, Run::of_one(datagram), counters);
        }
        all
    }

    fn put(&self, peer: SocketAddr, contents: &[u8], segment_size: Option<usize>) -> io::Result<()> {
        let transmit = Transmit { destination: peer, ecn: None, contents, segment_size, src_ip: None };
        self.state.try_send((&self.socket).into(), &transmit)
    }
}

/// What the thread owns.
struct Turns<H> {
    sfu: Sfu,
    wires: Vec<Wire>,
    streams: Streams,
    buffers: Vec<u8>,
    inbox: UnboundedReceiver<Command>,
    counters: Arc<Counters>,
    happened: H,
}

impl<H: FnMut(SfuEvent)> Turns<H> {
    /// Until it is told to stop, or nobody is there to tell it anything.
    async fn run(mut self) -> Option<oneshot::Sender<()>> {
        let mut alarm = std::pin::pin!(tokio::time::sleep_until(Instant::now().into()));
        loop {
            let due = self.sfu.next_timeout();
            if let Some(due) = due.filter(|due| alarm.deadline() != (*due).into()) {
                alarm.as_mut().reset(due.into());
            }
            let (command, came) = tokio::select! {
                biased;
                command = self.inbox.recv() => (Some(command?), None),
                () = readable(&self.wires) => (None, None),
                came = self.streams.next() => (None, Some(came)),
                () = &mut alarm, if due.is_some() => (None, None),
            };
            let now = Instant::now();
            let mut next = command;
            let mut stop = None;
            while let Some(command) = next {
                match command {
                    Command::Stop(stopped) => {
                        stop = Some(stopped);
                        break;
                    }
                    command => self.obey(command, now),
                }
                next = self.inbox.try_recv().ok();
            }
            for at in 0..self.wires.len() {
                if let Err(error) = self.read(at, now) {
                    // On Linux an ICMP error of an earlier send can show up here; it concerns one peer.
                    tracing::debug!(%error, "receiving media");
                    tokio::time::sleep(AFTER_AN_ERROR).await;
                }
            }
            self.hear(came, now);
            if self.sfu.next_timeout().is_some_and(|due| due <= now) {
                self.sfu.handle_timeout(now);
            }
            self.send(now);
            while let Some(event) = self.sfu.next_event() {
                (self.happened)(event);
            }
            if stop.is_some() {
                return stop;
            }
        }
    }

    fn obey(&mut self, command: Command, now: Instant) {
        match command {
            Command::Publish { id, negotiated, red, sink } => {
                self.sfu.publish(id, *negotiated, red, sink, now);
            }
            Command::Play { id, negotiated, publisher } => self.sfu.play(id, *negotiated, publisher, now),
            Command::Restart(id, own, remote) => self.sfu.restart(id, own, remote),
            Command::Keyframe(id) => self.sfu.want_keyframe(id, now),
            Command::Leave(id) => self.sfu.leave(id),
            Command::Stop(_) => {}
        }
    }

    /// Takes what has come on one socket.
    fn read(&mut self, at: usize, now: Instant) -> io::Result<()> {
        let Wire { socket, state } = &self.wires[at];
        for _ in 0..BATCHES {
            let mut metas = [RecvMeta::default(); BATCH];
            let mut chunks = self.buffers.chunks_exact_mut(BUFFER);
            let mut buffers: [IoSliceMut<'_>; BATCH] =
                std::array::from_fn(|_| IoSliceMut::new(chunks.next().unwrap_or_default()));
            let read = || state.recv(socket.into(), &mut buffers, &mut metas);
            let came = match socket.try_io(Interest::READABLE, read) {
                Ok(came) => came,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            for (buffer, meta) in self.buffers.chunks_exact(BUFFER).zip(&metas[..came]) {
                let way = CandidatePair { via: Via::Udp(at), peer: meta.addr };
                for datagram in buffer[..meta.len].chunks(meta.stride.max(1)) {
                    self.counters.received.fetch_add(1, Relaxed);
                    self.sfu.receive(datagram, way, now);
                }
            }
        }
        Ok(())
    }

    /// Takes what streams have brought. One whose frame is for no connection is closed.
    fn hear(&mut self, mut came: Option<Came>, now: Instant) {
        for _ in 0..FRAMES {
            match came.take().or_else(|| self.streams.try_next()) {
                Some(Came::Frame(way, frame)) => {
                    self.counters.received.fetch_add(1, Relaxed);
                    if !self.sfu.receive(&frame, way, now) {
                        self.close(way);
                    }
                }
                Some(Came::Over(way)) => self.sfu.lose(way),
                None => return,
            }
        }
    }

    fn close(&mut self, way: CandidatePair) {
        if let Via::Tcp(stream) = way.via {
            self.streams.close(stream);
        }
    }

    fn send(&mut self, now: Instant) {
        let (wires, streams, counters) = (&self.wires, &mut self.streams, &self.counters);
        let most = wires.iter().map(|wire| wire.state.max_gso_segments()).min().unwrap_or(1);
        self.sfu.flush(most, now, |way, run| match way.via {
            Via::Udp(at) => wires.get(at).is_some_and(|wire| wire.send(way.peer, run, counters)),
            Via::Tcp(stream) => {
                let sent = streams.send(stream, run);
                let count = if sent { &counters.sent } else { &counters.unsent };
                count.fetch_add(run.count() as u64, Relaxed);
                sent
            }
        });
        for way in self.sfu.unused().collect::<Vec<_>>() {
            self.close(way);
        }
    }
}

/// Waits until something has come on one of the sockets.
async fn readable(wires: &[Wire]) {
    poll_fn(|context| {
        let mut ready = false;
        for wire in wires {
            ready |= wire.socket.poll_recv_ready(context).is_ready();
        }
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
