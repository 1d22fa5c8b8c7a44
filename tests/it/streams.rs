//! Streams of events: what keeps proxies from holding them back, how many one person has, how often they speak.

use crate::both_stores;
use crate::support::{Browser, TestApp, operations};
use mianqia::db::live::Topic;
use reqwest::Response;
use serde_json::{Value, json};
use std::time::Duration;

async fn open(browser: &Browser, path: &str) -> Response {
    let response = browser.client.get(format!("{}{path}", browser.base)).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response
}

/// What comes within so much time, or until `enough`.
async fn hear(stream: &mut Response, within: Duration, enough: impl Fn(&str) -> bool) -> String {
    let mut heard = String::new();
    let until = tokio::time::Instant::now() + within;
    while !enough(&heard) {
        match tokio::time::timeout_at(until, stream.chunk()).await {
            Ok(Ok(Some(bytes))) => heard += std::str::from_utf8(&bytes).unwrap(),
            Ok(_) => {
                heard += "<end>";
                break;
            }
            Err(_) => break,
        }
    }
    heard
}

const SOON: Duration = Duration::from_secs(20);

async fn session(app: &TestApp) -> (Browser, String) {
    let owner = app.signed_in("lin").await;
    let service = app.service("video-try").await;
    let wish = json!({"service_id": service, "starts_at": "2026-11-23T02:00:00Z"});
    let held = owner.post("/api/v1/bookings", wish).await.ok();
    let id = held["id"].as_str().unwrap();
    let form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
    owner.post(&format!("/api/v1/bookings/{id}/request"), form).await.ok();
    let session = owner.post(&format!("/api/v1/bookings/{id}/session"), json!({})).await.ok();
    (owner, session["id"].as_str().unwrap().to_owned())
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn every_stream_passes_a_proxy_that_holds_things_back(app: &TestApp) {
        let (owner, session) = session(app).await;
        let officer = app.signed_in("zhou").await;
        let document = officer.get("/api/openapi.json").await.ok();
        let is_stream = |spec: &Value| spec["responses"]["200"]["content"].get("text/event-stream").is_some();
        let mut seen = 0;
        for operation in operations(&document).iter().filter(|operation| is_stream(operation.spec)) {
            let browser = if operation.path.contains("{id}") { &owner } else { &officer };
            let mut stream = open(browser, &operation.filled(Some(("id", &session)))).await;
            let headers = stream.headers().clone();
            assert_eq!(headers["content-type"], "text/event-stream", "{}", operation.path);
            assert_eq!(headers["x-accel-buffering"], "no", "{}", operation.path);
            let cache = headers["cache-control"].to_str().unwrap();
            assert!(cache.contains("no-cache") && cache.contains("no-transform"), "{}: {cache}", operation.path);
            assert!(!headers.contains_key("content-encoding"), "{}", operation.path);
            let first = hear(&mut stream, SOON, |heard| heard.contains("event:")).await;
            assert!(first.starts_with(':'), "the first bytes are a comment: {first}");
            seen += 1;
        }
        assert!(seen >= 2, "{seen}");
    }

    async fn one_person_has_so_many_streams_of_a_session_and_the_oldest_ends(app: &TestApp) {
        let (owner, session) = session(app).await;
        let path = format!("/api/v1/sessions/{session}/events");
        let mut streams = Vec::new();
        for _ in 0..9 {
            let mut stream = open(&owner, &path).await;
            hear(&mut stream, SOON, |heard| heard.contains("event: session")).await;
            streams.push(stream);
        }
        let last = hear(&mut streams[0], SOON, |heard| heard.ends_with("<end>")).await;
        assert!(last.contains("event: superseded\ndata: {}\n\n"), "{last}");
        app.app.live.tell(Topic::Session(session.parse().unwrap()));
        for stream in &mut streams[1..] {
            let heard = hear(stream, SOON, |heard| heard.contains("event: session")).await;
            assert!(!heard.contains("superseded"), "{heard}");
        }
    }

    async fn a_flurry_of_changes_is_told_a_few_times(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let mut stream = open(&officer, "/api/v1/day/events").await;
        hear(&mut stream, SOON, |heard| heard.contains("event: changed")).await;
        for _ in 0..200 {
            app.app.live.tell(Topic::Day);
        }
        let heard = hear(&mut stream, Duration::from_secs(2), |_| false).await;
        let times = heard.matches("event: changed").count();
        assert!((1..=3).contains(&times), "{times}: {heard}");
    }
}
