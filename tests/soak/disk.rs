//! The real program on a small disk that is filled and freed again and again under load: whatever it
//! acknowledged is there after a restart, and whatever it refused is not.

use crate::uploads::{self, Files};
use mianqia::booking::entities::booking;
use mianqia::db::Db;
use mianqia::evidence;
use reqwest::{Client, RequestBuilder, StatusCode};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const ROUNDS: usize = 20;
/// How long the disk stays free, and how long it stays full once that was noticed.
const FREE: Duration = Duration::from_millis(1000);
const FULL: Duration = Duration::from_millis(800);
/// What is promised: a refusal comes soon, the alarm within 3 s of the first, service within 5 s of space.
/// Machines of several helpers are slow, hence a second more for an answer.
const REFUSED_WITHIN: Duration = Duration::from_secs(3);
const ALARM_WITHIN: Duration = Duration::from_secs(3);
const BACK_WITHIN: Duration = Duration::from_secs(5);
/// A store with room of its own (a log begun anew) goes on for a while on a full disk.
const NOTICED_WITHIN: Duration = Duration::from_secs(45);

const LOGINS: [&str; 3] = ["lin", "gao", "luo"];
const UPLOADER: &str = "bai";

/// A small file system of its own.
struct Disk {
    path: PathBuf,
    mounted: bool,
}

impl Disk {
    /// `MIANQIA_SOAK_DISK` names a small, empty file system where this may not mount one itself.
    fn new(megabytes: u32) -> Self {
        let (path, mounted) = match std::env::var("MIANQIA_SOAK_DISK") {
            Ok(path) => (PathBuf::from(path).join(format!("mianqia_soak_{}", std::process::id())), false),
            Err(_) => {
                (std::env::temp_dir().join(format!("mianqia_soak_{}_{megabytes}", std::process::id())), true)
            }
        };
        fs::create_dir_all(&path).unwrap();
        if mounted {
            let size = format!("size={megabytes}m,mode=755");
            let done = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).status();
            assert!(
                done.is_ok_and(|status| status.success()),
                "a disk can only be filled that is small: run this as root, which may mount a tmpfs, or let \
                 MIANQIA_SOAK_DISK name a mounted file system of about {megabytes} MB that may be filled"
            );
        }
        Self { path, mounted }
    }

    /// Writes until nothing more fits.
    fn fill(&self) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path.join("filler")).unwrap();
        for size in [1 << 20, 1 << 16, 1 << 12, 1] {
            let chunk = vec![0x5a; size];
            while file.write_all(&chunk).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.path.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg("--lazy").arg(&self.path).status();
        }
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A PostgreSQL whose cluster lies on the small disk.
struct Cluster(PathBuf);

impl Cluster {
    fn start(dir: PathBuf) -> (Self, String) {
        let url = postgres("start", &dir);
        (Self(dir), url)
    }

    /// What an operator does when the server gave up on a full disk.
    fn again(&self) {
        postgres("again", &self.0);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        postgres("stop", &self.0);
    }
}

fn postgres(command: &str, dir: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres.sh");
    let output =
        Command::new("bash").arg(script).arg(command).arg(dir).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success() || command != "start", "PostgreSQL did not start");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The program as a process.
struct Program {
    child: Child,
    base: String,
    metrics: String,
}

struct Place {
    data_dir: PathBuf,
    database_url: String,
    log: PathBuf,
}

impl Place {
    fn command(&self, name: &str) -> Command {
        let log = OpenOptions::new().append(true).create(true).open(&self.log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mianqia"));
        command
            .arg(name)
            .env("MIANQIA_DATA_DIR", &self.data_dir)
            .env("MIANQIA_DATABASE_URL", &self.database_url)
            .env("MIANQIA_MEDIA_PORT", "0")
            .env("MIANQIA_SMTP_URL", "smtp://127.0.0.1:9")
            .env("MIANQIA_RECORDING_RESERVE", "0")
            .stdout(Stdio::null())
            .stderr(log);
        command
    }

    async fn serve(&self) -> Program {
        let (address, metrics) = (free_address(), free_address());
        let mut command = self.command("serve");
        command.env("MIANQIA_LISTEN", &address).env("MIANQIA_METRICS_LISTEN", &metrics);
        let (base, metrics) = (format!("http://{address}"), format!("http://{metrics}/metrics"));
        let program = Program { child: command.spawn().unwrap(), base, metrics };
        let begun = Instant::now();
        while !is_ready(&Client::new(), &program.base).await {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "it did not become ready: {}",
                self.end_of_log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        program
    }

    fn end_of_log(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().rev().take(20).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

async fn is_ready(client: &Client, base: &str) -> bool {
    client.get(format!("{base}/readyz")).send().await.is_ok_and(|answer| answer.status() == StatusCode::OK)
}

async fn is_alarmed(client: &Client, metrics: &str) -> bool {
    let Ok(answer) = client.get(metrics).send().await else { return false };
    answer.text().await.unwrap_or_default().contains("mianqia_store_failing 1")
}

/// What was answered about the bookings.
#[derive(Default)]
struct Told {
    /// The state that was acknowledged last, by booking.
    kept: Mutex<HashMap<String, &'static str>>,
    /// Bookings of which the last word is not known: the answer was lost or said so.
    unsure: Mutex<HashMap<String, &'static str>>,
    /// New bookings of which not even the id is known.
    lost_answers: AtomicU64,
    acknowledged: AtomicU64,
    refused: AtomicU64,
    slowest_refusal_ms: AtomicU64,
}

pub enum Word {
    Kept(Value),
    Refused,
    Unsure,
}

impl Told {
    async fn ask(&self, client: &Client, url: &str, body: Value) -> Word {
        let begun = Instant::now();
        let word = answered(client.post(url).json(&body)).await;
        match word {
            Word::Kept(_) => drop(self.acknowledged.fetch_add(1, Ordering::Relaxed)),
            Word::Refused => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                let took = begun.elapsed();
                assert!(took < REFUSED_WITHIN, "a refusal took {took:?}");
                self.slowest_refusal_ms.fetch_max(took.as_millis() as u64, Ordering::Relaxed);
            }
            Word::Unsure => {}
        }
        word
    }
}

/// What is to be made of an answer: there is nothing else that may be said while the disk is full.
pub async fn answered(request: RequestBuilder) -> Word {
    let Ok(answer) = request.send().await else { return Word::Unsure };
    let (status, again) = (answer.status(), answer.headers().contains_key("retry-after"));
    let Ok(text) = answer.text().await else { return Word::Unsure };
    if status.is_success() {
        return Word::Kept(serde_json::from_str(&text).unwrap_or_default());
    }
    let code = serde_json::from_str::<Value>(&text).unwrap_or_default()["code"].clone();
    if code == "answer_lost" {
        return Word::Unsure; // saved, but not read again
    }
    assert_eq!(status, 503, "{text}");
    assert!(again, "no Retry-After: {text}");
    match code.as_str() {
        Some("store_unavailable") => Word::Refused,
        Some("outcome_unknown") => Word::Unsure,
        other => panic!("{other:?}: {text}"),
    }
}

/// Somebody who takes places and gives them back until told to stop.
async fn work(
    client: Client,
    base: String,
    service: String,
    hour: usize,
    told: Arc<Told>,
    stop: Arc<AtomicBool>,
) {
    let mut held: Vec<String> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        if held.len() < 3 {
            let wish = json!({"service_id": service, "starts_at": slot(hour), "anyway": true});
            match told.ask(&client, &format!("{base}/api/v1/bookings"), wish).await {
                Word::Kept(row) => {
                    let id = row["id"].as_str().unwrap().to_owned();
                    told.kept.lock().unwrap().insert(id.clone(), "held");
                    held.push(id);
                }
                Word::Refused => tokio::time::sleep(Duration::from_millis(20)).await,
                Word::Unsure => {
                    told.lost_answers.fetch_add(1, Ordering::Relaxed);
                    held = found_again(&client, &base, &told, held).await;
                }
            }
        }
        let Some(id) = held.pop() else { continue };
        let cancel = format!("{base}/api/v1/bookings/{id}/cancel");
        match told.ask(&client, &cancel, json!({"reason": null})).await {
            Word::Kept(_) => drop(told.kept.lock().unwrap().insert(id, "cancelled")),
            Word::Refused => {
                held.insert(0, id);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Word::Unsure => {
                told.unsure.lock().unwrap().insert(id, "cancelled");
                held = found_again(&client, &base, &told, held).await;
            }
        }
    }
}

/// What somebody holds, once the store can be asked: an answer that was lost leaves a place held that nobody
/// knows of.
async fn found_again(client: &Client, base: &str, told: &Told, before: Vec<String>) -> Vec<String> {
    for _ in 0..50 {
        if let Ok(answer) = client.get(format!("{base}/api/v1/bookings")).send().await
            && answer.status().is_success()
            && let Ok(list) = answer.json::<Value>().await
        {
            let held = list["items"].as_array().unwrap().iter().filter(|row| row["state"] == "held");
            let held: Vec<String> = held.map(|row| row["id"].as_str().unwrap().to_owned()).collect();
            let mut kept = told.kept.lock().unwrap();
            for id in &held {
                kept.insert(id.clone(), "held");
            }
            return held;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    before
}

/// A time tomorrow, each worker's its own.
fn slot(hour: usize) -> String {
    let tomorrow = mianqia::base::clock::Clock::system().now() + chrono::TimeDelta::days(1);
    tomorrow.format(&format!("%Y-%m-%dT{:02}:00:00Z", 2 + hour)).to_string()
}

async fn sign_in(base: &str, login: &str) -> Client {
    let client = Client::builder().cookie_store(true).timeout(Duration::from_secs(20)).build().unwrap();
    let body = json!({"login": login, "password": super::support::PASSWORD});
    let answer = client.post(format!("{base}/api/v1/sign-in")).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    client
}

/// Waits for something, and tells how long that took.
async fn time_until<F: Future<Output = bool>>(
    what: &str,
    within: Duration,
    mut ask: impl FnMut() -> F,
) -> Duration {
    let begun = Instant::now();
    while !ask().await {
        assert!(begun.elapsed() < within, "{what} took more than {within:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

async fn fill_and_free(disk: &Disk, place: &Place, cluster: Option<&Cluster>) {
    assert!(place.command("demo").arg("--bare").status().unwrap().success(), "{}", place.end_of_log());
    let program = place.serve().await;
    let (base, metrics) = (program.base.clone(), program.metrics.clone());
    let looker = Client::new();
    let services = looker.get(format!("{base}/api/v1/services")).send().await.unwrap();
    let services: Value = services.json().await.unwrap();
    let service =
        services["items"].as_array().unwrap().iter().find(|row| row["code"] == "video-try").unwrap();
    let service = service["id"].as_str().unwrap().to_owned();
    let (told, stop) = (Arc::new(Told::default()), Arc::new(AtomicBool::new(false)));
    let mut workers = Vec::new();
    for (hour, login) in LOGINS.into_iter().enumerate() {
        let client = sign_in(&base, login).await;
        workers.push(tokio::spawn(work(
            client,
            base.clone(),
            service.clone(),
            hour,
            told.clone(),
            stop.clone(),
        )));
    }
    let files = Arc::new(Files::default());
    let sender = sign_in(&base, UPLOADER).await;
    workers.push(tokio::spawn(uploads::work(sender, base.clone(), files.clone(), stop.clone())));
    let (mut alarm, mut back) = (Duration::ZERO, Duration::ZERO);
    for round in 0..ROUNDS {
        tokio::time::sleep(FREE).await;
        assert!(workers.iter().all(|worker| !worker.is_finished()), "a worker ended: see above");
        let before = told.refused.load(Ordering::Relaxed);
        disk.fill();
        let refused = || async { told.refused.load(Ordering::Relaxed) > before };
        time_until(&format!("round {round}: the first refusal"), NOTICED_WITHIN, refused).await;
        alarm = alarm.max(time_until("the alarm", ALARM_WITHIN, || is_alarmed(&looker, &metrics)).await);
        tokio::time::sleep(FULL).await;
        let (seen, sent) = (told.acknowledged.load(Ordering::Relaxed), files.taken());
        disk.free();
        if let Some(cluster) = cluster {
            cluster.again();
        }
        let works = || async { told.acknowledged.load(Ordering::Relaxed) > seen };
        back = back.max(time_until(&format!("round {round}: service"), BACK_WITHIN, works).await);
        let taken = || async { files.taken() > sent };
        back = back.max(time_until(&format!("round {round}: uploads"), BACK_WITHIN, taken).await);
        time_until("readiness", BACK_WITHIN, || is_ready(&looker, &base)).await;
    }
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.await.unwrap();
    }
    // As a power cut would.
    drop(program);
    let program = place.serve().await;
    drop(program);
    let lost = compare(place, &told).await;
    let (taken, refused) = files.compare(&place.database_url).await;
    let log = fs::read_to_string(&place.log).unwrap();
    assert!(log.contains(r#""alarm":"store""#), "no alarm in the log");
    assert!(!log.contains("panicked"), "something panicked");
    #[allow(clippy::print_stdout)]
    {
        println!(
            "{ROUNDS} rounds: {} acknowledged, {lost} lost, {} refused (slowest {} ms), {} unsure; \
             files: {taken} taken, {refused} refused; alarm after {} ms at most, back after {} ms at most",
            told.acknowledged.load(Ordering::Relaxed),
            told.refused.load(Ordering::Relaxed),
            told.slowest_refusal_ms.load(Ordering::Relaxed),
            told.lost_answers.load(Ordering::Relaxed) + told.unsure.lock().unwrap().len() as u64,
            alarm.as_millis(),
            back.as_millis(),
        );
    }
}

/// Compares what was told with what is stored, and walks every chain. Gives how many were lost: none.
async fn compare(place: &Place, told: &Told) -> usize {
    let db = Db::open(&place.database_url).await.unwrap();
    let kept = told.kept.lock().unwrap().clone();
    let unsure = told.unsure.lock().unwrap().clone();
    let rows = booking::Entity::find().all(db.reader()).await.unwrap();
    let mut stored = HashMap::new();
    for row in &rows {
        let state = serde_json::to_value(row.state).unwrap().as_str().unwrap().to_owned();
        stored.insert(row.id.to_string(), state);
        let chain = evidence::verify_chain(db.reader(), row.id).await.unwrap();
        assert!(chain.is_ok(), "{}: {chain:?}", row.id);
    }
    let system = evidence::verify_chain(db.reader(), evidence::SYSTEM).await.unwrap();
    assert!(system.is_ok(), "{system:?}");
    let lost: Vec<_> = kept
        .iter()
        .filter(|(id, state)| {
            let found = stored.get(*id).map(String::as_str);
            // A hold may have run out since.
            let fits = found == Some(**state) || (**state == "held" && found == Some("expired"));
            !fits && unsure.get(*id).copied() != found
        })
        .collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), kept.len());
    // Beside the one that the files are for.
    let strange = rows.len() as u64 - kept.len() as u64 - 1;
    let unknown = told.lost_answers.load(Ordering::Relaxed);
    assert!(strange <= unknown, "{strange} are stored that nobody was told of; {unknown} answers were lost");
    lost.len()
}

fn log_file(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("mianqia_soak_{}_{name}.log", std::process::id()));
    File::create(&path).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn booking_on_a_disk_filled_and_freed_twenty_times_loses_nothing_on_sqlite() {
    let disk = Disk::new(48);
    let data_dir = disk.path.join("data");
    let database_url = format!("sqlite://{}", data_dir.join("mianqia.sqlite").display());
    let place = Place { data_dir, database_url, log: log_file("sqlite") };
    fill_and_free(&disk, &place, None).await;
    let _ = fs::remove_file(&place.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn booking_on_a_disk_filled_and_freed_twenty_times_loses_nothing_on_postgres() {
    let disk = Disk::new(200);
    fs::set_permissions(&disk.path, fs::Permissions::from_mode(0o755)).unwrap();
    let (cluster, database_url) = Cluster::start(disk.path.join("postgres"));
    // The store alone is on the full disk: keys and recordings have one of their own.
    let data_dir = std::env::temp_dir().join(format!("mianqia_soak_{}_data", std::process::id()));
    let place = Place { data_dir, database_url, log: log_file("postgres") };
    fill_and_free(&disk, &place, Some(&cluster)).await;
    drop(cluster);
    let _ = fs::remove_dir_all(&place.data_dir);
    let _ = fs::remove_file(&place.log);
}
