//! The real program, killed in the first moments of a recording and started again.

use crate::media_client::Publisher;
use crate::support::{Browser, PASSWORD, eventually, unique};
use crate::video::{book_by, id, open_call, publish_with};
use mianqia::video::entities::recording::{self, RecordingState};
use sea_orm::{Database, EntityTrait};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The binary over a data directory of its own, on a clock that goes on from a weekday morning.
pub struct Program {
    child: Child,
    pub base: String,
    pub data: PathBuf,
}

impl Program {
    async fn start(data: &Path) -> Self {
        Self::start_on(data, &sqlite(data)).await
    }

    /// The same on a store of one's own.
    pub async fn start_on(data: &Path, store: &str) -> Self {
        Self::start_at(data, store, "2026-11-23T02:05:00Z").await
    }

    /// The same at a time of one's own.
    pub async fn start_at(data: &Path, store: &str, at: &str) -> Self {
        Self::start_saying(data, store, at, |command| {
            command.stderr(Stdio::null());
        })
        .await
    }

    /// The same, saying all that it can say into a file.
    pub async fn start_talking(data: &Path, store: &str, at: &str, log: &Path) -> Self {
        let log = std::fs::File::create(log).unwrap();
        Self::start_saying(data, store, at, |command| {
            command.env("MIANQIA_LOG", "debug,mianqia=trace").stderr(log);
        })
        .await
    }

    async fn start_saying(data: &Path, store: &str, at: &str, how: impl FnOnce(&mut Command)) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base = format!("http://127.0.0.1:{port}");
        let serve = ["serve", "--at", at];
        let mut command = command_on(data, store, port, &serve);
        command.env("MIANQIA_NODE_ADDRESS", &base);
        how(&mut command);
        let child = command.spawn().unwrap();
        let program = Self { child, base, data: data.to_owned() };
        let services = format!("{}/api/v1/services", program.base);
        eventually("the program serves", || async {
            reqwest::get(&services).await.ok().filter(|answer| answer.status() == 200)
        })
        .await;
        program
    }

    /// SIGKILL: nothing is put in order.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub async fn signed_in(&self, login: &str) -> Browser {
        let client =
            reqwest::Client::builder().cookie_store(true).timeout(Duration::from_secs(30)).build().unwrap();
        let browser = Browser { client, base: self.base.clone() };
        browser.post("/api/v1/sign-in", json!({"login": login, "password": PASSWORD})).await.ok();
        browser
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sqlite(data: &Path) -> String {
    format!("sqlite://{}", data.join("test.sqlite").display())
}

fn command(data: &Path, port: u16, words: &[&str]) -> Command {
    command_on(data, &sqlite(data), port, words)
}

/// The binary with these words, over a data directory and a store.
pub fn command_on(data: &Path, store: &str, port: u16, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mianqia"));
    command
        .args(words)
        .stdout(Stdio::null())
        .env("MIANQIA_LISTEN", format!("127.0.0.1:{port}"))
        .env("MIANQIA_DATA_DIR", data)
        .env("MIANQIA_DATABASE_URL", store)
        .env("MIANQIA_MEDIA_PORT", "0")
        .env("MIANQIA_MEDIA_ADDRESSES", "127.0.0.1")
        .env("MIANQIA_SMTP_URL", "smtp://127.0.0.1:9");
    command
}

/// Kills the program in a call, `after` its first media or once it says that it records. Gives what the next
/// start made of the recording, whether the light was on, and what `verify` says.
async fn killed(name: &str, after: Option<Duration>) -> (recording::Model, bool, String) {
    let data = std::env::temp_dir().join(format!("mianqia_killed_{name}_{}", unique()));
    std::fs::create_dir_all(&data).unwrap();
    assert!(command(&data, 1, &["demo", "--bare"]).stderr(Stdio::null()).status().unwrap().success());
    let mut program = Program::start(&data).await;
    let (owner, officer) = (program.signed_in("lin").await, program.signed_in("zhou").await);
    let booking = book_by(&owner).await;
    let session = open_call(&owner, &officer, &booking).await;
    let publisher = Publisher::new().await;
    publish_with(&owner, &session, "camera", &publisher).await;
    let at = format!("/api/v1/sessions/{}", id(&session));
    let says_it_records = async || officer.get(&at).await.ok()["recording"] == true;
    let moment = async {
        match after {
            Some(after) => tokio::time::sleep(after).await,
            None => while !says_it_records().await {},
        }
        says_it_records().await
    };
    let light = tokio::select! {
        light = moment => light,
        () = publisher.send_for_ms(20_000, |_| true) => panic!("it never said that it records"),
    };
    program.kill();
    let mut again = Program::start(&data).await;
    let url = format!("sqlite://{}", again.data.join("test.sqlite").display());
    let row = eventually("the recording has come to its end", || async {
        let rows = recording::Entity::find().all(&Database::connect(&url).await.unwrap()).await.unwrap();
        rows.into_iter().find(|row| row.state != RecordingState::Recording)
    })
    .await;
    again.kill();
    let reference = booking["reference"].as_str().unwrap();
    let verified = command(&data, 1, &["verify", reference]).stdout(Stdio::piped()).output().unwrap();
    let _ = std::fs::remove_dir_all(&data);
    (row, light, String::from_utf8(verified.stdout).unwrap())
}

fn is_kept(row: &recording::Model, verified: &str) -> bool {
    row.state == RecordingState::Interrupted
        && row.clusters > 0
        && row.duration_ms > 0
        && row.manifest_sha256.is_some()
        && verified.contains("intact (cut off by a failure")
        && !verified.contains("BROKEN")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_saw_the_recording_light_has_a_recording() {
    let (row, light, verified) = killed("light", None).await;
    assert!(light && is_kept(&row, &verified), "{row:?} {verified}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_just_after_the_first_second_leaves_a_recording() {
    let (row, _, verified) = killed("second", Some(Duration::from_millis(1400))).await;
    assert!(is_kept(&row, &verified), "{row:?} {verified}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_before_anything_is_on_the_disk_says_so_and_the_light_was_not_on() {
    let (row, light, verified) = killed("start", Some(Duration::from_millis(250))).await;
    if row.state == RecordingState::Interrupted {
        assert!(is_kept(&row, &verified), "{row:?} {verified}"); // a machine so slow that a cluster was done
        return;
    }
    assert!(!light, "nobody was told that it records");
    let reason = row.reason.as_deref();
    assert!(matches!(reason, Some("killed_at_start" | "no_media")), "{row:?}");
    assert_eq!((row.state, row.clusters, row.started_at), (RecordingState::Failed, 0, None));
    assert!(verified.contains("nothing was recorded"), "{verified}");
}
