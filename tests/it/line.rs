//! People's lines: tried ahead over the way of media, kept with the booking, and told of during the meeting; on both stores.

use crate::both_stores;
use crate::media_client::{Publisher, Viewer};
use crate::support::{Answer, Browser, TestApp};
use crate::video::{be_ready, book, id, kinds, open_call, step};
use base64::{Engine, prelude::BASE64_STANDARD};
use mianqia::review::verify_case;
use mianqia::video::entities::{line_check, line_quality, publication, recording};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

fn at(booking: &Value) -> String {
    format!("/api/v1/bookings/{}/line-checks", id(booking))
}

fn found(more: Value) -> Value {
    let mut body = json!({
        "camera": "works", "microphone": "works", "speaker": "not_tried", "loss_up_permille": 0, "loss_down_permille": 2,
        "round_trip_ms": 40, "kbps_up": 1200, "kbps_down": 1150, "path": "udp",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn offer(browser: &Browser, booking: &Value, publish: &str, play: &str) -> Answer {
    let coded = |sdp: &str| BASE64_STANDARD.encode(sdp);
    let body = json!({"publish_base64": coded(publish), "play_base64": coded(play)});
    browser.post(&format!("{}/media", at(booking)), body).await
}

/// What a page in the call tells.
fn told(more: Value) -> Value {
    let mut body = json!({
        "seconds": 30, "down_seconds": 0, "loss_up_permille": 10, "loss_down_permille": 0, "round_trip_ms": 60,
        "worst_round_trip_ms": 90, "kbps_up": 1000, "kbps_down": 900, "path": "udp",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn connections(app: &TestApp) -> usize {
    let metrics = app.metrics().await;
    let line = metrics.lines().find(|line| line.contains("media_connections ") && !line.starts_with('#'));
    let line = line.expect("how many there are");
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

both_stores! { at "2026-11-23T01:30:00Z";
    async fn what_is_sent_to_try_a_line_comes_back_and_is_kept_nowhere(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let booking = book(app, &owner).await;
        let (publisher, viewer) = (Publisher::new().await, Viewer::new().await);
        let answer = offer(&owner, &booking, &publisher.offer, &viewer.offer).await.ok();
        assert_eq!(answer["seconds"], 20);
        publisher.connect(answer["publish"].as_str().unwrap()).await;
        viewer.connect(answer["play"].as_str().unwrap()).await;
        tokio::join!(publisher.send_for_ms(1500, |_| true), viewer.received(5, 1));
        assert_eq!(connections(app).await, 2);
        // A second one takes its place, and is over when its result is kept.
        let (publisher, viewer) = (Publisher::new().await, Viewer::new().await);
        offer(&owner, &booking, &publisher.offer, &viewer.offer).await.ok();
        assert_eq!(connections(app).await, 2);
        owner.post(&at(&booking), found(json!({}))).await.ok();
        assert_eq!(connections(app).await, 0);
        let conn = app.app.db.reader();
        assert_eq!(publication::Entity::find().count(conn).await.unwrap(), 0);
        assert_eq!(recording::Entity::find().count(conn).await.unwrap(), 0);
    }

    async fn a_check_is_kept_with_the_booking_for_whoever_lets_them_in(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let weak = found(json!({"loss_up_permille": 95, "camera": "fails"}));
        let kept = owner.post(&at(&booking), weak).await.ok();
        let one = &kept["items"][0];
        assert_eq!((&one["quality"], &one["wrong"], &one["mine"]), (&json!("weak"), &json!("loss_up"), &json!(true)));
        owner.post(&at(&booking), found(json!({"path": "tcp"}))).await.ok();
        let none = json!({"camera": "works", "microphone": "not_tried", "speaker": "works"});
        let down = owner.post(&at(&booking), none).await.ok();
        assert_eq!((&down["items"][0]["quality"], &down["items"][0]["wrong"]), (&json!("down"), &json!("not_through")));
        let kept = owner.post(&at(&booking), found(json!({}))).await.ok();
        // The newest three stay, newest first.
        let seen: Vec<&Value> = kept["items"].as_array().unwrap().iter().map(|one| &one["quality"]).collect();
        assert_eq!(seen, ["good", "down", "usable"]);
        assert_eq!(line_check::Entity::find().count(app.app.db.reader()).await.unwrap(), 3);
        let entries = kinds(app, &booking).await;
        assert_eq!(entries.iter().filter(|kind| *kind == "session.line_checked").count(), 4, "{entries:?}");
        let report = verify_case(&app.app.db, &app.data(), id(&booking)).await.unwrap();
        assert!(report.is_intact(), "{report}");

        // A colleague sees their own only; the office sees all, and who it was.
        let officers = officer.get(&at(&booking)).await.ok();
        assert_eq!(officers["items"].as_array().unwrap().len(), 3);
        assert_eq!((&officers["items"][0]["guest_by"], &officers["items"][0]["mine"]), (&json!("booking"), &json!(false)));
        app.set_time("2026-11-23T02:05:00Z");
        be_ready(&owner, &booking).await;
        let session = be_ready(&officer, &booking).await;
        let of = |session: &Value, role: &str| {
            session["people"].as_array().unwrap().iter().find(|one| one["role"] == role).unwrap()["line_check"].clone()
        };
        assert_eq!(of(&session, "guest")["quality"], "good");
        let guests = owner.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok();
        assert_eq!(of(&guests, "guest"), Value::Null, "for officers only");
    }

    async fn figures_that_nothing_can_have_are_refused(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let booking = book(app, &owner).await;
        for (field, value) in [
            ("loss_up_permille", json!(1001)), ("loss_down_permille", json!(-1)), ("round_trip_ms", json!(60_001)),
            ("kbps_up", json!(1_000_001)), ("kbps_down", json!(-5)), ("path", json!("carrier pigeon")), ("camera", json!("perhaps")),
        ] {
            let answer = owner.post(&at(&booking), found(json!({field: value}))).await;
            answer.refused(422, "invalid_field");
            assert_eq!(answer.json()["field"], field);
        }
        assert_eq!(owner.get(&at(&booking)).await.ok()["items"], json!([]));
    }

    async fn lines_are_tried_for_meetings_to_come_and_not_all_the_time(app: &TestApp) {
        let (owner, officer, stranger) = (app.signed_in("lin").await, app.signed_in("zhou").await, app.signed_in("gao").await);
        let booking = book(app, &owner).await;
        stranger.get(&at(&booking)).await.refused(404, "not_found");
        offer(&stranger, &booking, "v=0", "v=0").await.refused(404, "not_found");
        stranger.post(&at(&booking), found(json!({}))).await.refused(404, "not_found");
        let service = app.browser().get(&format!("/api/v1/services/{}", app.service("after-hours").await)).await.ok();
        let wish = json!({"service_id": service["id"], "starts_at": service["now"]["next_free_at"]});
        let other = owner.post("/api/v1/bookings", wish).await.ok();
        owner.get(&at(&other)).await.refused(409, "not_a_video_booking");
        owner.post(&at(&other), found(json!({}))).await.refused(409, "not_a_video_booking");
        offer(&owner, &other, "v=0", "v=0").await.refused(409, "not_a_video_booking");

        for _ in 0..6 {
            offer(&owner, &booking, "v=0", "v=0").await.refused(422, "bad_sdp");
            owner.post(&at(&booking), found(json!({}))).await.ok();
        }
        assert_eq!(connections(app).await, 0, "what is refused does not run");
        let answer = offer(&owner, &booking, "v=0", "v=0").await;
        answer.refused(429, "too_many_line_checks");
        assert_eq!(answer.headers["retry-after"], "20");
        owner.post(&at(&booking), found(json!({}))).await.refused(429, "too_many_line_checks");
        app.set_time("2026-11-23T01:30:20Z");
        owner.post(&at(&booking), found(json!({}))).await.ok();

        app.set_time("2026-11-23T02:05:00Z");
        let session = open_call(&owner, &officer, &booking).await;
        // Also while it runs.
        owner.post(&at(&booking), found(json!({}))).await.ok();
        step(&officer, &session, "/end", json!({})).await.ok();
        owner.post(&at(&booking), found(json!({}))).await.refused(409, "session_ended");
        offer(&owner, &booking, "v=0", "v=0").await.refused(409, "session_ended");
        assert_eq!(owner.get(&at(&booking)).await.ok()["items"].as_array().unwrap().len(), 3);
    }

    async fn how_lines_were_during_a_meeting_is_kept_for_its_review(app: &TestApp) {
        let (owner, officer, colleague) = (app.signed_in("lin").await, app.signed_in("zhou").await, app.signed_in("han").await);
        app.set_time("2026-11-23T02:05:00Z");
        let booking = book(app, &owner).await;
        let waits = be_ready(&owner, &booking).await;
        step(&owner, &waits, "/line", told(json!({}))).await.refused(403, "not_admitted");
        step(&colleague, &waits, "/line", told(json!({}))).await.refused(409, "not_entered");
        let session = open_call(&owner, &officer, &booking).await;
        let line = async |browser: &Browser, body: Value| step(browser, &session, "/line", body).await;
        assert_eq!(line(&owner, told(json!({}))).await.status, 204);
        app.set_time("2026-11-23T02:05:30Z");
        let bad = told(json!({"loss_up_permille": 310, "down_seconds": 6, "path": "tcp", "worst_round_trip_ms": 700}));
        assert_eq!(line(&owner, bad).await.status, 204);
        assert_eq!(line(&officer, told(json!({}))).await.status, 204);
        for (field, value) in [("seconds", json!(0)), ("seconds", json!(121)), ("down_seconds", json!(-1)), ("loss_up_permille", json!(2000))] {
            line(&owner, told(json!({field: value}))).await.refused(422, "invalid_field");
        }
        app.set_time("2026-11-23T02:10:01Z");
        assert_eq!(line(&owner, told(json!({"seconds": 20}))).await.status, 204);
        step(&officer, &session, "/end", json!({})).await.ok();
        // The last words of a page come after the end, and not much later.
        assert_eq!(line(&owner, told(json!({"seconds": 10}))).await.status, 204);
        app.set_time("2026-11-23T02:12:00Z");
        line(&owner, told(json!({}))).await.refused(403, "not_admitted");

        let auditor = app.signed_in("tang").await;
        let detail = auditor.get(&format!("/api/v1/review/sessions/{}", id(&session))).await.ok();
        let lines = detail["lines"].as_array().unwrap();
        assert_eq!(lines.len(), 3, "{detail}");
        let guest = id(&waits["me"]);
        let first = lines.iter().find(|one| one["participant_id"] == guest).unwrap();
        assert_eq!((&first["began_at"], &first["until"]), (&json!("2026-11-23T02:05:00Z"), &json!("2026-11-23T02:10:00Z")));
        assert_eq!((&first["seconds"], &first["down_seconds"], &first["path"]), (&json!(60), &json!(6), &json!("tcp")));
        assert_eq!((&first["loss_up_permille"], &first["worst_loss_permille"]), (&json!(160), &json!(310)));
        assert_eq!((&first["worst_round_trip_ms"], &first["quality"], &first["wrong"]), (&json!(700), &json!("weak"), &json!("loss_up")));
        let last = lines.last().unwrap();
        assert_eq!((&last["began_at"], &last["seconds"], &last["quality"]), (&json!("2026-11-23T02:10:00Z"), &json!(30), &json!("good")));
        assert_eq!(line_quality::Entity::find().count(app.app.db.reader()).await.unwrap(), 3);
        assert!(!kinds(app, &booking).await.iter().any(|kind| kind.contains("line")), "no entry tells of it");
    }

    async fn a_page_that_tells_of_its_line_all_the_time_is_told_to_wait(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        app.set_time("2026-11-23T02:05:00Z");
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        for _ in 0..6 {
            assert_eq!(step(&owner, &session, "/line", told(json!({}))).await.status, 204);
        }
        step(&owner, &session, "/line", told(json!({}))).await.refused(429, "too_many_line_reports");
        app.set_time("2026-11-23T02:05:12Z");
        assert_eq!(step(&owner, &session, "/line", told(json!({}))).await.status, 204);
    }
}
