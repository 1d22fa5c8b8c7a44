//! Who moves a booking late and then cancels it owes the explanation of who cancels late, and is told so before.

use crate::booking::path;
use crate::booking_terms::set_terms;
use crate::both_stores;
use crate::mail_words::requested;
use serde_json::{Value, json};

const TUESDAY: &str = "2026-11-24T11:00:00Z";
const FRIDAY: &str = "2026-11-27T11:00:00Z";
const WHY: &str = "改期";

/// An hour before the start it is late.
fn terms() -> Value {
    json!({"cancelling": {"free_until_minutes": 60, "explain_within_working_days": 2, "blocked_days": 7}})
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn whoever_moves_late_and_then_cancels_owes_the_explanation(app: &TestApp) {
        set_terms(app, "after-hours", terms()).await;
        let booking = requested(app, &app.signed_in("lin").await, "after-hours", TUESDAY).await;
        // Nobody counts on it yet.
        assert_eq!(app.signed_in("lin").await.get(&path(&booking, "")).await.ok()["cancelling"], Value::Null);
        app.signed_in("zhou").await.post(&path(&booking, "/accept"), json!({})).await.ok();
        app.set_time("2026-11-24T10:00:00.001Z");
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let told = lin.get(&path(&booking, "")).await.ok()["cancelling"].clone();
        assert_eq!(told, json!({
            "free_until": "2026-11-24T10:00:00Z", "moved_late_from": null,
            "explain_within_working_days": 2, "explain_until": "2026-11-26", "blocked_days": 7}));
        assert_eq!(zhou.get(&path(&booking, "")).await.ok()["cancelling"], Value::Null, "the office explains nothing to itself");

        // It waits for a decision again, and is days away.
        let moved = lin.post(&path(&booking, "/reschedule"), json!({"starts_at": FRIDAY})).await.ok();
        assert_eq!((&moved["state"], &moved["explain_by"]), (&json!("requested"), &Value::Null));
        let told = lin.get(&path(&booking, "")).await.ok()["cancelling"].clone();
        assert_eq!((&told["free_until"], &told["moved_late_from"]), (&json!("2026-11-24T10:00:00Z"), &json!(TUESDAY)));
        let (fine, report) = crate::review_values::intact(app, booking["id"].as_str().unwrap()).await;
        assert!(fine, "{report}");
        let cancelled = lin.post(&path(&booking, "/cancel"), json!({"reason": WHY})).await.ok();
        assert_eq!((&cancelled["explain_by"], &cancelled["can"]["explain"]), (&json!("2026-11-26T16:00:00Z"), &json!(true)));
        let explained = lin.post(&path(&booking, "/explanation"), json!({"explanation": "船期推迟"})).await.ok();
        assert_eq!(explained["can"]["explain"], false);
    }

    async fn what_was_moved_in_time_or_by_the_office_is_cancelled_by_its_new_time_alone(app: &TestApp) {
        set_terms(app, "after-hours", terms()).await;
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let in_time = requested(app, &lin, "after-hours", TUESDAY).await;
        zhou.post(&path(&in_time, "/accept"), json!({})).await.ok();
        let late = requested(app, &lin, "after-hours", "2026-11-24T12:00:00Z").await;
        zhou.post(&path(&late, "/accept"), json!({})).await.ok();
        app.set_time("2026-11-24T10:00:00Z");
        let lin = app.signed_in("lin").await;
        lin.post(&path(&in_time, "/reschedule"), json!({"starts_at": FRIDAY})).await.ok();
        let done = lin.post(&path(&in_time, "/cancel"), json!({"reason": WHY})).await.ok();
        assert_eq!(done["explain_by"], Value::Null);

        app.set_time("2026-11-24T11:30:00Z");
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        lin.post(&path(&late, "/reschedule"), json!({"starts_at": FRIDAY})).await.ok();
        assert_eq!(lin.get(&path(&late, "")).await.ok()["cancelling"]["moved_late_from"], "2026-11-24T12:00:00Z");
        // The office cannot keep that time.
        let to = json!({"starts_at": "2026-11-27T12:00:00Z", "reason": "场地检修"});
        zhou.post(&path(&late, "/reschedule"), to).await.ok();
        assert_eq!(lin.get(&path(&late, "")).await.ok()["cancelling"], Value::Null);
        let done = lin.post(&path(&late, "/cancel"), json!({"reason": WHY})).await.ok();
        assert_eq!(done["explain_by"], Value::Null);
    }

    async fn without_a_decision_it_is_the_same_and_a_day_that_nobody_knows_is_not_told(app: &TestApp) {
        set_terms(app, "video-try", terms()).await;
        app.set_time("2026-12-30T02:00:00Z");
        let lin = app.signed_in("lin").await;
        let booking = requested(app, &lin, "video-try", "2026-12-30T02:45:00Z").await;
        assert_eq!(booking["state"], "accepted");
        let told = lin.get(&path(&booking, "")).await.ok()["cancelling"].clone();
        // Of two working days the second lies in a year whose notice has not come.
        assert_eq!((&told["explain_until"], &told["explain_within_working_days"]), (&Value::Null, &json!(2)));
        let moved = lin.post(&path(&booking, "/reschedule"), json!({"starts_at": "2026-12-30T08:00:00Z"})).await.ok();
        assert_eq!(moved["state"], "accepted");
        let told = lin.get(&path(&booking, "")).await.ok()["cancelling"].clone();
        assert_eq!((&told["free_until"], &told["moved_late_from"]), (&json!("2026-12-30T01:45:00Z"), &json!("2026-12-30T02:45:00Z")));
    }
}
