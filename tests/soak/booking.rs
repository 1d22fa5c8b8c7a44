//! A million attempts on each store; `MIANQIA_ATTEMPTS` for another number. What came of them is told in
//! `target/tmp/booking_attempts_STORE.txt`.

use crate::storm::{Report, storm};
use crate::support::{Store, TestApp};
use std::time::Instant;

async fn attempts_on(store: Store) {
    let attempts = std::env::var("MIANQIA_ATTEMPTS").map_or(1_000_000, |number| number.parse().unwrap());
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
