//! What the OpenAPI document says is what happens: each error that it declares comes from the operation, with the
//! content type that it declares, and who may ask is who is let in.

use crate::both_stores;
use crate::refusals::codes;
use crate::support::{Answer, operations};
use reqwest::header;
use serde_json::Value;
use std::collections::BTreeSet;

fn statuses(spec: &Value) -> Vec<&str> {
    spec["responses"].as_object().unwrap().keys().map(String::as_str).collect()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn every_error_is_declared_as_a_problem_and_every_operation_says_who_may_ask(app: &TestApp) {
        let document = app.browser().get("/api/openapi.json").await.ok();
        let schemes = &document["components"]["securitySchemes"];
        assert_eq!(schemes["session"]["in"], "cookie");
        assert_eq!(schemes["session"]["name"], "mianqia_session");
        assert_eq!((&schemes["media_token"]["type"], &schemes["media_token"]["scheme"]), (&"http".into(), &"bearer".into()));
        for operation in operations(&document) {
            let what = format!("{} {}", operation.method, operation.path);
            for (status, response) in operation.spec["responses"].as_object().unwrap() {
                if status.as_str() >= "400" {
                    let content = response["content"].as_object().unwrap_or_else(|| panic!("{what} {status}: no content"));
                    assert_eq!(content.keys().collect::<Vec<_>>(), ["application/problem+json"], "{what} {status}");
                    let schema = &content["application/problem+json"]["schema"]["allOf"][0]["$ref"];
                    assert_eq!(schema, "#/components/schemas/ProblemBody", "{what} {status}");
                    assert!(!codes(response).is_empty(), "{what} {status}: no code");
                }
            }
            let security = operation.spec["security"].as_array().unwrap_or_else(|| panic!("{what}: no security"));
            for scheme in security.iter().flat_map(|one| one.as_object().unwrap().keys()) {
                assert!(schemes.get(scheme).is_some(), "{what}: {scheme}");
            }
        }
    }

    async fn who_is_not_signed_in_is_let_in_where_the_document_says_so(app: &TestApp) {
        let browser = app.browser();
        let document = browser.get("/api/openapi.json").await.ok();
        for operation in operations(&document) {
            let what = format!("{} {}", operation.method, operation.path);
            let public = operation.spec["security"].as_array().unwrap().iter().any(|one| one.as_object().unwrap().is_empty());
            let query = match operation.path {
                "/api/v1/calendar" | "/api/v1/services/{id}/days" => "?from=2026-11-23&to=2026-11-24",
                "/api/v1/services/{id}/slots" => "?date=2026-11-23",
                "/api/v1/services/{id}/alternatives" => "?stages=release&from=2026-11-23T03:00:00Z",
                "/api/v1/figures/ratings" => "?from=2026-01&to=2026-11",
                _ => "",
            };
            let path = format!("{}{query}", operation.filled(None));
            let answer = operation.send(&browser, &path, (operation.method != "GET").then(|| "{}".to_owned())).await;
            assert_eq!(answer.status == 401, !public, "{what}: {}", answer.text);
            assert!(statuses(operation.spec).contains(&answer.status.as_str()), "{what}: {} is not declared", answer.status);
        }
    }

    async fn what_is_no_body_is_refused_as_the_document_says(app: &TestApp) {
        let browser = app.signed_in("shen").await;
        let document = browser.get("/api/openapi.json").await.ok();
        let mut tried = 0;
        for operation in operations(&document) {
            if operation.spec["requestBody"]["content"]["application/json"].is_null() {
                continue;
            }
            let path = operation.filled(None);
            let send = async |kind: &str, body: String| -> Answer {
                let request = browser.client.request(operation.method.clone(), format!("{}{path}", browser.base));
                browser.send(request.header(header::CONTENT_TYPE, kind).body(body)).await
            };
            for (kind, body, status, code) in [
                ("application/json", "{".to_owned(), 400, "bad_json"),
                ("application/json", "[1,".to_owned(), 400, "bad_json"),
                ("application/json", "7".to_owned(), 422, "invalid_field"),
                // An object is no list of its values in their order.
                ("application/json", "[]".to_owned(), 422, "invalid_field"),
                ("application/json", r#"["lin","mianqia-demo"]"#.to_owned(), 422, "invalid_field"),
                ("application/json", r#"{"login":"lin","password":"x","login":"gao"}"#.to_owned(), 400, "bad_json"),
                ("application/json", r#"{"fields":{"x":1,"\u0078":2}}"#.to_owned(), 400, "bad_json"),
                ("text/plain", "{}".to_owned(), 415, "unsupported_media_type"),
                ("application/x+json", "{}".to_owned(), 415, "unsupported_media_type"),
                ("application/json; charset=gbk", "{}".to_owned(), 415, "unsupported_media_type"),
                ("application/json", format!("\"{}\"", "x".repeat(300_000)), 413, "body_too_large"),
            ] {
                let answer = send(kind, body).await;
                answer.refused(status, code);
                assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
                assert!(statuses(operation.spec).contains(&status.to_string().as_str()), "{path}: {status} is not declared");
            }
            let request = browser.client.request(operation.method.clone(), format!("{}{path}", browser.base));
            let packed = request.header(header::CONTENT_TYPE, "application/json").header(header::CONTENT_ENCODING, "gzip");
            browser.send(packed.body(vec![0x1f, 0x8b, 8, 0])).await.refused(415, "unsupported_media_type");
            tried += 1;
        }
        assert!(tried >= 12, "{tried}");
    }

    async fn a_list_in_place_of_an_object_inside_a_body_is_refused(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let document = browser.get("/api/openapi.json").await.ok();
        let mut tried = BTreeSet::new();
        for operation in operations(&document) {
            let schema = &operation.spec["requestBody"]["content"]["application/json"]["schema"];
            let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) else { continue };
            for (field, kind) in document["components"]["schemas"][name]["properties"].as_object().unwrap() {
                let named = |kind: &Value| match kind["$ref"].as_str() {
                    Some(name) => document["components"]["schemas"][name.rsplit('/').next().unwrap()].clone(),
                    None => kind.clone(),
                };
                // One that may be left out is told as one of two, of which the other is null.
                let kinds = kind["oneOf"].as_array().cloned().unwrap_or_else(|| vec![kind.clone()]);
                let takes = |what: &str| kinds.iter().any(|kind| named(kind)["type"] == what);
                if !takes("object") || takes("array") {
                    continue;
                }
                tried.insert(field.clone());
                let body = serde_json::json!({field: ["x"]}).to_string();
                let answer = operation.send(&browser, &operation.filled(None), Some(body)).await;
                answer.refused(422, "invalid_field");
                assert_eq!(answer.json()["field"], field.as_str(), "{} {}", operation.method, operation.path);
            }
        }
        assert!(["terms", "request", "text"].iter().all(|field| tried.contains(*field)), "{tried:?}");
    }

    async fn every_write_with_a_key_says_so_and_holds_it(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let document = browser.get("/api/openapi.json").await.ok();
        for operation in operations(&document) {
            let keyed = operation.parameters("header").contains(&"Idempotency-Key");
            if operation.method == "GET" {
                assert!(!keyed);
                continue;
            }
            let url = format!("{}{}", browser.base, operation.filled(None));
            let long = "k".repeat(256);
            let request = browser.client.request(operation.method.clone(), url).header("idempotency-key", long);
            let answer = browser.send(request.json(&serde_json::json!({}))).await;
            let refused = answer.status == 400 && answer.json()["code"] == "bad_idempotency_key";
            assert_eq!(refused, keyed, "{} {}: {}", operation.method, operation.path, answer.text);
        }
    }
}
