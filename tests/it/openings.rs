//! Overtime days and surge plans: announced, booked in, withdrawn.

use crate::booking::{path, take};
use crate::both_stores;
use crate::mail_words::requested;
use crate::support::TestApp;
use mianqia::evidence::entities::entry;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

/// A Saturday on which the office is closed.
const SATURDAY: &str = "2026-11-28";

async fn opening(app: &TestApp, code: &str) -> Value {
    json!({
        "service_id": app.service(code).await, "date_from": SATURDAY, "date_to": SATURDAY, "from_minute": 540, "to_minute": 720,
        "text": {"zh-CN": "双十一期间，本周六上午加开。", "en": "Open this Saturday morning as well."}, "reason": "统一加班",
    })
}

fn with(mut wish: Value, field: &str, value: Value) -> Value {
    wish[field] = value;
    wish
}

async fn entries(app: &TestApp, kind: &str) -> u64 {
    entry::Entity::find().filter(entry::Column::Kind.eq(kind)).count(app.app.db.reader()).await.unwrap()
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn an_overtime_day_is_previewed_announced_booked_in_and_withdrawn_once_it_is_empty(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let wish = opening(app, "video").await;
        let service = app.service("video").await;
        let slots = format!("/api/v1/services/{service}/slots?date={SATURDAY}");
        assert_eq!(lin.get(&slots).await.ok()["slots"], json!([]));
        let effect = chief.post("/api/v1/openings/preview", wish.clone()).await.ok();
        assert_eq!(effect["slots"], 6);
        assert!(effect["places"].as_i64().unwrap() >= 6, "{effect}");
        assert_eq!(chief.get("/api/v1/openings").await.ok()["items"], json!([]));

        let made = chief.post("/api/v1/openings", wish).await.ok();
        let open = lin.get(&slots).await.ok();
        assert_eq!((open["slots"].as_array().unwrap().len(), &open["slots"][0]["starts_at"]), (6, &json!("2026-11-28T01:00:00Z")));
        let told = lin.get(&format!("/api/v1/services/{service}")).await.ok();
        assert_eq!(told["announcements"][0]["text"]["en"], "Open this Saturday morning as well.");
        assert_eq!(entries(app, "opening.announced").await, 1);
        let held = take(&lin, &service, "2026-11-28T01:00:00Z").await;

        let withdraw = format!("/api/v1/openings/{}/withdraw", made["id"].as_str().unwrap());
        let refused = chief.post(&withdraw, json!({})).await;
        refused.refused(409, "opening_booked");
        assert!(refused.json()["title"].as_str().unwrap().contains(held["reference"].as_str().unwrap()), "{}", refused.text);
        assert_eq!(lin.get(&slots).await.ok()["slots"].as_array().unwrap().len(), 6);
        lin.post(&path(&held, "/cancel"), json!({})).await.ok();
        assert_eq!(chief.post(&withdraw, json!({})).await.status, 204);
        assert_eq!(chief.post(&withdraw, json!({})).await.status, 204);
        assert_eq!(entries(app, "opening.withdrawn").await, 1);
        assert_eq!(lin.get(&slots).await.ok()["slots"], json!([]));
        assert_eq!(lin.get(&format!("/api/v1/services/{service}")).await.ok()["announcements"], json!([]));
        let listed = chief.get("/api/v1/openings").await.ok();
        assert!(listed["items"][0]["withdrawn_at"].is_string(), "{listed}");
    }

    async fn a_surge_plan_adds_places_that_go_when_it_is_withdrawn(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let service = crate::desk::clearance_for_everybody(app).await;
        // Tuesday evening, within the hours of the rules.
        let at = "2026-11-24T12:00:00Z";
        let slots = format!("/api/v1/services/{service}/slots?date=2026-11-24");
        let slot = async || {
            let slots = app.browser().get(&slots).await.ok();
            let found = slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == at).unwrap();
            (found["free"].as_i64().unwrap(), found["capacity"].as_i64().unwrap())
        };
        let (free, capacity) = slot().await;
        let mut wish = opening(app, "after-hours").await;
        for (field, value) in [("date_from", json!("2026-11-24")), ("date_to", json!("2026-11-25")), ("from_minute", json!(1140)), ("to_minute", json!(1320)), ("extra_seats", json!(2))] {
            wish[field] = value;
        }
        let effect = chief.post("/api/v1/openings/preview", wish.clone()).await.ok();
        assert_eq!((&effect["slots"], &effect["places"]), (&json!(0), &json!(2 * 2 * 3)));
        let made = chief.post("/api/v1/openings", wish).await.ok();
        assert_eq!(slot().await, (free + 2, capacity + 2));
        let day = app.browser().get(&format!("/api/v1/services/{service}/days?from=2026-11-24&to=2026-11-24")).await.ok();
        assert!(day["days"][0]["free"].as_i64() <= day["days"][0]["total"].as_i64(), "{day}");

        // All of them can be booked, and no more.
        let mut taken = Vec::new();
        for login in ["lin", "gao", "bai", "luo"].iter().cycle().take(usize::try_from(free + 2).unwrap()) {
            let browser = app.signed_in(login).await;
            let wish = json!({"service_id": service, "starts_at": at, "anyway": true});
            taken.push((login, browser.post("/api/v1/bookings", wish).await.ok()));
        }
        assert_eq!(slot().await.0, 0);
        let one_more = json!({"service_id": service, "starts_at": at, "anyway": true});
        app.signed_in("gao").await.post("/api/v1/bookings", one_more).await.refused(409, "slot_taken");
        let withdraw = format!("/api/v1/openings/{}/withdraw", made["id"].as_str().unwrap());
        chief.post(&withdraw, json!({})).await.refused(409, "opening_booked");
        // Those who have the added seats give them back; the others may stay.
        for (login, held) in taken.iter().rev().take(2) {
            app.signed_in(login).await.post(&path(held, "/cancel"), json!({})).await.ok();
        }
        assert_eq!(chief.post(&withdraw, json!({})).await.status, 204);
        assert_eq!(slot().await, (0, capacity));
    }

    async fn a_surge_plan_raises_the_quota_of_its_days_and_stands_while_somebody_needs_it(app: &TestApp) {
        let (chief, lin, luo) =
            (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("luo").await);
        let service = app.service("vaccination").await;
        // One a day, whatever the slots have.
        let path_of_settings = format!("/api/v1/service-settings/{service}");
        let there = chief.get(&path_of_settings).await.ok();
        let mut settings = there["settings"].clone();
        settings["daily_quota"] = json!(1);
        let body = json!({"version": there["version"], "settings": settings, "reason": "试行"});
        chief.call(reqwest::Method::PUT, &path_of_settings, Some(body)).await.ok();
        let at = "2026-11-25T01:00:00Z";
        let day = async |date: &str| {
            let days = lin.get(&format!("/api/v1/services/{service}/days?from={date}&to={date}")).await.ok();
            (days["days"][0]["free"].as_i64().unwrap(), days["days"][0]["total"].as_i64().unwrap())
        };
        take(&lin, &service, at).await;
        assert_eq!(day("2026-11-25").await, (0, 1));
        let more = json!({"service_id": service, "starts_at": at});
        luo.post("/api/v1/bookings", more.clone()).await.refused(409, "slot_taken");
        // Places side by side alone bring nothing, and that is said.
        let mut wish = opening(app, "vaccination").await;
        for (field, value) in [("date_from", json!("2026-11-25")), ("date_to", json!("2026-11-26")), ("from_minute", json!(510)), ("to_minute", json!(690)), ("extra_seats", json!(5))] {
            wish[field] = value;
        }
        let effect = chief.post("/api/v1/openings/preview", wish.clone()).await.ok();
        assert_eq!(effect, json!({"slots": 0, "places": 0, "limited_by_quota": true}));
        chief.post("/api/v1/openings", wish.clone()).await.refused(422, "opening_opens_nothing");
        wish["extra_quota"] = json!(2);
        let effect = chief.post("/api/v1/openings/preview", wish.clone()).await.ok();
        assert_eq!((&effect["places"], &effect["limited_by_quota"]), (&json!(4), &json!(true)), "two more on two days");
        let made = chief.post("/api/v1/openings", wish).await.ok();
        assert_eq!(made["extra_quota"], 2);
        assert_eq!((day("2026-11-25").await, day("2026-11-26").await, day("2026-11-27").await), ((2, 3), (3, 3), (1, 1)));
        let second = luo.post("/api/v1/bookings", more).await.ok();
        assert_eq!(day("2026-11-25").await, (1, 3));
        let withdraw = format!("/api/v1/openings/{}/withdraw", made["id"].as_str().unwrap());
        chief.post(&withdraw, json!({})).await.refused(409, "opening_booked");
        luo.post(&path(&second, "/cancel"), json!({})).await.ok();
        assert_eq!(chief.post(&withdraw, json!({})).await.status, 204);
        assert_eq!(day("2026-11-25").await, (0, 1));
    }

    async fn what_opens_nothing_or_cannot_be_is_refused_and_nothing_is_written(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let wish = opening(app, "video").await;
        let one_text = json!({"zh-CN": "只有中文", "en": " "});
        let long_text = json!({"zh-CN": "好".repeat(301), "en": "x"});
        for (field, value, code, told) in [
            ("service_id", json!("018f0000-0000-7000-8000-000000000000"), "unknown_service", "service_id"),
            ("date_to", json!("2026-11-27"), "opening_dates", "date_to"),
            ("date_to", json!("2026-12-29"), "opening_dates", "date_to"),
            ("date_from", json!("2026-11-22"), "opening_dates", "date_to"),
            ("to_minute", json!(540), "opening_minutes", "to_minute"),
            ("to_minute", json!(1441), "opening_minutes", "to_minute"),
            ("from_minute", json!(-1), "opening_minutes", "to_minute"),
            ("extra_seats", json!(51), "opening_seats", "extra_seats"),
            ("extra_seats", json!(-1), "opening_seats", "extra_seats"),
            ("extra_quota", json!(1), "opening_quota", "extra_quota"),
            ("extra_quota", json!(-1), "opening_quota", "extra_quota"),
            ("text", one_text, "opening_text_required", "text.en"),
            ("text", long_text, "too_long", "text.zh-CN"),
            ("reason", json!(" "), "reason_required", "reason"),
            ("reason", json!("长".repeat(501)), "too_long", "reason"),
            // Not as long as a slot.
            ("to_minute", json!(560), "opening_opens_nothing", "from_minute"),
        ] {
            let refused = chief.post("/api/v1/openings", with(wish.clone(), field, value)).await;
            refused.refused(422, code);
            assert_eq!(refused.json()["field"], told, "{}", refused.text);
        }
        assert_eq!(entries(app, "opening.announced").await, 0);
        assert_eq!(chief.get("/api/v1/openings").await.ok()["items"], json!([]));
        for login in ["zhou", "lin"] {
            app.signed_in(login).await.post("/api/v1/openings", wish.clone()).await.refused(403, "forbidden");
        }
        // A booking that is open by the rules anyway is no hindrance.
        let overlapping = with(with(wish, "service_id", json!(app.service("after-hours").await)), "date_to", json!("2026-11-30"));
        let mut overlapping = with(overlapping, "from_minute", json!(480));
        overlapping["to_minute"] = json!(660);
        let made = chief.post("/api/v1/openings", overlapping).await.ok();
        requested(app, &app.signed_in("lin").await, "after-hours", "2026-11-28T02:00:00Z").await;
        let withdraw = format!("/api/v1/openings/{}/withdraw", made["id"].as_str().unwrap());
        assert_eq!(chief.post(&withdraw, json!({})).await.status, 204);
    }
}
