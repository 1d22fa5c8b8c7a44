//! Waiting times in the figures of operation: at the counter, for a place, in the waiting room. Each value is worked out
//! by hand.

use crate::both_stores;
use crate::queue::{act, book as check_up, ticket};
use crate::support::Browser;
use crate::video;
use crate::waiting::{SLOT, answer, book, cancel, narrow, once, wait};
use serde_json::{Value, json};

/// The waits of a kind that ended in the present month.
async fn waits(chief: &Browser, kind: &str) -> Vec<Value> {
    let found = chief.get("/api/v1/figures/work?months=1").await.ok();
    let all = found["months"][0]["waits"].as_array().cloned().unwrap_or_default();
    all.into_iter().filter(|one| one["kind"] == kind).collect()
}

both_stores! {
    at "2026-11-23T01:30:00Z";

    async fn from_drawing_a_number_to_its_first_call_is_how_long_somebody_waited_at_the_counter(app: &TestApp) {
        let mut booked = Vec::new();
        for login in ["lin", "gao", "luo", "bai"] {
            booked.push(check_up(app, &app.signed_in(login).await, "2026-11-24T00:30:00Z").await);
        }
        app.set_time("2026-11-24T00:00:00Z");
        let officer = app.signed_in("zhou").await;
        let mut drawn = Vec::new();
        for (booking, at) in booked.iter().zip(["00:00", "00:01", "00:10", "00:30"]) {
            app.set_time(&format!("2026-11-24T{at}:00Z"));
            drawn.push(officer.post(&ticket(booking), json!({})).await.ok()["id"].clone());
        }
        for (number, what, at) in [
            (1, "call", "00:31"),
            // Who did not come at once is called again, and has waited no longer for it.
            (2, "call", "00:35"),
            (2, "miss", "00:36"),
            (0, "call", "00:40"),
            (2, "call", "00:45"),
            (2, "done", "00:50"),
        ] {
            app.set_time(&format!("2026-11-24T{at}:00Z"));
            act(&officer, &drawn[number], what).await.ok();
        }
        // 30, 25 and 40 minutes; the fourth still waits.
        let chief = app.signed_in("shen").await;
        let found = waits(&chief, "queue").await;
        let service = app.service("check-up").await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (&found[0]["service_id"], &found[0]["n"], &found[0]["median_minutes"], &found[0]["most_minutes"]),
            (&json!(service), &json!(3), &json!(30), &json!(40)),
        );
    }

    async fn from_entering_the_waiting_room_to_being_let_in_is_how_long_a_guest_waited(app: &TestApp) {
        app.set_time("2026-11-23T02:00:00Z");
        let lin = app.signed_in("lin").await;
        let booking = video::book(app, &lin).await;
        app.set_time("2026-11-23T02:10:00Z");
        let zhou = app.signed_in("zhou").await;
        let guest = video::be_ready(&lin, &booking).await;
        video::be_ready(&zhou, &booking).await;
        app.set_time("2026-11-23T02:14:00Z");
        let admit = format!("/participants/{}/admit", video::id(&guest["me"]));
        video::step(&zhou, &guest, &admit, json!({})).await.ok();
        let found = waits(&app.signed_in("shen").await, "waiting_room").await;
        assert_eq!(found.len(), 1, "an officer's coming is no waiting: {found:?}");
        assert_eq!((&found[0]["n"], &found[0]["median_minutes"], &found[0]["most_minutes"]), (&json!(1), &json!(4), &json!(4)));
    }
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn from_joining_the_waiting_list_to_taking_the_offer_is_how_long_somebody_waited_for_a_place(app: &TestApp) {
        let service = narrow(app).await;
        let (lin, gao, luo) = (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("luo").await);
        let full = book(&lin, &service, SLOT).await;
        let first = wait(&gao, &service).await;
        app.set_time("2026-11-23T02:10:00Z");
        let second = wait(&luo, &service).await;
        let third = wait(&lin, &service).await;
        app.set_time("2026-11-23T02:40:00Z");
        cancel(&lin, &full).await;
        once(&gao, &first["id"], "offered").await;
        app.set_time("2026-11-23T02:45:00Z");
        // 45 minutes.
        let taken = gao.post(&answer(&first, "/take"), json!({})).await.ok();
        app.set_time("2026-11-23T02:50:00Z");
        cancel(&gao, &taken["booking"]).await;
        once(&luo, &second["id"], "offered").await;
        // Whoever declines has waited for nothing.
        assert_eq!(luo.post(&answer(&second, "/decline"), json!({})).await.status, 204);
        once(&lin, &third["id"], "offered").await;
        app.set_time("2026-11-23T03:00:00Z");
        // 50 minutes.
        lin.post(&answer(&third, "/take"), json!({})).await.ok();
        let found = waits(&app.signed_in("shen").await, "waiting_list").await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (&found[0]["service_id"], &found[0]["n"], &found[0]["median_minutes"], &found[0]["most_minutes"]),
            (&json!(service), &json!(2), &json!(45), &json!(50)),
        );
    }
}
