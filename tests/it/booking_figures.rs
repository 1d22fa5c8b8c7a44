//! Figures of operation: what bookings came to, visits saved, and the clearance clock in figures.

use crate::booking::{after_hours_form, path, take, try_form, wish};
use crate::both_stores;
use crate::support::{Browser, TestApp, eventually};
use reqwest::Method;
use serde_json::{Value, json};

/// The figures of the month at hand.
async fn this_month(chief: &Browser) -> Value {
    chief.get("/api/v1/figures/work?months=1").await.ok()["months"][0].clone()
}

fn of_service(month: &Value, id: &str) -> Value {
    let all = month["services"].as_array().unwrap();
    all.iter().find(|one| one["service_id"] == id).unwrap_or_else(|| panic!("{month}")).clone()
}

/// What rules refused of a service, once so many tries are counted.
pub async fn refused(app: &TestApp, service: &str, tries: i64) -> Value {
    let chief = app.signed_in("shen").await;
    eventually("all refusals are counted", || async {
        let month = this_month(&chief).await;
        let all = month["refusals"].as_array().unwrap().iter();
        let own: Vec<Value> = all.filter(|one| one["service_id"] == service).cloned().collect();
        let sum: i64 = own.iter().filter_map(|one| one["refused"].as_i64()).sum();
        assert!(sum <= tries, "{month}");
        (sum == tries).then(|| own.iter().map(|one| json!([one["rule"], one["refused"]])).collect())
    })
    .await
}

/// A chief changes some of the terms of a service.
async fn change_terms(app: &TestApp, service: &str, change: Value) {
    let chief = app.signed_in("shen").await;
    let mut terms = chief.get(&format!("/api/v1/services/{service}")).await.ok()["terms"].clone();
    for (name, value) in change.as_object().unwrap() {
        terms[name] = value.clone();
    }
    let body = json!({"terms": terms, "reason": "试行"});
    chief.call(Method::PUT, &format!("/api/v1/services/{service}/terms"), Some(body)).await.ok();
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn bookings_are_counted_by_what_they_came_to_and_stages_by_how_long_they_took(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let done = crate::video::book(app, &owner).await["id"].as_str().unwrap().to_owned();
        // Only held: of that nothing is counted.
        let service = app.service("video-try").await;
        owner.post("/api/v1/bookings", json!({"service_id": service, "starts_at": "2026-11-23T03:00:00Z"})).await.ok();
        let stages = json!([
            {"stage": "declaration", "starts_at": "2026-11-24T11:00:00Z"},
            {"stage": "release", "starts_at": "2026-11-24T11:30:00Z"},
        ]);
        let fields = json!({
            "eligibility": "urgent", "consignee": "冰城示例贸易有限公司", "goods": "冷冻海鱼", "hs_codes": "0303",
            "declaration_port": "1900", "entry_port": "1902", "transport": "rail", "reason": "到港后不能久放"});
        let request = json!({"contact_name": "林晓", "contact_mobile": "15412345678", "fields": fields});
        let wish = json!({"service_id": app.service("after-hours").await, "stages": stages, "request": request});
        let cleared = owner.post("/api/v1/bookings", wish).await.ok()["id"].as_str().unwrap().to_owned();
        app.set_time("2026-11-23T02:15:00Z");
        let officer = app.signed_in("zhou").await;
        for step in ["check-in", "complete"] {
            officer.post(&format!("/api/v1/bookings/{done}/{step}"), json!({})).await.ok();
        }
        officer.post(&format!("/api/v1/bookings/{cleared}/accept"), json!({})).await.ok();
        for (at, step) in [
            ("2026-11-24T11:00:00Z", "declaration/begin"), ("2026-11-24T11:20:00Z", "declaration/end"),
            ("2026-11-24T11:30:00Z", "release/begin"), ("2026-11-24T11:37:20Z", "release/end"),
        ] {
            app.set_time(at);
            let officer = app.signed_in("zhou").await;
            officer.post(&format!("/api/v1/bookings/{cleared}/stages/{step}"), json!({})).await.ok();
        }
        let chief = app.signed_in("shen").await;
        let found = chief.get("/api/v1/figures/work?months=2").await.ok();
        assert_eq!(found["months"].as_array().unwrap().len(), 2);
        let month = &found["months"][0];
        assert_eq!(month["month"], "2026-11");
        let of = |id: &str| {
            let all = month["services"].as_array().unwrap();
            all.iter().find(|one| one["service_id"] == id).unwrap_or_else(|| panic!("{month}")).clone()
        };
        let video = of(&service);
        assert_eq!((&video["booked"], &video["completed"], &video["visits_saved"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!((&video["open"], &video["no_shows"]), (&json!(0), &json!({"k": 0, "n": 1, "percent": 0.0})));
        // Nobody decides there: it is decided as it comes.
        assert_eq!(video["decisions"]["at_once"], json!({"k": 1, "n": 1, "percent": 100.0}));
        assert_eq!((&video["decisions"]["median_minutes"], &video["decisions"]["in_term"]["n"]), (&json!(0), &json!(0)));
        let clearance = of(&app.service("after-hours").await);
        assert_eq!((&clearance["completed"], &clearance["visits_saved"]), (&json!(1), &json!(0)));
        assert_eq!(month["stages"], json!([
            {"stage": "declaration", "n": 1, "median_minutes": 20, "most_minutes": 20},
            {"stage": "release", "n": 1, "median_minutes": 7, "most_minutes": 7},
        ]));
        assert_eq!(found["months"][1]["services"], json!([]));
        for months in ["0", "37"] {
            chief.get(&format!("/api/v1/figures/work?months={months}")).await.refused(422, "bad_months");
        }
    }
}

both_stores! {
    // Friday, 16:00 in Shanghai.
    at "2026-11-20T08:00:00Z";

    async fn decisions_are_at_once_on_the_same_day_or_later_and_within_the_promised_term_or_not(app: &TestApp) {
        let service = app.service("after-hours").await;
        change_terms(app, &service, json!({"decided_within_working_days": 1})).await;
        let lin = app.signed_in("lin").await;
        let request = async |starts_at: &str| {
            let held = take(&lin, &service, starts_at).await;
            lin.post(&path(&held, "/request"), after_hours_form()).await.ok()
        };
        let decide = async |booking: &Value, at: &str, step: &str| {
            app.set_time(at);
            let body = if step == "/refuse" { json!({"reason": "资料不全"}) } else { json!({}) };
            app.signed_in("zhou").await.post(&path(booking, step), body).await.ok();
        };
        let mut all = Vec::new();
        for starts_at in [
            "2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z", "2026-11-25T12:00:00Z", "2026-11-25T13:00:00Z",
            "2026-11-22T10:00:00Z",
        ] {
            all.push(request(starts_at).await);
        }
        decide(&all[0], "2026-11-20T08:10:00Z", "/accept").await;
        decide(&all[1], "2026-11-20T15:59:00Z", "/refuse").await;
        // Monday is one working day later, Tuesday two.
        decide(&all[2], "2026-11-23T15:00:00Z", "/accept").await;
        decide(&all[3], "2026-11-24T02:00:00Z", "/accept").await;
        // The fifth began on Sunday evening, and nobody had decided. One that was taken back counts for nothing.
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &service, "2026-11-26T10:00:00Z").await;
        let taken_back = lin.post(&path(&held, "/request"), after_hours_form()).await.ok();
        lin.post(&path(&taken_back, "/cancel"), json!({"reason": "改期"})).await.ok();
        let chief = app.signed_in("shen").await;
        let found = of_service(&this_month(&chief).await, &service)["decisions"].clone();
        assert_eq!(found, json!({
            "requested": 5, "decided": 4,
            "at_once": {"k": 1, "n": 4, "percent": 25.0},
            "same_day": {"k": 1, "n": 4, "percent": 25.0},
            "later": {"k": 2, "n": 4, "percent": 50.0},
            "waiting": 0, "undecided_by_start": 1,
            "promised_working_days": 1,
            "in_term": {"k": 3, "n": 5, "percent": 60.0},
            "median_minutes": 479, "most_minutes": 5400,
        }));
        let told = chief.get("/api/v1/figures/work?months=1").await.ok();
        assert_eq!((&told["few"], &told["at_once_minutes"]), (&json!(10), &json!(10)));
        // Where nothing is promised, nothing is kept or broken.
        change_terms(app, &service, json!({"decided_within_working_days": null})).await;
        let found = of_service(&this_month(&chief).await, &service)["decisions"].clone();
        assert_eq!((&found["promised_working_days"], &found["in_term"]["n"]), (&Value::Null, &json!(0)));
    }

    async fn who_moves_a_booking_asks_anew_and_that_is_what_counts(app: &TestApp) {
        let service = app.service("after-hours").await;
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &service, "2026-11-25T10:00:00Z").await;
        let booked = lin.post(&path(&held, "/request"), after_hours_form()).await.ok();
        app.set_time("2026-11-24T02:00:00Z");
        app.signed_in("zhou").await.post(&path(&booked, "/accept"), json!({})).await.ok();
        let lin = app.signed_in("lin").await;
        lin.post(&path(&booked, "/reschedule"), json!({"starts_at": "2026-11-25T11:00:00Z"})).await.ok();
        let chief = app.signed_in("shen").await;
        let decisions = async || of_service(&this_month(&chief).await, &service)["decisions"].clone();
        let found = decisions().await;
        assert_eq!((&found["waiting"], &found["decided"]), (&json!(1), &json!(0)), "{found}");
        app.set_time("2026-11-24T02:05:00Z");
        app.signed_in("zhou").await.post(&path(&booked, "/accept"), json!({})).await.ok();
        let found = decisions().await;
        assert_eq!((&found["at_once"]["k"], &found["median_minutes"]), (&json!(1), &json!(5)), "{found}");
    }

    async fn what_a_rule_refuses_is_counted_by_service_day_and_rule(app: &TestApp) {
        let service = crate::desk::clearance_for_everybody(app).await;
        let lin = app.signed_in("lin").await;
        let tries = async |starts_at: &str, code: &str| {
            lin.post("/api/v1/bookings", wish(&service, starts_at)).await.refused(422, code);
        };
        // Too soon twice, too far ahead, and what is nobody's rule.
        tries("2026-11-20T10:00:00Z", "lead_time").await;
        tries("2026-11-20T11:00:00Z", "lead_time").await;
        tries("2026-12-25T10:00:00Z", "beyond_horizon").await;
        tries("2026-11-23T04:00:00Z", "not_a_slot").await;
        tries("2026-11-19T10:00:00Z", "slot_past").await;
        // Moving is refused by the same rules.
        let held = take(&lin, &service, "2026-11-25T10:00:00Z").await;
        let booked = lin.post(&path(&held, "/request"), after_hours_form()).await.ok();
        lin.post(&path(&booked, "/reschedule"), json!({"starts_at": "2026-11-20T11:00:00Z"})).await.refused(422, "lead_time");
        // At the desk it is the caller who is refused; an officer's reason takes it all the same.
        let zhou = app.signed_in("zhou").await;
        let mut at_desk = json!({"service_id": service, "starts_at": "2026-11-20T11:00:00Z", "channel": "phone",
            "contact_name": "林女士", "contact_mobile": "15400000001", "fields": after_hours_form()["fields"]});
        zhou.post("/api/v1/desk/bookings", at_desk.clone()).await.refused(422, "lead_time");
        at_desk["reason"] = json!("急件");
        zhou.post("/api/v1/desk/bookings", at_desk).await.ok();
        let counted = refused(app, &service, 5).await;
        assert_eq!(counted, json!([["lead_time", 4], ["beyond_horizon", 1]]));
    }

    async fn whom_the_terms_exclude_is_refused_and_counted_wherever_they_ask(app: &TestApp) {
        let service = app.service("after-hours").await;
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &service, "2026-11-25T10:00:00Z").await;
        let me = lin.get("/api/v1/me").await.ok();
        let tier = json!({"credit_tier": "discredited", "reason": "信用等级认定书"});
        let enterprise = me["enterprise"]["id"].as_str().unwrap();
        let chief = app.signed_in("shen").await;
        chief.call(Method::PUT, &format!("/api/v1/enterprises/{enterprise}/credit-tier"), Some(tier)).await.ok();
        lin.post("/api/v1/bookings", wish(&service, "2026-11-25T11:00:00Z")).await.refused(403, "tier_excluded");
        lin.post(&path(&held, "/request"), after_hours_form()).await.refused(403, "tier_excluded");
        // Nothing could ever be offered to them.
        let waiting = json!({"from": "2026-11-24", "to": "2026-11-26"});
        let queue = format!("/api/v1/services/{service}/waiting");
        let answer = lin.post(&queue, waiting.clone()).await;
        answer.refused(403, "tier_excluded");
        assert!(answer.json()["title"].as_str().unwrap().contains("109"), "{}", answer.text);
        let again = json!({"credit_tier": "regular", "reason": "信用修复"});
        chief.call(Method::PUT, &format!("/api/v1/enterprises/{enterprise}/credit-tier"), Some(again)).await.ok();
        lin.post(&queue, waiting).await.ok();
        assert_eq!(refused(app, &service, 3).await, json!([["tier_excluded", 3]]));
    }

    async fn nothing_free_is_counted_too_and_a_storm_of_it_is_lost_nowhere(app: &TestApp) {
        let service = app.service("video-try").await;
        let lin = app.signed_in("lin").await;
        let slots = lin.get(&format!("/api/v1/services/{service}/slots?date=2026-11-23")).await.ok();
        let starts_at = slots["slots"][0]["starts_at"].as_str().unwrap().to_owned();
        let capacity = slots["slots"][0]["free"].as_i64().unwrap();
        let mut taken = 0;
        for _ in 0..capacity {
            let wish = json!({"service_id": service, "starts_at": starts_at, "anyway": true, "request": try_form()});
            let answer = lin.post("/api/v1/bookings", wish).await;
            taken += i64::from(answer.status == 201);
        }
        assert_eq!(taken, capacity, "the limit of an enterprise is wide enough for this");
        let gao = app.signed_in("gao").await;
        let tries = (0..30).map(|_| gao.post("/api/v1/bookings", wish(&service, &starts_at)));
        for answer in futures::future::join_all(tries).await {
            answer.refused(409, "slot_taken");
        }
        assert_eq!(refused(app, &service, 30).await, json!([["slot_taken", 30]]));
    }
}
