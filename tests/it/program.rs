//! The real program as a process of its own, to be killed and started again.

use crate::support::{Browser, PASSWORD, eventually};
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
    pub async fn start(data: &Path) -> Self {
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

    /// The same with settings of one's own.
    pub async fn start_with(data: &Path, store: &str, at: &str, settings: &[(&str, &str)]) -> Self {
        Self::start_saying(data, store, at, |command| {
            command.envs(settings.iter().copied()).stderr(Stdio::null());
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

/// The store beside the other data.
pub fn sqlite(data: &Path) -> String {
    format!("sqlite://{}", data.join("test.sqlite").display())
}

/// The binary with these words, over a data directory with its own store.
pub fn command(data: &Path, port: u16, words: &[&str]) -> Command {
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
