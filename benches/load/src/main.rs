//! Fills a media server with rooms: everybody in a room publishes a camera and a microphone, and plays everybody else.
//! One thread, one line of JSON with what came, how late, and what it cost the server.
//!
//! `load whip|janus URL IP PID ROOMS SIZE SECONDS`: where signalling is, the address that media comes from, the server's
//! process. Loss and latency count only on one machine and only while `load_late_ms` is small.

mod janus;
mod media;
mod peer;
mod tally;
mod whip;

use janus::Janus;
use media::Rates;
use mio::{Events, Interest, Poll, Token};
use peer::Peer;
use std::error::Error;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use tally::Tally;
use whip::Whip;

/// What the design's figures are told of.
const RATES: Rates = Rates { kilobits: 1200, frames: 30 };
/// Before the figures count.
const WARM_UP: Duration = Duration::from_secs(3);
/// Who plays finds something that has come.
const BEFORE_PLAYING: Duration = Duration::from_millis(500);
const CONNECTED_WITHIN: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_millis(20);

type Done<T = ()> = Result<T, Box<dyn Error>>;

struct Load {
    ip: IpAddr,
    peers: Vec<Peer>,
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    tally: Tally,
}

impl Load {
    fn new(ip: IpAddr) -> Done<Self> {
        let (poll, events) = (Poll::new()?, Events::with_capacity(1024));
        Ok(Self { ip, peers: Vec::new(), poll, events, buffer: vec![0; 2048], tally: Tally::new() })
    }

    /// A new connection, set up by `signal`; gives what that gives.
    fn connect<T>(&mut self, signal: impl FnOnce(&mut Peer) -> Done<T>) -> Done<T> {
        let index = self.peers.len();
        let mut peer = Peer::bind(self.ip, u32::try_from(index)?)?;
        self.poll.registry().register(&mut peer.socket, Token(index), Interest::READABLE)?;
        let told = signal(&mut peer)?;
        peer.drain(&mut self.tally)?;
        self.peers.push(peer);
        // The others go on meanwhile.
        self.turn(Duration::ZERO)?;
        Ok(told)
    }

    /// What is due, and what comes until the next thing is due.
    fn turn(&mut self, longest: Duration) -> Done {
        let now = Instant::now();
        let mut next = now + longest;
        for peer in &mut self.peers {
            peer.tick(now, RATES, &mut self.tally)?;
            next = next.min(peer.next());
        }
        self.poll.poll(&mut self.events, Some(next.saturating_duration_since(Instant::now())))?;
        for event in &self.events {
            self.peers[event.token().0].receive(&mut self.buffer, &mut self.tally)?;
        }
        Ok(())
    }

    fn run(&mut self, long: Duration) -> Done {
        let begun = Instant::now();
        while begun.elapsed() < long {
            self.turn(LONGEST_WAIT)?;
        }
        Ok(())
    }

    fn until_connected(&mut self) -> Done {
        let begun = Instant::now();
        while let connected = self.peers.iter().filter(|peer| peer.is_connected).count()
            && connected < self.peers.len()
        {
            if begun.elapsed() > CONNECTED_WITHIN {
                return Err(format!("{connected} of {} connected", self.peers.len()).into());
            }
            self.turn(LONGEST_WAIT)?;
        }
        Ok(())
    }

    /// Publishers send one after the other within a frame's time, as people do who came when they came.
    fn spread(&mut self) {
        let (now, frame) = (Instant::now(), Duration::from_secs(1) / RATES.frames);
        let publishers = self.peers.iter_mut().filter(|peer| peer.publishes());
        let publishers: Vec<&mut Peer> = publishers.collect();
        let count = u32::try_from(publishers.len().max(1)).unwrap_or(u32::MAX);
        for (peer, index) in publishers.into_iter().zip(0_u32..) {
            let after = frame * index / count;
            (peer.next_frame, peer.next_sound) = (now + after, now + after);
        }
    }

    /// Packets by their numbers: how many there must have been, and how many came.
    fn expected_and_got(&self) -> (u64, u64) {
        let came = self.peers.iter().flat_map(|peer| peer.came.values());
        came.fold((0, 0), |(expected, got), came| {
            (expected + u64::from(came.last - came.first) + 1, got + came.count)
        })
    }
}

fn with_whip(load: &mut Load, url: &str, rooms: usize, size: usize) -> Done {
    let whip = Whip::new(url);
    for (room, person) in all(rooms, size) {
        load.connect(|peer| whip.publish(peer, room, person))?;
    }
    load.until_connected()?;
    load.spread();
    load.run(BEFORE_PLAYING)?;
    for (room, by) in all(rooms, size) {
        for of in (0..size).filter(|of| *of != by) {
            load.connect(|peer| whip.play(peer, room, (by, of)))?;
        }
    }
    Ok(())
}

fn with_janus(load: &mut Load, url: &str, rooms: usize, size: usize) -> Done {
    let mut janus = Janus::new(url)?;
    let mut publications = vec![Vec::new(); rooms];
    for (room, feeds) in publications.iter_mut().enumerate() {
        janus.create(room + 1)?;
        for _ in 0..size {
            feeds.push(load.connect(|peer| janus.publish(peer, room + 1))?);
        }
    }
    load.until_connected()?;
    load.spread();
    load.run(BEFORE_PLAYING)?;
    for (room, by) in all(rooms, size) {
        let others = publications[room].iter().enumerate().filter(|(of, _)| *of != by);
        let others: Vec<u64> = others.map(|(_, feed)| *feed).collect();
        load.connect(|peer| janus.play(peer, room + 1, &others))?;
    }
    janus.keep();
    Ok(())
}

fn all(rooms: usize, size: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rooms).flat_map(move |room| (0..size).map(move |person| (room, person)))
}

fn main() -> Done {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, url, ip, pid, rooms, size, seconds] = &arguments[..] else {
        return Err("load whip|janus URL IP PID ROOMS SIZE SECONDS".into());
    };
    str0m::crypto::from_feature_flags().install_process_default();
    let (pid, rooms, size, seconds) = (pid.parse()?, rooms.parse()?, size.parse()?, seconds.parse()?);
    let mut load = Load::new(ip.parse()?)?;
    match target.as_str() {
        "whip" => with_whip(&mut load, url, rooms, size)?,
        "janus" => with_janus(&mut load, url, rooms, size)?,
        other => return Err(format!("{other:?} is neither whip nor janus").into()),
    }
    load.until_connected()?;
    load.run(WARM_UP)?;
    load.tally.restart(pid);
    for peer in &mut load.peers {
        peer.came.clear();
    }
    load.run(Duration::from_secs(seconds))?;
    let streams: usize = load.peers.iter().map(|peer| peer.came.len()).sum();
    let (expected, got) = load.expected_and_got();
    let mut told = load.tally.told(pid, expected, got);
    told["streams"] = streams.into();
    println!("{told}");
    if streams != rooms * size * (size - 1) * 2 {
        return Err(format!("{streams} streams came").into());
    }
    Ok(())
}
