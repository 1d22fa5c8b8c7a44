//! The short form of the long assurance runs (`make soak ONLY=booking`).

use crate::both_stores;
use crate::storm::storm;

both_stores! { at "2026-11-23T02:00:00Z";
    async fn whatever_sixteen_clients_do_at_once_no_place_is_taken_twice(app: &TestApp) {
        let report = storm(app, 600, 26).await;
        let good = |what: &str| report.answers.iter().any(|(said, _)| said.starts_with(&format!("{what} 20")));
        for what in ["hold", "book", "request", "move", "cancel", "wait"] {
            assert!(good(what), "nobody could {what}: {report:?}");
        }
        assert!(report.answers.keys().any(|said| said.ends_with("slot_taken")), "nobody was too late: {report:?}");
        assert!(report.attempts >= 600 && report.looks > 3 && report.cases > 50, "{report:?}");
    }
}
