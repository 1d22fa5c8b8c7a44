//! On which terms a service is booked: who is refused for what and from when on, and what each is told beforehand.

use crate::booking::{path, wish};
use crate::both_stores;
use crate::support::TestApp;
use crate::support::{Answer, Browser};
use mianqia::booking::entities::booking;
use mianqia::booking::{NewBooking, WantedTime};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

/// Monday, 10:00 in Shanghai.
const AT: &str = "2026-11-23T02:00:00Z";

fn form(eligibility: &str) -> Value {
    json!({"contact_name": "林晓", "contact_mobile": "15412345678", "fields": {
        "eligibility": eligibility, "consignee": "冰城示例贸易有限公司", "goods": "冷冻海鱼", "hs_codes": "0303",
        "declaration_port": "1900", "entry_port": "1902", "transport": "rail", "stage": "all", "reason": "到港后不能久放"}})
}

async fn book(browser: &Browser, service: &str, starts_at: &str) -> Answer {
    let wish = json!({"service_id": service, "starts_at": starts_at, "request": form("urgent")});
    browser.post("/api/v1/bookings", wish).await
}

async fn enterprise_of(browser: &Browser) -> String {
    let me = browser.get("/api/v1/me").await.ok();
    me["enterprise"]["id"].as_str().unwrap().to_owned()
}

async fn set_tier(chief: &Browser, enterprise: &str, tier: &str) -> Answer {
    let body = json!({"credit_tier": tier, "reason": "信用等级认定书"});
    chief.call(Method::PUT, &format!("/api/v1/enterprises/{enterprise}/credit-tier"), Some(body)).await
}

/// A chief sets the terms of a service; its id.
pub async fn set_terms(app: &TestApp, code: &str, terms: Value) -> String {
    let (chief, service) = (app.signed_in("shen").await, app.service(code).await);
    let body = json!({"terms": terms, "reason": "试行"});
    chief.call(Method::PUT, &format!("/api/v1/services/{service}/terms"), Some(body)).await.ok();
    service
}

async fn hold(browser: &Browser, service: &str, starts_at: &str) -> Answer {
    let wish = json!({"service_id": service, "starts_at": starts_at, "anyway": true});
    browser.post("/api/v1/bookings", wish).await
}

async fn requested(browser: &Browser, service: &str, starts_at: &str) -> Value {
    let held = hold(browser, service, starts_at).await.ok();
    let form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
    browser.post(&path(&held, "/request"), form).await.ok()
}

/// What is told of the slot that starts then.
async fn slot(browser: &Browser, service: &str, date: &str, starts_at: &str) -> Value {
    let slots = browser.get(&format!("/api/v1/services/{service}/slots?date={date}")).await.ok();
    let all = slots["slots"].as_array().unwrap();
    all.iter().find(|slot| slot["starts_at"] == starts_at).unwrap_or_else(|| panic!("{slots}")).clone()
}

async fn why(browser: &Browser, service: &str, query: &str) -> Value {
    browser.get(&format!("/api/v1/services/{service}/why?{query}")).await.ok()
}

fn rules(told: &Value) -> Vec<&str> {
    told["hindrances"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect()
}

both_stores! {
    at AT;

    async fn how_long_ahead_one_books_goes_by_the_credit_tier(app: &TestApp) {
        let (lin, gao, chief) = (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("shen").await);
        let service = app.service("after-hours").await;
        // Tonight at 19:00: nine hours ahead. The advanced may, the certified may not.
        let tonight = "2026-11-23T11:00:00Z";
        let refused = book(&lin, &service, tonight).await;
        refused.refused(422, "lead_time");
        let told = refused.json();
        assert_eq!((&told["field"], &told["earliest_at"]), (&json!("starts_at"), &json!("2026-11-24T09:00:00Z")), "{told}");
        let of_lin = slot(&lin, &service, "2026-11-23", tonight).await;
        assert_eq!((&of_lin["reason"], &of_lin["free"], rules(&of_lin)), (&json!("lead_time"), &json!(0), vec!["lead_time"]));
        assert_eq!(of_lin["hindrances"][0]["earliest_at"], "2026-11-24T09:00:00Z");
        let of_gao = slot(&gao, &service, "2026-11-23", tonight).await;
        assert_eq!((&of_gao["reason"], rules(&of_gao)), (&Value::Null, vec![]));
        // Whoever is not signed in is told of the usual time, and of nothing that is somebody's own.
        let of_nobody = slot(&app.browser(), &service, "2026-11-23", tonight).await;
        assert_eq!((&of_nobody["reason"], rules(&of_nobody)), (&json!("lead_time"), vec![]));
        let days = format!("/api/v1/services/{service}/days?from=2026-11-23&to=2026-11-23");
        let free = async |browser: &Browser| browser.get(&days).await.ok()["days"][0]["free"].clone();
        assert_eq!(free(&lin).await, 0);
        assert_ne!(free(&gao).await, 0);
        let stages = "stages=declaration&from=2026-11-23T02:00:00Z";
        let ways = async |browser: &Browser| {
            let path = format!("/api/v1/services/{service}/alternatives?{stages}");
            browser.get(&path).await.ok()["alternatives"][0]["stages"][0]["starts_at"].clone()
        };
        // An officer is to be had from 17:00 on, which is less than eight hours ahead.
        assert_eq!(ways(&gao).await, "2026-11-23T10:00:00Z");
        assert_eq!(ways(&lin).await, "2026-11-24T09:00:00Z");
        let staged = json!({"service_id": service, "stages": [{"stage": "release", "starts_at": tonight}]});
        let refused = lin.post("/api/v1/bookings", staged).await;
        refused.refused(422, "lead_time");
        assert_eq!(refused.json()["field"], "stages[0].starts_at");

        let booked = book(&gao, &service, tonight).await.ok();
        assert_eq!(booked["state"], "requested");
        // Another tier counts at once, for what is moved too.
        assert_eq!(set_tier(&chief, &enterprise_of(&gao).await, "regular").await.ok()["credit_tier"], "regular");
        let moved = gao.post(&path(&booked, "/reschedule"), json!({"starts_at": "2026-11-23T12:00:00Z"})).await;
        moved.refused(422, "lead_time");
        book(&gao, &service, "2026-11-23T12:00:00Z").await.refused(422, "lead_time");
        set_tier(&chief, &enterprise_of(&lin).await, "advanced_certified").await.ok();
        book(&lin, &service, "2026-11-23T12:00:00Z").await.ok();
        assert_eq!(lin.get("/api/v1/me").await.ok()["enterprise"]["credit_tier"], "advanced_certified");
    }

    async fn an_excluded_tier_reads_why_and_nothing_is_held(app: &TestApp) {
        let (lin, chief) = (app.signed_in("lin").await, app.signed_in("shen").await);
        let service = app.service("after-hours").await;
        let evening = "2026-11-25T11:00:00Z";
        let held = lin.post("/api/v1/bookings", json!({"service_id": service, "starts_at": evening})).await.ok();
        let own = enterprise_of(&lin).await;
        let short = json!({"credit_tier": "discredited", "reason": " "});
        let tier = format!("/api/v1/enterprises/{own}/credit-tier");
        chief.call(Method::PUT, &tier, Some(short)).await.refused(422, "wrong_length");
        let listed = set_tier(&chief, &own, "discredited").await.ok();
        assert_eq!(listed["credit_tier"], "discredited");
        lin.post(&path(&held, "/request"), form("urgent")).await.refused(403, "tier_excluded");
        let refused = book(&lin, &service, "2026-11-26T11:00:00Z").await;
        refused.refused(403, "tier_excluded");
        assert!(refused.json()["title"].as_str().unwrap().contains("109"), "{}", refused.text);
        assert!(refused.json().get("earliest_at").is_none());
        let told = slot(&lin, &service, "2026-11-26", "2026-11-26T11:00:00Z").await;
        assert_eq!((&told["reason"], rules(&told)), (&json!("terms"), vec!["tier_excluded"]));
        // What is somebody's own business is another service's as before.
        let video = app.service("video-try").await;
        lin.post("/api/v1/bookings", json!({"service_id": video, "starts_at": "2026-11-24T03:00:00Z"})).await.ok();
        set_tier(&chief, crate::support::NOBODY, "regular").await.refused(404, "not_found");
    }

    async fn why_not_is_told_to_the_caller_and_to_officers_about_an_enterprise(app: &TestApp) {
        let (lin, gao, zhou) = (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        let service = app.service("after-hours").await;
        let tonight = "starts_at=2026-11-23T11:00:00Z";
        let told = why(&lin, &service, tonight).await;
        assert_eq!((&told["allowed"], &told["reason"], rules(&told)), (&json!(false), &Value::Null, vec!["lead_time"]), "{told}");
        assert_eq!(told["next_starts_at"], "2026-11-24T09:00:00Z");
        let hindrance = &told["hindrances"][0];
        assert_eq!((&hindrance["earliest"], &hindrance["remedy"]), (&json!("start"), &json!("choose_later")));
        assert!(hindrance["text"]["en"].as_str().unwrap().contains("24 hours"), "{hindrance}");
        assert!(hindrance["remedy_text"]["zh-CN"].as_str().unwrap().contains("154 0000 0136"), "{hindrance}");
        assert_eq!(why(&gao, &service, tonight).await["allowed"], true);
        // An officer asks about either, by id or code, and about nobody.
        let of = async |enterprise: &str| why(&zhou, &service, &format!("{tonight}&enterprise={enterprise}")).await;
        assert_eq!(of(&enterprise_of(&lin).await).await["credit_tier"], "certified");
        assert_eq!(of("91239999MA0000162X").await["allowed"], true);
        assert_eq!(rules(&why(&zhou, &service, tonight).await), ["lead_time"]);
        let path = format!("/api/v1/services/{service}/why?{tonight}&enterprise=");
        zhou.get(&format!("{path}91239999MA00000000")).await.refused(422, "unknown_enterprise");
        // Of others a booker learns nothing, not even that they are there.
        for named in [enterprise_of(&gao).await, "91239999MA00000000".to_owned()] {
            lin.get(&format!("{path}{named}")).await.refused(403, "forbidden");
        }
        lin.get(&format!("{path}{}", enterprise_of(&lin).await)).await.ok();
        // What has nothing to do with the party.
        for (starts_at, reason) in [
            ("2026-11-23T01:00:00Z", "past"), ("2026-11-24T03:00:00Z", "closed"), ("2026-11-25T11:07:00Z", "closed"), ("2027-06-01T11:00:00Z", "year_unpublished"),
            ("2026-12-28T11:00:00Z", "beyond_horizon"),
        ] {
            assert_eq!(why(&gao, &service, &format!("starts_at={starts_at}")).await["reason"], reason, "{starts_at}");
        }
        for hour in 0..2 {
            let other = [&lin, &gao][hour];
            book(other, &service, "2026-11-25T11:00:00Z").await.ok();
        }
        let full = why(&gao, &service, "starts_at=2026-11-25T11:00:00Z").await;
        assert_eq!((&full["reason"], &full["next_starts_at"]), (&json!("full"), &json!("2026-11-25T12:00:00Z")));
        for far in ["9999-12-31T23:59:59Z", "1000-01-01T00:00:00Z"] {
            let asked = format!("/api/v1/services/{service}/why?starts_at={far}");
            lin.get(&asked).await.refused(422, "date_out_of_range");
        }
    }

    async fn an_officer_books_against_the_terms_with_a_reason_and_never_against_a_seat(app: &TestApp) {
        let (lin, booking) = (app.signed_in("lin").await, &app.app.booking);
        let service = app.service("after-hours").await;
        let tonight = "2026-11-23T11:00:00Z";
        let actor = app.app.auth.acting_as("lin").await.unwrap().unwrap();
        let new = |against: Option<&str>| NewBooking {
            service_id: service.parse().unwrap(),
            time: Some(WantedTime::Slot(tonight.parse().unwrap())),
            anyway: true,
            form: None,
            against: against.map(str::to_owned),
        };
        assert_eq!(booking.take(&actor, new(None)).await.unwrap_err().code, "lead_time");
        let fresh = booking.take(&actor, new(Some("机场紧急来电，鲜活货物"))).await.unwrap();
        let seen = lin.get(&format!("/api/v1/bookings/{}", fresh.row.id)).await.ok();
        let told = seen["history"].as_array().unwrap().iter().find(|item| item["kind"] == "booking.against_terms");
        assert_eq!(told.unwrap_or_else(|| panic!("{seen}"))["text"], "机场紧急来电，鲜活货物");
        let entries = mianqia::evidence::entries(app.app.db.reader(), fresh.row.id).await.unwrap();
        let entry = entries.iter().find(|entry| entry.kind == "booking.against_terms").unwrap();
        let text = String::from_utf8(entry.bytes.clone()).unwrap();
        assert!(text.contains(r#""rules":["lead_time"]"#) && !text.contains("机场"), "{text}");
        // Nothing to break, nothing to tell.
        let later = NewBooking { time: Some(WantedTime::Slot("2026-11-25T11:00:00Z".parse().unwrap())), ..new(Some("x")) };
        let plain = booking.take(&actor, later).await.unwrap();
        let entries = mianqia::evidence::entries(app.app.db.reader(), plain.row.id).await.unwrap();
        assert!(entries.iter().all(|entry| entry.kind != "booking.against_terms"));
        // Two officers are there: the second seat goes, the third is none.
        booking.take(&actor, new(Some("第二批"))).await.unwrap();
        let before = booking::Entity::find().all(app.app.db.reader()).await.unwrap().len();
        assert_eq!(booking.take(&actor, new(Some("第三批"))).await.unwrap_err().code, "slot_taken");
        assert_eq!(booking::Entity::find().all(app.app.db.reader()).await.unwrap().len(), before);
    }

    async fn which_lead_time_counts_the_form_says(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let terms = json!({"category_field": "eligibility", "lead_times": [{"category": "relief", "lead_minutes": 120}]});
        let service = set_terms(app, "after-hours", terms).await;
        let tonight = "2026-11-23T11:00:00Z";
        book(&lin, &service, tonight).await.refused(422, "lead_time");
        let held = hold(&lin, &service, tonight).await.ok();
        lin.post(&path(&held, "/request"), form("urgent")).await.refused(422, "lead_time");
        // The form may take its time.
        app.set_time("2026-11-23T02:05:00Z");
        assert_eq!(lin.post(&path(&held, "/request"), form("relief")).await.ok()["state"], "requested");
    }

    async fn applications_are_taken_in_office_hours_where_the_terms_say_so(app: &TestApp) {
        let service = set_terms(app, "video-try", json!({"applications_in_office_hours": true})).await;
        hold(&app.signed_in("lin").await, &service, "2026-11-24T03:00:00Z").await.ok();
        app.set_time("2026-11-23T09:00:00Z");
        let refused = hold(&app.signed_in("lin").await, &service, "2026-11-24T04:00:00Z").await;
        refused.refused(409, "outside_office_hours");
        assert_eq!(refused.json()["earliest_at"], "2026-11-24T00:30:00Z");
        app.set_time("2026-11-24T00:30:00Z");
        hold(&app.signed_in("lin").await, &service, "2026-11-24T04:00:00Z").await.ok();
    }

    async fn a_quota_and_what_one_has_at_the_time_are_counted_in_the_transaction(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let terms = json!({"quotas": [{"of": "enterprise", "per": "day", "most": 2}], "overlap": "refused"});
        let service = set_terms(app, "video-try", terms).await;
        let first = hold(&lin, &service, "2026-11-24T03:00:00Z").await.ok();
        let refused = hold(&lin, &service, "2026-11-24T03:00:00Z").await;
        refused.refused(409, "overlapping");
        assert_eq!(refused.json()["earliest_at"], first["ends_at"]);
        // Of two at once for the last of the day one has it.
        let (one, other) = tokio::join!(
            hold(&lin, &service, "2026-11-24T04:00:00Z"), hold(&lin, &service, "2026-11-24T05:00:00Z"));
        let mut both = [one.status.as_u16(), other.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [201, 409], "{} {}", one.text, other.text);
        hold(&lin, &service, "2026-11-24T06:00:00Z").await.refused(409, "quota_reached");
        // Another day's is moved into a full one: refused; its own place is no hindrance.
        let moved = requested(&lin, &service, "2026-11-26T03:00:00Z").await;
        let to = async |starts_at: &str| lin.post(&path(&moved, "/reschedule"), json!({"starts_at": starts_at})).await;
        to("2026-11-24T06:00:00Z").await.refused(409, "quota_reached");
        to("2026-11-26T03:15:00Z").await.ok();
    }

    async fn who_did_not_come_waits_and_it_ends_by_itself(app: &TestApp) {
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let terms = json!({"no_shows": {"count": 1, "within_days": 30, "blocked_days": 10}});
        let service = set_terms(app, "video-try", terms).await;
        let missed = requested(&lin, &service, "2026-11-23T02:15:00Z").await;
        app.set_time("2026-11-23T02:20:00Z");
        zhou.post(&path(&missed, "/no-show"), json!({})).await.ok();
        let refused = hold(&lin, &service, "2026-11-24T03:00:00Z").await;
        refused.refused(409, "blocked_after_no_show");
        assert_eq!(refused.json()["earliest_at"], "2026-12-03T02:15:00Z");
        // Nobody else waits for it.
        hold(&app.signed_in("gao").await, &service, "2026-11-24T03:00:00Z").await.ok();
        app.set_time("2026-12-03T02:15:00Z");
        hold(&app.signed_in("lin").await, &service, "2026-12-03T03:00:00Z").await.ok();
    }

    async fn who_owes_an_explanation_cannot_book_until_the_term_is_over(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let terms = json!({"cancelling": {"free_until_minutes": 60, "explain_within_working_days": 2, "blocked_days": 7}});
        let service = set_terms(app, "video-try", terms).await;
        let late = requested(&lin, &service, "2026-11-23T02:45:00Z").await;
        lin.post(&path(&late, "/cancel"), json!({"reason": "车坏了"})).await.ok();
        hold(&lin, &service, "2026-11-26T02:00:00Z").await.ok();
        app.set_time("2026-11-25T16:00:00Z");
        let refused = hold(&app.signed_in("lin").await, &service, "2026-11-26T03:00:00Z").await;
        refused.refused(409, "explanation_missing");
        assert_eq!(refused.json()["earliest_at"], "2026-12-02T16:00:00Z");
        app.set_time("2026-12-02T16:00:00Z");
        hold(&app.signed_in("lin").await, &service, "2026-12-03T03:00:00Z").await.ok();
    }

    async fn a_chief_sets_terms_and_what_cannot_be_meant_is_refused_with_its_field(app: &TestApp) {
        let (lin, chief) = (app.signed_in("lin").await, app.signed_in("shen").await);
        let service = app.service("after-hours").await;
        let terms_path = format!("/api/v1/services/{service}/terms");
        let put = async |terms: Value, reason: &str| {
            chief.call(Method::PUT, &terms_path, Some(json!({"terms": terms, "reason": reason}))).await
        };
        let no_shows = json!({"count": 0, "within_days": 90, "blocked_days": 30});
        for (terms, code, field) in [
            (json!({"lead_times": [{"lead_minutes": -1}]}), "terms_out_of_range", "terms.lead_times[0].lead_minutes"),
            (json!({"lead_times": [{"lead_minutes": 50_000}]}), "terms_no_slot_left", "terms.lead_times[0].lead_minutes"),
            (json!({"lead_times": [{"lead_minutes": 1}, {"lead_minutes": 2}]}), "terms_twice", "terms.lead_times[1].tier"),
            (json!({"category_field": "goods"}), "terms_no_choice", "terms.category_field"),
            (
                json!({"category_field": "eligibility", "lead_times": [{"category": "tea", "lead_minutes": 1}]}),
                "terms_unknown_category",
                "terms.lead_times[0].category",
            ),
            (json!({"excluded_tiers": [{"tier": "regular", "reason": {"en": "x"}}]}), "terms_reason_missing", "terms.excluded_tiers[0].reason"),
            (json!({"no_shows": no_shows}), "terms_out_of_range", "terms.no_shows.count"),
        ] {
            let preview = chief.post(&format!("{terms_path}/preview"), json!({"terms": terms})).await;
            for refused in [put(terms.clone(), "试行").await, preview] {
                refused.refused(422, code);
                assert_eq!(refused.json()["field"], field);
            }
        }
        put(json!({}), " ").await.refused(422, "reason_required");
        put(json!({}), &"长".repeat(600)).await.refused(422, "too_long");
        let known = lin.get(&format!("/api/v1/services/{service}")).await.ok();
        assert_eq!(known["terms"]["lead_times"][0]["lead_minutes"], 480, "nothing was changed");

        // Relief goods come at two hours, others as before; which it is, the form says.
        let terms = json!({"category_field": "eligibility", "lead_times": [{"category": "relief", "lead_minutes": 120}]});
        put(terms, "防汛期间放宽").await.ok();
        let tonight = "2026-11-23T11:00:00Z";
        book(&lin, &service, tonight).await.refused(422, "lead_time");
        let held = lin.post("/api/v1/bookings", json!({"service_id": service, "starts_at": tonight})).await.ok();
        lin.post(&path(&held, "/request"), form("urgent")).await.refused(422, "lead_time");
        // The form may take its time.
        app.set_time("2026-11-23T02:05:00Z");
        assert_eq!(lin.post(&path(&held, "/request"), form("relief")).await.ok()["state"], "requested");
        let entries = mianqia::evidence::entries(app.app.db.reader(), mianqia::evidence::SYSTEM).await.unwrap();
        let set: Vec<_> = entries.iter().filter(|entry| entry.kind == "service.terms_set").collect();
        let [set] = set[..] else { panic!("{} entries", set.len()) };
        let told: Value = serde_json::from_slice(&set.bytes).unwrap();
        let data = &told["data"];
        assert_eq!((&data["before"]["lead_times"][0]["lead_minutes"], &data["after"]["lead_times"][0]["lead_minutes"]), (&json!(480), &json!(120)));
        assert!(!told.to_string().contains("防汛") && told["commitments"]["reason"].is_string(), "{told}");
    }

    async fn a_late_cancelling_is_explained_in_writing_or_has_its_consequence(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let terms = json!({"cancelling": {"free_until_minutes": 60, "explain_within_working_days": 2, "blocked_days": 7}});
        let service = set_terms(app, "video-try", terms).await;
        let form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
        let booked = async |starts_at: &str| {
            let held = lin.post("/api/v1/bookings", wish(&service, starts_at)).await.ok();
            lin.post(&path(&held, "/request"), form.clone()).await.ok()
        };
        let in_time = booked("2026-11-23T03:00:00Z").await;
        let in_time = lin.post(&path(&in_time, "/cancel"), json!({"reason": "改期"})).await.ok();
        assert_eq!((&in_time["explain_by"], &in_time["can"]["explain"]), (&Value::Null, &json!(false)));
        let late = booked("2026-11-23T02:45:00Z").await;
        let late = lin.post(&path(&late, "/cancel"), json!({"reason": "车坏了"})).await.ok();
        // Wednesday, the end of the day.
        assert_eq!((&late["explain_by"], &late["can"]["explain"]), (&json!("2026-11-25T16:00:00Z"), &json!(true)));
        app.set_time("2026-11-25T16:00:00Z");
        let lin = app.signed_in("lin").await;
        let refused = lin.post("/api/v1/bookings", wish(&service, "2026-11-26T03:00:00Z")).await;
        refused.refused(409, "explanation_missing");
        assert_eq!(refused.json()["earliest_at"], "2026-12-02T16:00:00Z");
        let explain = async |text: &str| lin.post(&path(&late, "/explanation"), json!({"explanation": text})).await;
        explain(" ").await.refused(422, "required");
        explain(&"长".repeat(2001)).await.refused(422, "too_long");
        let done = explain("货车在高速上抛锚，附救援单号").await.ok();
        assert_eq!((&done["explanation"], &done["can"]["explain"]), (&json!("货车在高速上抛锚，附救援单号"), &json!(false)));
        explain("再来一次").await.refused(409, "wrong_state");
        lin.post("/api/v1/bookings", wish(&service, "2026-11-26T03:00:00Z")).await.ok();
        let zhou = app.signed_in("zhou").await;
        let seen = zhou.get(&path(&late, "")).await.ok();
        assert_eq!(seen["explanation"], "货车在高速上抛锚，附救援单号");
        let id = late["id"].as_str().unwrap().parse().unwrap();
        let entries = mianqia::evidence::entries(app.app.db.reader(), id).await.unwrap();
        let entry = entries.iter().find(|entry| entry.kind == "booking.explained").unwrap();
        assert!(!String::from_utf8_lossy(&entry.bytes).contains("抛锚"));
    }

    async fn what_is_kept_free_around_an_appointment_nobody_else_is_offered_or_given(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let service = set_terms(app, "after-hours", json!({"buffer_after_minutes": 15})).await;
        for browser in [&lin, &gao] {
            book(browser, &service, "2026-11-25T11:00:00Z").await.ok();
        }
        let free = async |starts_at: &str| slot(&app.browser(), &service, "2026-11-25", starts_at).await["free"].clone();
        assert_eq!((free("2026-11-25T12:00:00Z").await, free("2026-11-25T13:00:00Z").await), (json!(0), json!(2)));
        // Its own hour would end at the next one's start: that is kept free after it.
        assert_eq!(free("2026-11-25T10:00:00Z").await, 0);
        for starts_at in ["2026-11-25T10:00:00Z", "2026-11-25T12:00:00Z"] {
            book(&lin, &service, starts_at).await.refused(409, "slot_taken");
        }
        book(&lin, &service, "2026-11-25T13:00:00Z").await.ok();
    }

    async fn what_other_terms_would_have_done_is_told_before_they_are_in_force(app: &TestApp) {
        let (lin, gao, chief) = (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("shen").await);
        let service = set_terms(app, "video-try", json!({})).await;
        let path = format!("/api/v1/services/{service}/terms/preview");
        let tried = async |terms: Value| chief.post(&path, json!({"terms": terms})).await;
        let known = tried(json!({"lead_times": [{"lead_minutes": 2880}]})).await.ok();
        let before = known["requests"].as_u64().unwrap();
        // Two by one enterprise on a day, one by another for the day after, and one that is only held.
        requested(&lin, &service, "2026-11-24T03:00:00Z").await;
        app.set_time("2026-11-23T02:01:00Z");
        requested(&lin, &service, "2026-11-24T04:00:00Z").await;
        requested(&gao, &service, "2026-11-26T03:00:00Z").await;
        hold(&gao, &service, "2026-11-24T06:00:00Z").await.ok();
        let counted = |told: &Value| (told["in_force"]["count"].as_u64().unwrap(), told["newly_refused"].as_u64().unwrap());
        let rule = |told: &Value, rule: &str| {
            let all = told["tried"]["by_rule"].as_array().unwrap().clone();
            all.iter().find(|one| one["rule"] == rule).map_or(0, |one| one["count"].as_u64().unwrap())
        };
        let quota = tried(json!({"quotas": [{"of": "enterprise", "per": "day", "most": 1}]})).await.ok();
        assert_eq!(quota["requests"], before + 3);
        assert_eq!((counted(&quota), rule(&quota, "quota_reached")), ((0, 1), 1), "{quota}");
        assert_eq!(quota["examples"][0]["starts_at"], "2026-11-24T04:00:00Z");
        let lead = tried(json!({"lead_times": [{"lead_minutes": 2880}]})).await.ok();
        let more = rule(&lead, "lead_time") - rule(&known, "lead_time");
        assert_eq!(more, 2, "{lead}");
        // By a tier: nobody of the first enterprise would have come in.
        let excluded = json!([{"tier": "advanced_certified", "reason": {"zh-CN": "暂停", "en": "Paused"}}]);
        let tier = tried(json!({"excluded_tiers": excluded})).await.ok();
        set_tier(&chief, &enterprise_of(&lin).await, "advanced_certified").await.ok();
        let then = tried(json!({"excluded_tiers": excluded})).await.ok();
        assert!(rule(&then, "tier_excluded") >= rule(&tier, "tier_excluded") + 2, "{then}");
        // Nothing was changed, and what cannot be meant is refused as when it is set.
        assert_eq!(lin.get(&format!("/api/v1/services/{service}")).await.ok()["terms"]["quotas"], json!([]));
        tried(json!({"lead_times": [{"lead_minutes": -1}]})).await.refused(422, "terms_out_of_range");
    }
}
