//! Runs a script: devices, roads, recorders and the disk, a millisecond after the other.

use crate::base::clock::Clock;
use crate::video::engine::event::EngineEvent;
use crate::video::engine::packet::MediaPacket;
use crate::video::engine::recording::recorder::{Inlet, Input, RecorderEvents, RecordingSpec};
use crate::video::engine::recording::simulator::devices::{Devices, Parcel, Sent};
use crate::video::engine::recording::simulator::memory_disk::MemoryDisk;
use crate::video::engine::recording::simulator::road::Road;
use crate::video::engine::recording::simulator::script::{Death, Script, Stay, Trouble};
use crate::video::engine::recording::work::{LOOK, Work};
use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// By the server's clock, when a session begins.
pub const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// What became of a session.
pub struct Ran<'a> {
    pub script: &'a Script,
    pub directory: PathBuf,
    pub stays: Vec<StayRan<'a>>,
}

/// What became of a stay.
pub struct StayRan<'a> {
    /// Of its first recording.
    pub id: Uuid,
    pub stay: &'a Stay,
    pub sent: Vec<Sent>,
    pub told: Vec<EngineEvent>,
}

/// A stay that goes on.
struct Running<'a> {
    id: Uuid,
    stay: &'a Stay,
    devices: Devices<'a>,
    road: Road<'a>,
    random: StdRng,
    inlet: Inlet,
    inputs: Receiver<Input>,
    work: Work,
    told: Receiver<EngineEvent>,
    key_asked: Arc<AtomicBool>,
    /// When wishes for a keyframe reach the publisher.
    key_wishes: Vec<u64>,
    paused: bool,
    next_look_ms: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    There,
    /// Files that broke off are still being closed, until then.
    Closing(u64),
    Over,
}

/// How long the recorder's thread tries to close what the disk does not take.
const CLOSE_MS: u64 = 2_000;

impl<'a> Running<'a> {
    fn new(stay: &'a Stay, at: usize, script: &Script, world: &World) -> Self {
        let mut random = StdRng::seed_from_u64(script.seed.wrapping_mul(31).wrapping_add(at as u64));
        let id = Uuid::from_u128(0x1000 + at as u128);
        let born = world.instant(stay.time.from_ms);
        let (inlet, inputs) = Inlet::new(id, born);
        let (sender, told) = channel();
        let key_asked = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&key_asked);
        let events = RecorderEvents {
            tell: Box::new(move |event| drop(sender.send(event))),
            ask_keyframe: Box::new(move || asked.store(true, Relaxed)),
            finished: Box::new(|_| ()),
        };
        let spec = RecordingSpec { id, path: world.directory.join(format!("{id}.webm")), camera: true };
        let (clock, disk) = (world.clock.clone(), Arc::new(world.disk.clone()));
        let shared = Arc::clone(&inlet.shared);
        let work = Work::new(spec, Uuid::from_u128(at as u128), clock, disk, events, shared, born);
        let next_look_ms = stay.time.from_ms + random.random_range(0..LOOK.as_millis() as u64);
        Self {
            id,
            stay,
            devices: Devices::new(stay),
            road: Road::new(stay, StdRng::from_rng(&mut random)),
            random,
            inlet,
            inputs,
            work,
            told,
            key_asked,
            key_wishes: Vec::new(),
            paused: false,
            next_look_ms,
            state: State::There,
        }
    }

    fn pass(&mut self, now_ms: u64, world: &World) {
        let now = world.instant(now_ms);
        if self.state == State::There {
            if now_ms >= self.stay.time.to_ms {
                self.inlet.close();
                self.state = State::Closing(0);
            } else {
                self.live(now_ms, now, world);
            }
        }
        if self.state == State::Over || now_ms < self.next_look_ms {
            return;
        }
        match self.state {
            State::There => {
                self.work.look(&self.inputs, now);
            }
            State::Closing(0) => {
                while self.work.look(&self.inputs, now) {}
                self.work.finish(now);
                self.state = State::Closing(now_ms + CLOSE_MS);
            }
            State::Closing(until_ms) => {
                let closed = self.work.close_broken(now);
                if closed || now_ms >= until_ms {
                    self.state = State::Over;
                }
            }
            State::Over => {}
        }
        self.next_look_ms =
            now_ms + LOOK.as_millis() as u64 + world.disk.taken_ms().min(world.slow_for_ms.get());
        if self.key_asked.swap(false, Relaxed) && self.random.random_range(0..1000) >= self.stay.quality.lost
        {
            self.key_wishes.push(now_ms + self.stay.quality.delay_ms);
        }
    }

    /// Sends, and takes in what arrives.
    fn live(&mut self, now_ms: u64, now: Instant, world: &World) {
        let before = self.key_wishes.len();
        self.key_wishes.retain(|due| *due > now_ms);
        self.devices.key_wanted |= self.key_wishes.len() != before;
        let road = &mut self.road;
        self.devices.send(now_ms, |parcel| road.send(parcel, now_ms));
        let paused = self
            .stay
            .troubles
            .iter()
            .any(|(stretch, trouble)| matches!(trouble, Trouble::Pause) && stretch.holds(now_ms));
        if std::mem::replace(&mut self.paused, paused) != paused {
            self.inlet.pause(paused, now);
        }
        for (at_ms, parcel) in self.road.arrived(now_ms) {
            let at = world.instant(at_ms);
            match parcel {
                Parcel::Packet { kind, seq, timestamp, marker, payload } => {
                    self.inlet.packet(kind, &MediaPacket { seq, timestamp, marker, payload, at });
                }
                Parcel::Report { kind, ntp, timestamp } => self.inlet.sender_report(kind, ntp, timestamp),
                Parcel::Switched { kind, on } => self.inlet.switched(kind, on, at),
            }
        }
    }
}

/// What all share.
struct World {
    zero: Instant,
    clock: Clock,
    disk: MemoryDisk,
    directory: PathBuf,
    /// For how long the disk will go on to be slow, at most.
    slow_for_ms: Cell<u64>,
}

impl World {
    fn instant(&self, at_ms: u64) -> Instant {
        self.zero + Duration::from_millis(at_ms)
    }
}

/// Runs a session; its files lie in `directory` afterwards.
pub fn run(script: &Script, directory: PathBuf) -> Ran<'_> {
    let zero = Instant::now();
    let world = World {
        zero,
        clock: Clock::led(START, zero),
        disk: MemoryDisk::default(),
        directory: directory.clone(),
        slow_for_ms: Cell::new(0),
    };
    let mut running: Vec<Running<'_>> = Vec::new();
    let end_ms = script.death.map_or(u64::MAX, |(at_ms, _)| at_ms);
    for now_ms in 0..end_ms {
        if now_ms > script.end_ms && running.iter().all(|stay| stay.state == State::Over) {
            break;
        }
        world.clock.set(START + TimeDelta::milliseconds(now_ms.cast_signed()));
        let full = script.full.iter().any(|stretch| stretch.holds(now_ms));
        let slow = script.slow.iter().find(|(stretch, _)| stretch.holds(now_ms));
        world.slow_for_ms.set(slow.map_or(0, |(stretch, sync_ms)| stretch.to_ms - now_ms + sync_ms));
        world.disk.set(full, slow.map_or(0, |(_, sync_ms)| *sync_ms));
        for (at, stay) in script.stays.iter().enumerate().filter(|(_, stay)| stay.time.from_ms == now_ms) {
            running.push(Running::new(stay, at, script, &world));
        }
        for stay in &mut running {
            stay.pass(now_ms, &world);
        }
    }
    let mut random = StdRng::seed_from_u64(!script.seed);
    match script.death {
        Some((_, Death::Killed)) => world.disk.tear(&mut random),
        Some((_, Death::PowerCut)) => world.disk.cut_power(&mut random),
        None => {}
    }
    world.disk.pour_out();
    let stays = running.into_iter().map(|running| {
        let told = running.told.try_iter().collect();
        StayRan { id: running.id, stay: running.stay, sent: running.devices.sent, told }
    });
    Ran { script, directory, stays: stays.collect() }
}
