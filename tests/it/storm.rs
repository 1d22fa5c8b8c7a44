//! Many clients who hold, request, move, cancel, wait, take what they are offered, and a chief who closes hours meanwhile:
//! what is drawn from one pool of places. Afterwards, and while it goes on, no place is taken twice.

use crate::officers::{name, officer};
use crate::setups::{clearance_for_everybody, set};
use crate::support::{Browser, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use mianqia::auth::entities::account;
use mianqia::booking::entities::appointment;
use mianqia::booking::entities::booking::{self, BookingState};
use mianqia::db::jobs;
use mianqia::directory::entities::{resource, service};
use mianqia::places::entities::occupied;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

const CLIENTS: usize = 16;
const LOGINS: [&str; 4] = ["lin", "gao", "bai", "luo"];
/// Tuesday evening; few enough times that all want the same.
const EVENING: &str = "2026-11-24T10:00:00Z";
const HOURS: i64 = 5;
/// As many bookings of the service with stages there may be on a day.
const OF_A_DAY: i32 = 8;
/// The clock goes on by so much in all, so that holds and offers run out, and sign-ins do not.
const CLOCK_GOES_ON: TimeDelta = TimeDelta::hours(3);

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    pub attempts: usize,
    /// How often each answer was given, by what was tried.
    pub answers: BTreeMap<String, usize>,
    pub looks: usize,
    pub cases: usize,
}

struct Client {
    browser: Browser,
    rng: StdRng,
    /// Of all who are signed in with the same account.
    own: Arc<Mutex<Vec<String>>>,
}

struct Services {
    whole: String,
    staged: String,
}

/// Lets [`CLIENTS`] clients make `attempts` in all, and looks at the places while they do and afterwards.
pub async fn storm(app: &TestApp, attempts: usize, seed: u64) -> Report {
    let services = Arc::new(Services {
        whole: app.service("video-try").await,
        staged: clearance_for_everybody(app).await,
    });
    let own: Vec<_> = LOGINS.iter().map(|_| Arc::new(Mutex::new(Vec::new()))).collect();
    let mut browsers = Vec::new();
    for login in LOGINS {
        browsers.push(app.signed_in(login).await);
    }
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let browser = browsers[number % LOGINS.len()].clone();
        let rng = StdRng::seed_from_u64(seed ^ (number as u64) << 32);
        clients.push(Client { browser, rng, own: own[number % LOGINS.len()].clone() });
    }
    // Before the storm, in which whoever comes anew may be told that the store is too busy.
    let (chief, mover) = (app.signed_in("shen").await, app.signed_in("zhou").await);
    // Two hold the inspections, so that they are what many want at once, and one all releases.
    let (zhou, shen) = (officer(app, "zhou").await, officer(app, "shen").await);
    name(&chief, &services.staged, 1, &[&zhou, &shen]).await.ok();
    name(&chief, &services.staged, 2, &[&shen]).await.ok();
    // A number for each day, less than the hours would have.
    set(&chief, &services.staged, |body| body["settings"]["daily_quota"] = json!(OF_A_DAY)).await.ok();
    let made = Arc::new(AtomicUsize::new(0));
    let answers = Arc::new(Mutex::new(BTreeMap::new()));
    let over = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|client| tokio::spawn(act(client, services.clone(), made.clone(), answers.clone(), attempts)))
        .collect();
    let chief = tokio::spawn(close_and_open(chief, services.clone(), over.clone()));
    let rows = tokio::spawn(move_rows(mover.clone(), seed, answers.clone(), over.clone()));
    let mut looks = 0;
    let begun: DateTime<Utc> = app.clock.now();
    while tasks.iter().any(|task| !task.is_finished()) {
        seats_hold(app).await;
        looks += 1;
        let share = made.load(Ordering::Relaxed) as f64 / attempts as f64;
        let gone = TimeDelta::seconds((CLOCK_GOES_ON.num_seconds() as f64 * share.min(1.0)) as i64);
        app.clock.set(begun + gone);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    chief.await.unwrap();
    rows.await.unwrap();
    // Nobody is in the way any more but those who stay.
    move_some(&mover, &mut StdRng::seed_from_u64(seed), json!({"to_date": "2026-11-25"}), &answers).await;
    let cases = whole(app, &services).await;
    let answers = Arc::into_inner(answers).unwrap().into_inner().unwrap();
    Report { attempts: made.load(Ordering::Relaxed), answers, looks, cases }
}

async fn act(
    mut client: Client,
    services: Arc<Services>,
    made: Arc<AtomicUsize>,
    answers: Arc<Mutex<BTreeMap<String, usize>>>,
    attempts: usize,
) {
    while made.fetch_add(1, Ordering::Relaxed) < attempts {
        let (what, status, code) = client.step(&services).await;
        // A busy machine may have no connection for a moment: nothing was kept then, or only the answer was lost.
        assert!(status < 500 || status == 503 || code == "answer_lost", "{what}: {status} {code}");
        *answers.lock().unwrap().entry(format!("{what} {status} {code}")).or_default() += 1;
    }
    made.fetch_sub(1, Ordering::Relaxed);
}

impl Client {
    async fn step(&mut self, services: &Services) -> (&'static str, u16, String) {
        let starts_at = self.time(15);
        let staged = self.rng.random_bool(0.5);
        let service = if staged { &services.staged } else { &services.whole };
        match self.rng.random_range(0..100) {
            0..22 => {
                self.take("hold", json!({"service_id": service, "starts_at": starts_at, "anyway": true}))
                    .await
            }
            22..30 => {
                let stages = self.stages();
                self.take(
                    "hold stages",
                    json!({"service_id": services.staged, "stages": stages, "anyway": true}),
                )
                .await
            }
            30..42 => {
                let wish = json!({"service_id": service, "starts_at": starts_at, "anyway": true, "request": form(staged)});
                self.take("book", wish).await
            }
            42..54 => {
                let Some(id) = self.some() else { return self.look(service).await };
                self.say("request", &format!("/api/v1/bookings/{id}/request"), form(staged)).await.0
            }
            54..66 => {
                let Some(id) = self.some() else { return self.look(service).await };
                let to = if self.rng.random_bool(0.2) {
                    json!({"stages": self.stages(), "anyway": true})
                } else {
                    json!({"starts_at": starts_at, "anyway": true})
                };
                self.say("move", &format!("/api/v1/bookings/{id}/reschedule"), to).await.0
            }
            66..88 => {
                let Some(id) = self.take_out() else { return self.look(service).await };
                self.say("cancel", &format!("/api/v1/bookings/{id}/cancel"), json!({"reason": "改期"}))
                    .await
                    .0
            }
            88..93 => {
                let wish = json!({"from": "2026-11-24", "to": "2026-11-25"});
                self.say("wait", &format!("/api/v1/services/{service}/waiting"), wish).await.0
            }
            _ => self.answer_offer().await,
        }
    }

    async fn take(&mut self, what: &'static str, wish: Value) -> (&'static str, u16, String) {
        let (answer, body) = self.say(what, "/api/v1/bookings", wish).await;
        if answer.1 == 201 {
            self.own.lock().unwrap().push(body["id"].as_str().unwrap().to_owned());
        }
        answer
    }

    async fn answer_offer(&mut self) -> (&'static str, u16, String) {
        let waiting = self.browser.get("/api/v1/waiting").await;
        let listed = if waiting.status.is_success() { waiting.json() } else { Value::Null };
        let offered = listed["items"].as_array().into_iter().flatten().find(|one| one["state"] == "offered");
        let Some(id) = offered.and_then(|one| one["id"].as_str()).map(str::to_owned) else {
            return ("list offers", waiting.status.as_u16(), String::new());
        };
        let way = if self.rng.random_bool(0.7) { "take" } else { "decline" };
        let (answer, body) = self.say(way, &format!("/api/v1/waiting/{id}/{way}"), json!({})).await;
        if let Some(booking) = body["booking"]["id"].as_str() {
            self.own.lock().unwrap().push(booking.to_owned());
        }
        answer
    }

    async fn look(&self, service: &str) -> (&'static str, u16, String) {
        let answer = self.browser.get(&format!("/api/v1/services/{service}/slots?date=2026-11-24")).await;
        ("look", answer.status.as_u16(), String::new())
    }

    async fn say(&self, what: &'static str, path: &str, body: Value) -> ((&'static str, u16, String), Value) {
        let answer = self.browser.post(path, body).await;
        let told = if answer.text.is_empty() { Value::Null } else { answer.json() };
        let code = told["code"].as_str().unwrap_or_default().to_owned();
        ((what, answer.status.as_u16(), code), told)
    }

    fn time(&mut self, grid: i64) -> String {
        let first: DateTime<Utc> = EVENING.parse().unwrap();
        let at = first + TimeDelta::minutes(grid * self.rng.random_range(0..HOURS * 60 / grid));
        at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    fn stages(&mut self) -> Value {
        let first: DateTime<Utc> = self.time(30).parse().unwrap();
        let at = |minutes| {
            (first + TimeDelta::minutes(minutes)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        };
        json!([
            {"stage": "declaration", "starts_at": at(0)},
            {"stage": "inspection", "starts_at": at(30)},
            {"stage": "release", "starts_at": at(90)},
        ])
    }

    fn some(&mut self) -> Option<String> {
        let own = self.own.lock().unwrap();
        if own.is_empty() { None } else { Some(own[self.rng.random_range(0..own.len())].clone()) }
    }

    fn take_out(&mut self) -> Option<String> {
        let mut own = self.own.lock().unwrap();
        if own.is_empty() {
            return None;
        }
        let index = self.rng.random_range(0..own.len());
        Some(own.swap_remove(index))
    }
}

fn form(staged: bool) -> Value {
    let fields = if staged {
        json!({
            "eligibility": "urgent", "consignee": "冰城示例贸易有限公司", "goods": "冷冻海鱼", "hs_codes": "0303",
            "declaration_port": "1900", "entry_port": "1902", "transport": "rail", "stage": "all", "reason": "到港后不能久放"})
    } else {
        json!({})
    };
    json!({"contact_name": "林晓", "contact_mobile": "15412345678", "fields": fields})
}

/// Closes an hour of the evening, and opens it again, until it is over.
async fn close_and_open(chief: Browser, services: Arc<Services>, over: Arc<AtomicBool>) {
    let mut hour = 0;
    while !over.load(Ordering::Relaxed) {
        let from = 1080 + 60 * (hour % HOURS);
        let wish = json!({
            "service_id": services.staged, "date_from": "2026-11-24", "date_to": "2026-11-24", "from_minute": from,
            "to_minute": from + 60, "text": {"zh-CN": "停办", "en": "Closed"}, "reason": "演练", "rebooks": hour % 2 == 0});
        let made = chief.post("/api/v1/closings", wish).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        if made.status.is_success() {
            let id = made.json()["id"].as_str().unwrap().to_owned();
            let opened = chief.post(&format!("/api/v1/closings/{id}/withdraw"), json!({})).await;
            assert!(opened.status.is_success() || opened.status == 503, "{}", opened.text);
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        hour += 1;
    }
}

/// An officer moves many bookings at once, until it is over.
async fn move_rows(
    officer: Browser,
    seed: u64,
    answers: Arc<Mutex<BTreeMap<String, usize>>>,
    over: Arc<AtomicBool>,
) {
    let mut rng = StdRng::seed_from_u64(seed);
    while !over.load(Ordering::Relaxed) {
        let minutes = [-60, -30, -15, 15, 30, 60][rng.random_range(0..6)];
        let to = match rng.random_bool(0.7) {
            true => json!({"by_minutes": minutes}),
            false => json!({"to_date": format!("2026-11-{}", rng.random_range(24..26))}),
        };
        move_some(&officer, &mut rng, to, &answers).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Picks some of what is on the board, leaves out what the preview says cannot be moved, and moves the rest.
async fn move_some(officer: &Browser, rng: &mut StdRng, to: Value, answers: &Mutex<BTreeMap<String, usize>>) {
    let board = officer.get("/api/v1/board?from=2026-11-24&to=2026-11-25").await;
    if !board.status.is_success() {
        return;
    }
    let board = board.json();
    let mut picked: Vec<Value> = board["bookings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|one| one["can"]["reschedule"] == true && rng.random_bool(0.5))
        .take(12)
        .map(|one| json!({"id": one["id"], "updated_at": one["updated_at"]}))
        .collect();
    let wish = |picked: &[Value]| {
        let mut wish = json!({"bookings": picked, "anyway": true, "reason": "演练"});
        wish.as_object_mut().unwrap().extend(to.as_object().unwrap().clone());
        wish
    };
    // Who is left out is in the way of others again: so once more.
    for _ in 0..4 {
        let preview = officer.post("/api/v1/board/moves/preview", wish(&picked)).await;
        if !preview.status.is_success() {
            break;
        }
        let preview = preview.json();
        let can = |one: &Value| one["refusal"].is_null() || one["refusal"]["passes_anyway"] == true;
        let stays =
            |id: &Value| preview["items"].as_array().unwrap().iter().any(|one| one["id"] == *id && !can(one));
        picked.retain(|one| !stays(&one["id"]));
    }
    let moved = officer.post("/api/v1/board/moves", wish(&picked)).await;
    let status = moved.status.as_u16();
    let told = if moved.text.is_empty() { Value::Null } else { moved.json() };
    let code = told["code"].as_str().unwrap_or_default();
    assert!(status < 500 || status == 503 || code == "answer_lost", "move several: {status} {code}");
    *answers.lock().unwrap().entry(format!("move several {status} {code}")).or_default() += 1;
}

/// No cell has more owners than its resource has seats. (That no seat of a cell has two, the key holds.)
async fn seats_hold(app: &TestApp) {
    let conn = app.app.db.reader();
    let resources = resource::Entity::find().all(conn).await.unwrap();
    let mut seats: HashMap<Uuid, i32> = resources.iter().map(|row| (row.id, row.seats)).collect();
    // An officer is in one place at a time.
    let staff = account::Entity::find().all(conn).await.unwrap();
    seats.extend(staff.iter().map(|one| (one.id, 1)));
    let mut taken: HashMap<(Uuid, i64), i32> = HashMap::new();
    for row in occupied::Entity::find().all(conn).await.unwrap() {
        assert!(row.seat < seats[&row.resource_id], "seat {} of {}", row.seat, seats[&row.resource_id]);
        *taken.entry((row.resource_id, row.cell)).or_default() += 1;
    }
    for ((resource, cell), count) in taken {
        assert!(count <= seats[&resource], "{count} owners of cell {cell}, {} seats", seats[&resource]);
    }
    officers_are_once(conn).await;
}

/// No officer holds two stages at one time, by what the bookings say.
async fn officers_are_once(conn: &impl ConnectionTrait) {
    let sql = "select count(*) as doubled from appointment one
        join appointment other on one.officer_id = other.officer_id and one.id < other.id
            and one.starts_at < other.ends_at and other.starts_at < one.ends_at
        join booking a on a.id = one.booking_id join booking b on b.id = other.booking_id
        where a.state not in ('cancelled', 'refused', 'expired') and b.state not in ('cancelled', 'refused', 'expired')";
    let asked = Statement::from_string(conn.get_database_backend(), sql);
    let doubled: i64 = conn.query_one_raw(asked).await.unwrap().unwrap().try_get("", "doubled").unwrap();
    assert_eq!(doubled, 0, "an officer is twice at one time");
}

/// What stands has its places, all of them, and nothing else has any; memory says what the table says; chains are whole.
async fn whole(app: &TestApp, services: &Services) -> usize {
    let conn = app.app.db.reader();
    // What is owed by a job comes to its end, also what waits behind one that failed once: so the clock goes on.
    let kinds = ["service.closed", "places.freed", "waiting.offer_over"];
    let patience = Instant::now() + Duration::from_secs(60);
    while jobs::figures(conn, &kinds, app.clock.now()).await.unwrap().due > 0 {
        assert!(Instant::now() < patience, "jobs are left over");
        app.clock.advance(TimeDelta::seconds(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    seats_hold(app).await;
    let bookings = nothing_is_half(conn).await;
    days_are_counted(conn, &services.staged, &bookings).await;
    let free = async || {
        let mut all = Vec::new();
        for service in [&services.whole, &services.staged] {
            for date in ["2026-11-24", "2026-11-25"] {
                all.push(
                    app.browser().get(&format!("/api/v1/services/{service}/slots?date={date}")).await.ok(),
                );
            }
        }
        all
    };
    let remembered = free().await;
    app.app.places.load().await.unwrap();
    assert_eq!(remembered, free().await, "memory and table differ");
    for row in bookings.iter().rev().take(300) {
        let chain = mianqia::evidence::verify_chain(conn, row.id).await.unwrap();
        assert!(chain.is_ok(), "{}: {chain:?}", row.id);
    }
    bookings.len()
}

/// Of the number for a day each booking that begins on it has one, in stages or as a whole.
async fn days_are_counted(conn: &impl ConnectionTrait, service: &str, bookings: &[booking::Model]) {
    let row = service::Entity::find_by_id(service.parse::<Uuid>().unwrap()).one(conn).await.unwrap().unwrap();
    let of_day = occupied::Column::ResourceId.eq(row.quota_resource_id.unwrap());
    let taken = occupied::Entity::find().filter(of_day).all(conn).await.unwrap();
    let standing = bookings.iter().filter(|booking| booking.service_id == row.id && stands(booking.state));
    assert_eq!(taken.len(), standing.count(), "one of its day for each booking");
}

/// Whether what is in this state has its places.
fn stands(state: BookingState) -> bool {
    use BookingState::{Accepted, CheckedIn, Completed, Held, NoShow, Requested};
    matches!(state, Held | Requested | Accepted | CheckedIn | Completed | NoShow)
}

/// Every booking that stands has all its places, no other has any, and no place belongs to nobody. Gives all bookings.
pub async fn nothing_is_half(conn: &impl ConnectionTrait) -> Vec<booking::Model> {
    let bookings = booking::Entity::find().all(conn).await.unwrap();
    let standing: BTreeSet<Uuid> =
        bookings.iter().filter(|row| stands(row.state)).map(|row| row.id).collect();
    let appointments = appointment::Entity::find().all(conn).await.unwrap();
    let mut cells: HashMap<Uuid, usize> = HashMap::new();
    for row in occupied::Entity::find().all(conn).await.unwrap() {
        *cells.entry(row.owner_id).or_default() += 1;
    }
    for one in &appointments {
        let has = cells.remove(&one.id).unwrap_or(0);
        assert_eq!(has > 0, standing.contains(&one.booking_id), "an appointment with {has} cells: {one:?}");
        let minutes = (one.ends_at - one.starts_at).num_minutes() as usize;
        assert!(has == 0 || has >= minutes / 15, "half an appointment: {has} cells for {minutes} minutes");
    }
    assert!(cells.is_empty(), "cells that belong to nobody: {cells:?}");
    bookings
}
