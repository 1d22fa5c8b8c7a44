//! What it costs to have many bookings behind one: free places, accepted bookings and memory with a million of them
//! against a thousand, measured in turns.

use crate::free_places::days_of;
use crate::support::{Store, TestApp};
use crate::{How, NOW, accept_by, bookers, figure, median, widen};
use chrono::{DateTime, TimeDelta, Utc};
use mianqia::app::{App, Limits};
use mianqia::auth::entities::account;
use mianqia::base::clock::Clock;
use mianqia::base::config::Settings;
use mianqia::base::ids;
use mianqia::booking::entities::appointment;
use mianqia::booking::entities::booking::{self, BookingState};
use mianqia::db::Db;
use mianqia::evidence::entities::{chain, entry};
use mianqia::notify::entities::outbox;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iden, Iterable, QueryFilter,
};
use std::net::TcpListener;
use std::ops::Range;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

const FEW: usize = 1_000;
/// `MIANQIA_BENCH_GROWN` names another number.
const MANY: usize = 1_000_000;
/// The office's regulars, among whom the bookings are spread.
const REGULARS: usize = 1_000;
/// How often both are measured, in turns; the median stands.
const ROUNDS: usize = 5;
const LOOKS: usize = 1_000;
/// Bookings are put into the store in portions of as many.
const PORTION: usize = 2_000;
/// After so many portions the store looks at its tables anew: what it believes of an empty one makes it read all of it.
const PORTIONS_OF_A_LOOK: usize = 25;
const ROWS_OF_A_STATEMENT: usize = 1_000;
/// The mode in which this program serves a store whose memory is looked at from outside.
pub const SERVE: &str = "serve-grown";

/// An office with a past.
struct Grown {
    app: TestApp,
    service: String,
    /// Tokens of those whose bookings these are.
    regulars: Vec<String>,
    free_places: Vec<f64>,
    accept: Vec<f64>,
}

pub async fn growth_group() {
    let many = std::env::var("MIANQIA_BENCH_GROWN").map_or(MANY, |number| number.parse().unwrap());
    let (mut looks, mut accepts) = (Vec::new(), Vec::new());
    for (store, name) in [(Store::Sqlite, "sqlite"), (Store::Postgres, "postgres")] {
        let mut offices = [Grown::of(store, FEW).await, Grown::of(store, many).await];
        for round in 0..ROUNDS {
            for office in &mut offices {
                office.measure(round).await;
            }
        }
        let [few, many] = offices;
        let look = median(&many.free_places) / median(&few.free_places);
        let accept = median(&few.accept) / median(&many.accept);
        figure(&format!("booking.growth_free_places.{name}"), look, "ratio", "lower");
        figure(&format!("booking.growth_accept.{name}"), accept, "ratio", "lower");
        figure(&format!("booking.grown_accept.{name}_rate_c50"), median(&many.accept), "1/s", "higher");
        looks.push(look);
        accepts.push(accept);
        few.app.stop().await;
        many.memory(name).await;
    }
    figure("booking.growth_free_places", looks.into_iter().fold(0.0, f64::max), "ratio", "lower");
    figure("booking.growth_accept", accepts.into_iter().fold(0.0, f64::max), "ratio", "lower");
}

impl Grown {
    async fn of(store: Store, count: usize) -> Self {
        let app = TestApp::start(store, NOW).await;
        let service = app.service("video-try").await;
        widen(&app, &service).await;
        let regulars = bookers(&app, REGULARS).await;
        grow(&app, &service, &regulars, count).await;
        Self { app, service, regulars, free_places: Vec::new(), accept: Vec::new() }
    }

    async fn measure(&mut self, round: usize) {
        let mut took = Vec::with_capacity(LOOKS);
        let browser = self.app.signed_in("lin").await;
        for _ in 0..LOOKS {
            let begun = Instant::now();
            assert!(
                browser
                    .client
                    .get(days_of(&self.app, &self.service))
                    .send()
                    .await
                    .unwrap()
                    .bytes()
                    .await
                    .is_ok()
            );
            took.push(begun.elapsed().as_secs_f64());
        }
        self.free_places.push(median(&took));
        // Two thousand bookings fill five days.
        let first: DateTime<Utc> = NOW.parse().unwrap();
        let first = first + TimeDelta::days(10 * (round as i64 + 1));
        let (rate, _) =
            accept_by(&self.app, &self.service, How::HoldThenRequest, first, &self.regulars).await;
        self.accept.push(rate);
    }

    /// What a program needs that serves this store: started anew, looked at after it has answered for a while.
    async fn memory(self, name: &str) {
        self.app.app.stop().await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let served = Served::start(&self.app.app.settings, &address.to_string());
        let url = format!("http://{address}/api/v1/services");
        let client = reqwest::Client::new();
        while client.get(&url).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        for _ in 0..LOOKS {
            client.get(&url).send().await.unwrap().bytes().await.unwrap();
        }
        figure(&format!("booking.grown_memory.{name}"), served.peak_megabytes(), "MB", "lower");
        drop(served);
        self.app.stop().await;
    }
}

/// Another process of this program, which serves until it is killed.
struct Served(Child);

impl Served {
    fn start(settings: &Settings, address: &str) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([SERVE, address, &settings.database_url, &settings.data_dir.display().to_string()])
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// The most that was resident at a time (`VmHWM`).
    fn peak_megabytes(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves a store that was filled before: `ADDRESS DATABASE DIRECTORY`.
pub async fn serve(mut arguments: impl Iterator<Item = String>) {
    let mut next = || arguments.next().unwrap();
    let environment =
        [("MIANQIA_LISTEN", next()), ("MIANQIA_DATABASE_URL", next()), ("MIANQIA_DATA_DIR", next())];
    let environment = environment.map(|(name, value)| (name.to_owned(), value));
    let more = [
        ("MIANQIA_MEDIA_PORT", "0"),
        ("MIANQIA_SMTP_URL", "smtp://127.0.0.1:9"),
        ("MIANQIA_RECORDING_RESERVE", "0"),
    ];
    let more = more.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = Settings::read("", environment.into_iter().chain(more)).unwrap();
    let listener = TcpListener::bind(settings.listen).unwrap();
    let app = App::start(settings, Clock::fixed(NOW.parse().unwrap())).await.unwrap();
    let _served = app.listen(listener, None, Limits::default()).unwrap();
    std::future::pending::<()>().await;
}

/// Puts `count` bookings into the store that are over, spread over three years and the regulars, each with what one
/// that was asked for over HTTP has: appointment, chain, entries and mails.
async fn grow(app: &TestApp, service: &str, regulars: &[String], count: usize) {
    let (db, begun) = (&app.app.db, Instant::now());
    let first: DateTime<Utc> = NOW.parse().unwrap();
    let (rate, _) =
        accept_by(app, service, How::HoldThenRequest, first + TimeDelta::days(80), regulars).await;
    assert!(rate > 0.0);
    let accepted = booking::Entity::find().filter(booking::Column::State.eq(BookingState::Accepted));
    let template = accepted.one(db.reader()).await.unwrap().expect("some were accepted");
    let members = account::Entity::find().filter(account::Column::EnterpriseId.is_not_null());
    let members = members.all(db.reader()).await.unwrap();
    let every = TimeDelta::days(3 * 365) / i32::try_from(count).unwrap();
    for (done, portion) in (0..count).collect::<Vec<_>>().chunks(PORTION).enumerate() {
        let rows = portion.iter().map(|n| {
            let starts_at = first - TimeDelta::days(1) - every * i32::try_from(*n).unwrap();
            let member = &members[n % members.len()];
            booking::ActiveModel {
                id: Set(ids::new_id(starts_at)),
                reference: Set(reference(*n)),
                account_id: Set(member.id),
                enterprise_id: Set(member.enterprise_id),
                state: Set(BookingState::Completed),
                starts_at: Set(starts_at),
                ends_at: Set(starts_at + TimeDelta::minutes(15)),
                created_at: Set(starts_at - TimeDelta::days(2)),
                ..template.clone().into()
            }
        });
        put(db, rows.collect(), template.id, portion[0]..portion[0] + portion.len()).await.unwrap();
        if done % PORTIONS_OF_A_LOOK == 0 {
            analyze(db).await;
        }
    }
    analyze(db).await;
    eprintln!("{count} bookings stored in {} s", begun.elapsed().as_secs());
}

/// As a store does by itself that has been used for years.
async fn analyze(db: &Db) {
    let analyzed: Result<(), DbErr> =
        db.write(|tx| Box::pin(async move { tx.conn().execute_unprepared("analyze").await.map(drop) })).await;
    analyzed.unwrap();
}

/// Which in order, so that some that follow one another are found by the key.
fn reference(n: usize) -> String {
    format!("GROWN{n:08}")
}

async fn put(
    db: &Db,
    rows: Vec<booking::ActiveModel>,
    template: Uuid,
    which: Range<usize>,
) -> Result<(), DbErr> {
    let is_postgres = db.reader().get_database_backend() == sea_orm::DbBackend::Postgres;
    let random = if is_postgres { "gen_random_uuid()" } else { "randomblob(16)" };
    let id = if is_postgres { format!("'{template}'") } else { format!("x'{}'", template.simple()) };
    let (from, to) = (reference(which.start), reference(which.end));
    let new = format!("grown.reference >= '{from}' and grown.reference < '{to}'");
    let copies = [
        copy::<appointment::Entity>(&id, &new, "booking_id", &[("id", random)]),
        copy::<chain::Entity>(&id, &new, "case_id", &[]),
        copy::<entry::Entity>(&id, &new, "case_id", &[]),
        copy::<outbox::Entity>(
            &id,
            &new,
            "case_id",
            &[("id", random), ("state", "'sent'"), ("payload", r#"'{"text": "", "html": ""}'"#)],
        ),
    ];
    db.write(move |tx| {
        Box::pin(async move {
            for some in rows.chunks(ROWS_OF_A_STATEMENT) {
                booking::Entity::insert_many(some.to_vec()).exec_without_returning(tx.conn()).await?;
            }
            for copy in copies {
                tx.conn().execute_unprepared(&copy).await?;
            }
            Ok(())
        })
    })
    .await
}

/// A statement that gives to each of the new bookings what one has in a table, but for some columns.
fn copy<E: EntityTrait>(template: &str, new: &str, case: &str, but: &[(&str, &str)]) -> String {
    let table = E::default().table_name().to_owned();
    let columns: Vec<String> = E::Column::iter().map(|column| column.unquoted().to_owned()).collect();
    let value = |column: &String| match but.iter().find(|(name, _)| name == column) {
        _ if column == case => "grown.id".to_owned(),
        Some((_, value)) => (*value).to_owned(),
        None => format!("one.{column}"),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    format!(
        "insert into {table} ({}) select {} from {table} one cross join booking grown where one.{case} = {template} and {new}",
        columns.join(", "),
        values.join(", ")
    )
}
