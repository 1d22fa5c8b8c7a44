//! Many mails through a server that fails at three in ten: none is lost, and none comes twice but where that is told.

use crate::smtp::{Answer, Server};
use crate::support::{Store, TestApp};
use chrono::TimeDelta;
use mianqia::base::words::Language;
use mianqia::notify::entities::outbox::{self, OutboxState};
use mianqia::notify::{Mail, enqueue};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::{DbErr, EntityTrait};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A server that answers late says nothing for as many looks, of 10 ms each.
const LATE_LOOKS: usize = 60;

/// Sends `count` mails; of their tries two in ten are put off, and one in twenty each is answered late or never.
pub async fn sent_through_faults(store: Store, count: usize, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut late: HashMap<String, usize> = HashMap::new();
    let server = Server::start(move |subject| {
        if let Some(looks) = late.get_mut(subject) {
            *looks += 1;
            return if *looks < LATE_LOOKS { Answer::Hold } else { Answer::Take };
        }
        match rng.random_range(0..100) {
            0..20 => Answer::Later,
            20..25 => {
                late.insert(subject.to_owned(), 0);
                Answer::Hold
            }
            25..30 => Answer::Forget,
            _ => Answer::Take,
        }
    })
    .await;
    let app = TestApp::start_with(store, "2026-11-23T02:00:00Z", &[("MIANQIA_SMTP_URL", &server.url)]).await;
    let now = app.clock.now();
    for number in 0..count {
        let queued: Result<(), DbErr> =
            app.app.db.write(move |tx| Box::pin(async move { enqueue(tx, now, mail(number)).await })).await;
        queued.unwrap();
    }
    let patience = Instant::now() + Duration::from_secs(60 + count as u64 / 2);
    let rows = loop {
        let rows = outbox::Entity::find().all(app.app.db.reader()).await.unwrap();
        if rows.iter().all(|row| row.state != OutboxState::Pending) {
            break rows;
        }
        assert!(Instant::now() < patience, "mails are left over");
        app.clock.advance(TimeDelta::seconds(5));
        app.app.notify.poke();
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let mut copies: HashMap<String, usize> = HashMap::new();
    for taken in server.taken() {
        *copies.entry(taken.to).or_default() += 1;
    }
    assert_eq!(rows.len(), count);
    let mut doubtful = 0;
    for row in rows {
        let arrived = copies.get(&row.to_address).copied().unwrap_or_default();
        assert_eq!(row.state, OutboxState::Sent, "{row:?}");
        assert!(arrived == 1 || (arrived > 1 && row.may_have_arrived), "{arrived} copies: {row:?}");
        doubtful += usize::from(row.may_have_arrived);
    }
    assert!(doubtful * 5 < count, "{doubtful} of {count} are told as perhaps arrived before");
    app.stop().await;
}

fn mail(number: usize) -> Mail {
    Mail {
        case_id: None,
        template: "booking.accepted",
        to: format!("{number}@example.com"),
        language: Language::ZhCn,
        subject: format!("Mail {number}."),
        text: "正文".to_owned(),
        html: "<p>正文</p>".to_owned(),
        calendar: None,
        thread: None,
        useful_until: None,
    }
}
