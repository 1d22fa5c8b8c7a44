//! The queue at the counters: tickets drawn in order, each called by one officer, shown without names.

use crate::both_stores;
use crate::review_values::{intact, other, schema, unguarded};
use crate::support::{Browser, TestApp};
use mianqia::queue::entities::queue_ticket::{self, TicketState};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const AT: &str = "2026-11-23T01:30:00Z";
/// Tuesday, half past eight at the centre: the first slot.
const OPENING: &str = "2026-11-24T00:30:00Z";

/// A check-up by somebody who has signed in.
pub async fn book(app: &TestApp, owner: &Browser, starts_at: &str) -> String {
    let fields = json!({"item": "work", "document": "passport", "health_consent": true});
    let request = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": fields});
    let wish = json!({"service_id": app.service("check-up").await, "starts_at": starts_at, "anyway": true, "request": request});
    owner.post("/api/v1/bookings", wish).await.ok()["id"].as_str().unwrap().to_owned()
}

pub fn ticket(booking: &str) -> String {
    format!("/api/v1/bookings/{booking}/ticket")
}

pub async fn act(officer: &Browser, id: &Value, what: &str) -> crate::support::Answer {
    let path = format!("/api/v1/queue/tickets/{}/{what}", id.as_str().unwrap());
    officer.post(&path, json!({"counter": "3"})).await
}

async fn call_next(officer: &Browser, counter: &str) -> crate::support::Answer {
    officer.post("/api/v1/queue/call", json!({"venue": "health", "counter": counter})).await
}

async fn display(app: &TestApp) -> Value {
    app.browser().get("/api/v1/queue?venue=health").await.ok()
}

fn labels(numbers: &Value) -> Vec<&str> {
    numbers.as_array().unwrap().iter().map(|one| one["label"].as_str().or(one.as_str()).unwrap()).collect()
}

both_stores! {
    at AT;

    async fn who_booked_a_time_is_called_at_it_whoever_came_first(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let late = book(app, &lin, "2026-11-24T01:00:00Z").await;
        let early = book(app, &gao, OPENING).await;
        let officer = app.signed_in("zhou").await;
        officer.post(&ticket(&early), json!({})).await.refused(409, "too_early");
        app.set_time("2026-11-24T00:10:00Z");
        let (lin, gao, officer) =
            (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        lin.get(&ticket(&late)).await.refused(404, "not_found");
        let first = officer.post(&ticket(&late), json!({})).await.ok();
        assert_eq!((&first["label"], &first["state"]), (&json!("H001"), &json!("waiting")));
        assert_eq!(officer.post(&ticket(&late), json!({})).await.ok()["id"], first["id"], "once");
        assert_eq!(lin.get(&format!("/api/v1/bookings/{late}")).await.ok()["state"], "checked_in");
        officer.post(&ticket(&early), json!({})).await.ok();
        assert_eq!((&lin.get(&ticket(&late)).await.ok()["ahead"], &gao.get(&ticket(&early)).await.ok()["ahead"]), (&json!(1), &json!(0)));
        gao.get(&ticket(&late)).await.refused(404, "not_found");

        let shown = display(app).await;
        assert_eq!((labels(&shown["next"]), &shown["waiting"]), (vec!["H002", "H001"], &json!(2)));
        for private in ["林", "MQ", "154"] {
            assert!(!shown.to_string().contains(private), "{shown}");
        }
        let called = call_next(&officer, " 3 ").await.ok();
        assert_eq!((&called["label"], &called["counter"], &called["times_called"]), (&json!("H002"), &json!("3"), &json!(1)));
        let shown = display(app).await;
        assert_eq!((labels(&shown["called"]), labels(&shown["next"])), (vec!["H002"], vec!["H001"]));
        assert_eq!(gao.get(&ticket(&early)).await.ok()["counter"], "3");

        // Nobody came; they are called again when they do.
        assert_eq!(act(&officer, &called["id"], "miss").await.ok()["state"], "missed");
        act(&officer, &called["id"], "done").await.refused(409, "ticket_state");
        assert_eq!(act(&officer, &called["id"], "call").await.ok()["times_called"], 2);
        act(&officer, &called["id"], "done").await.ok();
        act(&officer, &called["id"], "miss").await.refused(409, "ticket_state");
        assert_eq!(gao.get(&format!("/api/v1/bookings/{early}")).await.ok()["state"], "completed");
        let open = officer.get("/api/v1/queue/tickets?venue=health").await.ok();
        assert_eq!(labels(&open["items"]), ["H001"]);
        call_next(&officer, "3").await.ok();
        call_next(&officer, "3").await.refused(409, "queue_empty");
    }

    async fn officers_who_call_at_once_get_different_people(app: &TestApp) {
        let mut booked = Vec::new();
        for login in ["lin", "gao", "luo", "bai"] {
            let owner = app.signed_in(login).await;
            booked.push(book(app, &owner, OPENING).await);
        }
        app.set_time(OPENING);
        let officers = [app.signed_in("zhou").await, app.signed_in("han").await, app.signed_in("shen").await];
        // Drawn at once as well: each has a number of its own.
        let drawn = futures::future::join_all(booked.iter().zip(officers.iter().cycle()).map(|(id, officer)| async move {
            officer.post(&ticket(id), json!({})).await.ok()["label"].as_str().unwrap().to_owned()
        })).await;
        assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), 4, "{drawn:?}");
        let called = futures::future::join_all((0..6).map(|n| {
            let officer = &officers[n % 3];
            async move { call_next(officer, &format!("{n}")).await }
        })).await;
        let labels: BTreeSet<String> = called.iter().filter(|answer| answer.status == 200)
            .map(|answer| answer.json()["label"].as_str().unwrap().to_owned()).collect();
        assert_eq!(labels.len(), 4, "{labels:?}");
        called.iter().filter(|answer| answer.status != 200).for_each(|answer| answer.refused(409, "queue_empty"));
        assert_eq!(called.iter().filter(|answer| answer.status == 200).count(), 4);
    }

    async fn what_has_no_queue_or_no_such_counter_is_told_so(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let booking = crate::video::book(app, &lin).await;
        app.set_time("2026-11-23T02:05:00Z");
        let officer = app.signed_in("zhou").await;
        officer.post(&ticket(booking["id"].as_str().unwrap()), json!({})).await.refused(409, "no_queue");
        for venue in ["nowhere", "", "city"] {
            app.browser().get(&format!("/api/v1/queue?venue={venue}")).await.refused(422, "unknown_venue");
        }
        officer.get("/api/v1/queue/tickets?venue=nowhere").await.refused(422, "unknown_venue");
        officer.post("/api/v1/queue/call", json!({"venue": "nowhere", "counter": "3"})).await.refused(422, "unknown_venue");
        for counter in ["", "3<b>", "1234567890123"] {
            call_next(&officer, counter).await.refused(422, "wrong_counter");
        }
        let nobody = json!(uuid::Uuid::now_v7());
        act(&officer, &nobody, "call").await.refused(404, "not_found");

        // Of a booking that is not accepted, or of one that came to its end without its ticket.
        app.set_time(AT);
        let lin = app.signed_in("lin").await;
        let (early, gone) = (book(app, &lin, OPENING).await, book(app, &lin, OPENING).await);
        app.set_time(OPENING);
        let (lin, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let drawn = officer.post(&ticket(&early), json!({})).await.ok();
        let short = officer.post(&format!("/api/v1/queue/tickets/{}/call", drawn["id"].as_str().unwrap()), json!({"counter": ""})).await;
        short.refused(422, "wrong_counter");
        act(&officer, &drawn["id"], "call").await.ok();
        officer.post(&format!("/api/v1/bookings/{early}/complete"), json!({})).await.ok();
        act(&officer, &drawn["id"], "done").await.ok();
        act(&officer, &drawn["id"], "call").await.refused(409, "ticket_state");
        officer.post(&ticket(&early), json!({})).await.ok();
        let left = officer.post(&ticket(&gone), json!({})).await.ok();
        act(&officer, &left["id"], "call").await.ok();
        officer.post(&format!("/api/v1/bookings/{gone}/no-show"), json!({})).await.ok();
        act(&officer, &left["id"], "done").await.refused(409, "wrong_state");
        let cancelled = book(app, &lin, "2026-11-25T01:00:00Z").await;
        lin.post(&format!("/api/v1/bookings/{cancelled}/cancel"), json!({"reason": "改期"})).await.ok();
        officer.post(&ticket(&cancelled), json!({})).await.refused(409, "wrong_state");
    }

    async fn each_value_of_a_ticket_is_measured_against_its_entries(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let case = book(app, &lin, OPENING).await;
        app.set_time(OPENING);
        let officer = app.signed_in("zhou").await;
        officer.post(&ticket(&case), json!({})).await.ok();
        call_next(&officer, "3").await.ok();
        let (fine, report) = intact(app, &case).await;
        assert!(fine, "{report}");
        let stored = queue_ticket::Entity::find()
            .filter(queue_ticket::Column::State.eq(TicketState::Called))
            .all(app.app.db.reader()).await.unwrap();
        assert_eq!(stored.len(), 1);
        let conn = unguarded(app).await;
        let postgres = conn.get_database_backend() == DbBackend::Postgres;
        conn.execute_unprepared("create table saved as select * from queue_ticket").await.unwrap();
        let columns = schema(&conn).await;
        let columns: Vec<_> = columns.iter().filter(|((table, _), _)| table == "queue_ticket").collect();
        assert_eq!(columns.len(), 13);
        for ((_, column), kind) in columns {
            let value = match (column.as_str(), postgres) {
                ("state", _) => "'done'".to_owned(),
                ("date", true) => "date + 1".to_owned(),
                ("date", false) => "date(date, '+1 day')".to_owned(),
                _ => other(postgres, column, kind),
            };
            conn.execute_unprepared(&format!("update queue_ticket set {column} = {value}")).await.unwrap();
            let (fine, report) = intact(app, &case).await;
            assert!(!fine, "{column} was changed and not found: {report}");
            conn.execute_unprepared("delete from queue_ticket").await.unwrap();
            conn.execute_unprepared("insert into queue_ticket select * from saved").await.unwrap();
        }
    }
}
