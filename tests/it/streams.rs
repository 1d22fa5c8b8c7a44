//! Streams of events: what keeps proxies from holding them back, how many one person has, how often they speak, when
//! they end.

use crate::both_stores;
use crate::support::{Browser, PASSWORD, Store, TestApp, eventually, operations};
use mianqia::db::live::Topic;
use reqwest::{Method, Response};
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

fn about(topics: &str) -> String {
    format!("/api/v1/events?topics={topics}")
}

const SOON: Duration = Duration::from_secs(20);
/// Well before it is looked whether a sign-in still stands, which happens every five seconds.
const AT_ONCE: Duration = Duration::from_secs(4);

/// Somebody signs in anew and has a stream open, past its first event.
async fn signed_in_with_stream(app: &TestApp, login: &str, topics: &str) -> (Browser, Response) {
    let browser = app.signed_in(login).await;
    let mut stream = open(&browser, &about(topics)).await;
    hear(&mut stream, SOON, |heard| heard.contains("event:") && heard.ends_with("\n\n")).await;
    (browser, stream)
}

async fn ends(why: &str, within: Duration, mut stream: Response) {
    let heard = hear(&mut stream, within, |heard| heard.ends_with("<end>")).await;
    assert!(heard.ends_with("<end>"), "{why}: it goes on: {heard}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_on_which_nothing_happens_shows_that_it_lives() {
    let app = TestApp::start(Store::Sqlite, "2026-11-23T02:00:00Z").await;
    let (_officer, mut stream) = signed_in_with_stream(&app, "zhou", "day").await;
    let heard = hear(&mut stream, SOON, |heard| heard.lines().any(|line| line.starts_with(": "))).await;
    assert_eq!(heard, ": still here\n\n", "a comment, which pages do not see");
    app.stop().await;
}

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
        let streams = operations(&document);
        let streams: Vec<_> = streams.iter().filter(|operation| is_stream(operation.spec)).map(|one| one.path).collect();
        assert_eq!(streams, ["/api/v1/events"], "a browser has few connections: one stream for all that its pages follow");
        for (browser, topics) in [(&officer, "day".to_owned()), (&owner, format!("session:{session}"))] {
            let mut stream = open(browser, &about(&topics)).await;
            let headers = stream.headers().clone();
            assert_eq!(headers["content-type"], "text/event-stream");
            assert_eq!(headers["x-accel-buffering"], "no");
            let cache = headers["cache-control"].to_str().unwrap();
            assert!(cache.contains("no-cache") && cache.contains("no-transform"), "{cache}");
            assert!(!headers.contains_key("content-encoding"));
            let first = hear(&mut stream, SOON, |heard| heard.contains("event:")).await;
            assert!(first.starts_with(':'), "the first bytes are a comment: {first}");
            let retry = first.lines().find_map(|line| line.strip_prefix("retry:")).map(|retry| retry.trim().parse());
            assert!(matches!(retry, Some(Ok(1000..=5000))), "milliseconds until a browser opens it anew: {first}");
        }
    }

    async fn a_stream_ends_with_the_sign_in_that_opened_it(app: &TestApp) {
        let (_, session) = session(app).await;
        let session = format!("session:{session}");
        let (_kept_by, mut kept) = signed_in_with_stream(app, "zhou", "day").await;
        for (login, topics) in [("zhou", "day"), ("lin", &session)] {
            let (here, stream) = signed_in_with_stream(app, login, topics).await;
            here.post("/api/v1/sign-out", json!({})).await.ok();
            ends("signed out", AT_ONCE, stream).await;

            let (here, (there, stream)) = (app.signed_in(login).await, signed_in_with_stream(app, login, topics).await);
            let all = there.get("/api/v1/me/sign-ins").await.ok()["items"].as_array().unwrap().clone();
            let id = all.iter().find(|one| one["current"] == true).unwrap()["id"].clone();
            let path = format!("/api/v1/me/sign-ins/{}", id.as_str().unwrap());
            assert_eq!(here.call(Method::DELETE, &path, None).await.status, 204);
            ends("ended from elsewhere", AT_ONCE, stream).await;
        }
        app.app.live.tell(Topic::Day);
        let heard = hear(&mut kept, SOON, |heard| heard.contains("event: day")).await;
        assert!(!heard.contains("<end>"), "it ended with another's sign-in: {heard}");

        // Whose role is taken is signed out everywhere.
        let (lin, stream) = signed_in_with_stream(app, "lin", &session).await;
        let me = lin.get("/api/v1/me").await.ok();
        let (enterprise, member) = (me["enterprise"]["id"].as_str().unwrap(), me["id"].as_str().unwrap());
        let end = format!("/api/v1/enterprises/{enterprise}/members/{member}/end");
        app.signed_in("shen").await.post(&end, json!({})).await.ok();
        ends("no member any more", AT_ONCE, stream).await;

        let (_, stream) = signed_in_with_stream(app, "han", "day").await;
        let change = json!({"current_password": PASSWORD, "new_password": "correct horse battery"});
        assert_eq!(app.signed_in("han").await.post("/api/v1/me/password", change).await.status, 204);
        ends("another password", AT_ONCE, stream).await;

        // One that nobody uses ends by the clock, of which nobody tells.
        app.set_time("2026-11-23T04:00:00Z");
        ends("by its time", SOON, kept).await;
    }

    async fn one_stream_tells_of_all_that_a_browser_follows(app: &TestApp) {
        let (owner, session) = session(app).await;
        let officer = app.signed_in("zhou").await;
        let booking = owner.get("/api/v1/bookings").await.ok()["items"][0]["id"].clone();
        officer.post(&format!("/api/v1/bookings/{}/session", booking.as_str().unwrap()), json!({})).await.ok();
        let mut stream = open(&officer, &about(&format!("day,session:{session}"))).await;
        let both = |heard: &str| heard.contains("event: day") && heard.contains("event: session");
        hear(&mut stream, SOON, both).await;
        app.app.live.tell(Topic::Day);
        let heard = hear(&mut stream, SOON, |heard| heard.contains("event: day")).await;
        assert!(!heard.contains("event: session"), "{heard}");
        app.app.live.tell(Topic::Session(session.parse().unwrap()));
        hear(&mut stream, SOON, |heard| heard.contains("event: session")).await;
        // whoever follows the session is there, and no longer when the stream about it has gone
        let present = async || {
            let seen = owner.get(&format!("/api/v1/sessions/{session}")).await.ok();
            seen["people"].as_array().unwrap().iter().any(|one| one["role"] == "officer" && one["present"] == true)
        };
        assert!(present().await);
        drop(stream);
        let only_the_day = open(&officer, &about("day")).await;
        eventually("the officer is not there any more", || async { (!present().await).then_some(()) }).await;
        drop(only_the_day);
    }

    async fn a_topic_that_is_refused_does_not_take_the_others_along(app: &TestApp) {
        let (owner, session) = session(app).await;
        let topic = format!("session:{session}");
        let officer = app.signed_in("zhou").await;
        // the officer has not entered it
        officer.get(&about(&topic)).await.refused(409, "not_entered");
        let mut stream = open(&officer, &about(&format!("{topic},day"))).await;
        let heard = hear(&mut stream, SOON, |heard| heard.contains("event: day") && heard.contains("not_entered")).await;
        let refused = heard.split("event: refused\ndata: ").nth(1).and_then(|told| told.lines().next()).unwrap();
        let refused: Value = serde_json::from_str(refused).unwrap();
        assert_eq!(refused, json!({"topic": topic, "code": "not_entered"}));
        app.app.live.tell(Topic::Day);
        hear(&mut stream, SOON, |heard| heard.contains("event: day")).await;
        // nobody follows what they may not see
        app.signed_in("gao").await.get(&about(&topic)).await.refused(404, "not_found");
        app.signed_in("tang").await.get(&about(&topic)).await.refused(403, "forbidden");
        app.browser().get(&about(&topic)).await.refused(401, "not_signed_in");
        owner.get(&about("day")).await.refused(403, "forbidden");
        for nonsense in ["", "night", "session:7", "day,"] {
            owner.get(&about(nonsense)).await.refused(422, "invalid_parameter");
        }
    }

    async fn one_person_has_so_many_streams_of_a_session_and_the_oldest_ends(app: &TestApp) {
        let (owner, session) = session(app).await;
        let path = about(&format!("session:{session}"));
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
        let mut stream = open(&officer, &about("day")).await;
        hear(&mut stream, SOON, |heard| heard.contains("event: day")).await;
        for _ in 0..200 {
            app.app.live.tell(Topic::Day);
        }
        let heard = hear(&mut stream, Duration::from_secs(2), |_| false).await;
        let times = heard.matches("event: day").count();
        assert!((1..=3).contains(&times), "{times}: {heard}");
    }
}
