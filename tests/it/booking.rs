//! Booking from the first look to the last word, over HTTP, on both stores.

use crate::both_stores;
use crate::support::{Browser, TestApp};
use mianqia::evidence;
use mianqia::notify::entities::outbox;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

pub async fn take(browser: &Browser, service: &str, starts_at: &str) -> Value {
    browser.post("/api/v1/bookings", wish(service, starts_at)).await.ok()
}

pub fn wish(service: &str, starts_at: &str) -> Value {
    json!({"service_id": service, "starts_at": starts_at})
}

pub fn after_hours_form() -> Value {
    json!({"contact_name": "林女士", "contact_mobile": "154 0000 0001", "fields": {
        "eligibility": "perishable", "consignee": "雪原样例粮油", "goods": "冷冻虾", "hs_codes": "0306.17，030617",
        "declaration_port": "1900", "entry_port": "1902", "transport": "rail", "stage": "all", "reason": "到港后不能久放",
    }})
}

pub fn try_form() -> Value {
    json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {"about": "试用"}})
}

fn id_of(booking: &Value) -> Uuid {
    booking["id"].as_str().unwrap().parse().unwrap()
}

pub fn path(booking: &Value, step: &str) -> String {
    format!("/api/v1/bookings/{}{step}", booking["id"].as_str().unwrap())
}

/// What was queued, by template: with a clock that stands still the ids tell no order.
async fn mails(app: &TestApp) -> Vec<outbox::Model> {
    outbox::Entity::find().order_by_asc(outbox::Column::Template).all(app.app.db.reader()).await.unwrap()
}

/// The first choice of each `choice` field of a service: forms stay right when the demo's words change.
pub async fn with_choices(app: &TestApp, service: &str, mut form: Value) -> Value {
    let service = app.browser().get(&format!("/api/v1/services/{service}")).await.ok();
    for field in service["fields"].as_array().unwrap() {
        let key = field["key"].as_str().unwrap();
        match field["kind"].as_str().unwrap() {
            "choice" => form["fields"][key] = field["options"][0]["value"].clone(),
            "consent" => form["fields"][key] = json!(true),
            _ => {}
        }
    }
    form
}

fn starts(slots: &Value) -> Vec<String> {
    slots["slots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slot| slot["starts_at"].as_str().unwrap().to_owned())
        .collect()
}

both_stores! { at "2026-02-10T01:00:00Z";
    async fn an_after_hours_clearance_over_a_make_up_workday_weekend(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("after-hours").await;
        // Saturday the 14th is worked before the holiday: only the evening is after hours. Sunday is holiday.
        let slots = |date: &str| format!("/api/v1/services/{service}/slots?date={date}");
        let saturday = starts(&owner.get(&slots("2026-02-14")).await.ok());
        assert!(saturday.contains(&"2026-02-14T15:00:00Z".to_owned()), "{saturday:?}");
        assert!(!saturday.contains(&"2026-02-14T04:00:00Z".to_owned()), "{saturday:?}");
        assert_eq!(starts(&owner.get(&slots("2026-02-15")).await.ok()).len(), 24);
        let days = owner.get(&format!("/api/v1/services/{service}/days?from=2026-02-13&to=2026-02-15")).await.ok();
        let kinds: Vec<_> = days["days"].as_array().unwrap().iter().map(|day| day["kind"].clone()).collect();
        assert_eq!(kinds, ["workday", "makeup_workday", "holiday"]);
        owner.post("/api/v1/bookings", wish(&service, "2026-02-14T04:00:00Z")).await.refused(422, "not_a_slot");

        let held = take(&owner, &service, "2026-02-14T15:00:00Z").await;
        assert_eq!((held["state"].as_str(), held["can"]["request"].as_bool()), (Some("held"), Some(true)));
        let form = with_choices(app, &service, after_hours_form()).await;
        let requested = owner.post(&path(&held, "/request"), form.clone()).await.ok();
        assert_eq!((&requested["state"], &requested["booker_name"]), (&json!("requested"), &json!("林女士")));
        // The same again is no error, and another form is.
        assert_eq!(owner.post(&path(&held, "/request"), form.clone()).await.ok()["state"], "requested");
        let mut other = form.clone();
        other["contact_name"] = json!("别人");
        owner.post(&path(&held, "/request"), other).await.refused(409, "wrong_state");

        let day = officer.get("/api/v1/day?date=2026-02-14").await.ok();
        assert_eq!((&day["kind"], &day["bookings"][0]["id"]), (&json!("makeup_workday"), &held["id"]));
        assert_eq!(day["undecided"][0]["fields"]["hs_codes"], "030617");
        assert!(mails(app).await.is_empty());
        let accepted = officer.post(&path(&held, "/accept"), json!({})).await.ok();
        assert_eq!((&accepted["state"], &accepted["officer"]["badge_no"]), (&json!("accepted"), &json!("2316")));
        officer.post(&path(&held, "/accept"), json!({})).await.refused(409, "wrong_state");
        let sent = mails(app).await;
        assert_eq!(sent.len(), 1);
        assert_eq!((sent[0].template.as_str(), sent[0].case_id), ("booking.accepted", Some(id_of(&held))));
        let payload = sent[0].payload.to_string();
        assert!(payload.contains("METHOD:REQUEST") && payload.contains("SEQUENCE:1"), "{payload}");
        assert!(payload.contains("2026年2月14日 星期六 23:00–24:00"), "{payload}");

        let early = officer.post(&path(&held, "/check-in"), json!({})).await;
        early.refused(409, "too_early");
        // An hour before, as the clock on the wall there says it.
        assert!(early.json()["title"].as_str().unwrap().contains("2026年2月14日 22:00（北京时间）"), "{}", early.text);
        app.set_time("2026-02-14T14:00:00Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        officer.post(&path(&held, "/no-show"), json!({})).await.refused(409, "too_early");
        assert_eq!(officer.post(&path(&held, "/check-in"), json!({})).await.ok()["state"], "checked_in");
        assert_eq!(officer.post(&path(&held, "/complete"), json!({})).await.ok()["state"], "completed");

        let detail = owner.get(&path(&held, "")).await.ok();
        let history: Vec<_> = detail["history"].as_array().unwrap().iter()
            .map(|item| (item["kind"].as_str().unwrap(), item["actor"].as_str().unwrap()))
            .filter(|(kind, _)| kind.starts_with("booking."))
            .collect();
        assert_eq!(history, [
            ("booking.held", "booker"), ("booking.requested", "booker"), ("booking.accepted", "officer"),
            ("booking.checked_in", "officer"), ("booking.completed", "officer"),
        ]);
        let chain = evidence::verify_chain(app.app.db.reader(), id_of(&held)).await.unwrap();
        assert!(chain.is_ok_and(|(entries, _)| entries >= 5));
        let file = owner.get(&path(&held, "/calendar.ics")).await;
        assert!(file.text.contains("BEGIN:VEVENT") && file.headers["content-type"].to_str().unwrap().starts_with("text/calendar"));
    }

    async fn a_cancelled_booking_frees_its_place_and_takes_back_the_invitation(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("video-try").await;
        let day = format!("/api/v1/services/{service}/days?from=2026-02-11&to=2026-02-11");
        let free = async || owner.get(&day).await.ok()["days"][0]["free"].as_i64().unwrap();
        let before = free().await;
        let held = take(&owner, &service, "2026-02-11T02:00:00Z").await;
        assert_eq!(free().await, before - 1);
        // Needs no decision: accepted with the request.
        let accepted = owner.post(&path(&held, "/request"), try_form()).await.ok();
        assert_eq!((&accepted["state"], &accepted["join_from"]), (&json!("accepted"), &json!("2026-02-11T01:45:00Z")));
        owner.post(&path(&held, "/cancel"), json!({"reason": null})).await.refused(422, "reason_required");
        let cancelled = owner.post(&path(&held, "/cancel"), json!({"reason": "货船晚点"})).await.ok();
        assert_eq!((&cancelled["state"], &cancelled["reason"]), (&json!("cancelled"), &json!("货船晚点")));
        assert_eq!(free().await, before);
        let sent = mails(app).await;
        let payload = sent[1].payload.to_string();
        assert_eq!(sent[1].template, "booking.cancelled");
        assert!(payload.contains("METHOD:CANCEL") && payload.contains("SEQUENCE:2") && payload.contains("货船晚点"), "{payload}");
        let uid = format!("UID:{}@", held["id"].as_str().unwrap());
        assert!(payload.contains(&uid) && sent[0].payload.to_string().contains(&uid));
        officer.post(&path(&held, "/check-in"), json!({})).await.refused(409, "wrong_state");
        owner.post(&path(&held, "/cancel"), json!({"reason": "再来"})).await.refused(409, "wrong_state");
        // A reason is personal: it stands in the history, not in the entry.
        let detail = owner.get(&path(&held, "")).await.ok();
        assert_eq!(detail["history"].as_array().unwrap().last().unwrap()["text"], "货船晚点");
        let entries = evidence::entries(app.app.db.reader(), id_of(&held)).await.unwrap();
        for word in ["货船晚点", "林女士", "15400000001"] {
            assert!(entries.iter().all(|entry| !String::from_utf8_lossy(&entry.bytes).contains(word)), "{word}");
        }
    }

    async fn a_refusal_is_mailed_with_its_reason_and_frees_the_place(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("after-hours").await;
        let held = take(&owner, &service, "2026-02-12T12:00:00Z").await;
        let form = with_choices(app, &service, after_hours_form()).await;
        owner.post(&path(&held, "/request"), form).await.ok();
        officer.post(&path(&held, "/refuse"), json!({"reason": "  "})).await.refused(422, "reason_required");
        let refused = officer.post(&path(&held, "/refuse"), json!({"reason": "当晚没有查验人员"})).await.ok();
        assert_eq!(refused["state"], "refused");
        let sent = mails(app).await;
        assert_eq!(sent[0].template, "booking.refused");
        let payload = sent[0].payload.to_string();
        assert!(payload.contains("当晚没有查验人员") && !payload.contains("METHOD:"), "{payload}");
        let slots = owner.get(&format!("/api/v1/services/{service}/slots?date=2026-02-12")).await.ok();
        let slot = slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == "2026-02-12T12:00:00Z");
        assert_eq!(slot.unwrap()["free"], 2);
    }

    async fn a_hold_that_is_not_requested_in_time_gives_its_place_back(app: &TestApp) {
        let (owner, other) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        let at = "2026-02-12T12:00:00Z";
        let first = take(&owner, &service, at).await;
        let mut one_more = wish(&service, at);
        one_more["anyway"] = json!(true);
        let second = owner.post("/api/v1/bookings", one_more).await.ok();
        other.post("/api/v1/bookings", wish(&service, at)).await.refused(409, "slot_taken");
        app.set_time("2026-02-10T01:30:00Z");
        assert_eq!(owner.get(&path(&first, "")).await.ok()["state"], "expired");
        // Nobody has swept yet: whoever wants the place gets it all the same.
        let third = take(&other, &service, at).await;
        assert_eq!(third["state"], "held");
        let form = with_choices(app, &service, after_hours_form()).await;
        owner.post(&path(&first, "/request"), form.clone()).await.refused(409, "hold_expired");
        owner.post(&path(&second, "/request"), form).await.refused(409, "hold_expired");
        let fourth = take(&owner, &service, at).await;
        app.set_time("2026-02-10T02:30:00Z");
        app.app.booking.sweep_expired().await.unwrap();
        for (browser, held) in [(&owner, &fourth), (&other, &third), (&owner, &first)] {
            let detail = browser.get(&path(held, "")).await.ok();
            assert_eq!((&detail["state"], &detail["history"][1]["kind"]), (&json!("expired"), &json!("booking.expired")));
            assert_eq!(detail["history"].as_array().unwrap().len(), 2);
        }
        let slots = owner.get(&format!("/api/v1/services/{service}/slots?date=2026-02-12")).await.ok();
        assert!(slots["slots"].as_array().unwrap().iter().all(|slot| slot["free"] == 2));
    }

    async fn what_is_not_ones_own_is_not_found(app: &TestApp) {
        let (owner, other) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let (traveller, officer) = (app.signed_in("luo").await, app.signed_in("zhou").await);
        let service = app.service("video-try").await;
        let held = take(&owner, &service, "2026-02-11T02:00:00Z").await;
        let reference = held["reference"].as_str().unwrap();
        let spoken = reference.to_lowercase().replace(' ', "%20");
        let by_reference = format!("/api/v1/references/{spoken}");
        for browser in [&other, &traveller] {
            browser.get(&path(&held, "")).await.refused(404, "not_found");
            browser.get(&path(&held, "/calendar.ics")).await.refused(404, "not_found");
            browser.get(&by_reference).await.refused(404, "not_found");
            browser.post(&path(&held, "/request"), try_form()).await.refused(404, "not_found");
            browser.post(&path(&held, "/cancel"), json!({"reason": "x"})).await.refused(404, "not_found");
            assert_eq!(browser.get("/api/v1/bookings").await.ok()["items"], json!([]));
        }
        for browser in [&owner, &officer] {
            assert_eq!(browser.get(&by_reference).await.ok()["id"], held["id"]);
        }
        assert_eq!(owner.get("/api/v1/bookings?view=coming").await.ok()["items"][0]["id"], held["id"]);
        assert_eq!(owner.get("/api/v1/bookings?view=past").await.ok()["items"], json!([]));
        officer.post("/api/v1/bookings", wish(&service, "2026-02-11T03:00:00Z")).await.refused(403, "forbidden");
        app.signed_in("he").await.post("/api/v1/bookings", wish(&service, "2026-02-11T03:00:00Z")).await
            .refused(403, "enterprise_pending");
    }

    async fn bad_input_is_refused_with_a_code_and_changes_nothing(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let service = app.service("video-try").await;
        let after_hours = app.service("after-hours").await;
        for (service, starts_at, code) in [
            (&service, "2026-02-09T02:00:00Z", "slot_past"),
            (&service, "0001-01-01T00:00:00Z", "date_out_of_range"),
            (&service, "2026-02-11T02:01:00Z", "not_a_slot"),
            (&service, "2026-02-11T02:00:00.5Z", "not_a_slot"),
            (&service, "2026-03-11T02:00:00Z", "beyond_horizon"),
            (&service, "9999-12-31T23:59:59Z", "date_out_of_range"),
            (&after_hours, "2026-02-10T12:00:00Z", "lead_time"),
            (&after_hours, "2026-03-31T12:00:00Z", "beyond_horizon"),
        ] {
            let answer = owner.post("/api/v1/bookings", wish(service, starts_at)).await;
            answer.refused(422, code);
            assert_eq!(answer.json()["field"], "starts_at");
        }
        let nil = Uuid::nil().to_string();
        owner.post("/api/v1/bookings", wish(&nil, "2026-02-11T02:00:00Z")).await.refused(422, "unknown_service");
        owner.post("/api/v1/bookings", wish(&service, "yesterday")).await.refused(422, "invalid_field");
        owner.get("/api/v1/bookings/no-uuid").await.refused(404, "not_found");
        owner.get("/api/v1/references/%00").await.refused(404, "not_found");
        owner.get("/api/v1/bookings?cursor=x").await.refused(422, "invalid_cursor");
        owner.get(&format!("/api/v1/services/{nil}/days?from=2026-02-01&to=2026-02-02")).await.refused(404, "not_found");
        for range in ["from=2026-02-02&to=2026-02-01", "from=2026-02-01&to=2026-04-10", "from=1900-01-01&to=2200-12-31"] {
            owner.get(&format!("/api/v1/services/{service}/days?{range}")).await.refused(422, "bad_range");
        }
        for date in ["2026-02-30", "x"] {
            owner.get(&format!("/api/v1/services/{service}/slots?date={date}")).await.refused(422, "invalid_parameter");
        }
        for date in ["0000-01-01", "9999-12-31", "-262143-01-01", "%2B262142-12-31"] {
            owner.get(&format!("/api/v1/services/{service}/slots?date={date}")).await.refused(422, "date_out_of_range");
        }
        for date in ["1900-01-01", "2200-12-31"] {
            assert_eq!(owner.get(&format!("/api/v1/services/{service}/slots?date={date}")).await.ok()["slots"], json!([]));
        }

        let held = take(&owner, &service, "2026-02-11T02:00:00Z").await;
        for (change, code, field) in [
            (json!({"contact_name": "请登录 https://evil.example"}), "name_not_allowed", "contact_name"),
            (json!({"contact_name": "\u{0}"}), "text_not_allowed", "contact_name"),
            (json!({"contact_mobile": "12345678901"}), "wrong_character", "contact_mobile"),
            (json!({"fields": {"nobody_asked": 1}}), "unknown_field", "fields.nobody_asked"),
            (json!({"fields": {"about": [1]}}), "invalid_field", "fields.about"),
            (json!({"fields": {"about": "长".repeat(201)}}), "too_long", "fields.about"),
        ] {
            let mut form = try_form();
            for (key, value) in change.as_object().unwrap() {
                form[key] = value.clone();
            }
            let answer = owner.post(&path(&held, "/request"), form).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (422, &json!(field)), "{}", answer.text);
            assert!(answer.json()["code"] == code || field == "contact_mobile", "{}", answer.text);
        }
        let detail = owner.get(&path(&held, "")).await.ok();
        assert_eq!((&detail["state"], &detail["fields"]), (&json!("held"), &json!({})));
        assert_eq!(detail["history"].as_array().unwrap().len(), 1);
    }

    async fn lists_come_in_pages_and_keep_their_order(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        // Two services: of one an enterprise may have twenty at a time.
        let services = [app.service("video-try").await, app.service("after-hours").await];
        let forms = [try_form(), with_choices(app, &services[1], after_hours_form()).await];
        for number in 0..23 {
            let starts_at = format!("2026-02-11T{:02}:00:00Z", 10 + number / 2);
            let starts_at = if number < 12 { starts_at } else { starts_at.replace("-11T", "-13T") };
            let held = take(&owner, &services[number % 2], &starts_at).await;
            owner.post(&path(&held, "/request"), forms[number % 2].clone()).await.ok();
        }
        let first = owner.get("/api/v1/bookings").await.ok();
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = owner.get(&format!("/api/v1/bookings?cursor={cursor}")).await.ok();
        assert_eq!(second["next_cursor"], Value::Null);
        let starts: Vec<String> = [&first, &second].iter()
            .flat_map(|page| page["items"].as_array().unwrap().iter().map(|item| item["starts_at"].to_string()))
            .collect();
        assert_eq!(starts.len(), 23);
        assert!(starts.is_sorted());
        app.set_time("2026-02-16T00:00:00Z");
        let owner = app.signed_in("lin").await;
        assert_eq!(owner.get("/api/v1/bookings").await.ok()["items"], json!([]));
        let past = owner.get("/api/v1/bookings?view=past").await.ok();
        let cursor = past["next_cursor"].as_str().unwrap();
        let rest = owner.get(&format!("/api/v1/bookings?view=past&cursor={cursor}")).await.ok();
        assert_eq!(past["items"].as_array().unwrap().len() + rest["items"].as_array().unwrap().len(), 23);
    }

    async fn the_office_hears_of_changes_at_once(app: &TestApp) {
        use futures::StreamExt;
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let service = app.service("video-try").await;
        let response = officer.client.get(format!("{}/api/v1/events?topics=day", officer.base)).send().await.unwrap();
        let mut events = response.bytes_stream();
        let mut hear = async || {
            let mut heard = String::new();
            while !heard.contains("event: day") {
                heard += &String::from_utf8_lossy(&events.next().await.unwrap().unwrap());
            }
        };
        hear().await;
        let held = take(&owner, &service, "2026-02-11T02:00:00Z").await;
        owner.post(&path(&held, "/request"), try_form()).await.ok();
        hear().await;
        app.app.live.tell(mianqia::db::live::Topic::Stopping);
        while let Some(chunk) = events.next().await {
            chunk.unwrap();
        }
    }
}

mod over_new_year {
    use super::*;

    both_stores! { at "2026-12-20T01:00:00Z";
        async fn an_unpublished_year_is_refused_only_where_working_days_count(app: &TestApp) {
            let owner = app.signed_in("lin").await;
            let (after_hours, any_time) = (app.service("after-hours").await, app.service("video-try").await);
            owner.post("/api/v1/bookings", wish(&after_hours, "2027-01-04T12:00:00Z")).await.refused(422, "year_unpublished");
            let days = owner.get(&format!("/api/v1/services/{after_hours}/days?from=2026-12-31&to=2027-01-01")).await.ok();
            assert_eq!(days["days"][0]["reason"], Value::Null);
            assert_eq!((&days["days"][1]["kind"], &days["days"][1]["reason"]), (&json!("unpublished"), &json!("year_unpublished")));
            app.set_time("2026-12-30T01:00:00Z");
            let owner = app.signed_in("lin").await;
            let held = take(&owner, &any_time, "2027-01-04T12:00:00Z").await;
            assert_eq!(held["state"], "held");
        }
    }
}
