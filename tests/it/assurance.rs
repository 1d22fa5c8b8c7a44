//! The short form of the long assurance runs (`make soak ONLY=booking`).

use crate::both_stores;
use crate::kills::killed_under_load;
use crate::mail_faults::sent_through_faults;
use crate::storm::storm;
use crate::support::{OwnDatabase, Store};

both_stores! { at "2026-11-23T02:00:00Z";
    async fn whatever_sixteen_clients_do_at_once_no_place_is_taken_twice(app: &TestApp) {
        let report = storm(app, 600, 26).await;
        let good = |what: &str| report.answers.iter().any(|(said, _)| said.starts_with(&format!("{what} 20")));
        for what in ["hold", "book", "request", "move", "move several", "cancel", "wait"] {
            assert!(good(what), "nobody could {what}: {report:?}");
        }
        assert!(report.answers.keys().any(|said| said.ends_with("slot_taken")), "nobody was too late: {report:?}");
        assert!(report.attempts >= 600 && report.looks > 3 && report.cases > 50, "{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_kill_is_there_and_nothing_is_half_on_sqlite() {
    let report = killed_under_load(None, 5, 26).await;
    assert!(report.acknowledged > 10 && report.lost_answers > 0, "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_kill_is_there_and_nothing_is_half_on_postgres() {
    let store = OwnDatabase::create().await;
    let report = killed_under_load(Some(&store.url), 5, 27).await;
    assert!(report.acknowledged > 10 && report.lost_answers > 0, "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_mail_is_lost_or_comes_twice_untold_through_a_server_that_fails_on_sqlite() {
    sent_through_faults(Store::Sqlite, 60, 26).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_mail_is_lost_or_comes_twice_untold_through_a_server_that_fails_on_postgres() {
    sent_through_faults(Store::Postgres, 60, 27).await;
}
