//! A booking is found by the numbers that other systems gave, by whoever may see it, for as long as they stand readable in
//! its form.

use crate::booking::{after_hours_form, path, take, with_choices};
use crate::both_stores;
use crate::settings::set;
use crate::support::{Browser, TestApp, eventually};
use serde_json::{Value, json};

async fn found(browser: &Browser, number: &str) -> Vec<Value> {
    let told = browser.get(&format!("/api/v1/external-numbers/{number}")).await.ok();
    told["bookings"].as_array().unwrap().iter().map(|booking| booking["id"].clone()).collect()
}

/// Clearance with these numbers in its form.
async fn requested(app: &TestApp, browser: &Browser, starts_at: &str, numbers: Value) -> Value {
    let service = app.service("after-hours").await;
    let held = take(browser, &service, starts_at).await;
    let mut form = with_choices(app, &service, after_hours_form()).await;
    for (key, number) in numbers.as_object().unwrap() {
        form["fields"][key] = number.clone();
    }
    browser.post(&path(&held, "/request"), form).await.ok()
}

both_stores! { at "2026-02-10T01:00:00Z";
    async fn a_booking_is_found_by_the_number_that_another_system_gave(app: &TestApp) {
        let (owner, other, officer) = (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        let numbers = json!({"declaration_no": "１９９９２０２６１００００００００１", "application_no": "yy-2026-000001"});
        let first = requested(app, &owner, "2026-02-12T12:00:00Z", numbers).await;
        let second = requested(app, &owner, "2026-02-13T12:00:00Z", json!({"application_no": "YY-2026-000001"})).await;
        let theirs = requested(app, &other, "2026-02-12T12:00:00Z", json!({"declaration_no": "199920261000000001"})).await;
        let detail = owner.get(&path(&first, "")).await.ok();
        assert_eq!((&detail["fields"]["declaration_no"], &detail["fields"]["application_no"]),
            (&json!("199920261000000001"), &json!("YY-2026-000001")));
        // As it is read out, in the newest order, and to nobody but whom it concerns.
        assert_eq!(found(&owner, "yy-2026-000001").await, [second["id"].clone(), first["id"].clone()]);
        assert_eq!(found(&owner, "1999%202026%201000000001").await, [first["id"].clone()]);
        assert_eq!(found(&other, "YY-2026-000001").await, [Value::Null; 0]);
        assert_eq!(found(&other, "199920261000000001").await, [theirs["id"].clone()]);
        let all = found(&officer, "199920261000000001").await;
        assert!(all.len() == 2 && all.contains(&first["id"]) && all.contains(&theirs["id"]), "{all:?}");
        for nothing in ["199920261000000002", "%25", "%27%20or%201=1", "YY", "单一窗口"] {
            assert_eq!(found(&officer, nothing).await, [Value::Null; 0], "{nothing}");
        }
        // Said twice, it is kept once.
        let again = json!({"declaration_no": "199920261000000001", "application_no": "YY-2026-000001"});
        let mut form = with_choices(app, &app.service("after-hours").await, after_hours_form()).await;
        form["fields"].as_object_mut().unwrap().extend(again.as_object().unwrap().clone());
        owner.post(&path(&first, "/request"), form).await.ok();
        assert_eq!(found(&owner, "199920261000000001").await, [first["id"].clone()]);
    }

    async fn what_becomes_sensitive_is_not_searched_any_more(app: &TestApp) {
        let (chief, owner) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let numbers = json!({"declaration_no": "199920261000000001", "application_no": "YY-2026-000001"});
        let booking = requested(app, &owner, "2026-02-12T12:00:00Z", numbers).await;
        let service = app.service("after-hours").await;
        set(&chief, &service, |body| {
            let fields = body["settings"]["fields"].as_array_mut().unwrap();
            let number = fields.iter_mut().find(|field| field["key"] == "application_no").unwrap();
            number["sensitive"] = json!(true);
            let mut consent = number.clone();
            consent["key"] = json!("agree");
            for (key, value) in [("kind", json!("consent")), ("required", json!(true)), ("sensitive", json!(false)), ("link", Value::Null), ("max_length", Value::Null)] {
                consent[key] = value;
            }
            fields.push(consent);
        }).await.ok();
        eventually("what was sealed is not found", || async {
            found(&owner, "YY-2026-000001").await.is_empty().then_some(())
        }).await;
        assert_eq!(found(&owner, "199920261000000001").await, [booking["id"].clone()]);
    }

    async fn a_link_leads_to_where_the_number_is_known_and_nowhere_else(app: &TestApp) {
        let (chief, owner) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let service = app.service("after-hours").await;
        let link = |link: &'static str| move |body: &mut Value| {
            let fields = body["settings"]["fields"].as_array_mut().unwrap();
            fields.iter_mut().find(|field| field["key"] == "application_no").unwrap()["link"] = json!(link);
        };
        let refused = set(&chief, &service, link("javascript:alert(1)")).await;
        refused.refused(422, "settings_link");
        assert!(refused.json()["field"].as_str().unwrap().ends_with("].link"), "{}", refused.json());
        let away = set(&chief, &service, |body| body["settings"]["fields"][0]["link"] = json!("https://booking.example/"));
        away.await.refused(422, "settings_only_numbers");
        set(&chief, &service, link("https://booking.example/find")).await.ok();
        let shown = owner.get(&format!("/api/v1/services/{service}")).await.ok();
        let asked = shown["fields"].as_array().unwrap().iter().find(|field| field["key"] == "application_no").unwrap().clone();
        assert_eq!(asked["link"], "https://booking.example/find");
    }
}
