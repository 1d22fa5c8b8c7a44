//! Bookings in stages in calendars: the booker has one appointment that tells of all of them, an officer has one for each
//! stage that they hold, and nothing of the gaps between.

use crate::booking::path;
use crate::booking_stages::{book, three};
use crate::both_stores;
use crate::calendar_readers::read;
use crate::officers::{name, officer};
use crate::support::{Browser, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

const AT: &str = "2026-11-23T02:00:00Z";
/// Tuesday evening at the venue, with a gap after each stage.
const EVENING: [&str; 3] = ["2026-11-24T11:00:00Z", "2026-11-24T13:00:00Z", "2026-11-24T15:00:00Z"];

/// The appointments of a text, by two readers.
async fn appointments(calendar: String) -> Vec<Value> {
    tokio::task::spawn_blocking(|| read(&[calendar])).await.unwrap().remove(0)
}

/// A calendar of somebody's, of what it covers.
async fn subscribed(browser: &Browser, covers: &str) -> String {
    let made = browser.post("/api/v1/calendar-feeds", json!({"covers": covers})).await.ok();
    let url = made["url"].as_str().unwrap();
    url[url.find("/calendar/").unwrap()..].to_owned()
}

async fn shown(app: &TestApp, feed: &str) -> Vec<Value> {
    let answer = app.browser().get(feed).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    appointments(answer.text).await
}

fn millis(instant: &str) -> Value {
    json!(instant.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_millis())
}

/// From when until when each is, in their order.
fn spans(found: &[Value]) -> Vec<(Value, Value)> {
    found.iter().map(|one| (one["starts_at"].clone(), one["ends_at"].clone())).collect()
}

fn span(from: &str, until: &str) -> (Value, Value) {
    (millis(from), millis(until))
}

/// At the enterprise is where the inspection is.
fn with_inspection_there(starts: [&str; 3]) -> Value {
    let mut stages = three(starts);
    stages[1]["site"] = json!("enterprise");
    stages
}

both_stores! {
    at AT;

    async fn the_bookers_one_appointment_tells_of_each_stage_with_its_time_and_site(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let feed = subscribed(&lin, "enterprise").await;
        let booking = book(&lin, app, with_inspection_there(EVENING)).await;
        let found = shown(app, &feed).await;
        assert_eq!(spans(&found), [span(EVENING[0], "2026-11-24T15:30:00Z")]);
        let told = found[0]["description"].as_str().unwrap().to_owned();
        for stage in [
            "申报：2026年11月24日 星期二 19:00–19:30",
            "查验（上门）：2026年11月24日 星期二 21:00–22:00",
            "放行：2026年11月24日 星期二 23:00–23:30",
        ] {
            assert!(told.contains(stage), "{stage} in {told}");
        }

        // The file to take along says the same; and so does the appointment in the mail.
        app.signed_in("zhou").await.post(&path(&booking, "/accept"), json!({})).await.ok();
        let file = lin.get(&path(&booking, "/calendar.ics")).await;
        let file = appointments(file.text).await;
        assert_eq!((file.len(), &file[0]["uid"]), (1, &found[0]["uid"]));
        assert!(file[0]["description"].as_str().unwrap().contains("查验（上门）：2026年11月24日 星期二 21:00–22:00"), "{file:?}");

        // Moved, it is the same appointment with other times.
        let moved = with_inspection_there(["2026-11-24T11:00:00Z", "2026-11-24T12:00:00Z", "2026-11-24T14:00:00Z"]);
        lin.post(&path(&booking, "/reschedule"), json!({"stages": moved})).await.ok();
        let after = shown(app, &feed).await;
        assert_eq!((after.len(), &after[0]["uid"]), (1, &found[0]["uid"]));
        assert!(after[0]["sequence"].as_i64() > found[0]["sequence"].as_i64(), "{after:?}");
        assert!(after[0]["description"].as_str().unwrap().contains("20:00–21:00"), "{after:?}");
        assert!(!after[0]["description"].as_str().unwrap().contains("21:00–22:00"), "{after:?}");
    }

    async fn an_officer_is_shown_busy_for_the_stages_they_hold_and_not_for_the_gaps_between(app: &TestApp) {
        let (lin, chief, zhou) = (app.signed_in("lin").await, app.signed_in("shen").await, app.signed_in("zhou").await);
        let service = app.service("after-hours").await;
        let (zhou_id, shen_id) = (officer(app, "zhou").await, officer(app, "shen").await);
        name(&chief, &service, 1, &[&zhou_id, &shen_id]).await.ok();
        let booking = book(&lin, app, with_inspection_there(EVENING)).await;
        let held_by = booking_stage_officer(&chief, &booking).await;
        let hold = format!("{}/stages/inspection/officer", path(&booking, ""));
        if held_by != json!(zhou_id) {
            chief.call(Method::PUT, &hold, Some(json!({"officer_id": zhou_id}))).await.ok();
        }
        chief.post(&path(&booking, "/accept"), json!({})).await.ok();
        let (his, hers, all) = (subscribed(&zhou, "desk").await, subscribed(&chief, "desk").await, subscribed(&chief, "office").await);
        let inspection = span(EVENING[1], "2026-11-24T14:00:00Z");
        let (declaration, release) = (span(EVENING[0], "2026-11-24T11:30:00Z"), span(EVENING[2], "2026-11-24T15:30:00Z"));

        let own = shown(app, &his).await;
        assert_eq!(spans(&own), std::slice::from_ref(&inspection));
        let reference = booking["reference"].as_str().unwrap();
        assert_eq!(own[0]["summary"], json!(format!("查验 非工作时间通关 {reference}")));
        assert_eq!(own[0]["location"], "企业现场（上门）");
        // What the chief has accepted and nobody else holds is hers; the office has all of it.
        let accepted = shown(app, &hers).await;
        assert_eq!(spans(&accepted), [declaration.clone(), release.clone()]);
        assert!(accepted[0]["location"].as_str().unwrap().contains("冰城"), "{accepted:?}");
        let office = shown(app, &all).await;
        assert_eq!(spans(&office), [declaration.clone(), inspection.clone(), release.clone()]);
        let uids: std::collections::BTreeSet<&str> = office.iter().map(|one| one["uid"].as_str().unwrap()).collect();
        assert_eq!(uids.len(), 3, "each is an appointment of its own");
        assert_eq!(own[0]["uid"], office[1]["uid"]);

        // Moved, a stage is the same appointment at another time.
        let mut later = with_inspection_there(EVENING);
        later[1]["starts_at"] = json!("2026-11-24T13:30:00Z");
        chief.post(&path(&booking, "/reschedule"), json!({"stages": later, "reason": "对方来电改时间"})).await.ok();
        let moved = shown(app, &his).await;
        assert_eq!(spans(&moved), [span("2026-11-24T13:30:00Z", "2026-11-24T14:30:00Z")]);
        assert_eq!(moved[0]["uid"], own[0]["uid"]);
        assert!(moved[0]["sequence"].as_i64() > own[0]["sequence"].as_i64(), "{moved:?}");

        // Handed over, it stands in the other one's calendar.
        chief.call(Method::PUT, &hold, Some(json!({"officer_id": shen_id}))).await.ok();
        assert!(shown(app, &his).await.is_empty());
        assert_eq!(shown(app, &hers).await.len(), 3);

        // Given up, each stands there as that.
        lin.post(&path(&booking, "/cancel"), json!({"reason": "货船晚点"})).await.ok();
        let cancelled = shown(app, &hers).await;
        assert!(cancelled.len() == 3 && cancelled.iter().all(|one| one["status"] == "CANCELLED"), "{cancelled:?}");
        assert!(cancelled[0]["summary"].as_str().unwrap().starts_with("已取消：申报"), "{cancelled:?}");
    }
}

/// Who holds the inspection.
async fn booking_stage_officer(by: &Browser, booking: &Value) -> Value {
    by.get(&path(booking, "")).await.ok()["stages"][1]["officer"]["id"].clone()
}
