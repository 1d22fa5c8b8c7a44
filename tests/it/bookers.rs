//! Who may book a service at all: enterprises, people for themselves, or both. It is told before anything is filled in, and
//! holds by whichever way they ask.

use crate::booking::{after_hours_form, path, take, wish, with_choices};
use crate::booking_figures::refused;
use crate::both_stores;
use crate::desk::{self, by_phone, with};
use crate::documents::respec;
use crate::health_group;
use crate::support::{Browser, TestApp};
use mianqia::places::entities::occupied;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

/// Wednesday evening at the venue, when clearance is open.
const EVENING: &str = "2026-11-25T11:00:00Z";
/// Of an enterprise that was let in.
const LET_IN: &str = "91239999MA0000162X";

async fn open_to(app: &TestApp, code: &'static str, bookers: &str) {
    respec(app, code, |spec| spec["terms"]["bookers"] = json!(bookers)).await;
}

fn rules(told: &Value) -> Vec<&str> {
    told["hindrances"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect()
}

/// The slot of [`EVENING`], as it is told at an address.
async fn slot(browser: &Browser, service: &str, asked: &str) -> Value {
    let slots = browser.get(&format!("/api/v1/services/{service}/{asked}")).await.ok();
    let all = slots["slots"].as_array().unwrap();
    all.iter().find(|slot| slot["starts_at"] == EVENING).unwrap_or_else(|| panic!("{slots}")).clone()
}

async fn taken(app: &TestApp) -> u64 {
    occupied::Entity::find().count(app.app.db.reader()).await.unwrap()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn somebody_for_themselves_reads_that_a_service_is_for_enterprises_and_takes_nothing_of_it(app: &TestApp) {
        let (lin, luo) = (app.signed_in("lin").await, app.signed_in("luo").await);
        let service = app.service("after-hours").await;
        let shown = app.browser().get(&format!("/api/v1/services/{service}")).await.ok();
        assert_eq!(shown["terms"]["bookers"], "enterprises");
        let of_luo = slot(&luo, &service, "slots?date=2026-11-25").await;
        assert_eq!((&of_luo["reason"], &of_luo["free"], rules(&of_luo)), (&json!("terms"), &json!(0), vec!["not_for_persons"]));
        let told = &of_luo["hindrances"][0];
        assert_eq!((&told["remedy"], &told["earliest_at"]), (&json!("book_for_enterprise"), &Value::Null));
        let of_lin = slot(&lin, &service, "slots?date=2026-11-25").await;
        assert_eq!((&of_lin["reason"], rules(&of_lin)), (&Value::Null, vec![]));
        // Over a whole month as on the day: nothing is shown to be free that is not theirs.
        let month = format!("/api/v1/services/{service}/days?from=2026-11-23&to=2026-12-22");
        let (of_luo, of_lin) = (luo.get(&month).await.ok(), lin.get(&month).await.ok());
        let free = |told: &Value| told["days"].as_array().unwrap().iter().map(|day| day["free"].as_i64().unwrap()).sum::<i64>();
        assert_eq!((free(&of_luo), rules(&of_luo)), (0, vec!["not_for_persons"]));
        assert_eq!((&of_luo["days"][2]["reason"], &of_luo["days"][0]["reason"]), (&json!("terms"), &json!("lead_time")));
        assert_eq!(of_luo["hindrances"][0]["remedy"], "book_for_enterprise");
        let of_anybody = app.browser().get(&month).await.ok();
        assert!(free(&of_lin) > 0 && free(&of_anybody) > 0, "{of_lin}");
        assert_eq!((rules(&of_lin), rules(&of_anybody)), (vec![], vec![]));
        let ways = format!("/api/v1/services/{service}/alternatives?stages=declaration,release&from={EVENING}");
        let (of_luo, of_lin) = (luo.get(&ways).await.ok(), lin.get(&ways).await.ok());
        assert_eq!((&of_luo["alternatives"], rules(&of_luo)), (&json!([]), vec!["not_for_persons"]));
        assert_eq!((of_lin["alternatives"].as_array().unwrap().is_empty(), rules(&of_lin)), (false, vec![]));
        let why = luo.get(&format!("/api/v1/services/{service}/why?starts_at={EVENING}")).await.ok();
        assert_eq!((&why["allowed"], rules(&why), &why["next_starts_at"]), (&json!(false), vec!["not_for_persons"], &Value::Null));

        let form = with_choices(app, &service, after_hours_form()).await;
        let at_once = with(wish(&service, EVENING), "request", form);
        for body in [wish(&service, EVENING), at_once] {
            luo.post("/api/v1/bookings", body).await.refused(403, "not_for_persons");
        }
        let staged = json!({"service_id": service, "stages": [{"stage": "release", "starts_at": EVENING}]});
        luo.post("/api/v1/bookings", staged).await.refused(403, "not_for_persons");
        let waiting = format!("/api/v1/services/{service}/waiting");
        let days = json!({"from": "2026-11-24", "to": "2026-11-26"});
        luo.post(&waiting, days).await.refused(403, "not_for_persons");
        assert_eq!(taken(app).await, 0);
        assert_eq!(refused(app, &service, 4).await, json!([["not_for_persons", 4]]));
        take(&lin, &service, EVENING).await;
    }

    async fn what_is_for_people_themselves_no_enterprise_holds_requests_moves_or_books_a_group_of(app: &TestApp) {
        let (lin, luo) = (app.signed_in("lin").await, app.signed_in("luo").await);
        let service = app.service("after-hours").await;
        let form = with_choices(app, &service, after_hours_form()).await;
        let held = take(&lin, &service, EVENING).await;
        let booked = take(&lin, &service, "2026-11-25T12:00:00Z").await;
        lin.post(&path(&booked, "/request"), form.clone()).await.ok();
        open_to(app, "after-hours", "persons").await;
        // What stands, stands; nothing more comes of it.
        lin.post(&path(&held, "/request"), form).await.refused(403, "not_for_enterprises");
        let later = json!({"starts_at": "2026-11-26T11:00:00Z"});
        lin.post(&path(&booked, "/reschedule"), later.clone()).await.refused(403, "not_for_enterprises");
        lin.post("/api/v1/bookings", wish(&service, "2026-11-26T11:00:00Z")).await.refused(403, "not_for_enterprises");
        let of_lin = slot(&lin, &service, "slots?date=2026-11-25").await;
        assert_eq!((rules(&of_lin), &of_lin["hindrances"][0]["remedy"]), (vec!["not_for_enterprises"], &json!("book_for_oneself")));
        take(&luo, &service, "2026-11-26T11:00:00Z").await;
        // An officer who moves it knows what they do.
        let by_officer = with(later, "reason", json!("对方来电改时间"));
        app.signed_in("zhou").await.post(&path(&booked, "/reschedule"), by_officer).await.ok();

        open_to(app, "check-up", "persons").await;
        let before = taken(app).await;
        let list = health_group::people(3);
        let group = health_group::book(&lin, &app.service("check-up").await, &list, health_group::AT).await;
        group.refused(403, "not_for_enterprises");
        assert_eq!(taken(app).await, before);
    }

    async fn at_the_desk_it_is_who_calls_that_counts(app: &TestApp) {
        let zhou = app.signed_in("zhou").await;
        let service = app.service("after-hours").await;
        let at_desk = async |more: &str| slot(&zhou, &service, &format!("desk-slots?date=2026-11-25&channel=phone{more}")).await;
        let of_caller = at_desk("").await;
        assert_eq!((&of_caller["free"], &of_caller["reason"], rules(&of_caller)), (&json!(2), &json!("terms"), vec!["not_for_persons"]));
        assert_eq!(rules(&at_desk(&format!("&enterprise={LET_IN}")).await), Vec::<&str>::new());
        // Whoever it may be for: nothing is in the way of everybody.
        let why = async |more: &str| {
            let asked = format!("/api/v1/services/{service}/why?starts_at={EVENING}{more}");
            zhou.get(&asked).await.ok()["allowed"].clone()
        };
        assert_eq!((why("").await, why("&channel=phone").await), (json!(true), json!(false)));

        let call = by_phone(&service, EVENING);
        desk::book(&zhou, call.clone()).await.refused(403, "not_for_persons");
        assert_eq!(taken(app).await, 0);
        desk::book(&zhou, with(call.clone(), "enterprise", json!(LET_IN))).await.ok();
        // With a reason, as against every other term.
        let other = with(call, "contact_mobile", json!("15400000078"));
        let made = desk::book(&zhou, with(other, "reason", json!("应急救援物资"))).await.ok();
        let case = made["id"].as_str().unwrap().parse().unwrap();
        let entries = mianqia::evidence::entries(app.app.db.reader(), case).await.unwrap();
        let against = entries.iter().find(|entry| entry.kind == "booking.against_terms").unwrap();
        assert!(String::from_utf8_lossy(&against.bytes).contains(r#""rules":["not_for_persons"]"#));
    }
}
