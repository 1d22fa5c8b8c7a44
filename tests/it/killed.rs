//! The real program, killed in the first moments of a recording and started again.

use crate::media_client::Publisher;
use crate::program::{Program, command, sqlite};
use crate::recorded_kills::{Promised, killed_while_recording};
use crate::support::{eventually, unique};
use crate::video::{book_by, id, open_call, publish_with};
use mianqia::video::entities::recording::{self, RecordingState};
use sea_orm::{Database, EntityTrait};
use std::process::Stdio;
use std::time::Duration;

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
    let url = sqlite(&again.data);
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

/// The short form of `make soak ONLY=media`. The time that a machine with other work takes is no matter here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_until_a_kill_at_any_moment_decodes_and_is_what_was_hashed() {
    let promised = Promised { missing: Duration::from_secs(5), listed: Duration::from_secs(60) };
    let report = killed_while_recording(3, 2611, promised).await;
    assert_eq!(report.recordings, 6, "{report:?}");
    assert!(report.nothing_yet < 6, "{report:?}");
}
