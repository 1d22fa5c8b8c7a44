//! Sessions are booked for today and tomorrow only while the disk has room to record them all.

use crate::booking::path;
use crate::desk::{LET_IN, book, by_phone, with};
use crate::support::{Answer, Browser, Store, TestApp};
use serde_json::{Value, json};

/// Monday, 10:00 in Shanghai.
const AT: &str = "2026-11-23T02:00:00Z";
/// Two slots of Tuesday, one of Wednesday, and the beginning of Wednesday in Shanghai: until then room is kept.
const FIRST: &str = "2026-11-24T02:00:00Z";
const SECOND: &str = "2026-11-24T02:15:00Z";
const LATER: &str = "2026-11-25T02:00:00Z";
const UNTIL: &str = "2026-11-24T16:00:00Z";
/// Of a session of [`FIRST`].
const MINUTES: i64 = 15;

/// An office that has room for so many halves of a session, by what the disk has left at this moment.
async fn with_room_for(store: Store, halves: i64) -> TestApp {
    let disk = rustix::fs::statvfs(std::env::temp_dir()).unwrap();
    let left = i64::try_from(disk.f_bavail * disk.f_frsize).unwrap() - 1_000_000_000;
    let reserve = match halves {
        0 => i64::from(u32::MAX),
        halves => left / 1_000_000 * 2 / (halves * MINUTES),
    };
    let app = TestApp::start_with(store, AT, &[("MIANQIA_RECORDING_RESERVE", &reserve.to_string())]).await;
    // Whoever asks whether it is ready has it look at its disks.
    app.browser().get("/readyz").await.ok();
    app
}

async fn hold(browser: &Browser, service: &str, starts_at: &str) -> Answer {
    browser
        .post("/api/v1/bookings", json!({"service_id": service, "starts_at": starts_at, "anyway": true}))
        .await
}

async fn slot(browser: &Browser, service: &str, starts_at: &str) -> Value {
    let date = &starts_at[..10];
    let slots = browser.get(&format!("/api/v1/services/{service}/slots?date={date}")).await.ok();
    slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == starts_at).unwrap().clone()
}

async fn a_full_disk(store: Store) {
    let app = with_room_for(store, 0).await;
    let lin = app.signed_in("lin").await;
    let (video, certificate) = (app.service("video-try").await, app.service("certificate").await);
    let refused = hold(&lin, &video, FIRST).await;
    refused.refused(409, "recording_space");
    assert_eq!(refused.json()["earliest_at"], UNTIL);
    let told = slot(&lin, &video, FIRST).await;
    assert_eq!((&told["free"], &told["hindrances"][0]["rule"]), (&json!(0), &json!("recording_space")));
    let why = lin.get(&format!("/api/v1/services/{video}/why?starts_at={FIRST}")).await.ok();
    assert_eq!(
        (&why["hindrances"][0]["rule"], &why["next_starts_at"]),
        (&json!("recording_space"), &json!(UNTIL))
    );
    let told = lin.get(&format!("/api/v1/services/{video}")).await.ok();
    assert_eq!(told["now"]["next_free_at"], UNTIL, "{told}");
    let days = lin.get(&format!("/api/v1/services/{video}/days?from=2026-11-24&to=2026-11-25")).await.ok();
    let of = |day: usize| (&days["days"][day]["reason"], days["days"][day]["free"].as_i64().unwrap() > 0);
    assert_eq!((of(0), of(1)), ((&json!("recording_space"), false), (&Value::Null, true)));
    // Until the day after tomorrow there may be room, and what is not recorded needs none.
    hold(&lin, &video, LATER).await.ok();
    let others = lin.get(&format!("/api/v1/services/{certificate}/slots?date=2026-11-24")).await.ok();
    assert!(
        !others["slots"].as_array().unwrap().is_empty() && !others.to_string().contains("recording_space"),
        "{others}"
    );
    // An officer who has a reason may: then it is an entry, as with any other rule.
    let officer = app.signed_in("zhou").await;
    let call = with(by_phone(&video, FIRST), "enterprise", json!(LET_IN));
    book(&officer, call.clone()).await.refused(409, "recording_space");
    let made = book(&officer, with(call, "reason", json!("磁盘今晚扩容"))).await.ok();
    let history = officer.get(&path(&made, "")).await.ok()["history"].clone();
    assert!(
        history.as_array().unwrap().iter().any(|item| item["kind"] == "booking.against_terms"),
        "{history}"
    );
    app.stop().await;
}

async fn room_for_one(store: Store) {
    let app = with_room_for(store, 3).await;
    let lin = app.signed_in("lin").await;
    let video = app.service("video-try").await;
    let held = hold(&lin, &video, FIRST).await.ok();
    for (at, by) in [(FIRST, "gao"), (SECOND, "lin")] {
        hold(&app.signed_in(by).await, &video, at).await.refused(409, "recording_space");
    }
    // Nor does somebody come from a later day to one for which there is no room.
    let later = hold(&lin, &video, LATER).await.ok();
    let form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
    let later = lin.post(&path(&later, "/request"), form.clone()).await.ok();
    let to = json!({"starts_at": SECOND, "version": later["version"]});
    lin.post(&path(&later, "/reschedule"), to).await.refused(409, "recording_space");
    // From one slot to another of the same days: room is kept for it already.
    let held = lin.post(&path(&held, "/request"), form).await.ok();
    let to = json!({"starts_at": SECOND, "version": held["version"]});
    let held = lin.post(&path(&held, "/reschedule"), to).await.ok();
    lin.post(&path(&held, "/cancel"), json!({"reason": "改日再来"})).await.ok();
    hold(&lin, &video, FIRST).await.ok();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_room_no_session_of_today_or_tomorrow_is_booked_on_sqlite() {
    a_full_disk(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_room_no_session_of_today_or_tomorrow_is_booked_on_postgres() {
    a_full_disk(Store::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_booked_already_takes_room_and_gives_it_back_on_sqlite() {
    room_for_one(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_booked_already_takes_room_and_gives_it_back_on_postgres() {
    room_for_one(Store::Postgres).await;
}
