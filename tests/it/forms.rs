//! Chiefs set what a service asks for: who books finds it, what was booked before keeps its answers, what cannot be is
//! refused where it is.

use crate::both_stores;
use crate::calendar_feeds::colleague;
use crate::documents::{documents as documents_of, respec, send};
use crate::health_sealed::{all_sealed, rotate};
use crate::pictures::png;
use crate::review_values::intact;
use crate::settings::{preview, set, setup};
use crate::support::{Browser, TestApp, eventually};
use mianqia::booking::entities::booking;
use mianqia::booking::model::sealed::is_sealed;
use mianqia::evidence::entities::entry;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

const AT: &str = "2026-11-23T02:00:00Z";

fn text(zh: &str, en: &str) -> Value {
    json!({"zh-CN": zh, "en": en})
}

fn question(key: &str, kind: &str) -> Value {
    json!({"key": key, "kind": kind, "label": text("行程说明", "Journey"), "hint": null, "required": false, "options": null,
        "sensitive": false, "max_length": null, "default": null, "without_stages": false, "link": null})
}

fn option(value: &str) -> Value {
    json!({"value": value, "label": text("新选项", "A new option")})
}

fn document(key: &str) -> Value {
    json!({"key": key, "label": text("报关单扫描件", "Scan of the declaration"), "hint": null, "way": "upload", "required": true,
        "kinds": ["png"], "most_bytes": 1_048_576, "most_pages": 5, "most_files": 1})
}

fn fields(settings: &mut Value) -> &mut Vec<Value> {
    settings["fields"].as_array_mut().unwrap()
}

fn field<'a>(settings: &'a mut Value, key: &str) -> &'a mut Value {
    fields(settings).iter_mut().find(|field| field["key"] == key).unwrap()
}

async fn entries(app: &TestApp, kind: &str) -> u64 {
    entry::Entity::find().filter(entry::Column::Kind.eq(kind)).count(app.app.db.reader()).await.unwrap()
}

async fn row_of(app: &TestApp, booking: &Value) -> booking::Model {
    let id: Uuid = booking["id"].as_str().unwrap().parse().unwrap();
    booking::Entity::find_by_id(id).one(app.app.db.reader()).await.unwrap().unwrap()
}

/// Books with these answers beside the others of a health check.
async fn booked(browser: &Browser, service: &str, starts_at: &str, more: Value) -> Value {
    let mut fields = json!({"item": "work", "document": "passport", "health_consent": true});
    for (key, value) in more.as_object().unwrap() {
        fields[key] = value.clone();
    }
    let request = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": fields});
    let wish = json!({"service_id": service, "starts_at": starts_at, "request": request, "anyway": true});
    browser.post("/api/v1/bookings", wish).await.ok()
}

async fn detail(browser: &Browser, booking: &Value) -> Value {
    browser.get(&format!("/api/v1/bookings/{}", booking["id"].as_str().unwrap())).await.ok()
}

both_stores! { at AT;
    async fn a_chief_asks_for_more_and_bookers_are_asked_for_it(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let service = app.service("check-up").await;
        let more = |settings: &mut Value| {
            let mut asked = question("flight", "choice");
            asked["options"] = json!([option("day"), option("night")]);
            asked["required"] = json!(true);
            fields(settings).push(asked);
            settings["documents"] = json!([document("scan")]);
        };
        preview(&chief, &service, Value::Null, more).await.ok();
        let saved = set(&chief, &service, |body| more(&mut body["settings"])).await.ok();
        assert_eq!((&saved["version"], &saved["changes"][0]["parts"]), (&json!(1), &json!(["form", "documents"])));
        assert_eq!(saved["changes"][0]["reason"], "试行");
        assert_eq!((entries(app, "service.changed").await, entries(app, "opening_rules.changed").await), (1, 0));
        let shown = lin.get(&format!("/api/v1/services/{service}")).await.ok();
        assert_eq!(shown["documents"], json!([document("scan")]));
        assert_eq!((&shown["fields"], &shown["former_fields"]), (&saved["settings"]["fields"], &json!([])));
        let wish = json!({"service_id": service, "starts_at": "2026-11-25T01:00:00Z"});
        let held = lin.post("/api/v1/bookings", wish).await.ok();
        let mut form = json!({"contact_name": "林女士", "contact_mobile": "15400000001",
            "fields": {"item": "work", "document": "passport", "health_consent": true}});
        let request = format!("/api/v1/bookings/{}/request", held["id"].as_str().unwrap());
        lin.post(&request, form.clone()).await.refused(422, "required");
        form["fields"]["flight"] = json!("dawn");
        lin.post(&request, form.clone()).await.refused(422, "not_an_option");
        form["fields"]["flight"] = json!("night");
        lin.post(&request, form.clone()).await.refused(409, "documents_missing");
        send(&lin, &held, "item=scan&name=a.png", png(8, b"scan")).await.ok();
        lin.post(&request, form).await.ok();
    }

    async fn what_was_answered_is_shown_when_it_is_not_asked_any_more(app: &TestApp) {
        let (chief, lin, zhou) = (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("after-hours").await;
        let booked = crate::mail_words::requested(app, &lin, "after-hours", "2026-11-25T12:00:00Z").await;
        let before = detail(&lin, &booked).await;
        let transport = before["fields"]["transport"].as_str().unwrap().to_owned();
        set(&chief, &service, |body| {
            let settings = &mut body["settings"];
            field(settings, "transport")["options"].as_array_mut().unwrap().retain(|one| one["value"] != transport.as_str());
            fields(settings).retain(|field| field["key"] != "goods");
        }).await.ok();
        let shown = lin.get(&format!("/api/v1/services/{service}")).await.ok();
        let former: Vec<&Value> = shown["former_fields"].as_array().unwrap().iter().map(|field| &field["key"]).collect();
        assert_eq!(former, ["goods", "transport"]);
        for browser in [&lin, &zhou] {
            let after = detail(browser, &booked).await;
            assert_eq!((&after["fields"], &after["topic"]), (&before["fields"], &before["topic"]));
            assert_eq!(after["unreadable_fields"], json!([]));
        }
        // It can be asked again as it was, and not as something else.
        let again = |kind: &'static str| move |body: &mut Value| fields(&mut body["settings"]).push(question("goods", kind));
        let refused = set(&chief, &service, again("number")).await;
        refused.refused(422, "settings_kind_fixed");
        set(&chief, &service, again("text")).await.ok();
        let shown = lin.get(&format!("/api/v1/services/{service}")).await.ok();
        assert_eq!(shown["former_fields"].as_array().unwrap().len(), 1);
    }

    async fn whatever_becomes_of_sensitive_every_answer_stays_readable_and_what_was_sealed_stays_sealed(app: &TestApp) {
        let (chief, lin, zhou) = (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("check-up").await;
        let mut allergy = question("allergy", "text");
        allergy["label"] = text("过敏", "Allergies");
        set(&chief, &service, |body| fields(&mut body["settings"]).push(allergy)).await.ok();
        let plain = booked(&lin, &service, "2026-11-25T01:00:00Z", json!({"allergy": "PLAIN-7731"})).await;
        assert!(!is_sealed(&row_of(app, &plain).await.fields["allergy"]));
        // From now on it is sensitive: it is kept sealed, what was answered before too.
        set(&chief, &service, |body| field(&mut body["settings"], "allergy")["sensitive"] = json!(true)).await.ok();
        eventually("what was readable is sealed", || async {
            is_sealed(&row_of(app, &plain).await.fields["allergy"]).then_some(())
        }).await;
        let sealed = booked(&lin, &service, "2026-11-25T02:00:00Z", json!({"allergy": "SEALED-7731"})).await;
        assert!(is_sealed(&row_of(app, &sealed).await.fields["allergy"]));
        // And then it is not any more: what was given under that promise stays sealed, and is read by who gave it.
        set(&chief, &service, |body| field(&mut body["settings"], "allergy")["sensitive"] = json!(false)).await.ok();
        let open = booked(&lin, &service, "2026-11-25T03:00:00Z", json!({"allergy": "OPEN-7731"})).await;
        assert!(!is_sealed(&row_of(app, &open).await.fields["allergy"]));
        let other = colleague(app, "sun").await;
        for (booking, answer, shown) in [(&plain, "PLAIN-7731", "•••"), (&sealed, "SEALED-7731", "•••"), (&open, "OPEN-7731", "OPEN-7731")] {
            for browser in [&lin, &zhou] {
                let told = detail(browser, booking).await;
                assert_eq!((&told["fields"]["allergy"], &told["unreadable_fields"]), (&json!(answer), &json!([])));
            }
            assert_eq!(detail(&other, booking).await["fields"]["allergy"], shown);
            let (fine, report) = intact(app, booking["id"].as_str().unwrap()).await;
            assert!(fine, "{report}");
        }
        // After it was taken away altogether, and the keys were rotated.
        set(&chief, &service, |body| fields(&mut body["settings"]).retain(|field| field["key"] != "allergy")).await.ok();
        let key = rotate(app);
        all_sealed(app, &key).await;
        for booking in [&plain, &sealed] {
            assert_eq!(row_of(app, booking).await.fields["allergy"]["key"], key);
        }
        assert_eq!(detail(&lin, &sealed).await["fields"]["allergy"], "SEALED-7731");
        assert_eq!(detail(&lin, &open).await["fields"]["allergy"], "OPEN-7731");
    }

    async fn what_cannot_be_asked_is_refused_at_its_field_and_nothing_is_written(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let health = app.service("vaccination").await;
        type Change = Box<dyn Fn(&mut Value) + Send + Sync>;
        let with = |change: fn(&mut Value)| -> Change {
            Box::new(move |settings| {
                let mut added = question("added", "text");
                change(&mut added);
                fields(settings).push(added);
            })
        };
        let papers = |change: fn(&mut Value)| -> Change {
            Box::new(move |settings| {
                let mut added = document("scan");
                change(&mut added);
                settings["documents"].as_array_mut().unwrap().push(added);
            })
        };
        let cases: Vec<(Change, &str, &str)> = vec![
            (with(|f| f["key"] = json!("Added")), "settings_key", "fields[4].key"),
            (with(|f| f["key"] = json!("item")), "settings_key_twice", "fields[4].key"),
            (with(|f| f["label"]["en"] = json!("")), "settings_text_missing", "fields[4].label.en"),
            (with(|f| f["label"]["en"] = json!("a\u{202e}b")), "text_not_allowed", "fields[4].label.en"),
            (with(|f| f["hint"] = json!({"zh-CN": "x\u{200b}", "en": "x"})), "text_not_allowed", "fields[4].hint.zh-CN"),
            (with(|f| f["kind"] = json!("choice")), "settings_no_options", "fields[4].options"),
            (with(|f| f["options"] = json!([option("a")])), "settings_only_choice", "fields[4].options"),
            (with(|f| { f["kind"] = json!("choice"); f["options"] = json!([option("a")]); f["default"] = json!("b") }), "settings_no_such_option", "fields[4].default"),
            (with(|f| f["max_length"] = json!(2001)), "settings_out_of_range", "fields[4].max_length"),
            (Box::new(|s| field(s, "document")["kind"] = json!("text")), "settings_kind_fixed", "fields[1].kind"),
            (Box::new(|s| fields(s).retain(|field| field["kind"] != "consent")), "settings_no_consent", "fields[0].sensitive"),
            (Box::new(|s| fields(s).retain(|field| field["key"] != "departure_on")), "settings_used_by_warning", "fields"),
            (Box::new(|s| *fields(s) = vec![json!(null); 41].iter().enumerate().map(|(n, _)| question(&format!("a{n}"), "text")).collect()), "settings_too_many", "fields"),
            (papers(|d| d["key"] = json!("stamped_form")), "settings_key_reserved", "documents[0].key"),
            (papers(|d| d["kinds"] = json!([])), "settings_file_kinds", "documents[0].kinds"),
            (papers(|d| d["most_bytes"] = json!(10_485_761)), "settings_document_size", "documents[0].most_bytes"),
            (papers(|d| d["most_pages"] = json!(51)), "settings_out_of_range", "documents[0].most_pages"),
        ];
        for (change, code, at) in &cases {
            for refused in [
                set(&chief, &health, |body| change(&mut body["settings"])).await,
                preview(&chief, &health, Value::Null, |settings| change(settings)).await,
            ] {
                refused.refused(422, code);
                assert_eq!(refused.json()["field"], format!("settings.{at}"), "{}", refused.text);
            }
        }
        assert_eq!((setup(&chief, &health).await["version"].clone(), entries(app, "service.changed").await), (json!(0), 0));
        // The terms of clearance go by a question.
        let clearance = app.service("after-hours").await;
        let terms = json!({"terms": {"category_field": "eligibility"}, "reason": "试行"});
        chief.call(reqwest::Method::PUT, &format!("/api/v1/services/{clearance}/terms"), Some(terms)).await.ok();
        let without = |settings: &mut Value| fields(settings).retain(|field| field["key"] != "eligibility");
        for refused in [set(&chief, &clearance, |body| without(&mut body["settings"])).await, preview(&chief, &clearance, Value::Null, without).await] {
            refused.refused(422, "settings_used_by_terms");
            assert_eq!(refused.json()["field"], "settings.fields");
        }
    }

    async fn an_answer_is_shown_by_what_its_question_was_called_when_it_was_given(app: &TestApp) {
        let (chief, lin, zhou) = (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("check-up").await;
        let before = booked(&lin, &service, "2026-11-25T01:00:00Z", json!({})).await;
        assert_eq!(detail(&lin, &before).await["labels_then"], json!([]));
        let asked = lin.get(&format!("/api/v1/services/{service}")).await.ok()["fields"][0].clone();
        assert_eq!(asked["key"], "item");
        app.set_time("2026-11-23T03:00:00Z");
        let chief_again = app.signed_in("shen").await;
        drop(chief);
        set(&chief_again, &service, |body| {
            let item = field(&mut body["settings"], "item");
            item["label"] = text("为什么检查", "Why examined");
            item["options"].as_array_mut().unwrap().iter_mut().find(|one| one["value"] == "work").unwrap()["label"] = text("务工", "Labour");
        }).await.ok();
        let after = booked(&lin, &service, "2026-11-25T02:00:00Z", json!({})).await;
        let work = asked["options"].as_array().unwrap().iter().find(|one| one["value"] == "work").unwrap();
        let until = "2026-11-23T03:00:00Z";
        let then = json!([{"key": "item", "option": null, "label": asked["label"], "until": until},
            {"key": "item", "option": "work", "label": work["label"], "until": until}]);
        for browser in [&lin, &zhou] {
            assert_eq!(detail(browser, &before).await["labels_then"], then);
            assert_eq!(detail(browser, &after).await["labels_then"], json!([]));
        }
    }

    async fn what_is_stored_and_breaks_a_rule_is_told_and_holds_up_no_other_change(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let service = app.service("check-up").await;
        respec(app, "check-up", |spec| {
            spec["documents"] = json!([document("scan")]);
            spec["documents"][0]["most_bytes"] = json!(20 << 20);
            spec["fields"][1]["label"]["en"] = json!("");
        }).await;
        let told = setup(&chief, &service).await["faults"].clone();
        let codes: Vec<(&str, &str)> = told.as_array().unwrap().iter()
            .map(|one| (one["field"].as_str().unwrap(), one["code"].as_str().unwrap())).collect();
        assert_eq!(codes, [("settings.fields[1].label.en", "settings_text_missing"), ("settings.documents[0].most_bytes", "settings_document_size")]);
        assert!(told[1]["text"].as_str().unwrap().contains("100 KB 到 10 MB"), "{told}");
        preview(&chief, &service, Value::Null, |settings| settings["hold_minutes"] = json!(15)).await.ok();
        set(&chief, &service, |body| body["settings"]["hold_minutes"] = json!(15)).await.ok();
        // The broken ones are moved about, and stay as they are.
        set(&chief, &service, |body| fields(&mut body["settings"]).swap(0, 1)).await.ok();
        let refused = set(&chief, &service, |body| body["settings"]["documents"][0]["most_bytes"] = json!(30 << 20)).await;
        refused.refused(422, "settings_document_size");
        assert_eq!(refused.json()["field"], "settings.documents[0].most_bytes");
        set(&chief, &service, |body| {
            body["settings"]["documents"][0]["most_bytes"] = json!(1 << 20);
            fields(&mut body["settings"])[0]["label"]["en"] = json!("Document");
        }).await.ok();
        assert_eq!(setup(&chief, &service).await["faults"], json!([]));
    }

    async fn files_of_a_document_that_is_not_asked_for_any_more_keep_their_name(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let service = app.service("check-up").await;
        let mut scan = document("scan");
        scan["required"] = json!(false);
        set(&chief, &service, |body| body["settings"]["documents"] = json!([scan])).await.ok();
        let wish = json!({"service_id": service, "starts_at": "2026-11-25T01:00:00Z"});
        let held = lin.post("/api/v1/bookings", wish).await.ok();
        send(&lin, &held, "item=scan&name=a.png", png(8, b"scan")).await.ok();
        set(&chief, &service, |body| body["settings"]["documents"] = json!([])).await.ok();
        let listed = lin.get(&documents_of(&held)).await.ok();
        let item = &listed["items"][0];
        assert_eq!((&item["asked"]["label"], &item["can_upload"]), (&text("报关单扫描件", "Scan of the declaration"), &json!(false)));
        assert_eq!(item["files"].as_array().unwrap().len(), 1);
    }
}
