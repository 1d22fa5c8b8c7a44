//! Figures of operation: what bookings came to, visits saved, and the clearance clock in figures.

use crate::both_stores;
use serde_json::json;

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
