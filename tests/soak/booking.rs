//! A million attempts on each store; `MIANQIA_TEST_ATTEMPTS` for another number. What came of them is told in
//! `target/tmp/booking_attempts_STORE.txt`. Two hundred kills under load on each (`MIANQIA_TEST_KILLS`), and a thousand mails
//! through a server that fails.

use crate::kills::killed_under_load;
use crate::mail_faults::sent_through_faults;
use crate::storm::{Report, storm};
use crate::support::{OwnDatabase, Store, TestApp};
use std::time::Instant;

async fn attempts_on(store: Store) {
    let attempts = std::env::var("MIANQIA_TEST_ATTEMPTS").map_or(1_000_000, |number| number.parse().unwrap());
    let app = TestApp::start(store, "2026-11-23T02:00:00Z").await;
    let begun = Instant::now();
    let report = storm(&app, attempts, 2611).await;
    let seconds = begun.elapsed().as_secs();
    let file = format!("{}/booking_attempts_{store:?}.txt", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(file, told(&report, seconds)).unwrap();
    assert!(report.attempts >= attempts);
    app.stop().await;
}

fn told(report: &Report, seconds: u64) -> String {
    let Report { attempts, looks, cases, answers } = report;
    let answers: Vec<String> = answers.iter().map(|(said, count)| format!("{count:>8} {said}")).collect();
    format!("{attempts} attempts in {seconds} s, {cases} bookings, {looks} looks\n{}\n", answers.join("\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn booking_attempts_never_take_a_place_twice_on_sqlite() {
    attempts_on(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn booking_attempts_never_take_a_place_twice_on_postgres() {
    attempts_on(Store::Postgres).await;
}

async fn kills_on(store: Option<&str>) {
    let kills = std::env::var("MIANQIA_TEST_KILLS").map_or(200, |number| number.parse().unwrap());
    let report = killed_under_load(store, kills, 2611).await;
    assert!(report.acknowledged > kills && report.lost_answers > 0, "{report:?}");
    let kind = if store.is_some() { "postgres" } else { "sqlite" };
    let file = format!("{}/booking_kills_{kind}.txt", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(file, format!("{kills} kills: {report:?}\n")).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn booking_kills_lose_nothing_that_was_acknowledged_on_sqlite() {
    kills_on(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn booking_kills_lose_nothing_that_was_acknowledged_on_postgres() {
    kills_on(Some(&OwnDatabase::create().await.url)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn booking_mails_are_neither_lost_nor_doubled_untold_through_faults_on_sqlite() {
    sent_through_faults(Store::Sqlite, 1000, 2611).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn booking_mails_are_neither_lost_nor_doubled_untold_through_faults_on_postgres() {
    sent_through_faults(Store::Postgres, 1000, 2612).await;
}
