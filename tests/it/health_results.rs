//! Results of examinations: promised by the official calendar, said to be ready by an officer, and told without a word
//! about health.

use crate::booking::{path, try_form};
use crate::both_stores;
use crate::review_values::intact;
use mianqia::notify::entities::outbox;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

fn wish(service: &str, starts_at: &str) -> Value {
    let fields = json!({"item": "residence", "document": "passport", "health_consent": true});
    json!({"service_id": service, "starts_at": starts_at,
        "request": {"contact_name": "林女士", "contact_mobile": "15400000001", "fields": fields}})
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn results_are_promised_by_working_days_and_told_when_they_are_ready(app: &TestApp) {
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("check-up").await;
        // Thursday: Friday, Monday, Tuesday.
        let one = lin.post("/api/v1/bookings", wish(&service, "2026-11-26T01:00:00Z")).await.ok();
        assert_eq!(lin.get(&path(&one, "")).await.ok()["results"],
            json!({"promised_on": "2026-12-01", "unpublished_year": null, "ready_at": null, "waits": false, "overdue": false}));
        zhou.post(&path(&one, "/results-ready"), json!({})).await.refused(409, "wrong_state");
        assert_eq!(zhou.get("/api/v1/results").await.ok()["items"], json!([]));

        app.set_time("2026-11-26T01:05:00Z");
        let zhou = app.signed_in("zhou").await;
        zhou.post(&path(&one, "/check-in"), json!({})).await.ok();
        zhou.post(&path(&one, "/complete"), json!({})).await.ok();
        let due = zhou.get("/api/v1/results").await.ok();
        assert_eq!((&due["items"][0]["booking"]["id"], &due["items"][0]["results"]["overdue"]), (&one["id"], &json!(false)));
        app.set_time("2026-12-01T16:00:00Z");
        let zhou = app.signed_in("zhou").await;
        assert_eq!(zhou.get("/api/v1/results").await.ok()["items"][0]["results"]["overdue"], true);

        zhou.post(&path(&one, "/results-ready"), json!({})).await.ok();
        // Twice is once.
        zhou.post(&path(&one, "/results-ready"), json!({})).await.ok();
        assert_eq!(zhou.get("/api/v1/results").await.ok()["items"], json!([]));
        let lin = app.signed_in("lin").await;
        let shown = lin.get(&path(&one, "")).await.ok();
        assert_eq!((&shown["results"]["ready_at"], &shown["results"]["waits"]), (&json!("2026-12-01T16:00:00Z"), &json!(false)));
        let told: Vec<&Value> = shown["history"].as_array().unwrap().iter().filter(|item| item["kind"] == "booking.results_ready").collect();
        assert_eq!(told.len(), 1);
        let mails = outbox::Entity::find().filter(outbox::Column::Template.eq("booking.results_ready"));
        let mails = mails.all(app.app.db.reader()).await.unwrap();
        assert_eq!(mails.len(), 1);
        let said = mails[0].payload.to_string();
        for word in ["体检", "health", "Health", "residence", "居留", "检查"] {
            assert!(!said.contains(word), "{word}: {said}");
        }
        let (fine, report) = intact(app, one["id"].as_str().unwrap()).await;
        assert!(fine && report.contains(" 0 not told"), "{report}");
    }

    async fn a_term_into_an_unpublished_year_is_said_to_be_unknown(app: &TestApp) {
        app.set_time("2026-12-28T02:00:00Z");
        let lin = app.signed_in("lin").await;
        let service = app.service("check-up").await;
        let one = lin.post("/api/v1/bookings", wish(&service, "2026-12-30T01:00:00Z")).await.ok();
        let results = lin.get(&path(&one, "")).await.ok()["results"].clone();
        assert_eq!((&results["promised_on"], &results["unpublished_year"]), (&Value::Null, &json!(2027)));
    }

    async fn what_promises_no_results_has_none(app: &TestApp) {
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("video-try").await;
        let wish = json!({"service_id": service, "starts_at": "2026-11-24T02:00:00Z", "request": try_form()});
        let one = lin.post("/api/v1/bookings", wish).await.ok();
        assert_eq!(lin.get(&path(&one, "")).await.ok()["results"], Value::Null);
        zhou.post(&path(&one, "/results-ready"), json!({})).await.refused(409, "no_results");
    }

    async fn what_to_bring_and_how_to_prepare_stands_in_the_confirmation(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let service = app.service("check-up").await;
        let page = lin.get(&format!("/api/v1/services/{service}")).await.ok();
        lin.post("/api/v1/bookings", wish(&service, "2026-11-26T01:00:00Z")).await.ok();
        let mail = outbox::Entity::find().filter(outbox::Column::Template.eq("booking.accepted"));
        let mail = mail.one(app.app.db.reader()).await.unwrap().unwrap();
        let text = mail.payload["text"].as_str().unwrap();
        for words in [&page["bring"][0]["zh-CN"], &page["prepare"]["zh-CN"]] {
            assert!(text.contains(words.as_str().unwrap()), "{words}: {text}");
        }
    }
}
