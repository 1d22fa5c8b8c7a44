//! Bookings with a session, and the people and media in them: what the tests of calls do again and again.

use crate::media_client::Publisher;
use crate::support::{Answer, Browser, TestApp, eventually};
use serde_json::{Value, json};
use uuid::Uuid;

/// A booking of the service that is open at all hours, for 10:15 in Beijing.
pub async fn book(_: &TestApp, owner: &Browser) -> Value {
    book_by(owner).await
}

/// The same wherever the browser's program runs.
pub async fn book_by(owner: &Browser) -> Value {
    let services = owner.get("/api/v1/services").await.ok();
    let service = services["items"].as_array().unwrap().iter().find(|one| one["code"] == "video-try");
    let service = id(service.expect("the service that is open at all hours")).to_owned();
    let wish = json!({"service_id": service, "starts_at": "2026-11-23T02:15:00Z"});
    let held = owner.post("/api/v1/bookings", wish).await.ok();
    let form =
        json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {"about": "试用"}});
    let path = format!("/api/v1/bookings/{}/request", held["id"].as_str().unwrap());
    owner.post(&path, form).await.ok()
}

pub fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

pub fn uuid(value: &Value) -> Uuid {
    id(value).parse().unwrap()
}

/// Enters, acknowledges and is ready.
pub async fn be_ready(browser: &Browser, booking: &Value) -> Value {
    let session = browser.post(&format!("/api/v1/bookings/{}/session", id(booking)), json!({})).await.ok();
    step(browser, &session, "/acknowledge", json!({"notice_version": session["notice_version"]})).await.ok();
    step(browser, &session, "/wait", json!({})).await.ok()
}

pub async fn step(browser: &Browser, session: &Value, step: &str, body: Value) -> Answer {
    browser.post(&format!("/api/v1/sessions/{}{step}", id(session)), body).await
}

/// Both sides are in the call.
pub async fn open_call(owner: &Browser, officer: &Browser, booking: &Value) -> Value {
    let guest = be_ready(owner, booking).await;
    be_ready(officer, booking).await;
    let admit = format!("/participants/{}/admit", id(&guest["me"]));
    let session = step(officer, &guest, &admit, json!({})).await.ok();
    assert_eq!(session["state"], "open");
    session
}

pub async fn token(browser: &Browser, session: &Value) -> String {
    step(browser, session, "/token", json!({})).await.ok()["token"].as_str().unwrap().to_owned()
}

pub async fn sdp(browser: &Browser, path: &str, token: &str, offer: String) -> Answer {
    let request = browser.client.post(format!("{}/api/v1{path}", browser.base));
    browser.send(request.bearer_auth(token).header("content-type", "application/sdp").body(offer)).await
}

/// Ends a WHIP or WHEP resource.
pub async fn close(browser: &Browser, location: &str, token: &str) -> Answer {
    let request = browser.client.delete(format!("{}{location}", browser.base));
    browser.send(request.bearer_auth(token)).await
}

/// Publishes made-up media for a while; the answer's Location comes with it.
pub async fn publish(browser: &Browser, session: &Value, source: &str, ms: u64) -> (Publisher, String) {
    let publisher = Publisher::new().await;
    let location = publish_with(browser, session, source, &publisher).await;
    publisher.send_for_ms(ms, |_| true).await;
    (publisher, location)
}

/// Connects a publisher; gives the answer's Location.
pub async fn publish_with(browser: &Browser, session: &Value, source: &str, publisher: &Publisher) -> String {
    let token = token(browser, session).await;
    let path = format!("/whip/{}/{source}", id(session));
    let answer = sdp(browser, &path, &token, publisher.offer.clone()).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/sdp");
    publisher.connect(&answer.text).await;
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// Offers the camera from a page, and sends nothing.
pub async fn offer_camera(browser: &Browser, session: &Value, token: &str, page: &str) -> Answer {
    let publisher = Publisher::new().await;
    let url = format!("{}/api/v1/whip/{}/camera", browser.base, id(session));
    let request = browser.client.post(url).bearer_auth(token).header("x-page-id", page);
    browser.send(request.header("content-type", "application/sdp").body(publisher.offer.clone())).await
}

/// Where others play the only publication of a session, once it is there.
pub async fn whep(browser: &Browser, session: &Value) -> String {
    let at = format!("/api/v1/sessions/{}", id(session));
    let publication = eventually("it is there", || async {
        browser.get(&at).await.ok()["publications"][0]["id"].as_str().map(str::to_owned)
    });
    format!("/whep/{}", publication.await)
}
