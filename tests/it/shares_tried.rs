//! What other shares would do to the places that are free online, before they are saved.

use crate::both_stores;
use crate::desk::{AT, booked, share, with, with_seats};
use crate::support::{Answer, Browser};
use mianqia::evidence::entities::entry;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

async fn preview(chief: &Browser, service: &str, shares: Value) -> Answer {
    chief
        .post(
            &format!("/api/v1/services/{service}/shares/preview"),
            with(shares, "month", json!("2026-11-01")),
        )
        .await
}

/// The figures of a Tuesday before and after.
fn tuesday(effect: &Value) -> (Value, Value) {
    let day = effect["days"].as_array().unwrap().iter().find(|day| day["date"] == "2026-11-24").unwrap();
    (day["before"].clone(), day["after"].clone())
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn a_chief_sees_how_many_places_other_shares_would_leave_online(app: &TestApp) {
        let (chief, luo) = (app.signed_in("shen").await, app.signed_in("luo").await);
        let service = with_seats(app, 6).await;
        booked(&luo, &service, AT).await;
        let entries = async || entry::Entity::find().count(app.app.db.reader()).await.unwrap();
        let before = entries().await;

        let some = json!({"phone": 2, "counter": 1, "released_minutes_before": 120});
        let effect = preview(&chief, &service, some.clone()).await.ok();
        assert_eq!((&effect["zone"], effect["days"].as_array().unwrap().len()), (&json!("Asia/Shanghai"), 30));
        let (was, would_be) = tuesday(&effect);
        let slots = was["slots"].as_i64().unwrap();
        // Six side by side, of which one is booked; three of them would be kept.
        assert!(slots > 4, "{effect}");
        assert_eq!((&was["free"], &would_be["free"]), (&json!(6 * slots - 1), &json!(3 * slots - 1)));
        assert_eq!((&was["free_slots"], &would_be["free_slots"]), (&json!(slots), &json!(slots)));

        let all = json!({"phone": 4, "counter": 2, "released_minutes_before": 0});
        let (_, would_be) = tuesday(&preview(&chief, &service, all).await.ok());
        assert_eq!((&would_be["free"], &would_be["free_slots"], &would_be["reason"]), (&json!(0), &json!(0), &json!("reserved")));
        // What is released a week before is everybody's tomorrow.
        let released = json!({"phone": 4, "counter": 2, "released_minutes_before": 7 * 24 * 60});
        let (_, would_be) = tuesday(&preview(&chief, &service, released).await.ok());
        assert_eq!(would_be["free"], json!(6 * slots - 1));

        // Nothing came of looking; and what is in force is where one begins from.
        assert_eq!(entries().await, before);
        let shown = app.browser().get(&format!("/api/v1/services/{service}")).await.ok();
        assert_eq!(shown["shares"]["phone"], 0);
        share(&chief, &service, with(some.clone(), "reason", json!("电话来得多"))).await.ok();
        let (was, would_be) = tuesday(&preview(&chief, &service, some).await.ok());
        assert_eq!((&was, &was["free"]), (&would_be, &json!(3 * slots - 1)));
    }

    async fn what_could_not_be_saved_is_not_shown_either(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let service = with_seats(app, 6).await;
        for (shares, code, field) in [
            (json!({"phone": 5, "counter": 2}), "shares_seats", "phone"),
            (json!({"phone": 0, "counter": -1}), "shares_seats", "counter"),
            (json!({"released_minutes_before": 44_641}), "shares_release", "released_minutes_before"),
        ] {
            let answer = preview(&chief, &service, shares).await;
            answer.refused(422, code);
            assert_eq!(answer.json()["field"], field);
        }
        preview(&app.signed_in("zhou").await, &service, json!({})).await.refused(403, "forbidden");
        preview(&chief, crate::support::NOBODY, json!({})).await.refused(404, "not_found");
        let far = json!({"month": "9999-01-01"});
        chief.post(&format!("/api/v1/services/{service}/shares/preview"), far).await.refused(422, "date_out_of_range");
    }
}
