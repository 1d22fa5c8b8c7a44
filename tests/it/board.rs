//! The office's board of some days.

use crate::booking_stages::{book, three};
use crate::both_stores;
use crate::mail_words::requested;
use serde_json::{Value, json};

fn of<'a>(board: &'a Value, code: &str) -> &'a Value {
    board["services"].as_array().unwrap().iter().find(|service| service["code"] == code).unwrap()
}

fn ids(board: &Value) -> Vec<&str> {
    board["bookings"].as_array().unwrap().iter().map(|booking| booking["id"].as_str().unwrap()).collect()
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn a_board_has_what_stands_with_its_seats_beside_the_open_hours(app: &TestApp) {
        let (lin, gao, zhou) =
            (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        let empty = zhou.get("/api/v1/board").await.ok();
        assert_eq!((&empty["days"][0]["date"], &empty["bookings"]), (&json!("2026-11-23"), &json!([])));
        // In stages over midnight; at the same time in the evening somebody else; held, which is nobody's business yet.
        let night = ["2026-11-24T15:00:00Z", "2026-11-24T15:30:00Z", "2026-11-24T16:30:00Z"];
        let staged = book(&lin, app, three(night)).await;
        let whole = requested(app, &gao, "after-hours", "2026-11-24T15:00:00Z").await;
        crate::booking::take(&lin, &app.service("video-try").await, "2026-11-24T03:00:00Z").await;
        let cancelled = requested(app, &gao, "video-try", "2026-11-24T04:00:00Z").await;
        gao.post(&crate::booking::path(&cancelled, "/cancel"), json!({"reason": "不来了"})).await.ok();

        let week = zhou.get("/api/v1/board?from=2026-11-23&to=2026-11-29").await.ok();
        let kinds: Vec<&str> = week["days"].as_array().unwrap().iter().map(|day| day["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["workday", "workday", "workday", "workday", "workday", "weekend", "weekend"]);
        let mut both = [staged["id"].as_str().unwrap(), whole["id"].as_str().unwrap()];
        let mut found = ids(&week);
        both.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, both);
        let service = of(&week, "after-hours");
        // On a working day until 8:30 and from 17:00 on, by the clocks there.
        let open: Vec<(&str, &str)> = service["open"].as_array().unwrap().iter().take(2)
            .map(|span| (span["starts_at"].as_str().unwrap(), span["ends_at"].as_str().unwrap())).collect();
        assert_eq!(open, [
            ("2026-11-22T16:00:00Z", "2026-11-23T00:30:00Z"),
            ("2026-11-23T09:00:00Z", "2026-11-23T16:00:00Z"),
        ]);
        let entry = |booking: &Value| {
            week["bookings"].as_array().unwrap().iter().find(|found| found["id"] == booking["id"]).unwrap().clone()
        };
        let own = |booking: &Value| -> Vec<i64> {
            let places = entry(booking)["places"].as_array().unwrap().clone();
            let own = places.iter().filter(|place| place["resource_id"] == service["resource_id"]);
            own.map(|place| place["seat"].as_i64().unwrap()).collect()
        };
        let (of_three, of_one) = (own(&staged), own(&whole));
        assert_eq!((of_three.len(), of_one.len()), (3, 1));
        assert!(!of_three[..2].contains(&of_one[0]), "{of_three:?} {of_one:?}");
        assert_eq!(entry(&staged)["places"].as_array().unwrap().len(), 4, "the inspection place is told too");
        assert_eq!((&entry(&staged)["can"]["reschedule"], &entry(&whole)["state"]), (&json!(true), &json!("requested")));
        // No more of people than the lists of the day show.
        let told = week.to_string();
        for key in ["contact_mobile", "contact_name", "\"fields\""] {
            assert!(!told.contains(key), "{key}: {told}");
        }
        // What began the evening before is still on.
        let wednesday = zhou.get("/api/v1/board?from=2026-11-25").await.ok();
        assert_eq!(ids(&wednesday), [staged["id"].as_str().unwrap()]);
        assert_eq!(wednesday["is_cut_short"], false);

        for (range, code) in [
            ("from=2026-11-23&to=2026-11-30", "bad_range"),
            ("from=2026-11-23&to=2026-11-22", "bad_range"),
            ("from=0000-01-01", "date_out_of_range"),
            ("from=9999-12-31&to=9999-12-31", "date_out_of_range"),
        ] {
            zhou.get(&format!("/api/v1/board?{range}")).await.refused(422, code);
        }
        lin.get("/api/v1/board").await.refused(403, "forbidden");
    }
}
