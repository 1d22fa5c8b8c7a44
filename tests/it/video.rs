//! The video session over HTTP: who may do what when, on both stores.

pub use crate::calls::{
    be_ready, book, book_by, close, id, offer_camera, open_call, publish, publish_with, sdp, step, token,
    uuid, whep,
};

use crate::both_stores;
use crate::media_client::Viewer;
use crate::support::{Browser, TestApp, eventually};
use mianqia::evidence;
use mianqia::video::entities::recording::{self, RecordingState};
use mianqia::video::entities::video_session;
use reqwest::Method;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Waits until `count` recordings have come to their end.
pub async fn closed_recordings(app: &TestApp, session: &Value, count: usize) -> Vec<recording::Model> {
    let session = uuid(session);
    eventually("the recordings are finalised", || async move {
        let rows = recording::Entity::find()
            .filter(recording::Column::SessionId.eq(session))
            .filter(recording::Column::State.ne(RecordingState::Recording))
            .all(app.app.db.reader())
            .await
            .unwrap();
        (rows.len() == count).then_some(rows)
    })
    .await
}

/// Somebody's page that listens to the session, until it is dropped.
pub async fn listen(browser: &Browser, session: &Value) -> reqwest::Response {
    let url = format!("{}/api/v1/events?topics=session:{}", browser.base, id(session));
    let mut page = browser.client.get(url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    page.chunk().await.unwrap().expect("a page is told how things are");
    page
}

pub async fn kinds(app: &TestApp, booking: &Value) -> Vec<String> {
    let entries = evidence::entries(app.app.db.reader(), uuid(booking)).await.unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

both_stores! { at "2026-11-23T01:30:00Z";
    async fn the_steps_of_a_session_are_taken_in_order(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let enter = format!("/api/v1/bookings/{}/session", id(&booking));
        let early = owner.post(&enter, json!({})).await;
        early.refused(409, "session_not_open");
        assert!(early.json()["detail"].as_str().unwrap().contains("2026年11月23日 10:00"), "{}", early.text);

        app.set_time("2026-11-23T02:05:00Z");
        app.signed_in("gao").await.post(&enter, json!({})).await.refused(404, "not_found");
        app.signed_in("tang").await.post(&enter, json!({})).await.refused(403, "forbidden");
        let session = owner.post(&enter, json!({})).await.ok();
        assert_eq!((&session["state"], &session["me"]["state"]), (&json!("waiting"), &json!("entered")));
        assert_eq!(owner.post(&enter, json!({})).await.ok()["id"], session["id"]);
        let at = format!("/api/v1/sessions/{}", id(&session));
        officer.get(&at).await.refused(409, "not_entered");
        app.signed_in("gao").await.get(&at).await.refused(404, "not_found");

        step(&owner, &session, "/wait", json!({})).await.refused(409, "not_acknowledged");
        let notice = session["notice_version"].as_i64().unwrap();
        step(&owner, &session, "/acknowledge", json!({"notice_version": notice + 1})).await.refused(409, "notice_changed");
        step(&owner, &session, "/acknowledge", json!({})).await.refused(422, "invalid_field");
        for _ in 0..2 {
            let seen = step(&owner, &session, "/acknowledge", json!({"notice_version": notice})).await.ok();
            assert_eq!(seen["me"]["state"], "acknowledged");
        }
        step(&owner, &session, "/token", json!({})).await.refused(403, "not_admitted");
        assert_eq!(step(&owner, &session, "/wait", json!({})).await.ok()["me"]["state"], "waiting");
        let day = officer.get("/api/v1/day?date=2026-11-23").await.ok();
        assert_eq!((&day["waiting"][0]["name"], &day["waiting"][0]["session_id"]), (&json!("林女士"), &session["id"]));

        let guest = session["me"]["id"].as_str().unwrap();
        let admit = format!("/participants/{guest}/admit");
        step(&owner, &session, &admit, json!({})).await.refused(403, "forbidden");
        step(&officer, &session, &admit, json!({})).await.refused(409, "not_entered");
        officer.post(&enter, json!({})).await.ok();
        step(&officer, &session, &admit, json!({})).await.refused(409, "officer_not_in_session");
        let inside = be_ready(&officer, &booking).await;
        assert_eq!((&inside["me"]["state"], &inside["state"]), (&json!("admitted"), &json!("waiting")));
        let nobody = format!("/participants/{}/admit", Uuid::now_v7());
        step(&officer, &session, &nobody, json!({})).await.refused(404, "not_found");
        let open = step(&officer, &session, &admit, json!({})).await.ok();
        assert_eq!((&open["state"], &open["can"]["end"]), (&json!("open"), &json!(true)));
        let seen = owner.get(&format!("/api/v1/bookings/{}", id(&booking))).await.ok();
        assert_eq!(seen["state"], "checked_in");

        let media = json!({"microphone": false, "camera": true});
        assert_eq!(owner.call(Method::PUT, &format!("{at}/media-state"), Some(media)).await.status, 204);
        assert_eq!(step(&owner, &session, "/leave", json!({})).await.status, 204);
        assert_eq!(owner.get(&at).await.ok()["me"]["microphone"], false);
        step(&owner, &session, "/token", json!({})).await.refused(403, "not_admitted");
        // Back again, also past the planned end, because people still talk; the notice needs no second look.
        let _officers_page = listen(&officer, &session).await;
        app.set_time("2026-11-23T05:00:00Z");
        // Two hours of silence have signed everybody out.
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        assert_eq!(owner.post(&enter, json!({})).await.ok()["me"]["state"], "acknowledged");
        step(&owner, &session, "/wait", json!({})).await.ok();
        step(&officer, &session, &admit, json!({})).await.ok();

        step(&owner, &session, "/end", json!({})).await.refused(403, "forbidden");
        let ended = step(&officer, &session, "/end", json!({})).await.ok();
        assert_eq!((&ended["state"], &ended["me"]["state"]), (&json!("ended"), &json!("left")));
        step(&officer, &session, "/end", json!({})).await.refused(409, "session_ended");
        owner.post(&enter, json!({})).await.refused(409, "session_ended");
        let seen = owner.get(&format!("/api/v1/bookings/{}", id(&booking))).await.ok();
        assert_eq!(seen["state"], "completed");

        let told: Vec<String> = kinds(app, &booking).await;
        // The invitation to rate follows by itself, at some moment after this.
        let told: Vec<&str> = told.iter().map(String::as_str).filter(|kind| !kind.starts_with("rating.")).collect();
        assert_eq!(told, [
            "booking.held", "booking.requested", "booking.accepted", "session.created", "session.entered",
            "session.acknowledged", "session.waiting", "session.entered", "session.acknowledged", "session.admitted",
            "booking.checked_in", "session.admitted", "session.left", "session.entered", "session.waiting",
            "session.admitted", "session.ended", "booking.completed",
        ]);
        let conn = app.app.db.reader();
        assert!(evidence::verify_chain(conn, uuid(&booking)).await.unwrap().is_ok());
        let entries = evidence::entries(conn, uuid(&booking)).await.unwrap();
        assert!(entries.iter().all(|entry| !String::from_utf8_lossy(&entry.bytes).contains("林女士")));
    }

    async fn who_refuses_to_be_recorded_is_served_another_way(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = be_ready(&owner, &booking).await;
        be_ready(&officer, &booking).await;
        let long = "长".repeat(301);
        step(&owner, &session, "/decline", json!({"reason": long})).await.refused(422, "too_long");
        step(&officer, &session, "/decline", json!({"reason": null})).await.refused(409, "guests_only");
        assert_eq!(step(&owner, &session, "/decline", json!({"reason": "不方便录像"})).await.status, 204);
        let seen = officer.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok();
        let guest = seen["people"].as_array().unwrap().iter().find(|person| person["role"] == "guest").unwrap();
        assert_eq!(guest["state"], "left");
        assert_eq!(owner.get(&format!("/api/v1/bookings/{}", id(&booking))).await.ok()["state"], "accepted");
        let entries = evidence::entries(app.app.db.reader(), uuid(&booking)).await.unwrap();
        let declined = entries.iter().find(|entry| entry.kind == "session.declined").unwrap();
        let bytes = String::from_utf8_lossy(&declined.bytes).into_owned();
        assert!(bytes.contains("\"reason\"") && !bytes.contains("不方便"), "{bytes}");
        // Who comes back reads the notice again.
        let back = owner.post(&format!("/api/v1/bookings/{}/session", id(&booking)), json!({})).await.ok();
        assert_eq!((&back["me"]["state"], &back["me"]["acknowledged_at"]), (&json!("entered"), &Value::Null));
        // Nobody was admitted: ending settles nothing about the booking.
        step(&officer, &session, "/end", json!({})).await.ok();
        assert_eq!(owner.get(&format!("/api/v1/bookings/{}", id(&booking))).await.ok()["state"], "accepted");
    }

    async fn media_is_taken_only_with_a_token_and_an_offer(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let whip = format!("/whip/{}/camera", id(&session));
        let good = token(&owner, &session).await;
        let url = format!("{}/api/v1{whip}", owner.base);
        let post = || owner.client.post(&url);
        owner.send(post().header("content-type", "application/sdp").body("v=0")).await.refused(401, "bad_token");
        owner.send(post().bearer_auth("x").header("content-type", "application/sdp").body("v=0")).await.refused(401, "bad_token");
        let elsewhere = format!("/whip/{}/camera", Uuid::now_v7());
        sdp(&owner, &elsewhere, &good, "v=0".into()).await.refused(401, "bad_token");
        owner.send(post().bearer_auth(&good).header("content-type", "text/plain").body("v=0")).await.refused(415, "unsupported_media_type");
        for (name, value) in [("content-type", "application/sdp; charset=gbk"), ("content-encoding", "gzip")] {
            let kind = if name == "content-type" { value } else { "application/sdp" };
            let offer = post().bearer_auth(&good).header("content-type", kind);
            let offer = if name == "content-type" { offer } else { offer.header(name, value) };
            owner.send(offer.body("v=0")).await.refused(415, "unsupported_media_type");
        }
        for offer in [String::new(), "hello".into(), "v=0\r\n".into(), "v=0\r\nm=video 9 X 96\r\n".into()] {
            sdp(&owner, &whip, &good, offer).await.refused(422, "bad_sdp");
        }
        // So many offers are taken one after the other only with time between them.
        app.clock.advance(chrono::TimeDelta::minutes(1));
        // What only the media stack finds wrong is told in our words, never in its own.
        let head = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\n\
            a=ice-pwd:efghijklmnopqrstuvwxyz\r\na=fingerprint:sha-256 00:11\r\n";
        let section = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=sendonly\r\na=mid:0\r\n";
        for (right, wrong) in [("video 9", "video nine"), ("o=- 1", "o=- one"), ("t=0 0", "t=x 0"), ("IP4", "IP9")] {
            let answer = sdp(&owner, &whip, &good, format!("{head}{section}").replace(right, wrong)).await;
            answer.refused(422, "bad_sdp");
            let title = answer.json()["title"].as_str().unwrap().to_owned();
            let foreign = title.replace("SDP", "").chars().any(|c| c.is_ascii_alphabetic());
            assert!(title.contains("格式或数值不对") && !foreign, "{wrong}: {title}");
        }
        owner.send(post().bearer_auth(&good).header("content-type", "application/sdp").body(vec![0xff, 0xfe])).await.refused(422, "bad_sdp");
        sdp(&owner, &whip, &good, "v=0\r\n".repeat(20_000)).await.refused(413, "body_too_large");
        sdp(&owner, &format!("/whip/{}/mirror", id(&session)), &good, "v=0".into()).await.refused(404, "not_found");
        let unknown = format!("/whep/{}", Uuid::now_v7());
        sdp(&owner, &unknown, &good, "v=0".into()).await.refused(404, "not_found");
        let rows = recording::Entity::find().count(app.app.db.reader()).await.unwrap();
        assert_eq!(rows, 0, "a refused offer leaves nothing behind");

        let put = owner.call(Method::PUT, &format!("/api/v1/whip/resources/{}", Uuid::now_v7()), None).await;
        put.refused(405, "method_not_allowed");
        assert_eq!(put.headers["allow"], "DELETE,PATCH,OPTIONS");
        app.set_time("2026-11-23T02:15:00Z");
        sdp(&owner, &whip, &good, "v=0".into()).await.refused(401, "bad_token");
    }

    async fn media_flows_is_recorded_and_ends_with_the_session(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let (publisher, location) = publish(&owner, &session, "camera", 600).await;
        let at = format!("/api/v1/sessions/{}", id(&session));
        let seen = eventually("the camera is live", || async {
            let seen = officer.get(&at).await.ok();
            (seen["publications"][0]["live"] == true && seen["recording"] == true).then_some(seen)
        }).await;
        // The other one plays it.
        let viewer = Viewer::new().await;
        let whep = format!("/whep/{}", id(&seen["publications"][0]));
        let answer = sdp(&officer, &whep, &token(&officer, &session).await, viewer.offer.clone()).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        viewer.connect(&answer.text).await;
        let (_, ()) = tokio::join!(publisher.send_for_ms(1200, |_| true), viewer.received(5, 5));
        // Only the owner closes it; publishing again is a new segment of the same publication.
        owner.call(Method::DELETE, &location, None).await.refused(401, "bad_token");
        close(&officer, &location, &token(&officer, &session).await).await.refused(404, "not_found");
        assert_eq!(close(&owner, &location, &token(&owner, &session).await).await.status, 200);
        let first = closed_recordings(app, &session, 1).await;
        let (_again, _) = publish(&owner, &session, "camera", 1200).await;
        step(&officer, &session, "/end", json!({})).await.ok();
        let rows = closed_recordings(app, &session, 2).await;
        let mut segments: Vec<i32> = rows.iter().map(|row| row.segment).collect();
        segments.sort_unstable();
        assert_eq!(segments, [1, 2]);
        assert!(rows.iter().all(|row| row.publication_id == first[0].publication_id));
        assert!(rows.iter().all(|row| row.state == RecordingState::Finalised && row.clusters > 0), "{rows:?}");
        assert_eq!(officer.get(&at).await.ok()["recording"], false);
        let told = kinds(app, &booking).await;
        assert_eq!(told.iter().filter(|kind| *kind == "recording.finalised").count(), 2, "{told:?}");
    }

    async fn what_a_killed_process_left_is_finalised_at_the_next_start(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let (publisher, _) = publish(&owner, &session, "camera", 2600).await;
        let conn = app.app.db.reader();
        let running = recording::Entity::find().one(conn).await.unwrap().unwrap();
        // A process that is killed leaves the files as they are now, and a row that still runs.
        let left = recording::Model {
            id: Uuid::now_v7(), segment: 7, file: running.file.replace(".webm", "-left.webm"), ..running.clone()
        };
        let dir = app.data_dir.join("recordings");
        copy(&dir.join(&running.file), &dir.join(&left.file));
        publisher.send_for_ms(200, |_| true).await;
        step(&owner, &session, "/leave", json!({})).await;
        closed_recordings(app, &session, 1).await;
        recording::Entity::insert(left.clone().into_active_model()).exec_without_returning(conn).await.unwrap();
        app.app.video.recover().await.unwrap();

        let row = recording::Entity::find_by_id(left.id).one(conn).await.unwrap().unwrap();
        assert_eq!(row.state, RecordingState::Interrupted);
        assert!(row.clusters > 0 && row.duration_ms > 0 && row.manifest_sha256.is_some(), "{row:?}");
        let session_row = video_session::Entity::find_by_id(uuid(&session)).one(conn).await.unwrap().unwrap();
        assert!(session_row.interrupted);
        let told = kinds(app, &booking).await;
        assert!(told.contains(&"recording.interrupted".to_owned()), "{told:?}");
        let seen = officer.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok();
        assert_eq!(seen["me"]["state"], "left");
        assert_eq!(be_ready(&officer, &booking).await["me"]["state"], "admitted");
    }

    async fn a_recording_that_was_given_up_though_its_file_holds_something_is_kept_as_partial(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let (_publisher, _) = publish(&owner, &session, "camera", 2600).await;
        let conn = app.app.db.reader();
        let running = recording::Entity::find().one(conn).await.unwrap().unwrap();
        let failed = recording::Model {
            id: Uuid::now_v7(), segment: 7, file: running.file.replace(".webm", "-left.webm"),
            state: RecordingState::Failed, ended_at: running.started_at, ..running.clone()
        };
        let nothing = recording::Model { id: Uuid::now_v7(), segment: 8, file: "none/none.webm".into(), ..failed.clone() };
        let dir = app.data_dir.join("recordings");
        copy(&dir.join(&running.file), &dir.join(&failed.file));
        step(&owner, &session, "/leave", json!({})).await;
        closed_recordings(app, &session, 1).await;
        for row in [&failed, &nothing] {
            recording::Entity::insert(row.clone().into_active_model()).exec_without_returning(conn).await.unwrap();
        }
        app.app.video.recover().await.unwrap();
        let row = recording::Entity::find_by_id(failed.id).one(conn).await.unwrap().unwrap();
        assert_eq!((row.state, row.reason.as_deref()), (RecordingState::Partial, Some("disk")));
        assert!(row.clusters > 0 && row.duration_ms > 0 && row.manifest_sha256.is_some(), "{row:?}");
        let row = recording::Entity::find_by_id(nothing.id).one(conn).await.unwrap().unwrap();
        assert_eq!(row, nothing, "where there is nothing, nothing changes");
        let told = kinds(app, &booking).await;
        assert_eq!(told.iter().filter(|kind| *kind == "recording.partial").count(), 1, "{told:?}");
        assert_eq!(told.iter().filter(|kind| *kind == "recording.failed").count(), 0, "{told:?}");
    }

    async fn what_the_store_does_not_take_is_told_from_memory_and_written_down_later(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let (publisher, location) = publish(&owner, &session, "camera", 100).await;
        let conn = app.app.db.reader();
        conn.execute_unprepared("alter table recording rename to recording_away").await.unwrap();
        publisher.send_for_ms(2000, |_| true).await;
        let at = format!("/api/v1/sessions/{}", id(&session));
        let seen = officer.get(&at).await.ok();
        assert_eq!((&seen["recording"], &seen["recording_state"]), (&json!(true), &json!("on")), "{seen}");
        let camera = &seen["publications"][0];
        assert_eq!((&camera["audio"], &camera["video"], &camera["recording"]), (&json!("flowing"), &json!("flowing"), &json!("on")));
        assert_eq!(close(&owner, &location, &token(&owner, &session).await).await.status, 200);
        let told = kinds(app, &booking).await;
        assert!(told.iter().all(|kind| !kind.starts_with("recording.")), "{told:?}");
        conn.execute_unprepared("alter table recording_away rename to recording").await.unwrap();
        let rows = closed_recordings(app, &session, 1).await;
        assert_eq!(rows[0].state, RecordingState::Finalised);
        let told: Vec<String> = kinds(app, &booking).await.into_iter().filter(|kind| kind.starts_with("recording.")).collect();
        assert_eq!(told, ["recording.started", "recording.finalised"]);
        assert_eq!(officer.get(&at).await.ok()["recording_state"], "off");
    }

    async fn a_guest_whose_page_is_gone_is_shown_as_away_and_leaves_after_two_minutes(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = be_ready(&owner, &booking).await;
        let guest_is_present = async |present: bool| {
            eventually("the day knows whether the guest is there", async || {
                let day = officer.get("/api/v1/day?date=2026-11-23").await.ok();
                (day["waiting"][0]["present"] == present).then_some(())
            })
            .await;
        };
        let page = listen(&owner, &session).await;
        guest_is_present(true).await;
        drop(page);
        guest_is_present(false).await;

        app.set_time("2026-11-23T02:06:59Z");
        app.app.video.sweep().await.unwrap();
        assert_eq!(officer.get("/api/v1/day?date=2026-11-23").await.ok()["waiting"][0]["name"], "林女士");
        // Back for a moment: the two minutes begin anew.
        drop(listen(&owner, &session).await);
        guest_is_present(false).await;
        app.set_time("2026-11-23T02:08:58Z");
        app.app.video.sweep().await.unwrap();
        guest_is_present(false).await;
        app.set_time("2026-11-23T02:08:59Z");
        app.app.video.sweep().await.unwrap();
        assert_eq!(officer.get("/api/v1/day?date=2026-11-23").await.ok()["waiting"], json!([]));
        let seen = owner.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok();
        assert_eq!(seen["me"]["state"], "left");
        let entries = evidence::entries(app.app.db.reader(), uuid(&booking)).await.unwrap();
        let last = String::from_utf8_lossy(&entries.last().unwrap().bytes).into_owned();
        assert!(last.contains(r#""kind":"session.left""#) && last.contains(r#""cause":"away""#), "{last}");
        // Coming back is possible, and needs no second look at the notice.
        assert_eq!(be_ready(&owner, &booking).await["me"]["state"], "waiting");
    }

    async fn a_session_that_no_officer_comes_back_to_is_ended_and_its_recording_finalised(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let (publisher, _) = publish(&owner, &session, "camera", 1500).await;
        let at = format!("/api/v1/sessions/{}", id(&session));
        // Neither page listens, but the guest's picture comes in: only the officer is away.
        app.set_time("2026-11-23T02:07:00Z");
        app.app.video.sweep().await.unwrap();
        let seen = owner.get(&at).await.ok();
        assert_eq!((&seen["me"]["state"], &seen["state"]), (&json!("admitted"), &json!("open")));
        let of_officer = seen["people"].as_array().unwrap().iter().find(|person| person["role"] == "officer");
        assert_eq!(of_officer.unwrap()["state"], "left");
        publisher.send_for_ms(300, |_| true).await;
        app.set_time("2026-11-23T02:16:59Z");
        app.app.video.sweep().await.unwrap();
        assert_eq!(owner.get(&at).await.ok()["state"], "open");
        app.set_time("2026-11-23T02:17:00Z");
        app.app.video.sweep().await.unwrap();
        assert_eq!(owner.get(&at).await.ok()["state"], "ended");
        let rows = closed_recordings(app, &session, 1).await;
        assert_eq!(rows[0].state, RecordingState::Finalised);
        // What became of the matter is for an officer to say.
        let detail = officer.get(&format!("/api/v1/bookings/{}", id(&booking))).await.ok();
        assert_eq!((&detail["state"], &detail["can"]["complete"]), (&json!("checked_in"), &json!(true)));
        let told = kinds(app, &booking).await;
        assert!(told.contains(&"session.ended".to_owned()), "{told:?}");
    }

    async fn a_session_that_nobody_was_let_into_is_closed_when_its_time_is_over(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = be_ready(&owner, &booking).await;
        let enter = format!("/api/v1/bookings/{}/session", id(&booking));
        // The page is open until an hour after 10:30, and so is the session.
        app.set_time("2026-11-23T03:30:00Z");
        app.app.video.sweep().await.unwrap();
        assert_eq!(owner.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok()["state"], "waiting");
        app.set_time("2026-11-23T03:30:01Z");
        app.app.video.sweep().await.unwrap();
        assert_eq!(owner.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok()["state"], "ended");
        owner.post(&enter, json!({})).await.refused(409, "session_ended");
        let detail = officer.get(&format!("/api/v1/bookings/{}", id(&booking))).await.ok();
        assert_eq!((&detail["state"], &detail["can"]["no_show"]), (&json!("accepted"), &json!(true)));
        let told = detail["history"].as_array().unwrap();
        assert!(told.iter().all(|item| item["kind"] != "session.ended"), "no news to the booker: {told:?}");
    }

    async fn pages_hear_of_every_change_until_the_end(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = be_ready(&owner, &booking).await;
        let url = format!("{}/api/v1/events?topics=session:{}", owner.base, id(&session));
        let mut events = owner.client.get(url).send().await.unwrap();
        assert_eq!(events.headers()["cache-control"], "no-cache, no-store, no-transform");
        assert_eq!(events.headers()["x-accel-buffering"], "no");
        open_call(&owner, &officer, &booking).await;
        // Changes close together may be told as one: the end comes only once the opening was heard.
        let (mut text, mut open) = (String::new(), true);
        while let Some(chunk) = events.chunk().await.unwrap() {
            text.push_str(&String::from_utf8_lossy(&chunk));
            if open && text.contains("\"state\":\"open\"") {
                open = false;
                step(&officer, &session, "/end", json!({})).await.ok();
            }
        }
        let states: Vec<Value> = text.lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(|data| serde_json::from_str::<Value>(data).unwrap()["state"].clone())
            .collect();
        assert_eq!((states.first(), states.last()), (Some(&json!("waiting")), Some(&json!("ended"))), "{text}");
    }
}

fn copy(from: &Path, to: &Path) {
    let index = |path: &Path| -> PathBuf { path.with_extension("idx") };
    std::fs::copy(from, to).unwrap();
    std::fs::copy(index(from), index(to)).unwrap();
}
