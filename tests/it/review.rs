//! The auditor over HTTP, and what tampering looks like, on both stores.

use crate::both_stores;
use crate::support::{Browser, TestApp};
use crate::video::{book, closed_recordings, id, open_call, publish, step, uuid};
use mianqia::review::verify_case;
use mianqia::video::entities::recording;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::{Value, json};
use std::path::PathBuf;

/// A session that was held and recorded, as (booking, session, the one recording).
pub async fn recorded(app: &TestApp) -> (Value, Value, recording::Model) {
    app.set_time("2026-11-23T02:05:00Z");
    let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
    let booking = book(app, &owner).await;
    let session = open_call(&owner, &officer, &booking).await;
    let (_publisher, _) = publish(&owner, &session, "camera", 2400).await;
    app.set_time("2026-11-23T02:05:03Z");
    step(&officer, &session, "/end", json!({})).await.ok();
    let row = closed_recordings(app, &session, 1).await.remove(0);
    (booking, session, row)
}

pub async fn integrity(auditor: &Browser, session: &Value) -> Value {
    auditor.get(&format!("/api/v1/review/sessions/{}/integrity", id(session))).await.ok()
}

pub fn media_path(app: &TestApp, row: &recording::Model) -> PathBuf {
    app.data_dir.join("recordings").join(&row.file)
}

async fn verify(app: &TestApp, case: &str) -> (bool, String) {
    let report = verify_case(&app.app.db, &app.data(), case).await.unwrap();
    (report.is_intact(), report.to_string())
}

both_stores! { at "2026-11-23T01:30:00Z";
    async fn a_session_is_found_checked_and_played(app: &TestApp) {
        let (booking, session, row) = recorded(app).await;
        let auditor = app.signed_in("tang").await;
        let reference = booking["reference"].as_str().unwrap();
        let half = reference[8..11].to_lowercase();
        for (query, found) in [
            ("", 1), (&format!("?reference={half}") as &str, 1), ("?reference=ZZZZZZZ", 0), ("?reference=%E9%A2%84", 0),
            ("?enterprise=%E7%B2%AE%E6%B2%B9", 1), ("?enterprise=91239999ma", 1), ("?enterprise=100%25", 0),
            ("?officer=2316", 1), ("?officer=%E5%91%A8", 1), ("?officer=2340", 0),
            ("?from=2026-11-23&to=2026-11-23", 1), ("?from=2026-11-24", 0), ("?to=2026-11-22", 0),
        ] {
            let list = auditor.get(&format!("/api/v1/review/sessions{query}")).await.ok();
            assert_eq!(list["items"].as_array().unwrap().len(), found, "{query}: {list}");
        }
        auditor.get("/api/v1/review/sessions?from=2026-11-24&to=2026-11-23").await.refused(422, "invalid_range");
        auditor.get("/api/v1/review/sessions?from=2026-13-01").await.refused(422, "invalid_parameter");
        auditor.get("/api/v1/review/sessions?cursor=x").await.refused(422, "invalid_cursor");
        let list = auditor.get("/api/v1/review/sessions").await.ok();
        let item = &list["items"][0];
        assert_eq!((&item["officers"], &item["recordings"], &item["plays"]), (&json!(["周关员"]), &json!(1), &json!(0)));
        assert_eq!(item["duration_ms"], 3000);

        let detail = auditor.get(&format!("/api/v1/review/sessions/{}", id(&session))).await.ok();
        let texts: Vec<_> = detail["entries"].as_array().unwrap().iter().map(|e| e["text"]["zh-CN"].as_str().unwrap()).collect();
        assert!(texts.contains(&"林女士被接入，面洽开始"), "{texts:?}");
        let checked = integrity(&auditor, &session).await;
        assert_eq!(checked["state"], "intact", "{checked}");

        let open = format!("/api/v1/review/sessions/{}/playbacks", id(&session));
        for purpose in ["", "  看  ", &"长".repeat(301)] {
            auditor.post(&open, json!({"purpose": purpose})).await.refused(422, "purpose_required");
        }
        app.signed_in("shen").await.post(&open, json!({"purpose": "看看怎么样"})).await.refused(403, "forbidden");
        let opened = auditor.post(&open, json!({"purpose": "季度抽查"})).await;
        assert_eq!(opened.status, 201);
        let playback = opened.json();
        assert_eq!((&playback["starts_at"], &playback["integrity"]["state"]), (&json!("2026-11-23T02:05:00Z"), &json!("intact")));
        let track = &playback["tracks"][0];
        assert_eq!((&track["name"], &track["offset_ms"], &track["segment"]), (&json!("林女士"), &json!(0), &json!(1)));
        let errors = ["audio_error_ms", "video_error_ms"].map(|of| track[of].as_i64());
        assert!(errors.iter().flatten().all(|ms| (0..=100).contains(ms)) && errors[1].is_some(), "{track}");
        assert!(playback["marks"].as_array().unwrap().iter().any(|mark| mark["kind"] == "session.ended"));
        let detail = auditor.get(&format!("/api/v1/review/sessions/{}", id(&session))).await.ok();
        let last = detail["entries"].as_array().unwrap().iter().rfind(|e| e["kind"] == "playback.opened").unwrap();
        assert_eq!((&last["actor"], &detail["plays"]), (&json!("唐审计"), &json!(1)));

        let url = track["url"].as_str().unwrap();
        let whole = std::fs::read(media_path(app, &row)).unwrap();
        let get = |range: Option<&'static str>| {
            let mut request = auditor.client.get(format!("{}{url}", auditor.base));
            if let Some(range) = range {
                request = request.header("range", range);
            }
            async move { request.send().await.unwrap() }
        };
        let answer = get(None).await;
        assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, "video/webm"));
        assert_eq!((&answer.headers()["cache-control"], &answer.headers()["accept-ranges"]), (&"no-store".parse().unwrap(), &"bytes".parse().unwrap()));
        assert!(answer.headers().get("content-disposition").is_none());
        assert_eq!(answer.bytes().await.unwrap(), whole);
        let answer = get(Some("bytes=10-19")).await;
        assert_eq!((answer.status().as_u16(), answer.headers()["content-range"].to_str().unwrap().to_owned()), (206, format!("bytes 10-19/{}", whole.len())));
        assert_eq!(answer.bytes().await.unwrap(), whole[10..20]);
        let answer = get(Some("bytes=99999999-")).await;
        assert_eq!((answer.status().as_u16(), answer.headers()["content-range"].to_str().unwrap().to_owned()), (416, format!("bytes */{}", whole.len())));
        app.signed_in("zhou").await.get(url).await.refused(403, "forbidden");
        // Twelve hours later, with a new sign-in, the door is closed.
        app.set_time("2026-11-23T14:05:03Z");
        app.signed_in("tang").await.get(url).await.refused(409, "playback_expired");
        let (intact, report) = verify(app, &format!(" {} ", reference.to_lowercase())).await;
        assert!(intact && report.ends_with("\nintact"), "{report}");
        let (intact, report) = verify(app, "MQ nonsense").await;
        assert!(!intact && report.contains("no case"), "{report}");
    }

    async fn a_flipped_byte_in_a_recording_is_found_and_named(app: &TestApp) {
        let (booking, session, row) = recorded(app).await;
        let auditor = app.signed_in("tang").await;
        let path = media_path(app, &row);
        let whole = std::fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        std::fs::write(&path, &flipped).unwrap();
        let checked = integrity(&auditor, &session).await;
        assert_eq!((&checked["state"], &checked["fault"]["where"]), (&json!("broken"), &json!("recording")), "{checked}");
        assert_eq!(checked["fault"]["id"], row.id.to_string());
        assert!(checked["fault"]["text"]["zh-CN"].as_str().unwrap().contains("被改动过"), "{checked}");
        let (intact, report) = verify(app, id(&booking)).await;
        assert!(!intact && report.contains(&format!("BROKEN at recording {}", row.id)), "{report}");
        // It is still shown, with the fault beside it: defective recordings are kept.
        let open = format!("/api/v1/review/sessions/{}/playbacks", id(&session));
        let playback = auditor.post(&open, json!({"purpose": "核对录像"})).await.ok();
        assert_eq!((&playback["integrity"]["state"], playback["tracks"].as_array().unwrap().len()), (&json!("broken"), 1));

        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(integrity(&auditor, &session).await["state"], "broken");
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(integrity(&auditor, &session).await["state"], "intact");
        std::fs::remove_file(&path).unwrap();
        let checked = integrity(&auditor, &session).await;
        assert_eq!(checked["fault"]["text"]["en"], "The recording's file is missing.");
        let url = playback["tracks"][0]["url"].as_str().unwrap();
        auditor.get(url).await.refused(404, "recording_missing");
    }

    async fn entries_cannot_be_changed_and_a_change_by_force_is_found(app: &TestApp) {
        let (booking, session, _) = recorded(app).await;
        let auditor = app.signed_in("tang").await;
        let conn = app.app.db.reader();
        for forbidden in ["update entry set kind = 'session.left'", "delete from entry where seq = 0"] {
            let refused = conn.execute_unprepared(forbidden).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{refused}");
        }
        // Rows beside the chain are measured against it.
        conn.execute_unprepared("update recording set bytes = bytes + 1").await.unwrap();
        assert_eq!(integrity(&auditor, &session).await["fault"]["where"], "recording");
        conn.execute_unprepared("update recording set bytes = bytes - 1").await.unwrap();
        assert_eq!(integrity(&auditor, &session).await["state"], "intact");

        let drop = match conn.get_database_backend() {
            DbBackend::Postgres => "drop trigger entry_no_change on entry",
            _ => "drop trigger entry_no_update",
        };
        conn.execute_unprepared(drop).await.unwrap();
        conn.execute_unprepared("update entry set kind = 'session.left' where kind = 'session.ended'").await.unwrap();
        let checked = integrity(&auditor, &session).await;
        assert_eq!(checked["fault"]["where"], "entry", "{checked}");
        conn.execute_unprepared("update entry set kind = 'session.ended' where kind = 'session.left'").await.unwrap();
        assert_eq!(integrity(&auditor, &session).await["state"], "intact");
        conn.execute_unprepared("update entry set bytes = hash where kind = 'session.ended'").await.unwrap();
        let entries = mianqia::evidence::entries(conn, uuid(&booking)).await.unwrap();
        let seq = entries.iter().find(|entry| entry.kind == "session.ended").unwrap().seq;
        let checked = integrity(&auditor, &session).await;
        assert_eq!((&checked["state"], &checked["fault"]["where"]), (&json!("broken"), &json!("entry")));
        assert_eq!(checked["fault"]["id"], seq.to_string());
        let (intact, report) = verify(app, id(&booking)).await;
        assert!(!intact && report.contains(&format!("BROKEN at entry {seq}")), "{report}");
    }

    async fn bytes_that_are_not_those_of_the_chain_are_not_served(app: &TestApp) {
        let (_, session, row) = recorded(app).await;
        let auditor = app.signed_in("tang").await;
        let open = format!("/api/v1/review/sessions/{}/playbacks", id(&session));
        let playback = auditor.post(&open, json!({"purpose": "核对录像"})).await.ok();
        let url = playback["tracks"][0]["url"].as_str().unwrap().to_owned();
        let path = media_path(app, &row);
        let whole = std::fs::read(&path).unwrap();
        let get = |range: String| {
            let request = auditor.client.get(format!("{}{url}", auditor.base)).header("range", range);
            async move { request.send().await.unwrap() }
        };
        let middle = whole.len() / 2;
        let fine = get(format!("bytes={middle}-{middle}")).await;
        let etag = fine.headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!((fine.status().as_u16(), &fine.bytes().await.unwrap()[..]), (206, &whole[middle..=middle]));
        let manifest = row.manifest_sha256.clone().unwrap();
        assert_eq!(etag, format!("\"{}\"", mianqia::base::hex::hex(&manifest)));

        // Opened before, changed after: of the same length, so that only the digests can tell.
        let mut changed = whole.clone();
        changed[middle] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        auditor.get(&url).await.refused(409, "recording_changed");
        for range in [format!("bytes={middle}-{middle}"), format!("bytes=0-{}", middle + 9), "bytes=0-".into()] {
            assert_eq!(get(range.clone()).await.status().as_u16(), 409, "{range}");
        }
        let header = get("bytes=0-9".into()).await;
        assert_eq!((header.status().as_u16(), &header.bytes().await.unwrap()[..]), (206, &whole[..10]));

        // An index that fits the changed bytes is not the one that the chain holds, whatever the table says.
        let index = path.with_extension("idx");
        let lines = std::fs::read(&index).unwrap();
        std::fs::write(&index, [&lines[..], b"\n"].concat()).unwrap();
        app.app.db.reader().execute_unprepared("update recording set manifest_sha256 = null").await.unwrap();
        assert_eq!(get("bytes=0-9".into()).await.status().as_u16(), 409);
        std::fs::write(&index, &lines).unwrap();
        std::fs::write(&path, &whole[..middle]).unwrap();
        assert_eq!(get(format!("bytes={middle}-")).await.status().as_u16(), 409);
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(get("bytes=0-".into()).await.bytes().await.unwrap(), whole);
    }

    async fn looking_at_a_case_is_an_entry_once_a_visit(app: &TestApp) {
        let (booking, session, _) = recorded(app).await;
        let auditor = app.signed_in("tang").await;
        let at = format!("/api/v1/review/sessions/{}", id(&session));
        let looks = || async {
            let entries = mianqia::evidence::entries(app.app.db.reader(), uuid(&booking)).await.unwrap();
            entries.iter().filter(|entry| entry.kind == "review.opened").count()
        };
        auditor.get("/api/v1/review/sessions").await.ok();
        assert_eq!(looks().await, 0, "a list is no case");
        let detail = auditor.get(&at).await.ok();
        let last = detail["entries"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["kind"], &last["actor"]), (&json!("review.opened"), &json!("唐审计")));
        auditor.get(&at).await.ok();
        integrity(&auditor, &session).await;
        app.set_time("2026-11-23T03:05:02Z");
        auditor.get(&at).await.ok();
        assert_eq!(looks().await, 1);
        app.set_time("2026-11-23T03:05:03Z");
        integrity(&auditor, &session).await;
        assert_eq!(looks().await, 2);
        assert_eq!(integrity(&auditor, &session).await["state"], "intact");
    }

    async fn a_list_says_whether_rows_fit_their_entries(app: &TestApp) {
        let (_, session, _) = recorded(app).await;
        let auditor = app.signed_in("tang").await;
        let row = || async { auditor.get("/api/v1/review/sessions").await.ok()["items"][0].clone() };
        let fine = row().await;
        assert_eq!((&fine["integrity"], &fine["session_id"]), (&json!("intact"), &session["id"]));
        assert_eq!(fine["gaps"].as_u64().unwrap() == 0, fine["missing_ms"].as_i64().unwrap() == 0);
        let swap = "update recording set duration_ms = duration_ms + 1";
        app.app.db.reader().execute_unprepared(swap).await.unwrap();
        assert_eq!(row().await["integrity"], "broken");
        let checked = integrity(&auditor, &session).await;
        let fault = &checked["fault"];
        assert_eq!((&fault["table"], &fault["column"]), (&json!("recording"), &json!("duration_ms")), "{checked}");
        assert!(fault["entry"].is_i64() && checked["compared"]["values"].as_u64().unwrap() > 50, "{checked}");
    }
}
