//! What came, how late, and what it cost the server.

use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// Counts from one moment on.
pub struct Tally {
    /// Stamps count from here.
    pub begun: Instant,
    since: Instant,
    came: u64,
    came_bytes: u64,
    sent: u64,
    sent_bytes: u64,
    latencies: Vec<u32>,
    latest: Duration,
    cpu: Option<f64>,
}

/// What a header of RTP adds to its payload.
const HEADER: u64 = 12;

impl Tally {
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            begun: now,
            since: now,
            came: 0,
            came_bytes: 0,
            sent: 0,
            sent_bytes: 0,
            latencies: Vec::new(),
            latest: Duration::ZERO,
            cpu: None,
        }
    }

    /// Begins to count anew; the server is the process `pid`.
    pub fn restart(&mut self, pid: u32) {
        *self = Self { begun: self.begun, cpu: cpu_seconds(pid), ..Self::new() };
    }

    pub fn has_sent(&mut self, payload: usize) {
        self.sent += 1;
        self.sent_bytes += payload as u64 + HEADER;
    }

    pub fn has_come(&mut self, payload: usize, stamped_at: Option<u64>) {
        self.came += 1;
        self.came_bytes += payload as u64 + HEADER;
        if let Some(at) = stamped_at {
            let late = crate::media::since(self.begun).saturating_sub(at) / 1000;
            self.latencies.push(u32::try_from(late).unwrap_or(u32::MAX));
        }
    }

    /// The load itself was late: then latencies and losses are its own.
    pub fn is_late(&mut self, by: Duration) {
        self.latest = self.latest.max(by);
    }

    /// All figures; `expected` and `got` are packets by their numbers.
    pub fn told(mut self, pid: u32, expected: u64, got: u64) -> Value {
        let seconds = self.since.elapsed().as_secs_f64();
        let used = cpu_seconds(pid).zip(self.cpu).map(|(now, before)| now - before);
        self.latencies.sort_unstable();
        let at = |part: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "an index into what is in memory"
            )]
            let index = (self.latencies.len().saturating_sub(1) as f64 * part) as usize;
            self.latencies.get(index).map(|late| f64::from(*late) / 1000.0)
        };
        #[expect(clippy::cast_precision_loss, reason = "counts of some minutes")]
        let (came, sent, lost) = (self.came as f64, self.sent as f64, expected.saturating_sub(got) as f64 / expected.max(1) as f64);
        #[expect(clippy::cast_precision_loss, reason = "counts of some minutes")]
        let (came_bytes, sent_bytes) = (self.came_bytes as f64, self.sent_bytes as f64);
        json!({
            "seconds": seconds,
            "in_per_second": sent / seconds,
            "in_mbit": sent_bytes * 8e-6 / seconds,
            "forwarded_per_second": came / seconds,
            "forwarded_mbit": came_bytes * 8e-6 / seconds,
            "lost": lost,
            "latency_ms": {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "most": at(1.0)},
            "server_cpu": used.map(|used| used / seconds),
            "cpu_us_per_forwarded": used.map(|used| used * 1e6 / came),
            "server_mb": resident_mb(pid),
            "load_late_ms": self.latest.as_secs_f64() * 1e3,
        })
    }
}

/// Seconds that all threads of a process were on a core, by the kernel's accounting; none if it is gone.
fn cpu_seconds(pid: u32) -> Option<f64> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let told = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        told.split_whitespace().next()?.parse::<f64>().ok()
    });
    Some(nanoseconds.sum::<f64>() / 1e9)
}

fn resident_mb(pid: u32) -> Option<f64> {
    let told = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}
