//! Waiting for a place: the order is fair, an offer is really held and always ends, and an earlier time is a swap that
//! loses nothing.

use crate::booking::{path, take, wish};
use crate::both_stores;
use crate::documents::respec;
use crate::support::{Browser, Store, TestApp, eventually};
use futures::future::join_all;
use mianqia::directory::entities::{resource, service};
use mianqia::evidence;
use mianqia::notify::entities::outbox;
use mianqia::places::entities::occupied;
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

const AT: &str = "2026-11-23T02:00:00Z";
/// Tuesday at ten in Shanghai.
pub const SLOT: &str = "2026-11-24T02:00:00Z";

fn form() -> Value {
    json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}})
}

/// A service with one place side by side.
pub async fn narrow(app: &TestApp) -> String {
    let id = app.service("video-try").await;
    let of: Uuid = id.parse().unwrap();
    let done: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = service::Entity::find_by_id(of).one(tx.conn()).await?.unwrap();
                resource::Entity::update_many()
                    .col_expr(resource::Column::Seats, Expr::value(1))
                    .filter(resource::Column::Id.eq(row.resource_id))
                    .exec(tx.conn())
                    .await
                    .map(drop)
            })
        })
        .await;
    done.unwrap();
    app.app.directory.forget();
    id
}

pub async fn book(browser: &Browser, service: &str, starts_at: &str) -> Value {
    let held = take(browser, service, starts_at).await;
    browser.post(&path(&held, "/request"), form()).await.ok()
}

/// Waits for the one slot of [`SLOT`].
pub async fn wait(browser: &Browser, service: &str) -> Value {
    let wish = json!({"from": "2026-11-24", "to": "2026-11-24", "from_minute": 600, "to_minute": 615});
    browser.post(&format!("/api/v1/services/{service}/waiting"), wish).await.ok()
}

/// One slot that lin has, and two who wait for it, one after the other.
struct TwoWait {
    service: String,
    lin: Browser,
    gao: Browser,
    luo: Browser,
    full: Value,
    /// Of gao, then of luo.
    first: Value,
    second: Value,
}

async fn two_wait(app: &TestApp) -> TwoWait {
    let service = narrow(app).await;
    let (lin, gao, luo) =
        (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("luo").await);
    let full = book(&lin, &service, SLOT).await;
    let first = wait(&gao, &service).await;
    app.clock.advance(chrono::TimeDelta::seconds(1));
    let second = wait(&luo, &service).await;
    TwoWait { service, lin, gao, luo, full, first, second }
}

async fn entry(browser: &Browser, id: &Value) -> Value {
    let all = browser.get("/api/v1/waiting").await.ok();
    all["items"].as_array().unwrap().iter().find(|one| one["id"] == *id).unwrap().clone()
}

pub async fn once(browser: &Browser, id: &Value, state: &str) -> Value {
    eventually(state, || async { Some(entry(browser, id).await).filter(|one| one["state"] == state) }).await
}

pub fn answer(entry: &Value, step: &str) -> String {
    format!("/api/v1/waiting/{}{step}", entry["id"].as_str().unwrap())
}

pub async fn cancel(browser: &Browser, booking: &Value) {
    browser.post(&path(booking, "/cancel"), json!({"reason": "来不了"})).await.ok();
}

async fn mails(app: &TestApp, template: &str) -> u64 {
    let of = outbox::Column::Template.eq(template);
    outbox::Entity::find().filter(of).count(app.app.db.reader()).await.unwrap()
}

/// How many entries there are, by kind.
async fn entries(app: &TestApp) -> impl Fn(&str) -> usize {
    let all = evidence::entities::entry::Entity::find().all(app.app.db.reader()).await.unwrap();
    move |kind| all.iter().filter(|entry| entry.kind == kind).count()
}

both_stores! {
    at AT;

    async fn who_waited_first_is_offered_the_place_and_nobody_else_can_have_it(app: &TestApp) {
        let TwoWait { service, lin, gao, luo, full, first, second } = two_wait(app).await;
        assert_eq!((&first["position"], &second["position"]), (&json!(1), &json!(2)));
        gao.post(&answer(&first, "/take"), json!({})).await.refused(409, "not_offered");
        gao.post(&answer(&first, "/decline"), json!({})).await.refused(409, "not_offered");
        let officer = app.signed_in("zhou").await;
        let seen = officer.get(&format!("/api/v1/services/{service}/waiting")).await.ok();
        assert_eq!((&seen["waiting"], &seen["offered"], seen["items"].as_array().unwrap().len()), (&json!(2), &json!(0), 2));
        assert!(!seen.to_string().contains("account_id"), "{seen}");

        cancel(&lin, &full).await;
        let offered = once(&gao, &first["id"], "offered").await;
        assert_eq!((&offered["offer"]["starts_at"], &offered["position"]), (&json!(SLOT), &json!(null)));
        // Two hours, as the service says.
        assert_eq!(offered["offer"]["until"], "2026-11-23T04:00:01Z");
        lin.post("/api/v1/bookings", wish(&service, SLOT)).await.refused(409, "slot_taken");
        assert_eq!(entry(&luo, &second["id"]).await["position"], 1);
        assert_eq!(mails(app, "waiting.offered").await, 1);

        // Programs that look at the links of mails take nothing.
        for link in ["/api/v1/waiting", "/api/v1/bookings"] {
            assert!(gao.get(link).await.status.is_success());
            gao.call(Method::HEAD, link, None).await;
        }
        luo.post(&answer(&first, "/take"), json!({})).await.refused(404, "not_found");
        assert_eq!(entry(&gao, &first["id"]).await["state"], "offered");

        // Two windows at once: one takes it.
        let take_it = answer(&first, "/take");
        let twice = join_all((0..2).map(|_| gao.post(&take_it, json!({})))).await;
        let mut statuses: Vec<u16> = twice.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        gao.post(&answer(&first, "/take"), json!({})).await.refused(409, "offer_taken");
        gao.post(&answer(&first, "/decline"), json!({})).await.refused(409, "offer_taken");
        gao.call(Method::DELETE, &answer(&first, ""), None).await.refused(409, "offer_taken");
        let taken = twice.iter().find(|answer| answer.status.as_u16() == 200).unwrap().json();
        assert_eq!((&taken["entry"]["state"], &taken["booking"]["state"]), (&json!("taken"), &json!("held")));
        let done = gao.post(&path(&taken["booking"], "/request"), form()).await.ok();
        assert_eq!((&done["state"], &done["starts_at"]), (&json!("accepted"), &json!(SLOT)));
        let case = done["id"].as_str().unwrap().parse().unwrap();
        assert!(evidence::verify_chain(app.app.db.reader(), case).await.unwrap().is_ok());
        assert!(evidence::verify_chain(app.app.db.reader(), evidence::SYSTEM).await.unwrap().is_ok());
    }

    async fn whom_changed_terms_exclude_is_passed_over_and_goes_on_waiting(app: &TestApp) {
        let TwoWait { lin, gao, luo, full, first, second, .. } = two_wait(app).await;
        respec(app, "video-try", |spec| spec["terms"]["bookers"] = json!("persons")).await;
        cancel(&lin, &full).await;
        once(&luo, &second["id"], "offered").await;
        assert_eq!(entry(&gao, &first["id"]).await["state"], "waiting");
        assert_eq!(mails(app, "waiting.offered").await, 1);
    }

    async fn an_offer_that_nobody_answers_passes_on_and_so_does_one_that_is_declined(app: &TestApp) {
        let TwoWait { service, lin, gao, full, first, second, .. } = two_wait(app).await;
        let third = wait(&lin, &service).await;
        cancel(&lin, &full).await;
        once(&gao, &first["id"], "offered").await;

        app.set_time("2026-11-23T04:00:01Z");
        let luo = app.signed_in("luo").await;
        once(&luo, &second["id"], "offered").await;
        let gao = app.signed_in("gao").await;
        assert_eq!(entry(&gao, &first["id"]).await["state"], "passed");
        gao.post(&answer(&first, "/take"), json!({})).await.refused(409, "offer_over");
        gao.post(&answer(&first, "/decline"), json!({})).await.refused(409, "offer_over");
        gao.call(Method::DELETE, &answer(&first, ""), None).await.refused(409, "offer_over");
        assert_eq!((mails(app, "waiting.offered").await, mails(app, "waiting.passed").await), (2, 1));

        let declined = luo.post(&answer(&second, "/decline"), json!({})).await;
        assert_eq!(declined.status.as_u16(), 204);
        assert_eq!(entry(&luo, &second["id"]).await["state"], "declined");
        let lin = app.signed_in("lin").await;
        once(&lin, &third["id"], "offered").await;
        // Who leaves gives it back too, and then anybody can have it.
        assert_eq!(lin.call(Method::DELETE, &answer(&third, ""), None).await.status.as_u16(), 204);
        assert_eq!(entry(&lin, &third["id"]).await["state"], "withdrawn");
        take(&gao, &service, SLOT).await;
    }

    async fn a_closing_takes_an_offer_back_and_whoever_had_it_keeps_their_turn(app: &TestApp) {
        let TwoWait { service, lin, gao, luo, full, first, second } = two_wait(app).await;
        cancel(&lin, &full).await;
        let offered = once(&gao, &first["id"], "offered").await;
        let chief = app.signed_in("shen").await;
        let closing = json!({
            "service_id": service, "date_from": "2026-11-24", "date_to": "2026-11-24", "from_minute": 600, "to_minute": 615,
            "text": {"zh-CN": "当时停电检修。", "en": "The power is off."}, "reason": "供电公司通知", "rebooks": true,
        });
        let closing = chief.post("/api/v1/closings", closing).await.ok();
        let id: Uuid = closing["id"].as_str().unwrap().parse().unwrap();
        // The job may be at it as well: it is done once.
        app.app.booking.clear_closed(id).await.unwrap();
        app.app.booking.clear_closed(id).await.unwrap();

        let again = entry(&gao, &first["id"]).await;
        assert_eq!((&again["state"], &again["position"], &again["offer"]), (&json!("waiting"), &json!(1), &Value::Null));
        assert_eq!(entry(&luo, &second["id"]).await["position"], 2);
        for step in ["/take", "/decline"] {
            gao.post(&answer(&first, step), json!({})).await.refused(409, "not_offered");
        }
        let held = gao.get(&format!("/api/v1/bookings/{}", offered["offer"]["booking_id"].as_str().unwrap())).await;
        assert_eq!(held.json()["state"], "cancelled", "{}", held.text);
        let kinds = entries(app).await;
        assert_eq!((kinds("waiting.offer_withdrawn"), kinds("waiting.declined"), kinds("waiting.joined")), (1, 0, 2));
        let told = outbox::Entity::find().filter(outbox::Column::Template.eq("waiting.closed"));
        let told = told.all(app.app.db.reader()).await.unwrap();
        assert_eq!(told.len(), 1);
        let said = told[0].payload.to_string();
        assert!(said.contains("停办") && said.contains("当时停电检修") && said.contains("次序"), "{said}");

        // It is open again, and it is their turn.
        let withdraw = format!("/api/v1/closings/{id}/withdraw");
        assert_eq!(chief.post(&withdraw, json!({})).await.status, 204);
        app.app.booking.look_after_waiting().await.unwrap();
        once(&gao, &first["id"], "offered").await;
        assert_eq!(entry(&luo, &second["id"]).await["position"], 1);
        let taken = gao.post(&answer(&first, "/take"), json!({})).await.ok();
        assert_eq!(taken["booking"]["starts_at"], SLOT);
        assert!(evidence::verify_chain(app.app.db.reader(), evidence::SYSTEM).await.unwrap().is_ok());
    }

    async fn an_offer_goes_by_the_lead_time_of_whoever_waits(app: &TestApp) {
        let service = narrow(app).await;
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let full = book(&lin, &service, SLOT).await;
        // Two days ahead, and one hour for those who stand as gao does.
        let (id, days): (Uuid, _) = (service.parse().unwrap(), 2 * 24 * 60);
        let far = app.app.db.write(move |tx| {
            Box::pin(async move {
                let of = service::Column::Id.eq(id);
                let row = service::Entity::update_many().col_expr(service::Column::LeadMinutes, Expr::value(days));
                row.filter(of).exec(tx.conn()).await.map(drop)
            })
        });
        let far: Result<(), DbErr> = far.await;
        far.unwrap();
        respec(app, "video-try", |spec| {
            spec["terms"]["lead_times"] = json!([{"tier": "advanced_certified", "lead_minutes": 60}]);
        }).await;
        let waits = wait(&gao, &service).await;
        cancel(&lin, &full).await;
        let offered = once(&gao, &waits["id"], "offered").await;
        assert_eq!(offered["offer"]["until"], "2026-11-23T04:00:00Z");
        gao.post(&answer(&waits, "/take"), json!({})).await.ok();
        assert_eq!(entry(&gao, &waits["id"]).await["state"], "taken");
    }

    async fn an_earlier_time_is_a_swap_and_until_then_the_old_place_stays(app: &TestApp) {
        let service = narrow(app).await;
        let lin = app.signed_in("lin").await;
        let mine = book(&lin, &service, SLOT).await;
        let cells = occupied::Entity::find().count(app.app.db.reader()).await.unwrap();
        let join = format!("/api/v1/services/{service}/waiting");
        let waiting = lin.post(&join, json!({"earlier_than_id": mine["id"]})).await.ok();
        let offered = once(&lin, &waiting["id"], "offered").await;
        let earlier = offered["offer"]["starts_at"].as_str().unwrap().to_owned();
        assert!(earlier.as_str() < SLOT, "{offered}");
        assert_eq!(lin.get(&path(&mine, "")).await.ok()["starts_at"], SLOT);
        assert_eq!(occupied::Entity::find().count(app.app.db.reader()).await.unwrap(), 2 * cells);

        let taken = lin.post(&answer(&waiting, "/take"), json!({})).await.ok();
        assert_eq!((&taken["booking"]["id"], &taken["booking"]["starts_at"]), (&mine["id"], &json!(earlier)));
        assert_eq!(taken["booking"]["state"], "accepted");
        assert_eq!(occupied::Entity::find().count(app.app.db.reader()).await.unwrap(), cells);
        lin.post(&answer(&waiting, "/take"), json!({})).await.refused(409, "offer_taken");
        let case = mine["id"].as_str().unwrap().parse().unwrap();
        assert!(evidence::verify_chain(app.app.db.reader(), case).await.unwrap().is_ok());

        // Who has no booking any more moves nothing; the offer can be declined, and the place is given back.
        let later = book(&lin, &service, "2026-11-25T02:00:00Z").await;
        let waiting = lin.post(&join, json!({"earlier_than_id": later["id"]})).await.ok();
        once(&lin, &waiting["id"], "offered").await;
        cancel(&lin, &later).await;
        lin.post(&answer(&waiting, "/take"), json!({})).await.refused(409, "wrong_state");
        assert_eq!(lin.post(&answer(&waiting, "/decline"), json!({})).await.status.as_u16(), 204);
        assert_eq!(occupied::Entity::find().count(app.app.db.reader()).await.unwrap(), cells);
        lin.post(&join, json!({"earlier_than_id": later["id"]})).await.refused(409, "wrong_state");
    }

    async fn what_cannot_be_waited_for_is_refused(app: &TestApp) {
        let service = narrow(app).await;
        let lin = app.signed_in("lin").await;
        let join = format!("/api/v1/services/{service}/waiting");
        let days = |from: &str, to: &str| json!({"from": from, "to": to});
        for (body, code) in [
            (json!({}), "waiting_for_one"),
            (json!({"from": "2026-11-24"}), "waiting_for_one"),
            (days("2026-11-25", "2026-11-24"), "waiting_days"),
            (days("2026-11-01", "2026-11-22"), "waiting_days"),
            (days("2026-11-24", "2027-03-24"), "waiting_days"),
            (json!({"from": "2026-11-24", "to": "2026-11-24", "from_minute": 600, "to_minute": 600}), "waiting_minutes"),
            (json!({"from": "2026-11-24", "to": "2026-11-24", "from_minute": -5}), "waiting_minutes"),
            (json!({"from": "2026-11-24", "to": "2026-11-24", "to_minute": 1441}), "waiting_minutes"),
        ] {
            lin.post(&join, body).await.refused(422, code);
        }
        book(&lin, &service, SLOT).await;
        wait(&lin, &service).await;
        let again = lin.post(&join, days("2026-11-24", "2026-11-24")).await;
        assert_eq!((again.status.as_u16(), &again.json()["code"]), (409, &json!("already_waiting")));
        assert!(again.json()["subject_id"].is_string());
    }

    async fn bookers_are_reminded_once_of_what_stands_at_its_time(app: &TestApp) {
        let service = app.service("video-try").await;
        let lin = app.signed_in("lin").await;
        let at = "2026-11-26T02:00:00Z";
        let stands = book(&lin, &service, at).await;
        let gone = book(&lin, &service, "2026-11-26T02:15:00Z").await;
        cancel(&lin, &gone).await;
        let moved = book(&lin, &service, "2026-11-26T02:30:00Z").await;
        lin.post(&path(&moved, "/reschedule"), json!({"starts_at": "2026-11-27T02:00:00Z"})).await.ok();
        app.app.booking.remind().await.unwrap();
        assert_eq!(mails(app, "booking.reminded").await, 0);

        app.set_time("2026-11-25T02:10:00Z");
        for _ in 0..2 {
            app.app.booking.remind().await.unwrap();
        }
        assert_eq!(mails(app, "booking.reminded").await, 1);
        let lin = app.signed_in("lin").await;
        let detail = lin.get(&path(&stands, "")).await.ok();
        assert_eq!(detail["history"].as_array().unwrap().last().unwrap()["kind"], "booking.reminded");
        // Who books for tomorrow has just seen the time.
        let gao = app.signed_in("gao").await;
        book(&gao, &service, at).await;
        app.app.booking.remind().await.unwrap();
        assert_eq!(mails(app, "booking.reminded").await, 1);
        // Two hours before, with the link to the meeting.
        app.set_time("2026-11-26T00:05:00Z");
        app.app.booking.remind().await.unwrap();
        assert_eq!(mails(app, "booking.reminded").await, 3);
        app.set_time("2026-11-26T02:00:00Z");
        app.app.booking.remind().await.unwrap();
        assert_eq!(mails(app, "booking.reminded").await, 4, "the one that was moved");
    }
}

/// Two processes look at the same time, and each place goes to one of those who wait, in their order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_offer_each_place_once_and_in_order() {
    let one = TestApp::start(Store::Postgres, AT).await;
    let service = narrow(&one).await;
    let other = one.another_node().await;
    let (lin, gao, luo) =
        (one.signed_in("lin").await, other.signed_in("gao").await, one.signed_in("luo").await);
    let full = book(&lin, &service, SLOT).await;
    let first = wait(&gao, &service).await;
    let second = wait(&luo, &service).await;
    cancel(&lin, &full).await;
    let apps = [&one, &other];
    let freed = |resource| mianqia::places::jobs::PlacesFreed { resource, from_cell: 0, to_cell: 0 };
    let id: Uuid = service.parse().unwrap();
    let resource = one.app.directory.service(id).await.unwrap().unwrap().row.resource_id;
    for looked in join_all(apps.map(|app| app.app.booking.offer_freed(freed(resource)))).await {
        looked.unwrap();
    }
    once(&gao, &first["id"], "offered").await;
    assert_eq!(entry(&luo, &second["id"]).await["state"], "waiting");
    assert_eq!(mails(&one, "waiting.offered").await, 1);
    other.stop().await;
    one.stop().await;
}
