//! What the operations on bookings and people refuse for the state that things are in, and what requests are refused
//! for whatever they want, on both stores.

use crate::booking::{path, take, try_form, wish};
use crate::both_stores;
use crate::support::{Browser, talk};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// An answer that a field takes.
fn right(field: &Value) -> Value {
    match field["kind"].as_str().unwrap() {
        "choice" => field["options"][0]["value"].clone(),
        "port_code" => json!("1900"),
        "hs_codes" => json!("030617"),
        "declaration_no" => json!("199920261000000001"),
        "external_no" => json!("yy-2026-000001"),
        "date" => json!("2026-12-20"),
        "number" => json!(3),
        "consent" => json!(true),
        _ => json!("样例"),
    }
}

/// Answers that a field does not take, with the codes that say why.
fn wrong(field: &Value) -> Vec<(Value, &'static str)> {
    let mut wrong = match field["kind"].as_str().unwrap() {
        "choice" => vec![(json!("zeppelin"), "not_an_option")],
        "port_code" => vec![(json!("哈尔滨"), "invalid_port_code")],
        "hs_codes" => vec![(json!("abc"), "wrong_character"), (json!("1"), "wrong_length")],
        "declaration_no" => vec![(json!("123"), "wrong_length")],
        "external_no" => vec![
            (json!("YY1"), "wrong_length"),
            (json!("YY_2026_000001"), "wrong_character"),
            (json!("ABCDEFG"), "wrong_character"),
        ],
        "date" => vec![(json!("2026-02-30"), "invalid_date")],
        "number" => vec![(json!("NaN"), "invalid_number")],
        "consent" => vec![(json!("yes"), "consent_required")],
        _ => vec![(json!("长".repeat(5_000)), "too_long"), (json!(["样例"]), "invalid_field")],
    };
    if field["required"] == true && field["kind"] != "consent" {
        wrong.push((Value::Null, "required"));
    }
    wrong
}

async fn hold_first(owner: &Browser, service: &Value) -> Value {
    take(owner, service["id"].as_str().unwrap(), service["now"]["next_free_at"].as_str().unwrap()).await
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn every_question_of_every_form_says_what_is_wrong_with_its_answer(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let services = owner.get("/api/v1/services").await.ok();
        let mut told = std::collections::BTreeSet::new();
        for service in services["items"].as_array().unwrap() {
            let held = hold_first(&owner, service).await;
            let fields = service["fields"].as_array().unwrap();
            let mut form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
            for field in fields {
                form["fields"][field["key"].as_str().unwrap()] = right(field);
            }
            owner.post(&path(&held, "/check"), form.clone()).await.ok();
            for field in fields {
                let key = field["key"].as_str().unwrap();
                for (answer, code) in wrong(field) {
                    let mut form = form.clone();
                    form["fields"][key] = answer;
                    for step in ["/check", "/request"] {
                        let refused = owner.post(&path(&held, step), form.clone()).await;
                        refused.refused(422, code);
                        assert_eq!(refused.json()["field"], format!("fields.{key}"));
                    }
                    told.insert(code);
                }
            }
            owner.post(&path(&held, "/cancel"), json!({})).await.ok();
        }
        assert_eq!(told.len(), 10, "{told:?}");
    }

    async fn what_is_not_confirmed_or_over_is_not_changed(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("video-try").await;
        let held = take(&owner, &service, "2026-11-23T04:00:00Z").await;
        owner.get(&path(&held, "/calendar.ics")).await.refused(409, "wrong_state");
        app.set_time("2026-11-23T02:30:00Z");
        owner.post(&path(&held, "/cancel"), json!({})).await.refused(409, "hold_expired");
        let held = take(&owner, &service, "2026-11-23T04:00:00Z").await;
        owner.post(&path(&held, "/request"), try_form()).await.ok();
        let long = json!({"reason": "长".repeat(1_000)});
        owner.post(&path(&held, "/cancel"), long.clone()).await.refused(422, "too_long");
        officer.post(&path(&held, "/refuse"), long).await.refused(422, "too_long");
        // It needed no decision, and so it was accepted at once.
        officer.post(&path(&held, "/refuse"), json!({"reason": "材料不全"})).await.refused(409, "wrong_state");
    }

    async fn a_request_is_not_refused_after_its_time(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.browser().get(&format!("/api/v1/services/{}", app.service("after-hours").await)).await.ok();
        let held = hold_first(&owner, &service).await;
        let mut form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
        for field in service["fields"].as_array().unwrap() {
            form["fields"][field["key"].as_str().unwrap()] = right(field);
        }
        assert_eq!(owner.post(&path(&held, "/request"), form).await.ok()["state"], "requested");
        app.set_time(held["ends_at"].as_str().unwrap());
        let officer_again = app.signed_in("zhou").await;
        let refused = officer_again.post(&path(&held, "/refuse"), json!({"reason": "材料不全"})).await;
        // Whether or not the sweep was quicker.
        assert!(refused.status == 409 && ["too_late", "wrong_state"].contains(&refused.json()["code"].as_str().unwrap()));
        drop(officer);
    }

    async fn nobody_holds_a_sixth_place(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let service = app.service("video-try").await;
        for hour in 3..8 {
            take(&owner, &service, &format!("2026-11-23T0{hour}:00:00Z")).await;
        }
        let sixth = owner.post("/api/v1/bookings", wish(&service, "2026-11-23T08:00:00Z")).await;
        sixth.refused(409, "too_many_holds");
    }

    async fn an_enterprise_that_was_refused_books_nothing_and_a_membership_ends_once(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let pending = chief.get("/api/v1/enterprises?state=pending").await.ok();
        let he = app.signed_in("he").await.get("/api/v1/me").await.ok();
        let own = he["enterprise"]["id"].as_str().unwrap();
        assert!(pending["items"].as_array().unwrap().iter().any(|row| row["id"] == own));
        chief.post(&format!("/api/v1/enterprises/{own}/refuse"), json!({"reason": "材料不全"})).await.ok();
        let service = app.service("video-try").await;
        let refused = app.signed_in("he").await.post("/api/v1/bookings", wish(&service, "2026-11-23T04:00:00Z")).await;
        refused.refused(403, "enterprise_refused");

        let lin = app.signed_in("lin").await.get("/api/v1/me").await.ok();
        let [enterprise, member] = [&lin["enterprise"]["id"], &lin["id"]].map(|id| id.as_str().unwrap());
        let end = format!("/api/v1/enterprises/{enterprise}/members/{member}/end");
        chief.post(&end, json!({})).await.ok();
        chief.post(&end, json!({})).await.refused(409, "already_decided");
    }

    async fn registering_an_enterprise_has_limits_too(app: &TestApp) {
        let browser = app.browser();
        let register = async |n: usize| {
            let body = json!({
                "name": "北岸样例食品有限公司", "uscc": "91239999MA00000A92", "contact_name": "宋女士", "contact_mobile": "15400002001",
                "contact_email": "song@example.com", "login": format!("song{n}"), "password": "correct horse battery", "locale": "zh-CN",
            });
            browser.post("/api/v1/enterprises", body).await
        };
        for n in 0..5 {
            assert_eq!(register(n).await.status, 202);
        }
        register(5).await.refused(429, "too_many_registrations");
    }

    async fn what_is_no_request_is_refused_before_anybody_looks_at_it(app: &TestApp) {
        let two_hosts = "GET /api/v1/office HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\nConnection: close\r\n\r\n";
        let answer = talk(app, two_hosts).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("\"bad_host\""), "{answer}");
        let broken = "POST /api/v1/sign-in HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\n\
            Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n{}\r\n0\r\n\r\n";
        let answer = talk(app, broken).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("\"bad_body\""), "{answer}");
    }

    async fn a_body_that_is_kept_by_its_key_has_an_end(app: &TestApp) {
        let browser = app.browser();
        let request = browser.client.post(format!("{}/api/v1/sign-out", browser.base)).header("idempotency-key", "k");
        browser.send(request.body("x".repeat(2 << 20))).await.refused(413, "body_too_large");
    }

    async fn what_breaks_inside_is_told_without_its_insides(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        app.app.db.reader().execute_unprepared("alter table enterprise rename to elsewhere").await.unwrap();
        let answer = chief.get("/api/v1/enterprises").await;
        app.app.db.reader().execute_unprepared("alter table elsewhere rename to enterprise").await.unwrap();
        answer.refused(500, "internal");
        assert!(!answer.text.contains("enterprise"), "{}", answer.text);
    }
}
