//! Days and hours on which a service is closed: nobody is offered them, and whoever has booked then is moved or told.

use crate::booking::{path, take};
use crate::both_stores;
use crate::mail_words::requested;
use crate::support::{TestApp, eventually};
use mianqia::booking::entities::booking;
use mianqia::evidence;
use mianqia::evidence::entities::entry;
use mianqia::notify::entities::outbox;
use mianqia::places::entities::occupied;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

/// The evening of Tuesday, from 18:00 to 21:00.
async fn closing(app: &TestApp, code: &str, rebooks: bool) -> Value {
    json!({
        "service_id": app.service(code).await, "date_from": "2026-11-24", "date_to": "2026-11-24", "from_minute": 1080,
        "to_minute": 1260, "text": {"zh-CN": "当晚停电检修，暂停办理。", "en": "Closed that evening: the power is off."},
        "reason": "供电公司通知", "rebooks": rebooks,
    })
}

async fn entries(app: &TestApp, kind: &str) -> u64 {
    entry::Entity::find().filter(entry::Column::Kind.eq(kind)).count(app.app.db.reader()).await.unwrap()
}

async fn mails(app: &TestApp, template: &str) -> Vec<outbox::Model> {
    let of = outbox::Column::Template.eq(template);
    outbox::Entity::find().filter(of).all(app.app.db.reader()).await.unwrap()
}

fn id(told: &Value) -> uuid::Uuid {
    told["id"].as_str().unwrap().parse().unwrap()
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn who_has_booked_in_a_closing_is_moved_to_the_most_like_time_that_is_free(app: &TestApp) {
        let (chief, lin, gao) = (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        // 19:00 and 20:00; one hour before it is open as ever.
        let first = requested(app, &lin, "after-hours", "2026-11-24T11:00:00Z").await;
        let second = requested(app, &gao, "after-hours", "2026-11-24T12:00:00Z").await;
        let after = requested(app, &gao, "after-hours", "2026-11-24T14:00:00Z").await;
        let held = take(&lin, &app.service("after-hours").await, "2026-11-24T12:00:00Z").await;
        let wish = closing(app, "after-hours", true).await;
        let effect = chief.post("/api/v1/closings/preview", wish.clone()).await.ok();
        assert_eq!((&effect["slots"], &effect["bookings"]), (&json!(3), &json!(2)));
        let slots = format!("/api/v1/services/{}/slots?date=2026-11-24", app.service("after-hours").await);
        let open = async || app.browser().get(&slots).await.ok()["slots"].as_array().unwrap().len();
        let before = open().await;

        let made = chief.post("/api/v1/closings", wish).await.ok();
        assert_eq!(open().await, before - 3, "the others stay where they are");
        app.app.booking.clear_closed(id(&made)).await.unwrap();
        let at = async |told: &Value| {
            let row = booking::Entity::find_by_id(id(told)).one(app.app.db.reader()).await.unwrap().unwrap();
            (row.starts_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), row.state)
        };
        // The same evening, next to their own time.
        assert_eq!(at(&first).await, ("2026-11-24T13:00:00Z".into(), booking::BookingState::Requested));
        assert_eq!(at(&second).await, ("2026-11-24T13:00:00Z".into(), booking::BookingState::Requested));
        assert_eq!(at(&after).await.0, "2026-11-24T14:00:00Z");
        assert_eq!(at(&held).await.1, booking::BookingState::Cancelled);
        let moved = mails(app, "booking.moved").await;
        assert_eq!(moved.len(), 2);
        assert!(moved.iter().any(|mail| mail.payload.to_string().contains("当晚停电检修")), "each reads why");
        // Once more: nothing is left to do.
        app.app.booking.clear_closed(id(&made)).await.unwrap();
        assert_eq!((mails(app, "booking.moved").await.len(), mails(app, "booking.closed").await.len()), (2, 0));
        assert!(evidence::verify_chain(app.app.db.reader(), id(&first)).await.unwrap().is_ok());

        let told = lin.get(&format!("/api/v1/services/{}", app.service("after-hours").await)).await.ok();
        assert_eq!((&told["announcements"][0]["closed"], &told["announcements"][0]["text"]["en"]), (&json!(true), &json!("Closed that evening: the power is off.")));
        let withdraw = format!("/api/v1/closings/{}/withdraw", made["id"].as_str().unwrap());
        assert_eq!(chief.post(&withdraw, json!({})).await.status, 204);
        assert_eq!(chief.post(&withdraw, json!({})).await.status, 204);
        assert_eq!((open().await, entries(app, "closing.announced").await, entries(app, "closing.withdrawn").await), (before, 1, 1));
        assert!(chief.get("/api/v1/closings").await.ok()["items"][0]["withdrawn_at"].is_string());
    }

    async fn without_another_time_a_booking_is_cancelled_and_its_place_given_back(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let booked = requested(app, &lin, "after-hours", "2026-11-24T11:00:00Z").await;
        let made = chief.post("/api/v1/closings", closing(app, "after-hours", false).await).await.ok();
        // The job comes to it by itself.
        eventually("it is cancelled", async || {
            let row = booking::Entity::find_by_id(id(&booked)).one(app.app.db.reader()).await.unwrap().unwrap();
            (row.state == booking::BookingState::Cancelled).then_some(())
        })
        .await;
        let detail = lin.get(&path(&booked, "")).await.ok();
        assert_eq!((&detail["state"], &detail["reason"], &detail["can"]["book_again"]), (&json!("cancelled"), &json!("当晚停电检修，暂停办理。"), &json!(true)));
        let told = mails(app, "booking.closed").await;
        assert_eq!(told.len(), 1);
        let said = told[0].payload.to_string();
        assert!(said.contains("停办") && said.contains("当晚停电检修"), "{said}");
        assert_eq!(occupied::Entity::find().count(app.app.db.reader()).await.unwrap(), 0);
        let again = json!({"service_id": app.service("after-hours").await, "starts_at": "2026-11-24T11:00:00Z"});
        lin.post("/api/v1/bookings", again).await.refused(422, "not_a_slot");
        assert_eq!(made["made_by"].as_str().map(str::is_empty), Some(false));
    }

    async fn what_closes_nothing_or_cannot_be_is_refused_and_nothing_is_written(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let wish = closing(app, "after-hours", true).await;
        for (field, value, code, told) in [
            ("service_id", json!("018f0000-0000-7000-8000-000000000000"), "unknown_service", "service_id"),
            ("date_to", json!("2026-11-23"), "opening_dates", "date_to"),
            ("date_from", json!("2026-11-22"), "opening_dates", "date_to"),
            ("date_to", json!("1066-10-14"), "date_out_of_range", "date_to"),
            ("to_minute", json!(1080), "opening_minutes", "to_minute"),
        ] {
            let mut wish = wish.clone();
            wish[field] = value;
            for path in ["/api/v1/closings", "/api/v1/closings/preview"] {
                let refused = chief.post(path, wish.clone()).await;
                refused.refused(422, code);
                assert_eq!(refused.json()["field"], told, "{}", refused.text);
            }
        }
        for (field, value, code, told) in [
            ("text", json!({"zh-CN": "只有中文", "en": " "}), "opening_text_required", "text.en"),
            ("text", json!({"zh-CN": "好".repeat(301), "en": "x"}), "too_long", "text.zh-CN"),
            ("reason", json!(" "), "reason_required", "reason"),
            // Noon of a working day: after-hours clearance is closed anyway.
            ("from_minute", json!(720), "closing_closes_nothing", "from_minute"),
        ] {
            let mut wish = wish.clone();
            wish[field] = value;
            if field == "from_minute" {
                wish["to_minute"] = json!(780);
            }
            let refused = chief.post("/api/v1/closings", wish).await;
            refused.refused(422, code);
            assert_eq!(refused.json()["field"], told, "{}", refused.text);
        }
        assert_eq!(entries(app, "closing.announced").await, 0);
        assert_eq!(chief.get("/api/v1/closings").await.ok()["items"], json!([]));
        for login in ["zhou", "lin"] {
            app.signed_in(login).await.post("/api/v1/closings", wish.clone()).await.refused(403, "forbidden");
        }
    }
}
