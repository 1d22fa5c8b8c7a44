//! Every text of every operation, walked off the OpenAPI document: what is no text is refused by one rule, on both
//! stores, and nothing is written.

use crate::both_stores;
use crate::support::{Answer, NOBODY as ID, TestApp, operations};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mianqia::auth::entities::{account, enterprise};
use mianqia::booking::entities::booking;
use mianqia::evidence::entities::entry;
use mianqia::notify::entities::outbox;
use mianqia::review::entities::playback;
use mianqia::survey::entities::rating;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

/// What nobody can read or what changes how the rest is read.
const BAD: &[(&str, &str)] = &[
    ("NUL", "a\0b"),
    ("escape", "a\u{1b}[2Jb"),
    ("right to left", "\u{202e}张三"),
    ("zero width space", "a\u{200b}b"),
    ("zero width joiner", "a\u{200d}b"),
    ("byte order mark", "\u{feff}a"),
    ("isolate", "\u{2067}a\u{2069}"),
    ("line separator", "a\u{2028}b"),
    ("private use", "\u{e000}"),
    ("unassigned", "\u{378}"),
    ("not a character", "\u{ffff}"),
    ("blank by zero width", "\u{200b}\u{200b}"),
    ("blank by a filler", "\u{3164}"),
];
/// A string in a body: the way to it, and whether it is a date, or more closely a day.
struct Place {
    path: String,
    is_date: bool,
    is_day: bool,
}

fn is_date(schema: &Value) -> bool {
    matches!(schema["format"].as_str(), Some("date" | "date-time"))
}

/// Something of this schema, and the way to each string in it.
fn sample(document: &Value, schema: &Value, path: &str, strings: &mut Vec<Place>) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return sample(document, &document["components"]["schemas"][name], path, strings);
    }
    if let Some(first) = schema["enum"].as_array() {
        strings.push(Place { path: path.to_owned(), is_date: false, is_day: false });
        return first[0].clone();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[several].as_array() {
            let choice = choices.iter().find(|choice| choice["type"] != "null").unwrap();
            return sample(document, choice, path, strings);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| **kind != "null").unwrap(),
        kind => kind,
    };
    match kind.as_str() {
        Some("object") => {
            let mut fields = serde_json::Map::new();
            for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                fields.insert(name.clone(), sample(document, field, &format!("{path}/{name}"), strings));
            }
            // A map: what its keys are is said elsewhere.
            if schema.get("properties").is_none() {
                strings.push(Place { path: format!("{path}/any"), is_date: false, is_day: false });
                fields.insert("any".into(), json!("x"));
            }
            Value::Object(fields)
        }
        Some("array") => json!([sample(document, &schema["items"], &format!("{path}/0"), strings)]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ => {
            let is_day = schema["format"] == "date";
            strings.push(Place { path: path.to_owned(), is_date: is_date(schema), is_day });
            // So that what is wrong with the field behind it is what is told.
            json!(match schema["format"].as_str() {
                Some("uuid") => ID,
                Some("date") => "2026-11-26",
                Some("date-time") => "2026-11-26T03:00:00Z",
                _ => "x",
            })
        }
    }
}

fn refused_as(answer: &Answer, what: &str, codes: &[&str]) {
    assert!(answer.status.is_client_error(), "{what}: {} {}", answer.status, answer.text);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
    let problem = answer.json();
    assert!(codes.contains(&problem["code"].as_str().unwrap()), "{what}: {problem}");
}

async fn rows(app: &TestApp) -> [u64; 7] {
    let db = app.app.db.reader();
    [
        entry::Entity::find().count(db).await.unwrap(),
        booking::Entity::find().count(db).await.unwrap(),
        account::Entity::find().count(db).await.unwrap(),
        enterprise::Entity::find().count(db).await.unwrap(),
        outbox::Entity::find().count(db).await.unwrap(),
        playback::Entity::find().count(db).await.unwrap(),
        rating::Entity::find().count(db).await.unwrap(),
    ]
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn what_is_no_text_is_refused_in_every_field_of_every_body(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let document = browser.get("/api/openapi.json").await.ok();
        let before = rows(app).await;
        let mut tried = 0;
        for operation in operations(&document) {
            let schema = &operation.spec["requestBody"]["content"]["application/json"]["schema"];
            if schema.is_null() {
                continue;
            }
            let mut strings = Vec::new();
            let body = sample(&document, schema, "", &mut strings);
            for Place { path: place, .. } in &strings {
                let field = place.trim_start_matches('/').replace('/', ".").replace(".0", "[0]");
                let with = |text: &str| {
                    let mut body = body.clone();
                    *body.pointer_mut(place).unwrap() = json!(text);
                    body.to_string()
                };
                for (name, text) in BAD {
                    let what = format!("{} {} {field} {name}", operation.method, operation.path);
                    let answer = operation.send(&browser, &operation.filled(None), Some(with(text))).await;
                    refused_as(&answer, &what, &["text_not_allowed"]);
                    assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(&*field)), "{what}");
                    tried += 1;
                }
                let what = format!("{} {} {field}", operation.method, operation.path);
                let long = operation.send(&browser, &operation.filled(None), Some(with(&"长".repeat(33_000)))).await;
                refused_as(&long, &what, &["text_too_long"]);
                let half = with("HALF").replace("HALF", "\\ud800");
                refused_as(&operation.send(&browser, &operation.filled(None), Some(half)).await, &what, &["bad_json"]);
            }
        }
        assert!(tried > 200, "{tried}");
        assert_eq!(rows(app).await, before, "something was written");
    }

    async fn a_date_of_another_age_is_refused_where_a_date_is_asked_for_and_is_a_text_elsewhere(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let document = browser.get("/api/openapi.json").await.ok();
        let (mut dates, mut texts) = (0, 0);
        for operation in operations(&document) {
            let schema = &operation.spec["requestBody"]["content"]["application/json"]["schema"];
            let mut strings = Vec::new();
            let body = if schema.is_null() { Value::Null } else { sample(&document, schema, "", &mut strings) };
            for Place { path: place, is_date, is_day } in &strings {
                let field = place.trim_start_matches('/').replace('/', ".").replace(".0", "[0]");
                let what = format!("{} {} {field}", operation.method, operation.path);
                let mut body = body.clone();
                let old = if *is_day { "0001-01-01" } else { "-9999-01-01T00:00:00Z" };
                *body.pointer_mut(place).unwrap() = json!(old);
                let answer = operation.send(&browser, &operation.filled(None), Some(body.to_string())).await;
                if *is_date {
                    refused_as(&answer, &what, &["date_out_of_range"]);
                    assert_eq!(answer.json()["field"], field, "{what}");
                    dates += 1;
                } else {
                    assert!(!answer.status.is_server_error() && !answer.text.contains("date_out_of_range"), "{what}: {}", answer.text);
                    texts += 1;
                }
            }
        }
        assert!(dates > 0 && texts > 20, "{dates} {texts}");
    }

    async fn what_is_no_text_is_refused_in_every_query_and_names_nothing_in_a_path(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let document = browser.get("/api/openapi.json").await.ok();
        let mut dates = 0;
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        for operation in operations(&document) {
            for name in operation.parameters("query") {
                let what = format!("{} {} {name}", operation.method, operation.path);
                let ask = |value: String| {
                    let path = format!("{}?{name}={value}", operation.filled(None));
                    let (operation, browser) = (&operation, &browser);
                    async move { operation.send(browser, &path, None).await }
                };
                for (_, text) in BAD {
                    let answer = ask(encoded(text)).await;
                    refused_as(&answer, &what, &["text_not_allowed"]);
                    assert_eq!(answer.json()["field"], name, "{what}");
                }
                refused_as(&ask("x".repeat(20_000)).await, &what, &["text_too_long"]);
                // Bytes that are no UTF-8, half a pair among them.
                for bytes in ["%FF", "%ED%A0%80"] {
                    refused_as(&ask(bytes.to_owned()).await, &what, &["text_not_allowed"]);
                }
                let parameters = operation.spec["parameters"].as_array().unwrap();
                let schema = &parameters.iter().find(|one| one["name"] == name).unwrap()["schema"];
                for date in ["-9999-01-01", "%2B262142-12-31", "0000-01-01", "-262143-01-01T00%3A00%3A00Z"] {
                    let is_instant = schema["format"] == "date-time" && !date.contains('T');
                    let value = if is_instant { format!("{date}T00%3A00%3A00Z") } else { date.to_owned() };
                    let answer = ask(value).await;
                    if is_date(schema) && (!date.contains('T') || schema["format"] == "date-time") {
                        refused_as(&answer, &what, &["date_out_of_range", "invalid_parameter"]);
                        let missing = answer.json()["code"] == "invalid_parameter";
                        assert!(missing == (answer.json()["field"] != name), "{what}: {}", answer.text);
                        dates += usize::from(!missing);
                    } else {
                        assert!(!answer.status.is_server_error() && !answer.text.contains("date_out_of_range"), "{what}: {}", answer.text);
                    }
                }
            }
            for name in operation.parameters("path") {
                let what = format!("{} {} {name}", operation.method, operation.path);
                for text in BAD.iter().map(|(_, text)| encoded(text)).chain(["%FF".into(), "%ED%A0%80".into(), "x".repeat(20_000)]) {
                    let path = operation.filled(Some((name, &text)));
                    let answer = operation.send(&browser, &path, None).await;
                    // Media look at the token first.
                    refused_as(&answer, &what, &["not_found", "bad_token", "unsupported_media_type"]);
                }
            }
        }
        assert!(dates >= 15, "{dates}");
    }

    async fn a_cursor_that_no_list_gave_is_refused(app: &TestApp) {
        let document = app.browser().get("/api/openapi.json").await.ok();
        let keys = [
            json!("-262143-01-01T00:00:00Z"),
            json!(["-262143-01-01T00:00:00Z", ID]),
            json!(["+262142-12-31T23:59:59Z", ID]),
            json!(["2026-11\u{0}", ID]),
            json!(["a\u{0}b"]),
            json!({"at": "-9999-01-01", "id": ID}),
            json!([i64::MIN, ID]),
            json!(f64::MAX),
            json!(null),
        ];
        let mut refused = 0;
        for login in ["lin", "zhou", "shen", "tang", "yi"] {
            let browser = app.signed_in(login).await;
            for operation in operations(&document) {
                if !operation.parameters("query").contains(&"cursor") {
                    continue;
                }
                let cursors = keys.iter().map(|key| URL_SAFE_NO_PAD.encode(key.to_string()));
                for cursor in cursors.chain(["nonsense".into(), "%3D".into(), String::new()]) {
                    let path = format!("{}?cursor={cursor}", operation.filled(None));
                    let answer = operation.send(&browser, &path, None).await;
                    refused_as(&answer, &path, &["invalid_cursor", "forbidden"]);
                    refused += usize::from(answer.status == 422);
                }
            }
        }
        assert!(refused >= keys.len() * 5, "{refused}");
    }

    async fn what_is_taken_is_stored_in_one_form_and_a_rare_name_is_a_name(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let wish = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-23T03:00:00Z"});
        let held = owner.post("/api/v1/bookings", wish).await.ok();
        let path = format!("/api/v1/bookings/{}", held["id"].as_str().unwrap());
        let request = format!("{path}/request");
        let form = |name: &str| json!({"contact_name": name, "contact_mobile": "15400000001", "fields": {}});
        for blank in ["\u{3000}\u{3000}", "  ", "\n\n"] {
            let answer = owner.post(&request, form(blank)).await;
            assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some("contact_name")), "{blank:?}");
        }
        // A Han character of extension B, a middle dot, and a letter with its accent apart.
        owner.post(&request, form("𠮷野·Zoe\u{308}")).await.ok();
        assert_eq!(owner.get(&path).await.ok()["contact_name"], "𠮷野·Zoë");
        // What reads as a date of another age is a text like any other where no date is asked for.
        for reason in ["1800-01-01", "-9999-01-01T00:00:00Z"] {
            let cancelled = owner.post(&format!("{path}/cancel"), json!({"reason": reason})).await;
            if reason.starts_with('1') {
                assert_eq!(cancelled.ok()["reason"], reason);
            } else {
                cancelled.refused(409, "wrong_state");
            }
        }
        let found = app.signed_in("tang").await.get("/api/v1/review/sessions?enterprise=1800-01-01").await.ok();
        assert_eq!(found["items"], json!([]));
    }
}
