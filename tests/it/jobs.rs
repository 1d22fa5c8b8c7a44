//! What is done later: by one of several workers, in order where it must be, given up and taken over.

use crate::both_stores;
use crate::support::{TestApp, eventually};
use chrono::TimeDelta;
use mianqia::db::Db;
use mianqia::db::entities::job as row;
use mianqia::db::jobs::{self, Claim, Job, JobState, Kinds, NotDone, Run, Worker};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What the tests have done.
#[derive(Clone)]
struct Book {
    db: Db,
    done: Arc<Mutex<Vec<String>>>,
    /// Whether what stalls may go on.
    go_on: CancellationToken,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    text: String,
    key: Option<String>,
}

impl Job for Note {
    const KIND: &'static str = "test.note";

    fn key(&self) -> Option<String> {
        self.key.clone()
    }
}

impl Run<Book> for Note {
    fn wait_after(attempts: u32) -> Option<TimeDelta> {
        (attempts < 3).then(|| TimeDelta::seconds(10))
    }

    async fn run(self, book: Book, claim: Claim) -> Result<(), NotDone> {
        match self.text.as_str() {
            "bad" => return Err(NotDone::Failed("as it was told".into())),
            "hopeless" => return Err(NotDone::Never("as it was told".into())),
            "panic" => panic!("as it was told"),
            "stall" => book.go_on.cancelled().await,
            _ => {}
        }
        let now = "2026-11-23T02:00:00Z".parse().unwrap();
        let (done, text) = (book.done.clone(), self.text);
        book.db
            .write(move |tx| {
                Box::pin(async move {
                    claim.done(tx, now).await?;
                    tx.after_commit(move || done.lock().unwrap().push(text));
                    Ok::<(), DbErr>(())
                })
            })
            .await?;
        Ok(())
    }
}

/// Another kind, which stalls for ever.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Slow {}

impl Job for Slow {
    const KIND: &'static str = "test.slow";
}

impl Run<Book> for Slow {
    async fn run(self, _: Book, _: Claim) -> Result<(), NotDone> {
        std::future::pending().await
    }
}

/// What comes again by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Round {}

impl Job for Round {
    const KIND: &'static str = "test.round";
}

impl Run<Book> for Round {
    const EVERY: Option<TimeDelta> = Some(TimeDelta::seconds(30));

    async fn run(self, book: Book, _: Claim) -> Result<(), NotDone> {
        book.done.lock().unwrap().push("round".into());
        Ok(())
    }
}

struct Running {
    task: JoinHandle<()>,
    cancel: CancellationToken,
}

impl Running {
    async fn stop(self) {
        self.cancel.cancel();
        self.task.await.unwrap();
    }
}

impl Book {
    fn new(db: &Db) -> Self {
        Self { db: db.clone(), done: Arc::default(), go_on: CancellationToken::new() }
    }

    fn done(&self) -> Vec<String> {
        self.done.lock().unwrap().clone()
    }

    /// A worker of its own, as another process has it.
    fn work(&self, app: &TestApp) -> Running {
        let kinds = Kinds::default().take::<Note, _>(self.clone()).take::<Slow, _>(self.clone());
        self.work_on(app, kinds.take::<Round, _>(self.clone()))
    }

    fn work_on(&self, app: &TestApp, kinds: Kinds) -> Running {
        let worker = Worker::new(self.db.clone(), app.clock.clone(), Uuid::now_v7(), kinds);
        let cancel = CancellationToken::new();
        Running { task: tokio::spawn(worker.run(cancel.clone())), cancel }
    }
}

/// Another connection to the same store, as another process has it; SQLite has one process.
async fn another(app: &TestApp) -> Db {
    match app.app.settings.database_url.starts_with("postgres") {
        true => Db::open(&app.app.settings.database_url).await.unwrap(),
        false => app.app.db.clone(),
    }
}

async fn put(app: &TestApp, job: impl Job + Clone + Sync) {
    let now = app.clock.now();
    let put: Result<(), DbErr> =
        app.app.db.write(move |tx| Box::pin(async move { jobs::enqueue(tx, now, &job).await })).await;
    put.unwrap();
}

async fn note(app: &TestApp, text: &str) {
    put(app, Note { text: text.into(), key: None }).await;
}

async fn rows(app: &TestApp) -> Vec<row::Model> {
    row::Entity::find().filter(row::Column::Kind.eq(Note::KIND)).all(app.app.db.reader()).await.unwrap()
}

async fn no_more(app: &TestApp) {
    eventually("all is done", || async { rows(app).await.is_empty().then_some(()) }).await;
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn of_several_workers_one_does_each_job(app: &TestApp) {
        let book = Book::new(&app.app.db);
        let other = Book { db: another(app).await, ..book.clone() };
        let running = [book.work(app), other.work(app), other.work(app)];
        let wanted: Vec<String> = (100..260).map(|number| number.to_string()).collect();
        for text in &wanted {
            note(app, text).await;
        }
        no_more(app).await;
        let mut done = book.done();
        done.retain(|text| text != "round");
        done.sort_unstable();
        assert_eq!(done, wanted);
        for one in running {
            one.stop().await;
        }
    }

    async fn jobs_of_one_key_are_done_in_their_order_and_wait_for_the_one_that_fails(app: &TestApp) {
        let book = Book::new(&app.app.db);
        let other = Book { db: another(app).await, ..book.clone() };
        let running = [book.work(app), other.work(app)];
        for (text, key) in [("bad", "a"), ("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b"), ("b3", "b")] {
            put(app, Note { text: text.into(), key: Some(key.into()) }).await;
        }
        let of_b = || async { Some(book.done()).filter(|done| done.contains(&"b3".to_owned())) };
        let mut done = eventually("the other key is done", of_b).await;
        done.retain(|text| text != "round");
        assert_eq!(done, ["b1", "b2", "b3"]);
        // Two more tries in vain, and it is given up: the rest of its key goes on.
        for count in 1..3 {
            let tried = || async {
                let rows = rows(app).await;
                rows.into_iter().find(|row| row.attempts >= count && row.claimed_by.is_none())
            };
            eventually("it was tried", tried).await;
            app.clock.advance(TimeDelta::seconds(10));
        }
        eventually("the rest of its key", || async {
            Some(book.done()).filter(|done| done.contains(&"a2".to_owned()))
        }).await;
        let mut done = book.done();
        done.retain(|text| text.starts_with('a'));
        assert_eq!(done, ["a1", "a2"]);
        let left = rows(app).await;
        assert_eq!((left.len(), left[0].state, left[0].attempts), (1, JobState::Failed, 3));
        for one in running {
            one.stop().await;
        }
    }

    async fn what_stalls_panics_or_fails_holds_up_nothing_else(app: &TestApp) {
        let book = Book::new(&app.app.db);
        for _ in 0..40 {
            put(app, Slow {}).await;
        }
        for text in ["panic", "hopeless", "stall", "bad"] {
            note(app, text).await;
        }
        let running = book.work(app);
        for number in 0..20 {
            note(app, &number.to_string()).await;
        }
        eventually("the good ones are done", || async {
            (book.done().iter().filter(|text| *text != "round").count() == 20).then_some(())
        }).await;
        eventually("the others stand with their errors", || async {
            let rows = rows(app).await;
            let stands = |text: &str, state: JobState, error: Option<&str>| {
                rows.iter().any(|row| {
                    row.payload["text"] == text && row.state == state && row.last_error.as_deref() == error
                })
            };
            (stands("panic", JobState::Waiting, Some("it panicked"))
                && stands("hopeless", JobState::Failed, Some("as it was told"))
                && stands("bad", JobState::Waiting, Some("as it was told"))
                && stands("stall", JobState::Waiting, None)).then_some(())
        }).await;
        book.go_on.cancel();
        running.stop().await;
    }

    async fn a_job_over_which_a_worker_hangs_is_taken_over_when_its_lease_ends_and_done_once(app: &TestApp) {
        let first = Book::new(&app.app.db);
        let kinds = Kinds::default().take::<Note, _>(first.clone());
        let hung = first.work_on(app, kinds);
        note(app, "stall").await;
        let claimed = || async { rows(app).await.pop().filter(|row| row.claimed_by.is_some()) };
        let row = eventually("it is begun", claimed).await;
        assert_eq!((row.attempts, row.due_at), (1, app.clock.now() + TimeDelta::seconds(60)));
        let second = Book { db: another(app).await, done: Arc::default(), go_on: first.go_on.clone() };
        let heir = second.work_on(app, Kinds::default().take::<Note, _>(second.clone()));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(rows(app).await[0].attempts, 1, "nobody takes it before");
        app.clock.advance(TimeDelta::seconds(60));
        eventually("it is begun anew", || async { rows(app).await.pop().filter(|row| row.attempts == 2) }).await;
        // Both go on; the one that lost the lease does nothing.
        first.go_on.cancel();
        no_more(app).await;
        assert_eq!((first.done().len(), second.done().len()), (0, 1));
        heir.stop().await;
        hung.stop().await;
    }

    async fn what_comes_again_has_one_row_however_many_processes_run(app: &TestApp) {
        let book = Book::new(&app.app.db);
        let other = Book { db: another(app).await, ..book.clone() };
        let running = [book.work(app), other.work(app), other.work(app)];
        let round = || async {
            row::Entity::find().filter(row::Column::Kind.eq(Round::KIND)).one(app.app.db.reader()).await.unwrap()
        };
        for number in 1..4 {
            let next = app.clock.now() + TimeDelta::seconds(30);
            eventually("it came", || async { round().await.filter(|row| row.due_at == next) }).await;
            assert_eq!(book.done().len(), number);
            app.clock.advance(TimeDelta::seconds(30));
        }
        let count = row::Entity::find().filter(row::Column::Kind.eq(Round::KIND)).count(app.app.db.reader()).await;
        assert_eq!(count.unwrap(), 1);
        for one in running {
            one.stop().await;
        }
        // Set by a clock that ran ahead, it comes at its time all the same.
        app.clock.advance(TimeDelta::days(-300));
        let again = book.work(app);
        eventually("it came", || async {
            round().await.filter(|row| row.due_at == app.clock.now() + TimeDelta::seconds(30))
        }).await;
        again.stop().await;
    }

    async fn a_job_whose_cause_is_rolled_back_is_not_done(app: &TestApp) {
        let book = Book::new(&app.app.db);
        let running = book.work(app);
        let now = app.clock.now();
        let undone: Result<(), DbErr> = app.app.db.write(move |tx| Box::pin(async move {
            jobs::enqueue(tx, now, &Note { text: "never".into(), key: None }).await?;
            Err(DbErr::Custom("the cause failed".into()))
        })).await;
        assert!(undone.is_err());
        note(app, "after").await;
        no_more(app).await;
        assert!(!book.done().contains(&"never".to_owned()));
        running.stop().await;
    }
}
