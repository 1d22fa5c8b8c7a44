//! What concerns every request: problems, limits, idempotency, health, the OpenAPI document.

use crate::both_stores;
use crate::support::eventually;
use futures::future::join_all;
use mianqia::app::entities::idempotency;
use mianqia::booking::entities::booking;
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use serde_json::json;
use std::collections::HashSet;

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn it_says_that_it_is_ready(app: &TestApp) {
        let browser = app.browser();
        assert_eq!(browser.get("/healthz").await.text, "ok");
        assert_eq!(browser.get("/readyz").await.ok()["ready"], true);
        browser.get("/api/v1/office").await.ok();
        let metrics = app.metrics().await;
        assert!(metrics.contains("mianqia_http_requests_total"), "{metrics}");
        assert!(metrics.contains(r#"route="/api/v1/office""#), "{metrics}");
        let elsewhere = browser.get("/metrics").await;
        assert!(!elsewhere.text.contains("mianqia_http_requests_total"), "{}", elsewhere.text);
    }

    async fn an_error_is_a_problem_in_the_readers_language(app: &TestApp) {
        let browser = app.browser();
        let chinese = browser.get("/api/v1/me").await;
        chinese.refused(401, "not_signed_in");
        assert_eq!(chinese.headers["content-type"], "application/problem+json");
        assert_eq!(chinese.json()["title"], "请先登录。");
        assert_eq!(chinese.json()["request_id"], chinese.headers["x-request-id"].to_str().unwrap());

        let request = browser.client.get(format!("{}/api/v1/me", app.base)).header("accept-language", "en-GB");
        assert_eq!(browser.send(request).await.json()["title"], "Please sign in first.");

        browser.get("/api/v1/nothing").await.refused(404, "not_found");
        browser.post("/api/v1/office", json!({})).await.refused(405, "method_not_allowed");
        let request = browser.client.post(format!("{}/api/v1/sign-in", app.base)).body("{");
        browser.send(request).await.refused(415, "unsupported_media_type");
        let request = browser.client.post(format!("{}/api/v1/sign-in", app.base))
            .header("content-type", "application/json").body("{");
        browser.send(request).await.refused(400, "bad_json");
        let large = json!({"login": "x".repeat(300_000), "password": "y"});
        browser.post("/api/v1/sign-in", large).await.refused(413, "body_too_large");
    }

    async fn another_site_cannot_write(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let request = browser.client.post(format!("{}/api/v1/sign-out", app.base))
            .header("sec-fetch-site", "cross-site").header("origin", "https://elsewhere.example");
        browser.send(request).await.refused(403, "cross_site");
        browser.get("/api/v1/me").await.ok();
    }

    async fn a_repeated_write_gets_the_first_answer(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let service = app.service("video-try").await;
        let write = |key: &'static str, starts_at: &'static str| {
            let request = browser.client.post(format!("{}/api/v1/bookings", app.base)).header("idempotency-key", key);
            browser.send(request.json(&json!({"service_id": service, "starts_at": starts_at})))
        };
        let first = write("k1", "2026-11-23T03:00:00Z").await.ok();
        let again = write("k1", "2026-11-23T03:00:00Z").await;
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!(again.ok()["id"], first["id"]);
        write("k1", "2026-11-23T03:15:00Z").await.refused(422, "idempotency_key_reused");
        let other = write("k2", "2026-11-23T03:15:00Z").await.ok();
        assert_ne!(other["id"], first["id"]);
        // A refusal changed nothing, so the key may be used again.
        write("k3", "2026-11-23T03:01:00Z").await.refused(422, "not_a_slot");
        write("k3", "2026-11-23T03:30:00Z").await.ok();
    }

    async fn a_request_that_comes_many_times_at_once_is_carried_out_once(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let wish = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-23T03:00:00Z"});
        let url = format!("{}/api/v1/bookings", app.base);
        let send = || browser.send(browser.client.post(&url).header("idempotency-key", "many").json(&wish));
        let answers = join_all((0..16).map(|_| send())).await;
        let held: HashSet<String> = answers
            .iter()
            .filter(|answer| {
                let done = answer.status.is_success();
                if !done {
                    answer.refused(409, "idempotency_in_flight");
                }
                done
            })
            .map(|answer| answer.json()["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(held.len(), 1, "{answers:?}");
        let id = send().await.ok()["id"].as_str().unwrap().to_owned();
        assert!(held.contains(&id));
        assert_eq!(booking::Entity::find().count(app.app.db.reader()).await.unwrap(), 1);
    }

    async fn what_was_carried_out_is_not_repeated_when_its_answer_was_lost(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let wish = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-23T03:00:00Z"});
        let url = format!("{}/api/v1/bookings", app.base);
        let send = || browser.send(browser.client.post(&url).header("idempotency-key", "lost").json(&wish));
        send().await.ok();
        eventually("the answer is kept", || async {
            let row = idempotency::Entity::find().one(app.app.db.reader()).await.unwrap();
            row.and_then(|row| row.body)
        })
        .await;
        // As it is when the program is killed between the commit and the answer.
        let unanswered = idempotency::ActiveModel { status: Set(None), body: Set(None), ..Default::default() };
        idempotency::Entity::update_many().set(unanswered).exec(app.app.db.reader()).await.unwrap();
        send().await.refused(409, "idempotency_in_flight");
        app.set_time("2026-11-23T02:02:00Z");
        send().await.refused(409, "idempotency_answer_lost");
        assert_eq!(booking::Entity::find().count(app.app.db.reader()).await.unwrap(), 1);
        // A day later the key is forgotten and stands for another request.
        app.set_time("2026-11-24T02:30:00Z");
        let browser = app.signed_in("lin").await;
        let later = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-24T03:00:00Z"});
        let request = browser.client.post(&url).header("idempotency-key", "lost").json(&later);
        browser.send(request).await.ok();
    }

    async fn pages_come_with_a_strict_policy(app: &TestApp) {
        let answer = app.browser().get("/healthz").await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self';") && policy.contains("style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
}
