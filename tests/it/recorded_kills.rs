//! The program is killed while it records, at any moment: in the first second, in the midst, and while the recordings
//! are being finalised. What it recorded opens, decodes, is what was hashed, and lacks two seconds at most; and the
//! next start lists all of it.

use crate::calls::{book_by, id, open_call, publish_with, step};
use crate::film::Film;
use crate::media_client::Publisher;
use crate::program::{Program, command, sqlite};
use crate::support::unique;
use mianqia::video::entities::recording::{self, RecordingState};
use mianqia::video::recording::verify;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::{Database, EntityTrait};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// What is promised of a machine that has nothing else to do.
#[derive(Clone, Copy)]
pub struct Promised {
    /// Of each recording so much may be missing at its end.
    pub missing: Duration,
    /// After the next start everything is finalised and listed within this.
    pub listed: Duration,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Report {
    pub recordings: usize,
    /// Killed before anything was on the disk, and said so.
    pub nothing_yet: usize,
    pub most_missing_ms: u64,
    pub latest_listed_ms: u64,
}

/// Where in a session the program is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// So long after the first media.
    After(Duration),
    /// So long after an officer ended it, when media had come for a while.
    Ending(Duration),
}

impl Moment {
    fn random(rng: &mut StdRng) -> Self {
        let mut ms = |range: std::ops::Range<u64>| Duration::from_millis(rng.random_range(range));
        match ms(0..3000).as_millis() % 3 {
            0 => Self::After(ms(0..2000)),
            1 => Self::After(ms(2000..6000)),
            _ => Self::Ending(ms(0..400)),
        }
    }
}

/// Two people in a call are recorded and the program is killed, `kills` times.
pub async fn killed_while_recording(kills: usize, seed: u64, promised: Promised) -> Report {
    let own = std::env::temp_dir().join(format!("mianqia_recorded_{}", unique()));
    let laid = own.join("laid");
    std::fs::create_dir_all(&laid).unwrap();
    assert!(command(&laid, 1, &["demo", "--bare"]).stderr(Stdio::null()).status().unwrap().success());
    let film = Film::new(&own);
    let (mut rng, mut report) = (StdRng::seed_from_u64(seed), Report::default());
    for round in 0..kills {
        let data = own.join(format!("round{round}"));
        copy(&laid, &data);
        let moment = Moment::random(&mut rng);
        let what = format!("round {round} of seed {seed}, killed {moment:?}");
        one_kill(&data, &film, moment, promised, &what, &mut report).await;
        std::fs::remove_dir_all(&data).unwrap();
    }
    let _ = std::fs::remove_dir_all(&own);
    report
}

async fn one_kill(
    data: &Path,
    film: &Film,
    moment: Moment,
    promised: Promised,
    what: &str,
    report: &mut Report,
) {
    let mut program = Program::start(data).await;
    let (owner, officer) = (program.signed_in("lin").await, program.signed_in("zhou").await);
    let booking = book_by(&owner).await;
    let session = open_call(&owner, &officer, &booking).await;
    let (one, other) = (Publisher::new().await, Publisher::new().await);
    publish_with(&owner, &session, "camera", &one).await;
    publish_with(&officer, &session, "camera", &other).await;
    let sent = [AtomicU64::new(0), AtomicU64::new(0)];
    let until = async {
        match moment {
            Moment::After(after) => tokio::time::sleep(after).await,
            Moment::Ending(after) => {
                tokio::time::sleep(Duration::from_millis(2500)).await;
                tokio::select! {
                    _ = step(&officer, &session, "/end", json!({})) => {}
                    () = tokio::time::sleep(after) => {}
                }
            }
        }
    };
    tokio::select! {
        () = until => {}
        () = one.send_film(film, &sent[0]) => {}
        () = other.send_film(film, &sent[1]) => {}
    }
    program.kill();
    let sent_ms = sent.iter().map(|sent| sent.load(Relaxed)).min().unwrap();

    let begun = Instant::now();
    let mut again = Program::start(data).await;
    let rows = loop {
        let rows = recordings(data).await;
        if rows.iter().all(|row| row.state != RecordingState::Recording) {
            break rows;
        }
        assert!(begun.elapsed() < promised.listed, "{what}: not listed in time: {rows:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    report.latest_listed_ms = report.latest_listed_ms.max(begun.elapsed().as_millis() as u64);
    again.kill();
    assert_eq!(rows.len(), 2, "{what}: {rows:?}");
    for row in rows {
        let missing_ms = sent_ms.saturating_sub(row.duration_ms.unsigned_abs());
        assert!(missing_ms <= promised.missing.as_millis() as u64, "{what}: {sent_ms} ms were sent: {row:?}");
        report.most_missing_ms = report.most_missing_ms.max(missing_ms);
        match row.state {
            RecordingState::Failed => report.nothing_yet += 1,
            _ => is_whole(&data.join("recordings").join(&row.file), &row, what),
        }
        report.recordings += 1;
    }
    let reference = booking["reference"].as_str().unwrap();
    let verified = command(data, 1, &["verify", reference]).stdout(Stdio::piped()).output().unwrap();
    let verified = String::from_utf8(verified.stdout).unwrap();
    assert!(!verified.contains("BROKEN"), "{what}, session {}: {verified}", id(&session));
}

/// It is what was hashed, and a decoder has nothing to say against it.
fn is_whole(file: &Path, row: &recording::Model, what: &str) {
    let manifest: [u8; 32] = row.manifest_sha256.clone().unwrap().try_into().unwrap();
    assert!(verify(file, &manifest).is_intact(), "{what}: {row:?}");
    let decoded = Command::new("ffmpeg")
        .args(["-v", "error", "-xerror", "-i"])
        .arg(file)
        .args(["-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&decoded.stderr).into_owned();
    assert!(decoded.status.success() && said.is_empty(), "{what}: {row:?}: {said}");
    let probed = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0"])
        .arg(file)
        .output()
        .unwrap();
    let codecs = String::from_utf8_lossy(&probed.stdout).into_owned();
    // In its first moments one of the two may not have come yet.
    assert!(codecs.contains("vp8") || codecs.contains("opus"), "{what}: {row:?}: {codecs}");
}

async fn recordings(data: &Path) -> Vec<recording::Model> {
    recording::Entity::find().all(&Database::connect(&sqlite(data)).await.unwrap()).await.unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
