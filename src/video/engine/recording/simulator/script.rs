//! What happens in a session, from a seed.

use crate::video::engine::packet::Kind;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A stretch of the session, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    pub from_ms: u64,
    pub to_ms: u64,
}

impl Stretch {
    pub fn holds(&self, at_ms: u64) -> bool {
        (self.from_ms..self.to_ms).contains(&at_ms)
    }
}

/// What is wrong for a while.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// The network loses everything.
    Blackout,
    /// The network keeps everything back and brings it at once in the end.
    HeldBack,
    /// A device gives nothing. `hole`: its timestamps go on meanwhile; else it goes on with the next one.
    Stall { kind: Kind, hole: bool },
    /// The camera or the microphone is switched off by its owner.
    Off(Kind),
    /// An officer pauses the recording.
    Pause,
}

/// The way from a publisher to us.
#[derive(Clone, Copy, Debug)]
pub struct Quality {
    /// What every packet takes, and how much longer some do.
    pub delay_ms: u64,
    pub jitter_ms: u64,
    /// Shares of packets lost, and overtaken by others, in thousandths.
    pub lost: u64,
    pub overtaken: u64,
}

/// One person's connection, from joining to leaving: one recorder.
#[derive(Clone, Debug)]
pub struct Stay {
    /// Read in what is printed of a session that failed.
    #[expect(dead_code, reason = "printed")]
    pub person: usize,
    pub time: Stretch,
    pub quality: Quality,
    /// How much too fast the devices' clock is, in millionths, and by how much the sender's time of day is off.
    pub ppm: i64,
    pub day_off_ms: i64,
    /// Where timestamps and numbers begin.
    pub first: u32,
    pub fps: u64,
    /// In their order; those of one kind do not overlap.
    pub troubles: Vec<(Stretch, Trouble)>,
}

/// How a process ends before its session does.
#[derive(Clone, Copy, Debug)]
pub enum Death {
    /// SIGKILL: what was written stays, a write under way is torn.
    Killed,
    /// The power is cut: what was not made durable may be there or not.
    PowerCut,
}

/// A whole session.
#[derive(Clone, Debug)]
pub struct Script {
    pub seed: u64,
    pub end_ms: u64,
    pub stays: Vec<Stay>,
    /// When no byte more fits on the disk.
    pub full: Vec<Stretch>,
    /// When it takes so many milliseconds to make something durable.
    pub slow: Vec<(Stretch, u64)>,
    pub death: Option<(u64, Death)>,
}

impl Script {
    pub fn of(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let end_ms = random.random_range(3_000..40_000);
        let mut stays = Vec::new();
        for person in 0..random.random_range(1..4) {
            let mut from_ms = random.random_range(0..end_ms / 3);
            while from_ms + 500 < end_ms && stays.len() < 6 {
                let to_ms = match random.random_range(0..3) {
                    0 => random.random_range(from_ms + 300..end_ms),
                    _ => end_ms,
                };
                stays.push(stay(&mut random, person, Stretch { from_ms, to_ms }));
                from_ms = to_ms + random.random_range(10..4_000);
            }
        }
        let full = stretches(&mut random, 6, end_ms, 200..8_000);
        let slow = stretches(&mut random, 6, end_ms, 500..15_000);
        let slow = slow.into_iter().map(|stretch| (stretch, random.random_range(20..4_000))).collect();
        let death = match random.random_range(0..6) {
            0 => Some((random.random_range(100..end_ms), Death::Killed)),
            1 => Some((random.random_range(100..end_ms), Death::PowerCut)),
            _ => None,
        };
        Self { seed, end_ms, stays, full, slow, death }
    }
}

/// None most of the time, else one or two, one after the other.
fn stretches(random: &mut StdRng, one_in: u64, end_ms: u64, length: std::ops::Range<u64>) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut from_ms = 0;
    while random.random_range(0..one_in) == 0 && from_ms + 600 < end_ms {
        let begin = random.random_range(from_ms..end_ms - 300);
        let to_ms = begin + random.random_range(length.clone());
        found.push(Stretch { from_ms: begin, to_ms });
        from_ms = to_ms + 1_500;
    }
    found
}

fn stay(random: &mut StdRng, person: usize, time: Stretch) -> Stay {
    let quality = Quality {
        delay_ms: random.random_range(1..150),
        jitter_ms: [0, 3, 30][random.random_range(0..3)],
        lost: [0, 0, 10, 50, 200][random.random_range(0..5)],
        overtaken: [0, 0, 20][random.random_range(0..3)],
    };
    let length = time.to_ms - time.from_ms;
    let mut troubles = Vec::new();
    let kinds = [Kind::Audio, Kind::Video];
    for _ in 0..random.random_range(0..4) {
        let kind = kinds[random.random_range(0..2)];
        let (trouble, most) = match random.random_range(0..5) {
            0 => (Trouble::Blackout, 10_000),
            1 => (Trouble::HeldBack, 350),
            2 => (Trouble::Stall { kind, hole: random.random_range(0..2) == 0 }, 6_000),
            3 => (Trouble::Off(kind), 10_000),
            _ => (Trouble::Pause, 10_000),
        };
        let from_ms = time.from_ms + random.random_range(0..length);
        let to_ms = from_ms + random.random_range(50..most);
        troubles.push((Stretch { from_ms, to_ms }, trouble));
    }
    troubles.sort_by_key(|(stretch, _)| stretch.from_ms);
    // One after the other: each by itself is told apart from the others.
    let mut free_from = 0;
    troubles.retain(|(stretch, _)| {
        let free = stretch.from_ms >= free_from;
        free_from = if free { stretch.to_ms + 1_500 } else { free_from };
        free
    });
    Stay {
        person,
        time,
        quality,
        ppm: random.random_range(-100..=100),
        day_off_ms: random.random_range(-3_600_000..3_600_000),
        first: random.random(),
        fps: [10, 15, 30][random.random_range(0..3)],
        troubles,
    }
}
