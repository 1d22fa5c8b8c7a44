//! Figures of `make bench`: one JSON object per line, {"name", "value", "unit", "better"}.
//!
//! `booking`: free places over HTTP, and accepted bookings over HTTP against the bare writer (the same
//! writer, four inserts in a transaction, no HTTP), each store by itself, all in one run.

#[path = "../tests/it/support.rs"]
#[allow(dead_code)]
mod support;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use mianqia::base::ids;
use mianqia::booking::entities::{booking, occupied};
use mianqia::db::Db;
use mianqia::directory::entities::{resource, service};
use mianqia::evidence::entities::entry;
use mianqia::notify::entities::outbox;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use std::time::{Duration, Instant};
use support::{Browser, Store, TestApp};
use uuid::Uuid;

const NOW: &str = "2026-11-23T02:00:00Z";
const CALLERS: usize = 50;
/// 4 seats × 96 slots × 6 whole days ahead hold this many.
const BOOKINGS: usize = 2000;

#[tokio::main]
async fn main() {
    let group = std::env::args().nth(1).unwrap_or_default();
    match group.as_str() {
        "booking" => booking_group().await,
        other => eprintln!("no group is called {other:?} here"),
    }
}

fn figure(name: &str, value: f64, unit: &str, better: &str) {
    #[expect(clippy::print_stdout, reason = "the driver reads the figures from here")]
    {
        println!(
            "{}",
            json!({"name": name, "value": (value * 1e4).round() / 1e4, "unit": unit, "better": better})
        );
    }
}

async fn booking_group() {
    for (store, name) in [(Store::Sqlite, "sqlite"), (Store::Postgres, "postgres")] {
        let app = TestApp::start(store, NOW).await;
        if store == Store::Sqlite {
            free_places(&app).await;
        }
        let accepted = accept(&app).await;
        let bare = bare_writer(&app).await;
        figure(&format!("booking.accept.{name}_rate_c50"), accepted, "1/s", "higher");
        figure(&format!("bare.booking.{name}_rate_c50"), bare, "1/s", "higher");
        figure(&format!("booking.accept.{name}_vs_bare"), accepted / bare, "ratio", "higher");
        app.stop().await;
    }
}

/// A month of free places, signed in: one caller's median, then what 64 callers get together.
async fn free_places(app: &TestApp) {
    let browser = app.signed_in("lin").await;
    let service = app.service("video-try").await;
    let url = format!("{}/api/v1/services/{service}/days?from=2026-11-23&to=2026-12-22", app.base);
    let mut took = Vec::new();
    for _ in 0..2000 {
        let begun = Instant::now();
        assert!(browser.client.get(&url).send().await.unwrap().bytes().await.is_ok());
        took.push(begun.elapsed());
    }
    took.sort();
    figure("booking.free_places.http_p50", took[took.len() / 2].as_secs_f64() * 1e3, "ms", "lower");

    let begun = Instant::now();
    let answers: Vec<usize> = join_all((0..64).map(|_| {
        let (client, url) = (browser.client.clone(), url.clone());
        tokio::spawn(async move {
            let mut count = 0;
            let until = Instant::now() + Duration::from_secs(5);
            while Instant::now() < until {
                assert!(client.get(&url).send().await.unwrap().bytes().await.is_ok());
                count += 1;
            }
            count
        })
    }))
    .await
    .into_iter()
    .map(Result::unwrap)
    .collect();
    let rate = answers.iter().sum::<usize>() as f64 / begun.elapsed().as_secs_f64();
    figure("booking.free_places.http_rate_c64", rate, "1/s", "higher");
}

/// Held, requested and accepted over HTTP (two writes each), every one with its Idempotency-Key.
async fn accept(app: &TestApp) -> f64 {
    let service = app.service("video-try").await;
    lift_limits(app, &service).await;
    let bookers = bookers(app).await;
    let first: DateTime<Utc> = "2026-11-23T16:00:00Z".parse().unwrap();
    let starts: Vec<_> = (0..BOOKINGS).map(|n| first + TimeDelta::minutes(15 * (n as i64 / 4))).collect();
    let begun = Instant::now();
    let accepted: Vec<usize> = join_all((0..CALLERS).map(|caller| {
        let (browser, service) = (bookers[caller % bookers.len()].clone(), service.clone());
        let mine: Vec<_> = starts.iter().copied().skip(caller).step_by(CALLERS).collect();
        tokio::spawn(async move {
            let mut accepted = 0;
            for starts_at in mine {
                accepted += usize::from(accept_one(&browser, &service, starts_at).await);
            }
            accepted
        })
    }))
    .await
    .into_iter()
    .map(Result::unwrap)
    .collect();
    let accepted = accepted.iter().sum::<usize>();
    eprintln!("{accepted} of {BOOKINGS} accepted");
    accepted as f64 / begun.elapsed().as_secs_f64()
}

/// Lets few bookers have as many bookings as the figure needs.
async fn lift_limits(app: &TestApp, service: &str) {
    let id: Uuid = service.parse().unwrap();
    let row = service::Entity::find_by_id(id).one(app.app.db.reader()).await.unwrap().unwrap();
    let mut spec = row.spec;
    spec["limits"] = json!({"person": BOOKINGS, "enterprise": BOOKINGS});
    let change = service::ActiveModel { id: Set(id), spec: Set(spec), ..Default::default() };
    let done: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move { service::Entity::update(change).exec(tx.conn()).await.map(drop) })
        })
        .await;
    done.unwrap();
    app.app.directory.forget();
}

/// Their password.
const WORDS: &str = "correct horse battery";

/// Members of as many enterprises that each keeps within its five live holds.
async fn bookers(app: &TestApp) -> Vec<Browser> {
    let chief = app.signed_in("shen").await;
    let mut bookers = Vec::new();
    for n in 0..CALLERS / 4 {
        let login = format!("bench{n}");
        let body = json!({
            "name": format!("样例企业{n}"), "uscc": synthetic_uscc(n), "contact_name": "林女士",
            "contact_mobile": "15400000001", "contact_email": format!("{login}@example.com"),
            "login": login, "password": WORDS, "locale": "zh-CN",
        });
        let browser = app.browser();
        assert_eq!(browser.post("/api/v1/enterprises", body).await.status, 202);
        // The latest mail is the one with the link that finishes it.
        let mail = outbox::Entity::find().order_by_desc(outbox::Column::Id).one(app.app.db.reader()).await;
        let text = mail.unwrap().expect("a mail").payload["text"].as_str().unwrap().to_owned();
        let token = text.split_once("/confirm/").expect("a link").1.split_whitespace().next().unwrap();
        browser.post(&format!("/api/v1/registrations/{token}/confirm"), json!({})).await.ok();
        browser.post("/api/v1/sign-in", json!({"login": login, "password": WORDS})).await.ok();
        let me = browser.get("/api/v1/me").await.ok();
        let id = me["enterprise"]["id"].as_str().unwrap();
        chief.post(&format!("/api/v1/enterprises/{id}/approve"), json!({})).await.ok();
        bookers.push(browser);
    }
    bookers
}

/// A code in the unassigned division 239999 whose check characters fit.
fn synthetic_uscc(n: usize) -> String {
    const CHARSET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let start = format!("91239999MB00{n:04}");
    let endings = CHARSET.chars().flat_map(|a| CHARSET.chars().map(move |b| (a, b)));
    let mut codes = endings.map(|(a, b)| format!("{start}{a}{b}"));
    codes
        .find(|code| mianqia::directory::model::identifiers::uscc(code).is_ok())
        .expect("one of all endings fits")
}

async fn accept_one(browser: &Browser, service: &str, starts_at: DateTime<Utc>) -> bool {
    let keyed = |path: String, body| {
        let request = browser.client.post(format!("{}/api/v1{path}", browser.base));
        browser.send(request.header("idempotency-key", ids::new_token()).json(&body))
    };
    let held = keyed("/bookings".into(), json!({"service_id": service, "starts_at": starts_at})).await;
    if !held.status.is_success() {
        return false;
    }
    let id = held.json()["id"].as_str().unwrap().to_owned();
    let body = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
    let answer = keyed(format!("/bookings/{id}/request"), body).await;
    answer.status.is_success() && answer.json()["state"] == "accepted"
}

/// Booking, cell, entry and outbox row through the same writer.
async fn bare_writer(app: &TestApp) -> f64 {
    let db = &app.app.db;
    let template =
        booking::Entity::find().filter(booking::Column::State.eq("accepted")).one(db.reader()).await;
    let template = template.unwrap().expect("the accept figure left bookings behind");
    let resource =
        resource::Entity::find().one(db.reader()).await.unwrap().expect("the demo has resources").id;
    let begun = Instant::now();
    join_all((0..CALLERS).map(|caller| {
        let (db, template) = (db.clone(), template.clone());
        tokio::spawn(async move {
            for n in (caller..BOOKINGS).step_by(CALLERS) {
                bare_one(&db, template.clone(), resource, n as i64).await.unwrap();
            }
        })
    }))
    .await;
    BOOKINGS as f64 / begun.elapsed().as_secs_f64()
}

async fn bare_one(db: &Db, template: booking::Model, resource_id: Uuid, n: i64) -> Result<(), DbErr> {
    let at = template.created_at;
    let id = ids::new_id(at);
    let row = booking::ActiveModel { id: Set(id), reference: Set(format!("BARE{n}")), ..template.into() };
    let cell = occupied::ActiveModel {
        resource_id: Set(resource_id),
        seat: Set(0),
        cell: Set(-n - 1),
        booking_id: Set(id),
    };
    let entry = entry::ActiveModel {
        case_id: Set(id),
        seq: Set(0),
        at: Set(at),
        kind: Set("bench".into()),
        bytes: Set(vec![0; 300]),
        hash: Set(vec![0; 32]),
    };
    let message = outbox::ActiveModel {
        id: Set(ids::new_id(at)),
        case_id: Set(Some(id)),
        template: Set("bench".into()),
        to_address: Set("nobody@example.com".into()),
        payload: Set(json!({"text": "x".repeat(1000)})),
        state: Set(mianqia::notify::entities::outbox::OutboxState::Sent),
        attempts: Set(1),
        next_at: Set(at),
        last_error: Set(None),
        created_at: Set(at),
        sent_at: Set(Some(at)),
        thread_id: Set(None),
        thread_seq: Set(0),
        replaced_by: Set(None),
        useful_until: Set(None),
        leased_until: Set(None),
        may_have_arrived: Set(false),
    };
    db.write(move |tx| {
        Box::pin(async move {
            booking::Entity::insert(row).exec_without_returning(tx.conn()).await?;
            occupied::Entity::insert(cell).exec_without_returning(tx.conn()).await?;
            entry::Entity::insert(entry).exec_without_returning(tx.conn()).await?;
            outbox::Entity::insert(message).exec_without_returning(tx.conn()).await?;
            Ok(())
        })
    })
    .await
}
