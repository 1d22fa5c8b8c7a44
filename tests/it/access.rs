//! Every operation of the API × every role × own and foreign objects.
//!
//! The table is held against the OpenAPI document: an operation without a row fails the test, and so
//! does a row without an operation. What is asserted is the door, not the room behind it.

use crate::support::{Browser, Store, TestApp, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Who asks, in the order of the table's columns. The objects in the paths belong to the owner (a member
/// of an approved enterprise); the colleague is of no enterprise of the owner's.
const ASKERS: [(&str, Option<&str>); 12] = [
    ("anonymous", None),
    ("owner", Some("lin")),
    ("member of another enterprise", Some("gao")),
    ("member of a pending enterprise", Some("he")),
    ("traveller", Some("luo")),
    ("officer", Some("zhou")),
    ("chief", Some("shen")),
    ("auditor", Some("tang")),
    ("supervisor", Some("yi")),
    ("system administrator", Some("sys")),
    ("security administrator", Some("sec")),
    ("audit administrator", Some("aud")),
];

/// A row: method, path, and for each asker one letter — `.` let in (neither 401, 403 nor 404), `u` sign in
/// first or bring a token (401), `x` not your role (403), `h` hidden (404).
const TABLE: &[(&str, &str, &str)] = &[
    // the office's standing data: public
    ("GET", "/office", "............"),
    ("GET", "/calendar", "............"),
    ("GET", "/customs-offices", "............"),
    ("GET", "/services", "............"),
    ("GET", "/services/{id}", "............"),
    ("GET", "/services/{id}/days", "............"),
    ("GET", "/services/{id}/slots", "............"),
    ("GET", "/services/{id}/alternatives", "............"),
    // people
    ("POST", "/sign-in", "............"),
    ("POST", "/sign-out", "............"),
    ("GET", "/me", "u..........."),
    ("PATCH", "/me", "u..........."),
    ("POST", "/me/password", "u..........."),
    ("GET", "/me/sign-ins", "u..........."),
    ("DELETE", "/me/sign-ins", "u..........."),
    // nobody has the sign-in that is named
    ("DELETE", "/me/sign-ins/{id}", "uhhhhhhhhhhh"),
    ("POST", "/enterprises", "............"),
    ("GET", "/enterprises", "uxxxxx.xxxxx"),
    ("POST", "/enterprises/{id}/approve", "uxxxxx.xxxxx"),
    ("POST", "/enterprises/{id}/refuse", "uxxxxx.xxxxx"),
    ("PUT", "/enterprises/{id}/credit-tier", "uxxxxx.xxxxx"),
    ("POST", "/travellers", "............"),
    // the link in the mail is the key; nobody of them has one
    ("GET", "/registrations/{token}", "hhhhhhhhhhhh"),
    ("POST", "/registrations/{token}/confirm", "hhhhhhhhhhhh"),
    // the owner's enterprise and the owner, about whom nobody decides alone
    ("GET", "/enterprises/{id}/members", "u.hhhx.xxxxx"),
    ("POST", "/enterprises/{id}/members/{member_id}/approve", "u.hhhx.xxxxx"),
    ("POST", "/enterprises/{id}/members/{member_id}/refuse", "u.hhhx.xxxxx"),
    // bookings
    ("POST", "/bookings", "u..x.xxxxxxx"),
    ("GET", "/bookings", "u....xxxxxxx"),
    ("GET", "/bookings/{id}", "u.hhh..xxxxx"),
    ("GET", "/bookings/{id}/calendar.ics", "u.hhh..xxxxx"),
    ("POST", "/bookings/{id}/request", "u.hhhxxxxxxx"),
    ("POST", "/bookings/{id}/cancel", "u.hhhxxxxxxx"),
    // the owner's has none to withdraw
    ("POST", "/bookings/{id}/withdraw-consent", "u.hhhxxxxxxx"),
    ("POST", "/bookings/{id}/reschedule", "u.hhh..xxxxx"),
    // who waits, by id: nobody has the entry that is named
    ("POST", "/services/{id}/waiting", "u..x.xxxxxxx"),
    ("GET", "/services/{id}/waiting", "uxxxx..xxxxx"),
    ("GET", "/waiting", "u....xxxxxxx"),
    ("POST", "/waiting/{id}/take", "uhhhhxxxxxxx"),
    ("POST", "/waiting/{id}/decline", "uhhhhxxxxxxx"),
    ("DELETE", "/waiting/{id}", "uhhhhxxxxxxx"),
    ("POST", "/bookings/{id}/explanation", "u.hhhxxxxxxx"),
    ("POST", "/bookings/{id}/check", "u.hhhxxxxxxx"),
    // of the pending enterprise: not before it is let in
    ("GET", "/calendar-feeds", "u..x...xxxxx"),
    ("POST", "/calendar-feeds", "u..x...xxxxx"),
    // the owner's: of the enterprise, and of nobody else; renewed, it is no longer there
    ("POST", "/calendar-feeds/{id}/renew", "u.hxhhhxxxxx"),
    ("DELETE", "/calendar-feeds/{id}", "u.hxhhhxxxxx"),
    // the address is the key, and the owner has ended it by the time the others come: 410
    ("GET", "/calendar/{file}", "............"),
    // the list of nobody
    ("POST", "/services/{id}/group/check", "u....xxxxxxx"),
    ("POST", "/services/{id}/group", "u..x.xxxxxxx"),
    ("GET", "/services/{id}/prefill", "u....xxxxxxx"),
    ("PUT", "/services/{id}/terms", "uxxxxx.xxxxx"),
    ("POST", "/services/{id}/terms/preview", "uxxxxx.xxxxx"),
    ("POST", "/services/{id}/shares/preview", "uxxxxx.xxxxx"),
    ("GET", "/services/{id}/why", "u......xxxxx"),
    ("GET", "/services/{id}/desk-slots", "uxxxx..xxxxx"),
    ("GET", "/services/{id}/desk-alternatives", "uxxxx..xxxxx"),
    ("POST", "/desk/bookings", "uxxxx..xxxxx"),
    ("GET", "/desk/enterprises", "uxxxx..xxxxx"),
    ("PUT", "/services/{id}/shares", "uxxxxx.xxxxx"),
    ("GET", "/service-settings", "uxxxxx.xxxxx"),
    ("POST", "/service-settings", "uxxxxx.xxxxx"),
    // nothing has the id that is named
    ("GET", "/service-settings/{id}", "uxxxxxhxxxxx"),
    ("PUT", "/service-settings/{id}", "uxxxxxhxxxxx"),
    ("POST", "/service-settings/{id}/preview", "uxxxxxhxxxxx"),
    ("GET", "/venues", "uxxxxx.xxxxx"),
    ("POST", "/venues", "uxxxxx.xxxxx"),
    ("PUT", "/venues/{id}", "uxxxxxhxxxxx"),
    ("POST", "/venues/{id}/preview", "uxxxxxhxxxxx"),
    ("GET", "/references/{reference}", "u.hhh..xxxxx"),
    ("GET", "/external-numbers/{number}", "u......xxxxx"),
    ("GET", "/day", "uxxxx..xxxxx"),
    ("GET", "/closings", "uxxxx..xxxxx"),
    ("POST", "/closings/preview", "uxxxxx.xxxxx"),
    ("POST", "/closings", "uxxxxx.xxxxx"),
    ("POST", "/closings/{id}/withdraw", "uxxxxxhxxxxx"),
    ("GET", "/openings", "uxxxx..xxxxx"),
    ("POST", "/openings/preview", "uxxxxx.xxxxx"),
    ("POST", "/openings", "uxxxxx.xxxxx"),
    // nothing has the id that is named
    ("POST", "/openings/{id}/withdraw", "uxxxxxhxxxxx"),
    ("GET", "/board", "uxxxx..xxxxx"),
    ("POST", "/board/moves/preview", "uxxxx..xxxxx"),
    ("POST", "/board/moves", "uxxxx..xxxxx"),
    ("GET", "/decisions", "uxxxx..xxxxx"),
    ("POST", "/calendar/preview", "uxxxxx.xxxxx"),
    ("POST", "/calendar/imports", "uxxxxx.xxxxx"),
    ("POST", "/clearance/preview", "uxxxx..xxxxx"),
    ("POST", "/clearance/imports", "uxxxx..xxxxx"),
    ("GET", "/calendar/versions", "uxxxx..xxxxx"),
    // nothing has the id that is named
    ("GET", "/calendar/imports/{id}/file", "uxxxxhhxxxxx"),
    ("GET", "/calendar/touched", "uxxxx..xxxxx"),
    ("POST", "/calendar/touched/{id}/settle", "uxxxxhhxxxxx"),
    ("POST", "/bookings/{id}/accept", "uxxxx..xxxxx"),
    ("POST", "/bookings/{id}/refuse", "uxxxx..xxxxx"),
    ("POST", "/bookings/{id}/check-in", "uxxxx..xxxxx"),
    ("POST", "/bookings/{id}/complete", "uxxxx..xxxxx"),
    ("GET", "/results", "uxxxx..xxxxx"),
    // the owner's service promises none
    ("POST", "/bookings/{id}/results-ready", "uxxxx..xxxxx"),
    ("POST", "/bookings/{id}/no-show", "uxxxx..xxxxx"),
    ("POST", "/bookings/{id}/reopen", "uxxxx..xxxxx"),
    ("POST", "/bookings/{id}/stages/{stage}/begin", "uxxxx..xxxxx"),
    ("POST", "/bookings/{id}/stages/{stage}/end", "uxxxx..xxxxx"),
    ("GET", "/officers", "uxxxx..xxxxx"),
    ("GET", "/bookings/{id}/stages/{stage}/officers", "uxxxx..xxxxx"),
    ("PUT", "/bookings/{id}/stages/{stage}/officer", "uxxxx..xxxxx"),
    // the queue at the counters; the owner's booking has no ticket, and nothing has the id that is named
    ("GET", "/queue", "............"),
    ("GET", "/queue/tickets", "uxxxx..xxxxx"),
    ("POST", "/queue/call", "uxxxx..xxxxx"),
    ("GET", "/bookings/{id}/ticket", "uhhhhhhxxxxx"),
    ("POST", "/bookings/{id}/ticket", "uxxxx..xxxxx"),
    ("POST", "/queue/tickets/{id}/call", "uxxxxhhxxxxx"),
    ("POST", "/queue/tickets/{id}/miss", "uxxxxhhxxxxx"),
    ("POST", "/queue/tickets/{id}/done", "uxxxxhhxxxxx"),
    // documents; the owner's booking has none and asks for none, and was decided
    ("GET", "/bookings/{id}/documents", "u.hhh...xxxx"),
    ("POST", "/bookings/{id}/documents", "u.hhh..xxxxx"),
    ("GET", "/bookings/{id}/documents/{document_id}", "uhhhhhhhxxxx"),
    ("DELETE", "/bookings/{id}/documents/{document_id}", "u.hhhhhxxxxx"),
    ("GET", "/missing-forms", "uxxxx..xxxxx"),
    // messages
    ("GET", "/messages", "uxxxx..xxxxx"),
    ("POST", "/messages/{id}/retry", "uxxxx..xxxxx"),
    // jobs that failed; there is none
    ("GET", "/jobs", "uxxxxx.xx.xx"),
    ("POST", "/jobs/{id}/retry", "uxxxxxhxxhxx"),
    // video sessions
    ("POST", "/bookings/{id}/session", "u.hhh..xxxxx"),
    ("GET", "/sessions/{id}", "u.hhh..xxxxx"),
    // of the office's day; of sessions in `streams.rs`
    ("GET", "/events", "uxxxx..xxxxx"),
    ("POST", "/sessions/{id}/acknowledge", "u.hhh..xxxxx"),
    ("POST", "/sessions/{id}/wait", "u.hhh..xxxxx"),
    ("POST", "/sessions/{id}/decline", "u.hhh..xxxxx"),
    ("POST", "/sessions/{id}/leave", "u.hhh..xxxxx"),
    // nobody of them has been admitted: the token waits behind that, with 403
    ("POST", "/sessions/{id}/token", "uxhhh..xxxxx"),
    ("PUT", "/sessions/{id}/media-state", "u.hhh..xxxxx"),
    // nobody is in the call
    ("POST", "/sessions/{id}/line", "uxhhh..xxxxx"),
    ("GET", "/bookings/{id}/line-checks", "u.hhh..xxxxx"),
    ("POST", "/bookings/{id}/line-checks", "u.hhh..xxxxx"),
    ("POST", "/bookings/{id}/line-checks/media", "u.hhh..xxxxx"),
    ("POST", "/sessions/{id}/participants/{pid}/admit", "uxxxx..xxxxx"),
    ("POST", "/sessions/{id}/end", "uxxxx..xxxxx"),
    ("PUT", "/sessions/{id}/checks/{key}", "uxxxx..xxxxx"),
    ("POST", "/sessions/{id}/recording/pause", "uxxxx..xxxxx"),
    ("POST", "/sessions/{id}/recording/resume", "uxxxx..xxxxx"),
    ("POST", "/sessions/{id}/recording/note", "uxxxx..xxxxx"),
    ("POST", "/bookings/{id}/invitations", "u.hhhxxxxxxx"),
    // the office sees who is invited, without the links (session_people)
    ("GET", "/bookings/{id}/invitations", "u.hhh..xxxxx"),
    ("DELETE", "/bookings/{id}/invitations/{invitation_id}", "u.hhhxxxxxxx"),
    // the link is the key to what it is about; the owner has withdrawn it by the time the others take it
    ("GET", "/invitations/{token}", "............"),
    ("POST", "/invitations/{token}/accept", "u......xxxxx"),
    // media take a bearer token, never the cookie alone
    ("POST", "/whip/{session_id}/{source}", "uuuuuuuuuuuu"),
    ("DELETE", "/whip/resources/{id}", "uuuuuuuuuuuu"),
    ("PATCH", "/whip/resources/{id}", "uuuuuuuuuuuu"),
    ("POST", "/whep/{publication_id}", "uuuuuuuuuuuu"),
    ("DELETE", "/whep/resources/{id}", "uuuuuuuuuuuu"),
    ("PATCH", "/whep/resources/{id}", "uuuuuuuuuuuu"),
    // ratings: the link is the key
    ("GET", "/ratings/{token}", "............"),
    ("POST", "/ratings/{token}", "............"),
    ("GET", "/bookings/{id}/rating", "u.hhhxxxxxxx"),
    ("GET", "/answers", "uxxxxx...xxx"),
    ("GET", "/figures/ratings", "uxxxxx...xxx"),
    ("GET", "/figures/work", "uxxxxx...xxx"),
    // review
    ("GET", "/review/sessions", "uxxxxxx.xxxx"),
    ("GET", "/review/sessions/{id}", "uxxxxxx.xxxx"),
    ("GET", "/review/sessions/{id}/integrity", "uxxxxxx.xxxx"),
    ("POST", "/review/sessions/{id}/playbacks", "uxxxxxx.xxxx"),
    ("GET", "/review/sessions/{id}/composites", "uxxxxxx.xxxx"),
    // Through an opening of one's own, and of what was made.
    ("POST", "/review/sessions/{id}/composites", "uxxxxxxhxxxx"),
    ("POST", "/review/sessions/{id}/composites/{composite_id}/cancel", "uxxxxxxhxxxx"),
    ("GET", "/review/sessions/{id}/composites/{composite_id}/file", "uxxxxxxhxxxx"),
    ("GET", "/review/cases", "uxxxxxx.xxxx"),
    // the booking has no documents
    ("GET", "/review/cases/{id}", "uxxxxxxhxxxx"),
    // the session has no recording to give
    ("GET", "/review/playbacks/{id}/recordings/{recording_id}", "uxxxxxxhxxxx"),
    // last, because the chief's ends the owner's sign-ins
    ("POST", "/enterprises/{id}/members/{member_id}/end", "u.hhhx.xxxxx"),
];

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The owner's objects, for the paths.
struct Objects {
    service: String,
    booking: String,
    reference: String,
    session: String,
    participant: String,
    pending_enterprise: String,
    enterprise: String,
    member: String,
    message: String,
    rating_token: String,
    invitation: String,
    invitation_token: String,
    playback: String,
    recording: String,
    feed: String,
    feed_file: String,
}

impl Objects {
    fn fill(&self, path: &str) -> String {
        let id = match path {
            path if path.starts_with("/services/") => &self.service,
            path if path.starts_with("/calendar-feeds/") => &self.feed,
            path if path.contains("/members") => &self.enterprise,
            path if path.starts_with("/enterprises/") => &self.pending_enterprise,
            path if path.starts_with("/messages/") => &self.message,
            path if path.starts_with("/sessions/") || path.starts_with("/review/sessions/") => &self.session,
            path if path.starts_with("/review/playbacks/") => &self.playback,
            path if path.starts_with("/bookings/") || path.starts_with("/review/cases/") => &self.booking,
            _ => &self.recording,
        };
        let query = match path {
            "/calendar" => "?from=2026-11-01&to=2026-11-30",
            "/services/{id}/days" => "?from=2026-11-23&to=2026-11-30",
            "/services/{id}/slots" => "?date=2026-11-24",
            "/services/{id}/desk-slots" => "?date=2026-11-24&channel=phone",
            "/services/{id}/desk-alternatives" => "?stages=release&from=2026-11-24T03:00:00Z&channel=phone",
            "/desk/enterprises" => "?q=91",
            "/services/{id}/why" => "?starts_at=2026-11-24T03:00:00Z",
            "/services/{id}/alternatives" => "?stages=release&from=2026-11-24T03:00:00Z",
            "/queue" | "/queue/tickets" => "?venue=health",
            "/bookings/{id}/documents" => "?item=identity",
            "/day" => "?date=2026-11-23",
            "/events" => "?topics=day",
            "/figures/ratings" => "?from=2026-01&to=2026-11",
            "/review/sessions/{id}/composites/{composite_id}/file" => {
                "?playback_id=018f0000-0000-7000-8000-000000000000"
            }
            _ => "",
        };
        let token =
            if path.starts_with("/invitations/") { &self.invitation_token } else { &self.rating_token };
        path.replace("{id}", id)
            .replace("{member_id}", &self.member)
            .replace("{pid}", &self.participant)
            .replace("{key}", "face")
            .replace("{invitation_id}", &self.invitation)
            .replace("{session_id}", &self.session)
            .replace("{publication_id}", &self.recording)
            .replace("{recording_id}", &self.recording)
            .replace("{document_id}", &self.recording)
            .replace("{composite_id}", &self.recording)
            .replace("{source}", "camera")
            .replace("{stage}", "release")
            .replace("{reference}", &self.reference)
            .replace("{token}", token)
            .replace("{file}", &self.feed_file)
            + query
    }
}

fn service_settings() -> Value {
    json!({"name": {}, "summary": {}, "who": {}, "bring": [], "rules": [], "duration_minutes": 0, "lead_minutes": 0,
        "horizon_days": 0, "hold_minutes": 0, "needs_decision": true, "seats": 0, "opening_rules": [], "stages": [], "fields": [], "documents": [], "active": false})
}

/// Well-formed but not enough: what matters is whether the door opens, and nothing should happen behind it.
fn body(method: &str, path: &str) -> Option<Value> {
    let body = match path {
        "/sign-in" => json!({"login": "nobody.here", "password": "not a password"}),
        "/bookings" => {
            json!({"service_id": "018f0000-0000-7000-8000-000000000000", "starts_at": "2026-11-24T03:00:00Z"})
        }
        "/openings" | "/openings/preview" | "/closings" | "/closings/preview" => {
            json!({"service_id": "018f0000-0000-7000-8000-000000000000",
            "date_from": "2026-11-24", "date_to": "2026-11-24", "from_minute": 0, "to_minute": 60})
        }
        "/desk/bookings" => json!({"service_id": "018f0000-0000-7000-8000-000000000000", "channel": "phone"}),
        "/calendar/preview" | "/calendar/imports" | "/clearance/preview" | "/clearance/imports" => {
            json!({"file_base64": ""})
        }
        "/services/{id}/group/check" => json!({"list_base64": ""}),
        "/services/{id}/group" => {
            json!({"starts_at": "2026-12-14T01:00:00Z", "list_base64": "", "request": {"contact_name": "", "contact_mobile": ""}})
        }
        "/queue/call" | "/queue/tickets/{id}/call" => json!({"venue": "health", "counter": "3"}),
        "/me" => json!({"locale": "zh-CN"}),
        "/enterprises/{id}/refuse" => json!({"reason": "x"}),
        "/services/{id}/terms" | "/services/{id}/terms/preview" => json!({"terms": {}}),
        "/service-settings" => {
            json!({"like": "018f0000-0000-7000-8000-000000000000", "venue_id": "018f0000-0000-7000-8000-000000000000", "name": {}})
        }
        "/service-settings/{id}" => json!({"version": 0, "settings": service_settings(), "reason": "x"}),
        "/service-settings/{id}/preview" => json!({"settings": service_settings()}),
        "/venues" | "/venues/{id}" | "/venues/{id}/preview" => {
            let settings = json!({"name": {}, "address": {}, "zone": "UTC", "grid_minutes": 15});
            json!({"version": 0, "settings": settings, "reason": "x"})
        }
        "/bookings/{id}/explanation" => json!({"explanation": "x"}),
        "/bookings/{id}/stages/{stage}/officer" => {
            json!({"officer_id": "018f0000-0000-7000-8000-000000000000"})
        }
        "/enterprises/{id}/credit-tier" => json!({"credit_tier": "regular", "reason": "x"}),
        "/sessions/{id}/acknowledge" => json!({"notice_version": 0}),
        "/sessions/{id}/checks/{key}" => json!({"done": true}),
        "/sessions/{id}/recording/pause" | "/sessions/{id}/recording/note" => json!({"reason": "x"}),
        "/sessions/{id}/line" => json!({"seconds": 30, "down_seconds": 0}),
        "/bookings/{id}/line-checks" => {
            json!({"camera": "works", "microphone": "works", "speaker": "not_tried"})
        }
        "/bookings/{id}/line-checks/media" => json!({"publish_base64": "", "play_base64": ""}),
        "/sessions/{id}/media-state" => json!({"microphone": true, "camera": true}),
        "/review/sessions/{id}/playbacks" => json!({"purpose": "x"}),
        "/review/sessions/{id}/composites" => {
            json!({"playback_id": "018f0000-0000-7000-8000-000000000000"})
        }
        _ => json!({}),
    };
    (method != "GET" && method != "DELETE").then_some(body)
}

async fn door(browser: &Browser, method: &str, path: &str, filled: &str) -> (char, String) {
    let under = if path == "/calendar/{file}" { "" } else { "/api/v1" };
    let url = format!("{}{under}{filled}", browser.base);
    let mut request = browser.client.request(Method::from_bytes(method.as_bytes()).unwrap(), url);
    if path.starts_with("/whip") || path.starts_with("/whep") {
        request = request.header("content-type", "application/sdp").body("v=0");
    } else if let Some(body) = body(method, path) {
        request = request.json(&body);
    }
    // Only the status: a stream of events has no end to wait for.
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let letter = match status {
        // A wrong password is answered by the room behind the door.
        401 if path == "/sign-in" => '.',
        401 => 'u',
        // Refused for the state of a thing rather than the role: the door was open.
        403 => 'x',
        404 => 'h',
        500.. => '!',
        _ => '.',
    };
    (letter, format!("{status}"))
}

async fn prepare(app: &TestApp) -> Objects {
    let owner = app.signed_in("lin").await;
    let officer = app.signed_in("zhou").await;
    let chief = app.signed_in("shen").await;
    let auditor = app.signed_in("tang").await;
    let service = app.service("video-try").await;

    // A finished booking gives a rating link and a message.
    let finished = book(&owner, &service, "2026-11-23T02:00:00Z").await;
    let finished = finished["id"].as_str().unwrap();
    officer.post(&format!("/api/v1/bookings/{finished}/check-in"), json!({})).await.ok();
    officer.post(&format!("/api/v1/bookings/{finished}/complete"), json!({})).await.ok();
    let link = format!("/api/v1/bookings/{finished}/rating");
    let url = eventually("a rating link", || async {
        owner.get(&link).await.ok()["url"].as_str().map(str::to_owned)
    })
    .await;
    let messages = officer.get("/api/v1/messages?state=pending").await.ok();

    let booking = book(&owner, &service, "2026-11-23T02:15:00Z").await;
    let id = booking["id"].as_str().unwrap();
    let session = owner.post(&format!("/api/v1/bookings/{id}/session"), json!({})).await.ok();
    let invited = owner.post(&format!("/api/v1/bookings/{id}/invitations"), json!({})).await.ok();
    let session_id = session["id"].as_str().unwrap().to_owned();
    let playback = auditor
        .post(
            &format!("/api/v1/review/sessions/{session_id}/playbacks"),
            json!({"purpose": "looking at the doors"}),
        )
        .await;
    let playback = playback.json()["id"].as_str().unwrap_or(&session_id).to_owned();
    let pending = chief.get("/api/v1/enterprises?state=pending").await.ok();
    let me = owner.get("/api/v1/me").await.ok();
    let feed = owner.post("/api/v1/calendar-feeds", json!({})).await.ok();
    Objects {
        service,
        booking: id.to_owned(),
        reference: booking["reference"].as_str().unwrap().replace(' ', "%20"),
        participant: session["me"]["id"].as_str().unwrap().to_owned(),
        enterprise: me["enterprise"]["id"].as_str().unwrap().to_owned(),
        member: me["id"].as_str().unwrap().to_owned(),
        pending_enterprise: pending["items"][0]["id"].as_str().unwrap().to_owned(),
        message: messages["items"][0]["id"].as_str().unwrap().to_owned(),
        invitation: invited["id"].as_str().unwrap().to_owned(),
        invitation_token: invited["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(),
        rating_token: url.rsplit('/').next().unwrap().to_owned(),
        recording: session_id.clone(),
        feed: feed["id"].as_str().unwrap().to_owned(),
        feed_file: feed["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(),
        session: session_id,
        playback,
    }
}

/// Holds and requests a slot of the service that needs no decision.
async fn book(owner: &Browser, service: &str, starts_at: &str) -> Value {
    let held =
        owner.post("/api/v1/bookings", json!({"service_id": service, "starts_at": starts_at})).await.ok();
    let path = format!("/api/v1/bookings/{}/request", held["id"].as_str().unwrap());
    let body = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
    owner.post(&path, body).await.ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_opens_for_whom_the_table_says() {
    let app = TestApp::start(Store::Sqlite, "2026-11-23T02:00:00Z").await;
    let document = app.browser().get("/api/openapi.json").await.ok();
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            operations.insert((method.to_uppercase(), path.trim_start_matches("/api/v1").to_owned()));
        }
    }
    let rows = TABLE
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect::<BTreeSet<_>>();
    let missing: Vec<_> = operations.difference(&rows).collect();
    let stale: Vec<_> = rows.difference(&operations).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "operations without a row: {missing:?}; rows without: {stale:?}"
    );

    let objects = prepare(&app).await;
    let mut wrong = Vec::new();
    for (column, (asker, login)) in ASKERS.iter().enumerate() {
        let mut browser = match login {
            Some(login) => app.signed_in(login).await,
            None => app.browser(),
        };
        for (method, path, expected) in TABLE {
            let (letter, status) = door(&browser, method, path, &objects.fill(path)).await;
            let expected = expected.chars().nth(column).unwrap();
            // A signed-in foreign asker may be told "not your role" or nothing at all, but as the table says.
            if letter != expected {
                wrong.push(format!("{asker}: {method} {path}: expected {expected}, got {letter} ({status})"));
            }
            if let ("/sign-out", Some(login)) = (*path, login) {
                browser = app.signed_in(login).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    app.stop().await;
}

#[test]
fn every_role_of_the_contracts_asks() {
    for (method, path, row) in TABLE {
        assert_eq!(row.len(), ASKERS.len(), "{method} {path}");
    }
}
