//! One film of all recordings: asked for, made by ffmpeg, cancelled, saved, removed; and what it says of originals that are
//! not as they were. On both stores.

use crate::both_stores;
use crate::calls::{open_call, publish_with, step};
use crate::film::Film;
use crate::media_client::Publisher;
use crate::review::{integrity, media_path, recorded};
use crate::support::{Answer, Browser, NOBODY, Store, TestApp};
use crate::video::{book, closed_recordings, id, kinds, uuid};
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::process::Command;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// A meeting of two that was filmed for three seconds, as (booking, session).
async fn filmed(app: &TestApp) -> (Value, Value) {
    app.set_time("2026-11-23T02:05:00Z");
    let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
    let booking = book(app, &owner).await;
    let session = open_call(&owner, &officer, &booking).await;
    let film = Film::new(&app.data_dir);
    let (guest, clerk) = (Publisher::new().await, Publisher::new().await);
    publish_with(&owner, &session, "camera", &guest).await;
    publish_with(&officer, &session, "camera", &clerk).await;
    let (one, other) = (AtomicU64::new(0), AtomicU64::new(0));
    let both = async { tokio::join!(guest.send_film(&film, &one), clerk.send_film(&film, &other)) };
    assert!(tokio::time::timeout(Duration::from_secs(3), both).await.is_err(), "it has no end");
    app.set_time("2026-11-23T02:05:03Z");
    step(&officer, &session, "/end", json!({})).await.ok();
    closed_recordings(app, &session, 2).await;
    (booking, session)
}

fn at(session: &Value) -> String {
    format!("/api/v1/review/sessions/{}/composites", id(session))
}

async fn open(auditor: &Browser, session: &Value) -> Value {
    let open = format!("/api/v1/review/sessions/{}/playbacks", id(session));
    auditor.post(&open, json!({"purpose": "法院调取"})).await.ok()
}

async fn ask(auditor: &Browser, session: &Value, playback: &Value) -> Answer {
    auditor.post(&at(session), json!({"playback_id": playback["id"]})).await
}

/// The latest film of a session, once nothing is being made any more. ffmpeg may take its time on a busy machine.
async fn settled(auditor: &Browser, session: &Value) -> Value {
    for _ in 0..1200 {
        let film = auditor.get(&at(session)).await.ok()["items"][0].clone();
        if film["state"] != "asked" {
            return film;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the film is not made after two minutes");
}

fn file(session: &Value, film: &Value, playback: &Value) -> String {
    format!("{}/{}/file?playback_id={}", at(session), id(film), id(playback))
}

async fn saved(auditor: &Browser, path: &str, range: Option<&'static str>) -> reqwest::Response {
    let mut request = auditor.client.get(format!("{}{path}", auditor.base));
    if let Some(range) = range {
        request = request.header("range", range);
    }
    request.send().await.unwrap()
}

fn probed(file: &std::path::Path) -> Value {
    let out = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-of",
            "json",
            "-show_entries",
            "stream=codec_name,width,height:format=duration",
        ])
        .arg(file)
        .output();
    serde_json::from_slice(&out.expect("ffmpeg has to be there: scripts/setup.sh").stdout).unwrap()
}

both_stores! { at "2026-11-23T01:30:00Z";
    async fn a_film_of_all_recordings_is_made_saved_and_removed(app: &TestApp) {
        let (booking, session) = filmed(app).await;
        let auditor = app.signed_in("tang").await;
        let playback = open(&auditor, &session).await;
        let asked = ask(&auditor, &session, &playback).await;
        assert_eq!((asked.status, &asked.json()["state"]), (StatusCode::CREATED, &json!("asked")));
        ask(&auditor, &session, &playback).await.refused(409, "composite_under_way");
        let film = settled(&auditor, &session).await;
        assert_eq!((&film["state"], &film["asked_by"], &film["language"]), (&json!("made"), &json!("唐审计"), &json!("zh-CN")), "{film}");
        assert_eq!((&film["percent"], &film["kept_until"]), (&Value::Null, &json!("2026-11-30T02:05:03Z")));
        let originals = film["originals"].as_array().unwrap();
        assert!(originals.len() == 2 && originals.iter().all(|one| one["whole"] == true && one["manifest_sha256"].is_string()), "{film}");
        let cancel = format!("{}/{}/cancel", at(&session), id(&film));
        auditor.post(&cancel, json!({})).await.refused(409, "composite_over");

        let path = file(&session, &film, &playback);
        let answer = saved(&auditor, &path, None).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"video/mp4".parse().unwrap()));
        let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(name.starts_with("attachment; filename=\"MQ-") && name.ends_with("-composite.mp4\""), "{name}");
        let whole = answer.bytes().await.unwrap();
        assert_eq!((film["bytes"].as_u64(), &film["sha256"]), (Some(whole.len() as u64), &json!(mianqia::base::hex::hex(&Sha256::digest(&whole)))));
        let answer = saved(&auditor, &path, Some("bytes=4-7")).await;
        assert_eq!((answer.status().as_u16(), answer.bytes().await.unwrap()), (206, "ftyp".into()));
        auditor.send(auditor.client.get(format!("{}{path}", auditor.base)).header("range", "bytes=99999999-")).await.refused(416, "range_not_satisfiable");
        auditor.get(&file(&session, &film, &json!({"id": NOBODY}))).await.refused(404, "not_found");
        app.signed_in("zhou").await.get(&path).await.refused(403, "forbidden");

        let own = app.data_dir.join("saved.mp4");
        std::fs::write(&own, &whole).unwrap();
        let found = probed(&own);
        let streams: Vec<&str> = found["streams"].as_array().unwrap().iter().filter_map(|stream| stream["codec_name"].as_str()).collect();
        assert_eq!((streams, &found["streams"][0]["width"]), (vec!["h264", "aac"], &json!(1280)), "{found}");
        let seconds: f64 = found["format"]["duration"].as_str().unwrap().parse().unwrap();
        let expected = playback["duration_ms"].as_f64().unwrap() / 1000.0;
        assert!((seconds - expected).abs() < 0.3, "{seconds} instead of {expected}");
        // Nothing of the making is left.
        assert_eq!(std::fs::read_dir(app.data_dir.join("composites")).unwrap().count(), 1);
        assert_eq!(integrity(&auditor, &session).await["state"], "intact");

        let made = app.data_dir.join("composites").join(format!("{}.mp4", id(&film)));
        std::fs::write(&made, &whole[..whole.len() - 1]).unwrap();
        auditor.get(&path).await.refused(409, "composite_changed");
        std::fs::write(&made, &whole).unwrap();
        app.set_time("2026-11-23T14:05:03Z");
        let auditor = app.signed_in("tang").await;
        auditor.get(&path).await.refused(409, "playback_expired");
        ask(&auditor, &session, &playback).await.refused(409, "playback_expired");
        app.app.review.sweep_composites().await.unwrap();
        assert!(made.exists(), "it is kept for a week");
        app.set_time("2026-11-30T02:05:03Z");
        app.app.review.sweep_composites().await.unwrap();
        let auditor = app.signed_in("tang").await;
        let playback = open(&auditor, &session).await;
        assert_eq!((settled(&auditor, &session).await["state"].as_str(), made.exists()), (Some("removed"), false));
        auditor.get(&file(&session, &film, &playback)).await.refused(404, "composite_gone");
        let told: Vec<String> = kinds(app, &booking).await.into_iter().filter(|kind| kind.starts_with("composite.")).collect();
        assert_eq!(told, ["composite.asked", "composite.made", "composite.removed"]);
        assert_eq!(integrity(&auditor, &session).await["state"], "intact");
    }

    async fn a_film_that_is_cancelled_leaves_nothing_behind(app: &TestApp) {
        let (booking, session) = filmed(app).await;
        let auditor = app.signed_in("tang").await;
        let playback = open(&auditor, &session).await;
        let asked = ask(&auditor, &session, &playback).await.ok();
        let cancelled = auditor.post(&format!("{}/{}/cancel", at(&session), id(&asked)), json!({})).await;
        assert_eq!(cancelled.status, StatusCode::NO_CONTENT);
        let film = settled(&auditor, &session).await;
        assert_eq!((&film["state"], &film["sha256"]), (&json!("cancelled"), &Value::Null));
        crate::support::eventually("the workshop is empty", || async {
            let left = std::fs::read_dir(app.data_dir.join("composites")).into_iter().flatten().count();
            (left == 0).then_some(())
        })
        .await;
        auditor.get(&file(&session, &film, &playback)).await.refused(404, "composite_gone");
        // Asked for anew, it is made.
        ask(&auditor, &session, &playback).await.ok();
        assert_eq!(settled(&auditor, &session).await["state"], "made");
        let told: Vec<String> = kinds(app, &booking).await.into_iter().filter(|kind| kind.starts_with("composite.")).collect();
        assert_eq!(told, ["composite.asked", "composite.cancelled", "composite.asked", "composite.made"]);
    }

    async fn what_is_not_as_it_was_recorded_is_left_out_and_told(app: &TestApp) {
        let (booking, session) = filmed(app).await;
        let rows = closed_recordings(app, &session, 2).await;
        let path = media_path(app, &rows[0]);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        // And of the other one nothing is left.
        std::fs::remove_file(media_path(app, &rows[1])).unwrap();
        let auditor = app.signed_in("tang").await;
        let playback = open(&auditor, &session).await;
        ask(&auditor, &session, &playback).await.ok();
        let film = settled(&auditor, &session).await;
        assert_eq!(film["state"], "made", "{film}");
        let originals = film["originals"].as_array().unwrap();
        assert!(originals.len() == 2 && originals.iter().all(|one| one["whole"] == false), "{film}");
        let entries = mianqia::evidence::entries(app.app.db.reader(), uuid(&booking)).await.unwrap();
        let made = entries.iter().find(|entry| entry.kind == "composite.made").unwrap();
        let told: Value = serde_json::from_slice(&made.bytes).unwrap();
        let faults: Vec<&str> = told["data"]["originals"].as_array().unwrap().iter().filter_map(|one| one["fault"].as_str()).collect();
        assert!(faults.iter().any(|fault| fault.contains("was changed")) && faults.contains(&"the recording is missing"), "{told}");
        let detail = auditor.get(&format!("/api/v1/review/sessions/{}", id(&session))).await.ok();
        let said = detail["entries"].as_array().unwrap().iter().find(|entry| entry["kind"] == "composite.made").unwrap();
        assert_eq!(said["text"]["zh-CN"], "合成录像制作完成，与原始录制不符的部分未放入");
    }

    async fn a_film_is_made_of_meetings_that_are_over_and_recorded(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let auditor = app.signed_in("tang").await;
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let playback = open(&auditor, &session).await;
        ask(&auditor, &session, &playback).await.refused(409, "composite_not_yet");
        step(&officer, &session, "/end", json!({})).await.ok();
        ask(&auditor, &session, &playback).await.refused(409, "composite_nothing");
        ask(&auditor, &session, &json!({"id": NOBODY})).await.refused(404, "not_found");
        assert_eq!(auditor.get(&at(&session)).await.ok()["items"], json!([]));
    }

    async fn a_film_that_finds_no_room_is_refused_before_it_is_begun(app: &TestApp) {
        let (_, session, _) = recorded(app).await;
        let auditor = app.signed_in("tang").await;
        let playback = open(&auditor, &session).await;
        app.app.db.reader().execute_unprepared("update recording set bytes = 1000000000000000000").await.unwrap();
        ask(&auditor, &session, &playback).await.refused(409, "composite_space");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_font_one_is_told_what_to_install() {
    let settings = [("MIANQIA_FONT", "/nowhere/of-an-office.ttc")];
    let app = TestApp::start_with(Store::Sqlite, "2026-11-23T01:30:00Z", &settings).await;
    let (_, session, _) = recorded(&app).await;
    let auditor = app.signed_in("tang").await;
    let playback = open(&auditor, &session).await;
    let refused = ask(&auditor, &session, &playback).await;
    refused.refused(409, "composite_tools");
    assert!(refused.text.contains("fonts-noto-cjk"), "{}", refused.text);
    app.stop().await;
}
