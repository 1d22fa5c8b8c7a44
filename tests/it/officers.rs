//! Officers by their logins, and who of them may hold a stage.

use crate::support::{Answer, Browser, TestApp};
use reqwest::Method;
use serde_json::json;

/// The id of an officer, as the program lists it.
pub async fn officer(app: &TestApp, login: &str) -> String {
    let me = app.signed_in(login).await.get("/api/v1/me").await.ok();
    me["id"].as_str().or(me["account"]["id"].as_str()).unwrap_or_default().to_owned()
}

/// Names who may hold a stage of a service.
pub async fn name(chief: &Browser, service: &str, stage: usize, officers: &[&str]) -> Answer {
    let path = format!("/api/v1/service-settings/{service}");
    let there = chief.get(&path).await.ok();
    let mut settings = there["settings"].clone();
    settings["stages"][stage]["officers"] = json!(officers);
    let body = json!({"version": there["version"], "settings": settings, "reason": "排班"});
    chief.call(Method::PUT, &path, Some(body)).await
}
