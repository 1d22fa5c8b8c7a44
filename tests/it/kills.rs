//! The program is killed under load, again and again: what it acknowledged is there, and nothing is half done.

use crate::program::{Program, command_on};
use crate::storm::nothing_is_half;
use crate::support::{Browser, unique};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use mianqia::booking::entities::booking::BookingState;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::Database;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

const LOGINS: [&str; 4] = ["lin", "gao", "bai", "luo"];
const CALLERS: usize = 8;
const DAYS: i64 = 10;
/// The first minute of a morning whose slots everybody wants.
const MORNING: &str = "2026-11-24T01:00:00Z";

/// What the callers were told.
#[derive(Default)]
struct Told {
    /// The state that was acknowledged last, by booking.
    kept: HashMap<Uuid, BookingState>,
    /// What was asked of a booking without an answer: it may have come about.
    asked: HashMap<Uuid, BookingState>,
}

/// How much was acknowledged in all, and how many answers were lost.
#[derive(Debug, Default)]
pub struct Report {
    pub acknowledged: usize,
    pub lost_answers: usize,
    pub bookings: usize,
}

/// Lets callers book and cancel, kills the program in the midst of it, looks at its store and starts it again, `kills`
/// times.
pub async fn killed_under_load(store: Option<&str>, kills: usize, seed: u64) -> Report {
    let data = std::env::temp_dir().join(format!("mianqia_kills_{}", unique()));
    std::fs::create_dir_all(&data).unwrap();
    let store = store.map_or_else(|| crate::program::sqlite(&data), str::to_owned);
    let laid = command_on(&data, &store, 1, &["demo", "--bare"]).stderr(Stdio::null()).status().unwrap();
    assert!(laid.success());
    let mut rng = StdRng::seed_from_u64(seed);
    let told = Arc::new(Mutex::new(Told::default()));
    let mut report = Report::default();
    let mut browsers: Vec<Browser> = Vec::new();
    for round in 0..kills {
        let mut program = Program::start_on(&data, &store).await;
        for login in LOGINS.iter().skip(browsers.len()) {
            browsers.push(program.signed_in(login).await);
        }
        // Who was signed in before is so still.
        browsers.iter_mut().for_each(|browser| browser.base.clone_from(&program.base));
        let services = browsers[0].get("/api/v1/services").await.ok();
        let service =
            services["items"].as_array().unwrap().iter().find(|one| one["code"] == "video-try").unwrap();
        let service = service["id"].as_str().unwrap().to_owned();
        // What stands of earlier rounds is taken back first: whoever has as much as they may would only be refused.
        let mut left = Vec::new();
        for browser in &browsers {
            left.push(live_of(browser).await);
        }
        let callers: Vec<_> = (0..CALLERS)
            .map(|number| {
                let rng = StdRng::seed_from_u64(seed ^ (round * CALLERS + number + 1) as u64);
                let own = std::mem::take(&mut left[number % LOGINS.len()]);
                tokio::spawn(call(
                    browsers[number % LOGINS.len()].clone(),
                    service.clone(),
                    own,
                    rng,
                    told.clone(),
                ))
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(rng.random_range(60..500))).await;
        program.kill();
        for caller in callers {
            let (acknowledged, lost) = caller.await.unwrap();
            report.acknowledged += acknowledged;
            report.lost_answers += lost;
        }
        report.bookings = as_told(&store, &told).await;
    }
    let _ = std::fs::remove_dir_all(&data);
    report
}

/// Bookings of somebody that can be cancelled.
async fn live_of(browser: &Browser) -> Vec<Uuid> {
    let coming = browser.get("/api/v1/bookings?view=coming").await.ok();
    let live = coming["items"].as_array().unwrap().iter().filter(|one| one["state"] == "accepted");
    live.map(|one| one["id"].as_str().unwrap().parse().unwrap()).collect()
}

/// Books and cancels until nobody answers; `own` is what there is to cancel.
async fn call(
    browser: Browser,
    service: String,
    mut own: Vec<Uuid>,
    mut rng: StdRng,
    told: Arc<Mutex<Told>>,
) -> (usize, usize) {
    let first: DateTime<Utc> = MORNING.parse().unwrap();
    let mut acknowledged = 0;
    loop {
        if own.len() < 2 {
            let at = first
                + TimeDelta::days(rng.random_range(0..DAYS))
                + TimeDelta::minutes(15 * rng.random_range(0..24));
            let form = json!({"contact_name": "林晓", "contact_mobile": "15412345678", "fields": {}});
            let wish = json!({
                "service_id": service, "starts_at": at.to_rfc3339_opts(SecondsFormat::Secs, true), "anyway": true,
                "request": form});
            let Some((status, body)) = ask(&browser, "/api/v1/bookings", wish).await else {
                return (acknowledged, 1);
            };
            if status == 201 {
                acknowledged += 1;
                let id = body["id"].as_str().unwrap().parse().unwrap();
                let state = serde_json::from_value(body["state"].clone()).unwrap();
                told.lock().unwrap().kept.insert(id, state);
                own.push(id);
                continue;
            }
        }
        let Some(id) = own.pop() else { continue };
        told.lock().unwrap().asked.insert(id, BookingState::Cancelled);
        let path = format!("/api/v1/bookings/{id}/cancel");
        let Some((status, _)) = ask(&browser, &path, json!({"reason": "改期"})).await else {
            return (acknowledged, 1);
        };
        let mut told = told.lock().unwrap();
        told.asked.remove(&id);
        if status == 200 {
            acknowledged += 1;
            told.kept.insert(id, BookingState::Cancelled);
        }
    }
}

/// The answer, if there was one.
async fn ask(browser: &Browser, path: &str, body: Value) -> Option<(u16, Value)> {
    let answer = browser.client.post(format!("{}{path}", browser.base)).json(&body).send().await.ok()?;
    let status = answer.status().as_u16();
    let text = answer.text().await.ok()?;
    assert!(status < 500 || status == 503, "{path}: {status} {text}");
    Some((status, serde_json::from_str(&text).unwrap_or_default()))
}

/// Everything is as it was told, or as it was asked when there was no answer. Gives the number of bookings.
async fn as_told(store: &str, told: &Mutex<Told>) -> usize {
    let conn = Database::connect(store).await.unwrap();
    let bookings = nothing_is_half(&conn).await;
    let found: HashMap<Uuid, BookingState> = bookings.iter().map(|row| (row.id, row.state)).collect();
    let mut told = told.lock().unwrap().asked_and_kept();
    for (id, (kept, asked)) in told.drain() {
        let state = found.get(&id).copied();
        assert!(
            state == Some(kept) || (asked.is_some() && state == asked),
            "{id}: told {kept:?}, asked {asked:?}, found {state:?}"
        );
    }
    for row in bookings.iter().rev().take(40) {
        let chain = mianqia::evidence::verify_chain(&conn, row.id).await.unwrap();
        assert!(chain.is_ok(), "{}: {chain:?}", row.id);
    }
    conn.close().await.unwrap();
    bookings.len()
}

impl Told {
    /// Both by booking.
    fn asked_and_kept(&self) -> HashMap<Uuid, (BookingState, Option<BookingState>)> {
        self.kept.iter().map(|(id, kept)| (*id, (*kept, self.asked.get(id).copied()))).collect()
    }
}
