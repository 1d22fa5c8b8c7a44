//! A service with stages and a number for each day: who books in stages takes one of the day on which they begin.

use crate::booking::path;
use crate::booking_stages::{book, three};
use crate::both_stores;
use crate::desk::{by_phone, clearance_for_everybody, with};
use crate::quota_shares::taken;
use crate::settings::set;
use crate::support::{Answer, Browser, TestApp};
use serde_json::{Value, json};

/// Monday, ten in the morning at the venue.
const AT: &str = "2026-11-23T02:00:00Z";
const TUESDAY: [&str; 3] = ["2026-11-24T11:00:00Z", "2026-11-24T11:30:00Z", "2026-11-24T12:30:00Z"];
const WEDNESDAY: [&str; 3] = ["2026-11-25T11:00:00Z", "2026-11-25T11:30:00Z", "2026-11-25T12:30:00Z"];

/// So many a day of after-hours clearance, some of which are kept for callers until 18:00 of the day before.
async fn limited(chief: &Browser, app: &TestApp, quota: i32, phone: i32) -> Answer {
    set(chief, &app.service("after-hours").await, |body| {
        body["settings"]["daily_quota"] = json!(quota);
        body["settings"]["quota_shares"] = match phone {
            0 => Value::Null,
            _ => json!({"phone": phone, "counter": 0, "released_days_before": 1, "released_at_minute": 1080}),
        };
    })
    .await
}

fn one(starts_at: &str) -> Value {
    json!([{"stage": "declaration", "starts_at": starts_at}])
}

async fn hold(browser: &Browser, service: &str, stages: Value) -> Answer {
    browser.post("/api/v1/bookings", json!({"service_id": service, "stages": stages, "anyway": true})).await
}

/// The start of the first way to have all stages from Tuesday evening on, and what is told of a slot of a stage then.
async fn offered(browser: &Browser, service: &str, of_booking: &str) -> (Value, Value) {
    let path = format!("/api/v1/services/{service}");
    let stages = "stages=declaration,inspection,release&from=2026-11-24T11:00:00Z";
    let ways = browser.get(&format!("{path}/alternatives?{stages}{of_booking}")).await.ok();
    let slots =
        browser.get(&format!("{path}/slots?date=2026-11-24&stage=declaration{of_booking}")).await.ok();
    let slot =
        slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == TUESDAY[0]).cloned();
    (ways["alternatives"][0]["stages"][0]["starts_at"].clone(), slot.unwrap()["reason"].clone())
}

both_stores! {
    at AT;

    async fn stages_take_one_of_the_day_on_which_they_begin_and_no_more_than_there_are(app: &TestApp) {
        let (chief, lin, gao) = (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        limited(&chief, app, 2, 0).await.ok();
        let first = book(&lin, app, three(TUESDAY)).await;
        assert_eq!(taken(app, &service).await, 1, "three stages are one booking");
        assert_eq!(offered(&lin, &service, "").await, (json!(TUESDAY[0]), Value::Null));
        hold(&gao, &service, one("2026-11-24T14:00:00Z")).await.ok();
        assert_eq!(taken(app, &service).await, 2);
        // The day is full: for stages, for the whole, and in what is offered. An officer and a place there would be.
        let bai = app.signed_in("bai").await;
        hold(&bai, &service, one("2026-11-24T15:00:00Z")).await.refused(409, "slot_taken");
        let whole = json!({"service_id": service, "starts_at": "2026-11-24T15:00:00Z"});
        bai.post("/api/v1/bookings", whole).await.refused(409, "slot_taken");
        assert_eq!(offered(&bai, &service, "").await, (json!("2026-11-24T16:00:00Z"), json!("quota")));
        let why = format!("/api/v1/services/{service}/why?starts_at=2026-11-24T15:00:00Z&stage=declaration");
        assert_eq!(bai.get(&why).await.ok()["reason"], "quota");
        // What is to be moved has its own.
        let moving = format!("&moving={}", first["id"].as_str().unwrap());
        assert_eq!(offered(&lin, &service, &moving).await, (json!(TUESDAY[0]), Value::Null));
        let to = async |stages: Value| lin.post(&path(&first, "/reschedule"), json!({"stages": stages})).await;
        to(three(["2026-11-24T11:15:00Z", "2026-11-24T11:45:00Z", "2026-11-24T12:45:00Z"])).await.ok();
        assert_eq!(taken(app, &service).await, 2);
        to(three(WEDNESDAY)).await.ok();
        hold(&bai, &service, one("2026-11-24T15:00:00Z")).await.ok();
        // Tuesday was given to another one meanwhile: who comes back too late keeps Wednesday.
        to(three(TUESDAY)).await.refused(409, "slot_taken");
        assert_eq!(taken(app, &service).await, 3);
        lin.post(&path(&first, "/cancel"), json!({"reason": "不来了"})).await.ok();
        assert_eq!(taken(app, &service).await, 2);
    }

    async fn a_stage_after_midnight_takes_nothing_of_its_own_day(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let service = app.service("after-hours").await;
        limited(&chief, app, 1, 0).await.ok();
        // 23:30 on Tuesday, and over midnight.
        let late = ["2026-11-24T15:30:00Z", "2026-11-24T16:00:00Z", "2026-11-24T17:00:00Z"];
        let first = book(&lin, app, three(late)).await;
        assert_eq!(taken(app, &service).await, 1);
        let gao = app.signed_in("gao").await;
        hold(&gao, &service, one("2026-11-24T16:15:00Z")).await.ok();
        // Wednesday is full, and the inspection of Tuesday's booking is moved within it all the same.
        let moving = format!("moving={}", first["id"].as_str().unwrap());
        let path = format!("/api/v1/services/{service}/slots?date=2026-11-25&stage=inspection&{moving}");
        let slots = lin.get(&path).await.ok();
        let at = "2026-11-24T16:15:00Z";
        let slot = slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == at).unwrap();
        assert_eq!(slot["reason"], Value::Null, "{slot}");
        let moved = three([late[0], at, "2026-11-24T17:15:00Z"]);
        lin.post(&crate::booking::path(&first, "/reschedule"), json!({"stages": moved})).await.ok();
        assert_eq!(taken(app, &service).await, 2);
    }

    async fn what_is_kept_of_a_day_for_callers_is_kept_of_stages_too(app: &TestApp) {
        let (chief, lin, zhou) = (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = clearance_for_everybody(app).await;
        limited(&chief, app, 2, 1).await.ok();
        book(&lin, app, three(TUESDAY)).await;
        let gao = app.signed_in("gao").await;
        hold(&gao, &service, one("2026-11-24T14:00:00Z")).await.refused(409, "places_reserved");
        assert_eq!(offered(&gao, &service, "").await.1, json!("reserved"));
        let call = |starts_at: &str| {
            let call = with(by_phone(&service, starts_at), "stages", one(starts_at));
            with(call, "starts_at", Value::Null)
        };
        let made = zhou.post("/api/v1/desk/bookings", call("2026-11-24T14:00:00Z")).await.ok();
        assert_eq!((&made["state"], taken(app, &service).await), (&json!("accepted"), 2));
        zhou.post("/api/v1/desk/bookings", call("2026-11-24T15:00:00Z")).await.refused(409, "slot_taken");
    }

    async fn who_had_booked_stages_before_the_number_came_counts_in_it(app: &TestApp) {
        let (chief, lin, gao) = (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        book(&lin, app, three(TUESDAY)).await;
        book(&gao, app, three(["2026-11-24T14:00:00Z", "2026-11-24T14:30:00Z", "2026-11-24T15:30:00Z"])).await;
        limited(&chief, app, 1, 0).await.refused(409, "settings_bookings_outside");
        limited(&chief, app, 2, 0).await.ok();
        assert_eq!(taken(app, &service).await, 2);
        let bai = app.signed_in("bai").await;
        hold(&bai, &service, one("2026-11-24T13:00:00Z")).await.refused(409, "slot_taken");
        hold(&bai, &service, one(WEDNESDAY[0])).await.ok();
    }
}
