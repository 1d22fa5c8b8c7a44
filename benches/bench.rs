//! Figures of `make bench`: one JSON object per line, {"name", "value", "unit", "better"}.
//!
//! `booking`: free places over HTTP, and accepted bookings over HTTP against the bare writer (the same
//! writer, four inserts in a transaction, no HTTP), each store by itself, all in one run. The callers of both are tasks
//! of this process, and share its cores with the server and the store. `steady`: how soon they are accepted at 200 a second,
//! alone, for long runs. `growth`: the same with many bookings stored.

#[path = "../tests/it/support.rs"]
#[allow(dead_code)]
mod support;

mod free_places;
mod growth;
mod line;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use line::Line;
use mianqia::auth::entities::account::{self, Membership, Role};
use mianqia::auth::entities::auth_session;
use mianqia::auth::entities::enterprise::{self, EnterpriseState};
use mianqia::base::ids;
use mianqia::base::words::Language;
use mianqia::booking::entities::booking;
use mianqia::db::Db;
use mianqia::directory::entities::service_stage::{self, Stage};
use mianqia::directory::entities::{resource, service};
use mianqia::evidence::entities::entry;
use mianqia::notify::entities::outbox;
use mianqia::places::entities::occupied;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::{Store, TestApp};
use uuid::Uuid;

const NOW: &str = "2026-11-23T02:00:00Z";
const CALLERS: usize = 50;
/// 4 seats × 96 slots × 6 whole days ahead hold this many.
const BOOKINGS: usize = 2000;
/// Each caller is somebody else.
const BOOKERS: usize = CALLERS;
/// Bookings a second of the steady figure, and how long they come (`MIANQIA_BENCH_STEADY` names other seconds).
const STEADY_RATE: usize = 200;
const STEADY_SECONDS: usize = 60;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().unwrap_or_default().as_str() {
        "booking" => booking_group().await,
        "growth" => growth::growth_group().await,
        "steady" => steady_group().await,
        growth::SERVE => growth::serve(arguments).await,
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

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The steady figure of `booking` by itself, for long runs.
async fn steady_group() {
    for (store, name) in [(Store::Sqlite, "sqlite"), (Store::Postgres, "postgres")] {
        let app = TestApp::start(store, NOW).await;
        let service = app.service("video-try").await;
        widen(&app, &service).await;
        steady(&app, name).await;
        app.stop().await;
    }
}

async fn booking_group() {
    let mut slowest = 0.0_f64;
    for (store, name) in [(Store::Sqlite, "sqlite"), (Store::Postgres, "postgres")] {
        let app = TestApp::start(store, NOW).await;
        if store == Store::Sqlite {
            free_places::over_http(&app).await;
            free_places::computed().await;
        }
        let service = app.service("video-try").await;
        widen(&app, &service).await;
        let (accepted, statements) =
            accept(&app, &service, How::HoldThenRequest, "2026-11-23T16:00:00Z").await;
        let (at_once, at_once_statements) = accept(&app, &service, How::AtOnce, "2027-02-01T16:00:00Z").await;
        let (staged, _) = accept(&app, &service, How::Stages, "2027-03-01T16:00:00Z").await;
        // Beside the same without them: both by the same writer, one after the other.
        rule(&app, &service, every_rule()).await;
        let (ruled, ruled_statements) = accept(&app, &service, How::Ruled, "2027-06-01T16:00:00Z").await;
        rule(&app, &service, json!({})).await;
        let bare = bare_writer(&app).await;
        figure(&format!("booking.accept.{name}_rate_c50"), accepted, "1/s", "higher");
        figure(&format!("bare.booking.{name}_rate_c50"), bare, "1/s", "higher");
        figure(&format!("booking.accept.{name}_vs_bare"), accepted / bare, "ratio", "higher");
        figure(&format!("booking.accept.{name}_statements"), statements, "statements", "lower");
        figure(&format!("booking.accept_at_once.{name}_rate_c50"), at_once, "1/s", "higher");
        figure(&format!("booking.accept_at_once.{name}_vs_bare"), at_once / bare, "ratio", "higher");
        figure(
            &format!("booking.accept_at_once.{name}_statements"),
            at_once_statements,
            "statements",
            "lower",
        );
        figure(&format!("booking.accept_ruled.{name}_rate_c50"), ruled, "1/s", "higher");
        figure(&format!("booking.accept_ruled.{name}_vs_bare"), ruled / bare, "ratio", "higher");
        figure(&format!("booking.accept_ruled.{name}_statements"), ruled_statements, "statements", "lower");
        figure(&format!("booking.accept_stages.{name}_rate_c50"), staged, "1/s", "higher");
        figure(&format!("booking.accept_stages.{name}_vs_single"), at_once / staged, "ratio", "lower");
        if store == Store::Sqlite {
            nothing_fits(&app, &service).await;
        }
        slowest = slowest.max(steady(&app, name).await);
        app.stop().await;
    }
    figure("booking.accept.p99_at_200", slowest, "ms", "lower");
}

/// Ways to have three stages in a month in which the last never follows the others: one caller's median.
async fn nothing_fits(app: &TestApp, service: &str) {
    let id: Uuid = service.parse().unwrap();
    let never = service_stage::ActiveModel {
        gap_least_minutes: Set(2_000_000),
        gap_most_minutes: Set(2_000_000),
        ..Default::default()
    };
    let (far, days) = (service_stage::Column::ServiceId.eq(id), Set(30));
    let month = service::ActiveModel { id: Set(id), horizon_days: days, ..Default::default() };
    let done: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let release = service_stage::Column::Stage.eq(Stage::Release);
                let stages = service_stage::Entity::update_many().set(never).filter(far).filter(release);
                stages.exec(tx.conn()).await?;
                service::Entity::update(month).exec(tx.conn()).await.map(drop)
            })
        })
        .await;
    done.unwrap();
    app.app.directory.forget();
    let browser = app.browser();
    let url = format!(
        "{}/api/v1/services/{service}/alternatives?stages=declaration,inspection,release&from={NOW}",
        app.base
    );
    let mut took = Vec::new();
    for _ in 0..50 {
        let begun = Instant::now();
        let answer: serde_json::Value = browser.client.get(&url).send().await.unwrap().json().await.unwrap();
        took.push(begun.elapsed());
        assert_eq!(answer["alternatives"], json!([]));
    }
    took.sort();
    figure("booking.alternatives.none_http_p50", took[took.len() / 2].as_secs_f64() * 1e3, "ms", "lower");
    widen_horizon(app, id).await;
}

async fn widen_horizon(app: &TestApp, id: Uuid) {
    let wide = service::ActiveModel { id: Set(id), horizon_days: Set(800), ..Default::default() };
    let done: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move { service::Entity::update(wide).exec(tx.conn()).await.map(drop) })
        })
        .await;
    done.unwrap();
    app.app.directory.forget();
}

/// How a booking is made over HTTP.
#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    /// Held, then requested: two writes.
    HoldThenRequest,
    /// With its form in one call.
    AtOnce,
    /// The same, with three stages of a quarter of an hour.
    Stages,
    /// Held, then requested, under [`every_rule`]: with what is kept free before and after.
    Ruled,
}

impl How {
    /// How many quarters of an hour one takes.
    fn quarters(self) -> i64 {
        if matches!(self, Self::Stages | Self::Ruled) { 3 } else { 1 }
    }
}

/// Accepted over HTTP, every write with its Idempotency-Key: how many a second, and for how many statements each waited.
async fn accept(app: &TestApp, service: &str, how: How, first: &str) -> (f64, f64) {
    let bookers = bookers(app, BOOKERS).await;
    accept_by(app, service, how, first.parse().unwrap(), &bookers).await
}

/// The same for some who are signed in, from a time on.
async fn accept_by(
    app: &TestApp,
    service: &str,
    how: How,
    first: DateTime<Utc>,
    bookers: &[String],
) -> (f64, f64) {
    let starts: Vec<_> =
        (0..BOOKINGS).map(|n| first + TimeDelta::minutes(15 * how.quarters() * (n as i64 / 4))).collect();
    let address = address(app);
    let mut lines = Vec::new();
    for caller in 0..CALLERS {
        lines.push(Line::open(address, &bookers[caller % bookers.len()]).await);
    }
    let (begun, before) = (Instant::now(), app.app.db.statements());
    let accepted: Vec<usize> = join_all(lines.into_iter().enumerate().map(|(caller, mut line)| {
        let service = service.to_owned();
        let mine: Vec<_> = starts.iter().copied().skip(caller).step_by(CALLERS).collect();
        tokio::spawn(async move {
            let mut accepted = 0;
            for starts_at in mine {
                accepted += usize::from(accept_one(&mut line, &service, starts_at, how).await);
            }
            accepted
        })
    }))
    .await
    .into_iter()
    .map(Result::unwrap)
    .collect();
    let accepted = accepted.iter().sum::<usize>() as f64;
    let (took, statements) = (begun.elapsed(), app.app.db.statements() - before);
    eprintln!("{accepted} of {BOOKINGS} accepted ({how:?})");
    (accepted / took.as_secs_f64(), statements as f64 / accepted)
}

/// As many bookings a second as an office with crowds has, for a while: how long each takes from the moment it is
/// due until it is accepted, hold and request together; of a hundred the slowest but one, in milliseconds.
async fn steady(app: &TestApp, name: &str) -> f64 {
    let seconds = std::env::var("MIANQIA_BENCH_STEADY").ok().and_then(|text| text.parse().ok());
    let count = seconds.unwrap_or(STEADY_SECONDS) * STEADY_RATE;
    let service = app.service("video-try").await;
    let bookers = bookers(app, (count / 24).max(CALLERS)).await;
    let address = address(app);
    // The one that waits longest is taken: a server hangs up on those on which nothing comes.
    let free: Arc<Mutex<VecDeque<Line>>> = Arc::default();
    // Behind those of the other figure.
    let first: DateTime<Utc> = "2027-04-01T16:00:00Z".parse().unwrap();
    let begun = Instant::now();
    let mut tasks = Vec::with_capacity(count);
    for n in 0..count {
        let due = begun + Duration::from_secs_f64(n as f64 / STEADY_RATE as f64);
        tokio::time::sleep_until(due.into()).await;
        let (service, free) = (service.clone(), Arc::clone(&free));
        let token = bookers[n % bookers.len()].clone();
        let starts_at = first + TimeDelta::minutes(15 * (n as i64 / 4));
        tasks.push(tokio::spawn(async move {
            let idle = free.lock().unwrap().pop_front();
            let mut line = match idle {
                Some(line) => line.of(&token),
                None => Line::open(address, &token).await,
            };
            let accepted = accept_one(&mut line, &service, starts_at, How::HoldThenRequest).await;
            let took = due.elapsed();
            free.lock().unwrap().push_back(line);
            (accepted, took)
        }));
    }
    let ended: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    let accepted = ended.iter().filter(|(accepted, _)| *accepted).count();
    let mut took: Vec<_> = ended.into_iter().map(|(_, took)| took.as_secs_f64() * 1e3).collect();
    took.sort_by(f64::total_cmp);
    eprintln!("{accepted} of {count} accepted at {STEADY_RATE} a second");
    let p99 = took[count * 99 / 100];
    figure(&format!("booking.steady200.{name}_p50"), took[count / 2], "ms", "lower");
    figure(&format!("booking.steady200.{name}_p99"), p99, "ms", "lower");
    figure(&format!("booking.steady200.{name}_accepted"), accepted as f64 / count as f64, "ratio", "higher");
    p99
}

/// Lets few bookers have as many bookings as the figures need, as far ahead as they need, and in stages too.
async fn widen(app: &TestApp, service: &str) {
    let id: Uuid = service.parse().unwrap();
    let row = service::Entity::find_by_id(id).one(app.app.db.reader()).await.unwrap().unwrap();
    let mut spec = row.spec;
    spec["limits"] = json!({"person": BOOKINGS, "enterprise": BOOKINGS});
    let change =
        service::ActiveModel { id: Set(id), spec: Set(spec), horizon_days: Set(800), ..Default::default() };
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let stages = (0..).zip([Stage::Declaration, Stage::Inspection, Stage::Release]);
    let stages = stages.map(move |(position, stage)| service_stage::ActiveModel {
        id: Set(ids::new_id(now)),
        service_id: Set(id),
        position: Set(position),
        stage: Set(stage),
        duration_minutes: Set(15),
        resource_id: Set(None),
        gap_least_minutes: Set(0),
        gap_most_minutes: Set(600),
        at_enterprise: Set(false),
        officers: Set(serde_json::json!([])),
    });
    let stages: Vec<_> = stages.collect();
    let done: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                service_stage::Entity::insert_many(stages).exec_without_returning(tx.conn()).await?;
                service::Entity::update(change).exec(tx.conn()).await.map(drop)
            })
        })
        .await;
    done.unwrap();
    app.app.directory.forget();
}

/// Terms of every kind that there is, which none of the figures' bookings breaks.
fn every_rule() -> serde_json::Value {
    json!({
        "bookers": "enterprises",
        "lead_times": [
            {"tier": "advanced_certified", "lead_minutes": 480}, {"tier": "regular", "lead_minutes": 1440},
            {"lead_minutes": 1440},
        ],
        "excluded_tiers": [{"tier": "discredited", "reason": {"zh-CN": "失信企业", "en": "Discredited"}}],
        "applications_in_office_hours": true,
        "buffer_before_minutes": 15,
        "buffer_after_minutes": 15,
        "quotas": [
            {"of": "enterprise", "per": "day", "most": BOOKINGS}, {"of": "enterprise", "per": "week", "most": BOOKINGS},
            {"of": "enterprise", "per": "month", "most": BOOKINGS},
        ],
        "overlap": "refused",
        "cancelling": {"free_until_minutes": 60, "explain_within_working_days": 2, "blocked_days": 7},
        "no_shows": {"count": 2, "within_days": 30, "blocked_days": 10},
        "decided_within_working_days": 1,
    })
}

/// Sets the terms of a service.
async fn rule(app: &TestApp, service: &str, terms: serde_json::Value) {
    let id: Uuid = service.parse().unwrap();
    let row = service::Entity::find_by_id(id).one(app.app.db.reader()).await.unwrap().unwrap();
    let mut spec = row.spec;
    spec["terms"] = terms;
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

/// Members of as many enterprises, put into the store with their sign-ins: the tokens of these.
async fn bookers(app: &TestApp, count: usize) -> Vec<String> {
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let (mut tokens, mut enterprises, mut accounts, mut sign_ins) = (vec![], vec![], vec![], vec![]);
    for _ in 0..count {
        let (token, enterprise_id, account_id) = (ids::new_token(), ids::new_id(now), ids::new_id(now));
        let unique = enterprise_id.simple().to_string();
        enterprises.push(enterprise::ActiveModel {
            id: Set(enterprise_id),
            name: Set(format!("样例企业{unique}")),
            name_key: Set(unique.clone()),
            uscc: Set(unique.clone()),
            contact_name: Set("林女士".into()),
            contact_mobile: Set("15400000001".into()),
            contact_email: Set("bench@example.com".into()),
            state: Set(EnterpriseState::Approved),
            reason: Set(None),
            created_at: Set(now),
            decided_at: Set(Some(now)),
            decided_by: Set(None),
            credit_tier: Set(Default::default()),
        });
        accounts.push(account::ActiveModel {
            id: Set(account_id),
            login: Set(unique),
            password_hash: Set("none".into()),
            name: Set("林女士".into()),
            role: Set(Role::Member),
            enterprise_id: Set(Some(enterprise_id)),
            membership: Set(Some(Membership::Approved)),
            member_since: Set(Some(now)),
            badge_no: Set(None),
            email: Set(None),
            mobile: Set(Some("15400000001".into())),
            locale: Set(Language::ZhCn),
            active: Set(true),
            created_at: Set(now),
        });
        sign_ins.push(auth_session::ActiveModel {
            token_hash: Set(ids::token_hash(&token)),
            id: Set(ids::new_id(now)),
            account_id: Set(account_id),
            browser: Set("bench".into()),
            created_at: Set(now),
            last_seen_at: Set(now),
            expires_at: Set(now + TimeDelta::hours(8)),
        });
        tokens.push(token);
    }
    let written: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                for some in enterprises.chunks(500) {
                    enterprise::Entity::insert_many(some.to_vec()).exec_without_returning(tx.conn()).await?;
                }
                for some in accounts.chunks(500) {
                    account::Entity::insert_many(some.to_vec()).exec_without_returning(tx.conn()).await?;
                }
                for some in sign_ins.chunks(500) {
                    auth_session::Entity::insert_many(some.to_vec())
                        .exec_without_returning(tx.conn())
                        .await?;
                }
                Ok(())
            })
        })
        .await;
    written.unwrap();
    tokens
}

fn address(app: &TestApp) -> SocketAddr {
    app.base.trim_start_matches("http://").parse().unwrap()
}

/// What every form of the figures says.
const FORM: &str = r#"{"contact_name":"林女士","contact_mobile":"15400000001","fields":{}}"#;

async fn accept_one(line: &mut Line, service: &str, starts_at: DateTime<Utc>, how: How) -> bool {
    if matches!(how, How::AtOnce | How::Stages) {
        let request: serde_json::Value = serde_json::from_str(FORM).unwrap();
        let stage = |(n, stage): (i32, &str)| json!({"stage": stage, "starts_at": starts_at + TimeDelta::minutes(15 * i64::from(n))});
        let stages: Vec<_> = (0..).zip(["declaration", "inspection", "release"]).map(stage).collect();
        let body = match how {
            How::Stages => json!({"service_id": service, "stages": stages, "request": request}),
            _ => json!({"service_id": service, "starts_at": starts_at, "request": request}),
        };
        let answer = line.post("/api/v1/bookings", &ids::new_token(), &body.to_string()).await;
        return answer.is_success() && answer.text("state") == Some("accepted");
    }
    let body = json!({"service_id": service, "starts_at": starts_at}).to_string();
    let held = line.post("/api/v1/bookings", &ids::new_token(), &body).await;
    let Some(id) = held.text("id").filter(|_| held.is_success()) else { return false };
    let path = format!("/api/v1/bookings/{id}/request");
    let answer = line.post(&path, &ids::new_token(), FORM).await;
    answer.is_success() && answer.text("state") == Some("accepted")
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
        owner_id: Set(id),
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
