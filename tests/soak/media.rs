//! Fifty kills of recorded sessions at any moment; `MIANQIA_TEST_MEDIA_KILLS` for another number and
//! `MIANQIA_TEST_MEDIA_SEED` for other moments. What was seen is told in `target/tmp/media_kills.txt`.

use crate::recorded_kills::{Promised, killed_while_recording};
use std::time::Duration;

fn number<T: std::str::FromStr>(name: &str, usual: T) -> T {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recordings_outlive_kills_at_any_moment() {
    let promised = Promised { missing: Duration::from_secs(2), listed: Duration::from_secs(10) };
    let (kills, seed) = (number("MIANQIA_TEST_MEDIA_KILLS", 50), number("MIANQIA_TEST_MEDIA_SEED", 2611));
    let report = killed_while_recording(kills, seed, promised).await;
    let file = format!("{}/media_kills.txt", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(file, format!("seed {seed}: {report:?}\n")).unwrap();
    assert_eq!(report.recordings, 2 * kills, "{report:?}");
}
