//! What the document says that a text may hold is what is taken: pages go by it.

use crate::both_stores;
use crate::support::{Browser, eventually};
use serde_json::{Value, json};

/// A text of so many characters that nobody takes for something else.
fn text_of(length: u64) -> String {
    "好的，".chars().cycle().take(length as usize).collect()
}

/// One character more than the document allows is refused for that field; as many as it allows are not.
async fn holds(document: &Value, browser: &Browser, path: &str, schema: &str, field: &str) {
    let longest = document["components"]["schemas"][schema]["properties"][field]["maxLength"].as_u64();
    let longest = longest.unwrap_or_else(|| panic!("{schema}.{field} has no maxLength"));
    for (length, fits) in [(longest + 1, false), (longest, true)] {
        let answer = browser.post(path, json!({field: text_of(length), "level": 5})).await;
        let refused = answer.status == 422 && answer.json()["field"] == field;
        assert_eq!(refused, !fits, "{schema}.{field} of {length}: {}", answer.text);
    }
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn texts_are_as_long_as_the_document_says(app: &TestApp) {
        let (owner, officer, auditor) = (app.signed_in("lin").await, app.signed_in("zhou").await, app.signed_in("tang").await);
        let document = owner.get("/api/openapi.json").await.ok();
        let service = app.service("video-try").await;
        let mut bookings = Vec::new();
        for starts_at in ["2026-11-23T02:00:00Z", "2026-11-23T02:15:00Z", "2026-11-24T02:00:00Z"] {
            let held = owner.post("/api/v1/bookings", json!({"service_id": service, "starts_at": starts_at})).await.ok();
            let path = format!("/api/v1/bookings/{}", held["id"].as_str().unwrap());
            let form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
            owner.post(&format!("{path}/request"), form).await.ok();
            bookings.push(path);
        }
        let [rated, met, cancelled] = &bookings[..] else { unreachable!() };
        officer.post(&format!("{rated}/check-in"), json!({})).await.ok();
        officer.post(&format!("{rated}/complete"), json!({})).await.ok();
        let url = eventually("a rating link", || async {
            owner.get(&format!("{rated}/rating")).await.ok()["url"].as_str().map(str::to_owned)
        })
        .await;
        let token = url.rsplit('/').next().unwrap();
        let session = owner.post(&format!("{met}/session"), json!({})).await.ok();
        let session = session["id"].as_str().unwrap();

        for (browser, path, schema, field) in [
            (&owner, format!("/api/v1/ratings/{token}"), "NewAnswer", "comment"),
            (&owner, format!("{met}/invitations"), "NewInvitation", "label"),
            (&owner, "/api/v1/calendar-feeds".to_owned(), "NewCalendarFeed", "label"),
            (&auditor, format!("/api/v1/review/sessions/{session}/playbacks"), "OpenPlayback", "purpose"),
            (&owner, format!("/api/v1/sessions/{session}/decline"), "Decline", "reason"),
            (&officer, format!("{cancelled}/refuse"), "Refusing", "reason"),
            (&owner, format!("{cancelled}/cancel"), "Cancelling", "reason"),
        ] {
            holds(&document, browser, &path, schema, field).await;
        }
    }

    async fn pages_are_told_the_rules_they_show(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("video-try").await;
        let wish = json!({"service_id": service, "starts_at": "2026-11-23T02:00:00Z"});
        let held = owner.post("/api/v1/bookings", wish).await.ok();
        let booking = format!("/api/v1/bookings/{}", held["id"].as_str().unwrap());
        let form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
        owner.post(&format!("{booking}/request"), form).await.ok();
        let session = owner.post(&format!("{booking}/session"), json!({})).await.ok();
        assert_eq!(session["ends_without_officer_minutes"], 10);
        let day = officer.get("/api/v1/day").await.ok();
        assert_eq!((&day["waiting_late_minutes"], &day["nobody_decided_days"]), (&json!(15), &json!(30)));
        let made = owner.post(&format!("{booking}/invitations"), json!({})).await.ok();
        let invitations = owner.get(&format!("{booking}/invitations")).await.ok();
        assert_eq!(invitations["most_guests"], 5);
        let token = made["path"].as_str().unwrap().rsplit('/').next().unwrap();
        let card = owner.get(&format!("/api/v1/invitations/{token}")).await.ok();
        assert_eq!(card["join_from"], owner.get(&booking).await.ok()["join_from"]);
        let figures = app.signed_in("shen").await.get("/api/v1/figures/ratings?from=2026-11&to=2026-11").await.ok();
        assert_eq!(figures["fewest_answers"], 5);
    }
}
