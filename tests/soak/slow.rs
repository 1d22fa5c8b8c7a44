//! Two and a half thousand connections that ask nothing, ask slowly or send slowly, against the real binary at a
//! soft limit of 1024 files: all are closed in time, others are served meanwhile, and nothing stays behind.

use mianqia::app::raise_limit;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const SLOW: usize = 2500;
/// The longest of the limits (a silent body), and time for a machine that has other things to do.
const ALL_GONE_WITHIN: Duration = Duration::from_secs(60);

struct Program {
    child: Child,
    address: SocketAddr,
    metrics: SocketAddr,
    data: std::path::PathBuf,
}

impl Program {
    async fn start() -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (address, metrics) = (free(), free());
        let data = std::env::temp_dir().join(format!("mianqia_slow_{}", std::process::id()));
        let child = Command::new("sh")
            .args(["-c", "ulimit -Sn 1024 && exec \"$0\" serve", env!("CARGO_BIN_EXE_mianqia")])
            .env("MIANQIA_LISTEN", address.to_string())
            .env("MIANQIA_PUBLIC_URL", format!("http://{address}"))
            .env("MIANQIA_METRICS_LISTEN", metrics.to_string())
            .env("MIANQIA_DATA_DIR", &data)
            .env("MIANQIA_DATABASE_URL", "")
            .env("MIANQIA_MEDIA_PORT", "0")
            .env("MIANQIA_SMTP_URL", "smtp://127.0.0.1:9")
            .env("MIANQIA_RECORDING_RESERVE", "0")
            .env("MIANQIA_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let program = Self { child, address, metrics, data };
        let begun = Instant::now();
        while program.ask("/readyz").await.is_none() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it did not become ready");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        program
    }

    /// How long an answer took; none when there was none.
    async fn ask(&self, path: &str) -> Option<Duration> {
        let begun = Instant::now();
        let answer = reqwest::get(format!("http://{}{path}", self.address)).await.ok()?;
        let ok = answer.status().is_success();
        answer.bytes().await.ok()?;
        ok.then(|| begun.elapsed())
    }

    fn files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// Resident memory in megabytes.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    async fn gauge(&self, name: &str) -> i64 {
        let text =
            reqwest::get(format!("http://{}/metrics", self.metrics)).await.unwrap().text().await.unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("mianqia_{name} ")));
        line.unwrap_or_else(|| panic!("{name}: {text}")).rsplit(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// Opens a connection that is slow in one of four ways, and tells how long it lived.
async fn slow(address: SocketAddr, way: usize) -> Duration {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let begun = Instant::now();
    let head = "POST /api/v1/sign-in HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\nContent-Length: 200\r\n";
    let (first, drip): (String, bool) = match way % 4 {
        0 => (String::new(), false),
        1 => ("GET / HTTP/1.1\r\nHost: a.exa".into(), false),
        2 => (format!("{head}X-Slow: "), true),
        _ => (format!("{head}\r\n{{"), false),
    };
    stream.write_all(first.as_bytes()).await.unwrap();
    let mut sink = [0; 1024];
    loop {
        match tokio::time::timeout(Duration::from_secs(2), stream.read(&mut sink)).await {
            Ok(Ok(0) | Err(_)) => return begun.elapsed(),
            Ok(Ok(_)) => {}
            // Still open: a drop more.
            Err(_) => {
                if drip && stream.write_all(b"x").await.is_err() {
                    return begun.elapsed();
                }
            }
        }
        assert!(begun.elapsed() < ALL_GONE_WITHIN, "way {way}: still open");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_and_a_half_thousand_slow_connections_stop_nobody() {
    assert!(raise_limit() > SLOW + 200, "this test itself needs files");
    let program = Program::start().await;
    for _ in 0..50 {
        program.ask("/api/v1/services").await.unwrap();
    }
    let files = program.files();
    wave(&program).await;
    settle(&program, files).await;
    // What the allocator keeps after the first wave it uses for the second.
    let memory = program.memory();
    wave(&program).await;
    settle(&program, files).await;
    assert!(program.memory() <= memory + 30, "{} MB after {memory} MB", program.memory());
    assert!(program.gauge("http_connections_timed_out").await > 0);
    assert_eq!(program.gauge("http_accepts_failed").await, 0);
}

/// All of them at once, and somebody who asks all the while.
async fn wave(program: &Program) {
    let mut lives = JoinSet::new();
    for way in 0..SLOW {
        lives.spawn(slow(program.address, way));
    }
    let mut took = Vec::new();
    let mut most = 0;
    while !lives.is_empty() {
        took.push(program.ask("/api/v1/services").await.expect("somebody was not served"));
        most = most.max(program.files());
        while let Some(life) = lives.try_join_next() {
            assert!(life.unwrap() < ALL_GONE_WITHIN);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    took.sort();
    let (p50, p99) = (took[took.len() / 2], took[took.len() * 99 / 100]);
    eprintln!("asked {} times meanwhile: p50 {p50:?}, p99 {p99:?}; at most {most} files", took.len());
    assert!(most > SLOW, "they were not all in at once: {most}");
    assert!(p99 < Duration::from_secs(2), "{p99:?}");
}

/// Until nothing is left of them.
async fn settle(program: &Program, files: usize) {
    let begun = Instant::now();
    loop {
        let (open, now) = (program.gauge("http_connections").await, program.files());
        if open <= 2 && now <= files + 20 {
            return eprintln!("afterwards: {now} files, {} MB", program.memory());
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{open} open, {now} files");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
