//! What was saved is not told as undone, and what is kept of answers is kept sealed.

use crate::both_stores;
use crate::support::{TestApp, eventually};
use mianqia::app::entities::idempotency;
use mianqia::booking::entities::booking;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait};
use serde_json::json;

/// Holds a place, so that what overlaps is read after another booking at the time.
async fn hold(app: &TestApp, wish: &serde_json::Value) {
    app.signed_in("lin").await.post("/api/v1/bookings", wish.clone()).await.ok();
}

/// Breaks what is read after a booking has been made, in the same transaction.
async fn break_what_follows_a_booking(app: &TestApp) {
    let db = app.app.db.reader();
    let statements: &[&str] = match db.get_database_backend() {
        DbBackend::Sqlite => &[
            "create trigger breaks after insert on booking begin update enterprise set created_at = 'never'; end",
        ],
        _ => &[
            "create function breaks() returns trigger language plpgsql as $$ begin update enterprise set created_at = 'infinity'; return new; end $$",
            "create trigger breaks after insert on booking for each row execute function breaks()",
        ],
    };
    for statement in statements {
        db.execute_unprepared(statement).await.unwrap();
    }
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn a_failed_read_after_the_commit_does_not_say_that_nothing_was_changed(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let wish = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-23T03:00:00Z", "anyway": true});
        hold(app, &wish).await;
        break_what_follows_a_booking(app).await;
        let url = format!("{}/api/v1/bookings", app.base);
        let request = browser.client.post(&url).header("accept-language", "en");
        let answer = browser.send(request.json(&wish)).await;
        answer.refused(500, "answer_lost");
        assert!(answer.json()["title"].as_str().unwrap().contains("was saved"), "{}", answer.text);
        assert_eq!(booking::Entity::find().count(app.app.db.reader()).await.unwrap(), 2);
    }

    async fn so_it_is_with_a_key_too(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let wish = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-23T03:00:00Z", "anyway": true});
        hold(app, &wish).await;
        break_what_follows_a_booking(app).await;
        let url = format!("{}/api/v1/bookings", app.base);
        let send = || browser.send(browser.client.post(&url).header("idempotency-key", "k").json(&wish));
        send().await.refused(500, "answer_lost");
        assert_eq!(booking::Entity::find().count(app.app.db.reader()).await.unwrap(), 2);
    }

    async fn kept_answers_can_only_be_read_by_the_program(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let service = app.service("video-try").await;
        let send = |key: &'static str, path: String, body: serde_json::Value| {
            let request = browser.client.post(format!("{}{path}", app.base)).header("idempotency-key", key);
            browser.send(request.json(&body))
        };
        let wish = json!({"service_id": service, "starts_at": "2026-11-23T02:00:00Z"});
        let held = send("hold", "/api/v1/bookings".into(), wish).await.ok();
        let id = held["id"].as_str().unwrap().to_owned();
        let form = json!({"contact_name": "柳如是", "contact_mobile": "15400000017", "fields": {}});
        let path = format!("/api/v1/bookings/{id}/request");
        let first = send("request", path.clone(), form.clone()).await.ok();
        // They are kept behind the reply.
        let rows = eventually("the answers are kept", || async {
            let rows = idempotency::Entity::find().all(app.app.db.reader()).await.unwrap();
            rows.iter().all(|row| row.body.is_some()).then_some(rows)
        })
        .await;
        assert_eq!(rows.len(), 2);
        for row in &rows {
            let text = String::from_utf8_lossy(row.body.as_deref().unwrap()).into_owned();
            for word in ["柳如是", "15400000017", "reference", &id] {
                assert!(!text.contains(word), "{word} is in {text}");
            }
        }
        let again = send("request", path.clone(), form.clone()).await;
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!(again.ok(), first);
        // Bound to its own row: exchanged, it opens nothing.
        for (row, other) in [(&rows[0], &rows[1]), (&rows[1], &rows[0])] {
            let mut swapped: idempotency::ActiveModel = row.clone().into();
            swapped.body = Set(other.body.clone());
            idempotency::Entity::update(swapped).exec(app.app.db.reader()).await.unwrap();
        }
        send("request", path, form).await.refused(409, "idempotency_answer_lost");
    }

    async fn a_token_for_media_is_never_kept(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let officer = app.signed_in("zhou").await;
        let service = app.service("video-try").await;
        let wish = json!({"service_id": service, "starts_at": "2026-11-23T02:00:00Z"});
        let held = browser.post("/api/v1/bookings", wish).await.ok();
        let id = held["id"].as_str().unwrap();
        let form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
        browser.post(&format!("/api/v1/bookings/{id}/request"), form).await.ok();
        let session = officer.post(&format!("/api/v1/bookings/{id}/session"), json!({})).await.ok();
        let path = format!("/api/v1/sessions/{}", session["id"].as_str().unwrap());
        officer.post(&format!("{path}/acknowledge"), json!({"notice_version": session["notice_version"]})).await.ok();
        officer.post(&format!("{path}/wait"), json!({})).await.ok();
        let guest = browser.post(&format!("/api/v1/bookings/{id}/session"), json!({})).await.ok();
        browser.post(&format!("{path}/acknowledge"), json!({"notice_version": session["notice_version"]})).await.ok();
        browser.post(&format!("{path}/wait"), json!({})).await.ok();
        officer.post(&format!("{path}/participants/{}/admit", guest["me"]["id"].as_str().unwrap()), json!({})).await.ok();
        let ask = || {
            let request = browser.client.post(format!("{}{path}/token", app.base)).header("idempotency-key", "token");
            browser.send(request)
        };
        let first = ask().await;
        assert!(first.ok()["token"].as_str().is_some_and(|token| token.len() > 20));
        assert!(!ask().await.headers.contains_key("idempotent-replayed"));
        assert_eq!(idempotency::Entity::find().count(app.app.db.reader()).await.unwrap(), 0);
    }
}
