//! In which order mails about one thing arrive, and what is not sent any more.

use crate::booking::{path, take, try_form};
use crate::both_stores;
use crate::mail::{Sink, mail, queue};
use crate::smtp::{Answer, Server, Taken};
use crate::support::{Browser, Store, TestApp, eventually};
use chrono::TimeDelta;
use mianqia::app::{App, Limits};
use mianqia::base::config::Settings;
use mianqia::db::Db;
use mianqia::db::jobs::{Kinds, Worker};
use mianqia::notify::entities::calendar_identity;
use mianqia::notify::entities::outbox::{self, OutboxState};
use mianqia::notify::jobs::SendMail;
use mianqia::notify::model::ics::{Event, render};
use mianqia::notify::{CalendarPart, Identity, Mail, MailSettings, Method, Notify, Thread, enqueue};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const NOON: &str = "2026-11-10T04:00:00Z";

fn about(thread: Option<Thread>, to: &str, subject: &str) -> Mail {
    Mail { thread, subject: subject.to_owned(), ..mail(to) }
}

fn calendar(method: Method) -> Option<CalendarPart> {
    let at = |text: &str| text.parse().unwrap();
    let event = Event {
        identity: Identity {
            uid: "019a@mianqia.invalid".into(),
            organizer_mail: "mianqia@mianqia.invalid".into(),
        },
        sequence: 1,
        stamp: at(NOON),
        starts_at: at("2026-11-10T06:00:00Z"),
        ends_at: at("2026-11-10T06:30:00Z"),
        zone: chrono_tz::Asia::Shanghai,
        summary: "视频面洽".into(),
        description: String::new(),
        location: String::new(),
        organizer_name: "冰城海关".into(),
        attendee_mail: Some("lin@example.com".into()),
        url: None,
    };
    Some(CalendarPart { method, ics: render(&event, method) })
}

async fn rows(app: &TestApp) -> Vec<outbox::Model> {
    outbox::Entity::find().order_by_asc(outbox::Column::ThreadSeq).all(app.app.db.reader()).await.unwrap()
}

async fn with_subject(app: &TestApp, subject: &str) -> outbox::Model {
    let found = rows(app).await.into_iter().find(|row| row.payload["subject"] == subject);
    found.unwrap_or_else(|| panic!("no mail {subject}"))
}

async fn once(
    app: &TestApp,
    subject: &str,
    what: &str,
    is: impl Fn(&outbox::Model) -> bool,
) -> outbox::Model {
    eventually(what, || async { Some(with_subject(app, subject).await).filter(|row| is(row)) }).await
}

/// Another process on the same store.
struct Sender {
    notify: Notify,
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Sender {
    async fn start(app: &TestApp, server: &Server) -> Self {
        let db = Db::open(&app.app.settings.database_url).await.unwrap();
        let settings = MailSettings { smtp_url: server.url.clone(), from: "mianqia@mianqia.invalid".into() };
        let notify = Notify::new(db.clone(), app.clock.clone(), settings).unwrap();
        let kinds = Kinds::default().take::<SendMail, _>(notify.clone());
        let worker = Worker::new(db, app.clock.clone(), Uuid::now_v7(), kinds);
        let cancel = CancellationToken::new();
        Self { notify, task: tokio::spawn(worker.run(cancel.clone())), cancel }
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.task.await.unwrap();
    }
}

both_stores! {
    at NOON, beside Server;

    async fn a_later_mail_waits_for_the_earlier_one_of_its_thread(app: &TestApp, server: &Server) {
        let one = Uuid::now_v7();
        let mut tries = 0;
        server.answers(move |subject| {
            tries += usize::from(subject == "first");
            if subject == "first" && tries == 1 { Answer::Later } else { Answer::Take }
        });
        queue(app, about(Thread::beside(one), "lin@example.com", "first")).await;
        once(app, "first", "a try", |row| row.last_error.is_some()).await;
        queue(app, about(Thread::beside(one), "lin@example.com", "second")).await;
        // Somebody else's of the same thread, and another thread, wait for nobody.
        queue(app, about(Thread::beside(one), "gao@example.com", "to another")).await;
        queue(app, about(None, "lin@example.com", "of another")).await;
        once(app, "to another", "sent", |row| row.state == OutboxState::Sent).await;
        once(app, "of another", "sent", |row| row.state == OutboxState::Sent).await;
        assert_eq!(with_subject(app, "second").await.attempts, 0);
        app.clock.advance(TimeDelta::seconds(30));
        app.app.notify.poke();
        once(app, "second", "sent", |row| row.state == OutboxState::Sent).await;
        assert_eq!(server.subjects()[2..], ["first", "second"]);
    }

    async fn a_mail_that_failed_for_good_holds_up_no_later_one(app: &TestApp, server: &Server) {
        let one = Uuid::now_v7();
        server.answers(|subject| if subject == "first" { Answer::Refuse } else { Answer::Take });
        queue(app, about(Thread::beside(one), "lin@example.com", "first")).await;
        queue(app, about(Thread::beside(one), "lin@example.com", "second")).await;
        once(app, "second", "sent", |row| row.state == OutboxState::Sent).await;
        assert_eq!(with_subject(app, "first").await.state, OutboxState::Failed);
        // A later word withdraws it: nobody sends it again by mistake.
        queue(app, about(Thread::newest(one), "lin@example.com", "third")).await;
        let first = with_subject(app, "first").await;
        assert_eq!((first.state, first.last_error.as_deref()), (OutboxState::Withdrawn, Some("554 5.7.1 no")));
        let officer = app.signed_in("zhou").await;
        officer.post(&format!("/api/v1/messages/{}/retry", first.id), json!({})).await.refused(409, "message_not_failed");
        once(app, "third", "sent", |row| row.state == OutboxState::Sent).await;
    }

    async fn what_is_being_handed_over_is_not_tried_again_once_it_is_replaced(app: &TestApp, server: &Server) {
        let one = Uuid::now_v7();
        server.answers(|subject| if subject == "accepted" { Answer::Hold } else { Answer::Take });
        queue(app, Mail { calendar: calendar(Method::Request), ..about(Thread::newest(one), "lin@example.com", "accepted") }).await;
        server.holds(1).await;
        queue(app, Mail { calendar: calendar(Method::Cancel), ..about(Thread::newest(one), "lin@example.com", "cancelled") }).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let (first, second) = (with_subject(app, "accepted").await, with_subject(app, "cancelled").await);
        assert_eq!((first.state, second.attempts), (OutboxState::Pending, 0));
        // It broke off without an answer: it may be there, so the calendar is told to drop it.
        server.answers(|subject| if subject == "accepted" { Answer::Forget } else { Answer::Take });
        once(app, "cancelled", "sent", |row| row.state == OutboxState::Sent).await;
        let first = with_subject(app, "accepted").await;
        assert_eq!((first.state, first.may_have_arrived, first.replaced_by), (OutboxState::Withdrawn, true, Some(second.id)));
        let methods: Vec<_> = server.taken().into_iter().map(|mail| mail.calendar).collect();
        assert_eq!(methods, [Some("REQUEST".to_owned()), Some("CANCEL".to_owned())]);
        let list = app.signed_in("zhou").await.get("/api/v1/messages?state=withdrawn").await.ok();
        assert_eq!((&list["items"][0]["may_have_arrived"], &list["items"][0]["withdrawn_because"]), (&json!(true), &json!("replaced")));
    }

    async fn what_was_refused_leaves_nothing_to_take_out_of_a_calendar(app: &TestApp, server: &Server) {
        let one = Uuid::now_v7();
        server.answers(|subject| if subject == "accepted" { Answer::Refuse } else { Answer::Take });
        queue(app, Mail { calendar: calendar(Method::Request), ..about(Thread::newest(one), "lin@example.com", "accepted") }).await;
        once(app, "accepted", "failed", |row| row.state == OutboxState::Failed).await;
        queue(app, Mail { calendar: calendar(Method::Cancel), ..about(Thread::newest(one), "lin@example.com", "cancelled") }).await;
        once(app, "cancelled", "sent", |row| row.state == OutboxState::Sent).await;
        assert_eq!(server.taken(), [Taken { to: "lin@example.com".into(), subject: "cancelled".into(), calendar: None }]);
    }

    async fn what_is_over_is_not_sent_any_more(app: &TestApp, server: &Server) {
        server.answers(|subject| match subject {
            "refused" => Answer::Refuse,
            _ => Answer::Later,
        });
        let until = Some(app.clock.now() + TimeDelta::minutes(10));
        queue(app, Mail { useful_until: until, ..about(None, "lin@example.com", "late") }).await;
        queue(app, Mail { useful_until: until, ..about(None, "lin@example.com", "refused") }).await;
        once(app, "late", "a try", |row| row.last_error.is_some()).await;
        once(app, "refused", "failed", |row| row.state == OutboxState::Failed).await;
        server.answers(|_| Answer::Take);
        app.clock.advance(TimeDelta::minutes(10));
        app.app.notify.poke();
        once(app, "late", "withdrawn", |row| row.state == OutboxState::Withdrawn).await;
        let officer = app.signed_in("zhou").await;
        let list = officer.get("/api/v1/messages?state=withdrawn").await.ok();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["withdrawn_because"], "outdated");
        let refused = with_subject(app, "refused").await.id;
        officer.post(&format!("/api/v1/messages/{refused}/retry"), json!({})).await.refused(409, "message_outdated");
        assert!(server.taken().is_empty());
    }

    async fn a_mail_over_which_a_process_died_may_have_arrived(app: &TestApp, server: &Server) {
        let one = Uuid::now_v7();
        server.answers(|_| Answer::Hold);
        // The tests' own program has the mail or the other one: both try, one gets it.
        queue(app, Mail { calendar: calendar(Method::Request), ..about(Thread::newest(one), "lin@example.com", "accepted") }).await;
        server.holds(1).await;
        // What a killed process leaves: a lease of which nobody says what came of it.
        app.app.stop().await;
        server.answers(|_| Answer::Take);
        let left = with_subject(app, "accepted").await;
        assert_eq!((left.state, left.leased_until), (OutboxState::Pending, Some(app.clock.now() + TimeDelta::minutes(5))));
        let sender = Sender::start(app, server).await;
        let now = app.clock.now();
        let cancelled = Mail { calendar: calendar(Method::Cancel), ..about(Thread::newest(one), "lin@example.com", "cancelled") };
        let db = Db::open(&app.app.settings.database_url).await.unwrap();
        let queued: Result<(), DbErr> =
            db.write(move |tx| Box::pin(async move { enqueue(tx, now, cancelled).await })).await;
        queued.unwrap();
        sender.notify.poke();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(with_subject(app, "cancelled").await.attempts, 0);
        app.clock.advance(TimeDelta::minutes(5));
        sender.notify.poke();
        once(app, "cancelled", "sent", |row| row.state == OutboxState::Sent).await;
        let first = with_subject(app, "accepted").await;
        assert_eq!((first.state, first.may_have_arrived, first.attempts), (OutboxState::Withdrawn, true, 1));
        let last = server.taken().pop().unwrap();
        assert_eq!((last.subject.as_str(), last.calendar.as_deref()), ("cancelled", Some("CANCEL")));
        sender.stop().await;
    }

    async fn whatever_the_server_does_each_receiver_reads_in_order(app: &TestApp, server: &Server) {
        let seed = Uuid::now_v7().as_u128() as u64;
        walk(app, server, seed).await;
    }
}

/// A sequence of numbers that a seed brings back.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

/// Queues mails of four threads while two processes hand them to a server that does anything, then lets all
/// of them end.
async fn walk(app: &TestApp, server: &Server, seed: u64) {
    let mut dice = Dice(seed | 1);
    let mut moods = Dice(dice.roll(u64::MAX >> 11) | 1);
    server.answers(move |_| match moods.roll(8) {
        0..=3 => Answer::Take,
        4 => Answer::Refuse,
        5 => Answer::Forget,
        _ => Answer::Later,
    });
    let postgres = app.app.settings.database_url.starts_with("postgres");
    let other = if postgres { Some(Sender::start(app, server).await) } else { None };
    let poke = || {
        app.app.notify.poke();
        if let Some(other) = &other {
            other.notify.poke();
        }
    };
    let threads: Vec<Uuid> = (0..4).map(|_| Uuid::now_v7()).collect();
    let settled = async || {
        // Leases are longer than handing over takes: the clock stands still while somebody has one or may get one.
        let (rows, now) = (rows(app).await, app.clock.now());
        let before = |row: &outbox::Model, one: &outbox::Model| {
            (one.thread_id, &one.to_address) == (row.thread_id, &row.to_address)
                && one.thread_seq < row.thread_seq
        };
        let pending: Vec<_> = rows.into_iter().filter(|row| row.state == OutboxState::Pending).collect();
        let busy = pending.iter().any(|row| {
            row.leased_until.is_some() || (row.next_at <= now && !pending.iter().any(|one| before(row, one)))
        });
        (!busy).then_some(())
    };
    for number in 0..60 {
        let thread = threads[dice.roll(4) as usize];
        let to = ["lin@example.com", "gao@example.com"][dice.roll(2) as usize];
        let thread = if dice.roll(3) == 0 { Thread::newest(thread) } else { Thread::beside(thread) };
        queue(app, about(thread, to, &format!("number {number}"))).await;
        poke();
        if dice.roll(3) == 0 {
            eventually("nobody hands over a mail", &settled).await;
            app.clock.advance(TimeDelta::seconds([30, 120, 600][dice.roll(3) as usize]));
        }
    }
    server.answers(|_| Answer::Take);
    eventually("all mails ended", || async {
        eventually("nobody hands over a mail", &settled).await;
        app.clock.advance(TimeDelta::hours(6));
        poke();
        rows(app).await.iter().all(|row| row.state != OutboxState::Pending).then_some(())
    })
    .await;

    let rows = rows(app).await;
    let by_subject: BTreeMap<&str, &outbox::Model> =
        rows.iter().map(|row| (row.payload["subject"].as_str().unwrap(), row)).collect();
    let mut last = BTreeMap::new();
    for mail in server.taken() {
        let row = by_subject[mail.subject.as_str()];
        let before = last.insert((row.thread_id, mail.to.clone()), row.thread_seq).unwrap_or(0);
        assert!(before <= row.thread_seq, "{} came after a later one, seed {seed}", mail.subject);
    }
    let arrived: BTreeSet<String> = server.subjects().into_iter().collect();
    for (subject, row) in &by_subject {
        match row.state {
            OutboxState::Sent => assert!(arrived.contains(*subject), "{subject}, seed {seed}"),
            OutboxState::Withdrawn => assert!(row.replaced_by.is_some(), "{subject}, seed {seed}"),
            _ => {}
        }
        if row.state != OutboxState::Sent {
            assert_eq!(arrived.contains(*subject), row.may_have_arrived, "{subject}, seed {seed}");
        }
    }
    for thread in &threads {
        // Whatever was queued last in a thread replaced nothing of itself.
        let of_thread = rows.iter().filter(|row| row.thread_id == Some(*thread));
        let newest = of_thread.max_by_key(|row| row.thread_seq).unwrap();
        assert_ne!(newest.state, OutboxState::Withdrawn, "seed {seed}");
    }
    if let Some(other) = other {
        other.stop().await;
    }
}

/// A port at which nobody listens until the server is said to be up.
struct Outage {
    sink: Sink,
    port: u16,
}

impl Outage {
    async fn begin() -> Self {
        let sink = Sink::start().await;
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        Self { sink, port }
    }

    async fn end(&self) -> JoinHandle<()> {
        let up = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        let to = self.sink.port;
        tokio::spawn(async move {
            while let Ok((mut client, _)) = up.accept().await {
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                });
            }
        })
    }
}

async fn booked(browser: &Browser, service: &str, starts_at: &str) -> Value {
    let held = take(browser, service, starts_at).await;
    browser.post(&path(&held, "/request"), try_form()).await.ok()
}

/// Eight bookings made and cancelled while the mail server is down.
async fn made_and_cancelled_meanwhile(store: Store) {
    let outage = Outage::begin().await;
    let url = format!("smtp://127.0.0.1:{}", outage.port);
    let app = TestApp::start_with(store, NOON, &[("MIANQIA_SMTP_URL", &url)]).await;
    let lin = app.signed_in("lin").await;
    let service = app.service("video-try").await;
    let mut references = BTreeSet::new();
    for hour in 0..8 {
        let booking = booked(&lin, &service, &format!("2026-11-12T0{hour}:00:00Z")).await;
        assert_eq!(booking["state"], "accepted");
        lin.post(&path(&booking, "/cancel"), json!({"reason": "货船晚点"})).await.ok();
        references.insert(booking["reference"].as_str().unwrap().to_owned());
    }
    let kept = booked(&lin, &service, "2026-11-12T09:00:00Z").await;
    let tried = async || {
        let left = rows(&app).await;
        let pending: Vec<_> = left.into_iter().filter(|row| row.state == OutboxState::Pending).collect();
        pending.iter().all(|row| row.attempts > 0 && row.leased_until.is_none()).then_some(pending.len())
    };
    assert_eq!(eventually("all were tried", tried).await, 9);
    let relay = outage.end().await;
    app.clock.advance(TimeDelta::minutes(10));
    app.app.notify.poke();
    let all_sent = async || {
        let left = rows(&app).await;
        left.iter().all(|row| row.state != OutboxState::Pending).then_some(())
    };
    eventually("all ended", all_sent).await;
    let mails = outage.sink.mails();
    let told: BTreeSet<String> = mails
        .iter()
        .filter(|mail| mail["subject"].as_str().unwrap().starts_with("预约已取消"))
        .map(|mail| mail["subject"].as_str().unwrap().rsplit_once("：").unwrap().1.to_owned())
        .map(|words| references.iter().find(|reference| words.ends_with(*reference)).unwrap().clone())
        .collect();
    assert_eq!((mails.len(), &told), (9, &references));
    for mail in &mails {
        let accepted = mail["subject"].as_str().unwrap().starts_with("预约已受理");
        // Nobody's calendar has what was cancelled before its mail went out.
        assert_eq!(mail["calendar_method"], if accepted { json!("REQUEST") } else { Value::Null });
    }
    assert!(
        mails
            .iter()
            .any(|mail| mail["subject"].as_str().unwrap().ends_with(kept["reference"].as_str().unwrap()))
    );
    let list = app.signed_in("zhou").await.get("/api/v1/messages?state=withdrawn").await.ok();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 8);
    assert!(
        items.iter().all(|item| item["withdrawn_because"] == "replaced" && item["next_at"] == Value::Null)
    );
    assert!(items.iter().all(|item| item["template"] == "booking.accepted"));
    relay.abort();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cancelled_during_an_outage_is_not_confirmed_after_it_on_sqlite() {
    made_and_cancelled_meanwhile(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cancelled_during_an_outage_is_not_confirmed_after_it_on_postgres() {
    made_and_cancelled_meanwhile(Store::Postgres).await;
}

fn value<'a>(ics: &'a str, name: &str) -> &'a str {
    ics.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name} in {ics}"))
}

/// The service moves to another address between an invitation and its cancelling.
async fn moved(store: Store) {
    let sink = Sink::start().await;
    let app = TestApp::start_with(store, NOON, &[("MIANQIA_SMTP_URL", &sink.url())]).await;
    let lin = app.signed_in("lin").await;
    let service = app.service("video-try").await;
    let booking = booked(&lin, &service, "2026-11-12T02:00:00Z").await;
    let older = booked(&lin, &service, "2026-11-12T04:00:00Z").await;
    eventually("two invitations", || async { (sink.mails().len() == 2).then_some(()) }).await;
    let file = lin.get(&path(&booking, "/calendar.ics")).await.text;
    // As a store of before: only the mail says by what the calendars know it.
    calendar_identity::Entity::delete_many()
        .filter(calendar_identity::Column::CaseId.eq(older["id"].as_str().unwrap().parse::<Uuid>().unwrap()))
        .exec(app.app.db.reader())
        .await
        .unwrap();
    app.app.stop().await;

    let settings = Settings { public_url: "http://moved.example".into(), ..app.app.settings.clone() };
    assert_ne!(settings.mail_from(), app.app.settings.mail_from());
    let again = App::start(settings, app.clock.clone()).await.unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let listening = again.listen(listener, None, Limits::default()).unwrap();
    let lin = Browser { base, ..app.browser() };
    lin.post("/api/v1/sign-in", json!({"login": "lin", "password": crate::support::PASSWORD})).await.ok();
    assert_eq!(value(&lin.get(&path(&booking, "/calendar.ics")).await.text, "UID:"), value(&file, "UID:"));
    for one in [&booking, &older] {
        lin.post(&path(one, "/cancel"), json!({"reason": "货船晚点"})).await.ok();
    }
    eventually("two cancellations", || async { (sink.mails().len() == 4).then_some(()) }).await;
    let mails = sink.mails();
    for booking in [&booking, &older] {
        let of: Vec<String> = mails
            .iter()
            .filter(|mail| {
                mail["subject"].as_str().unwrap().ends_with(booking["reference"].as_str().unwrap())
            })
            .map(|mail| mail["calendar"].as_str().unwrap().replace("\r\n ", ""))
            .collect();
        let [request, cancel] = &of[..] else { panic!("two mails: {of:?}") };
        assert!(request.contains("METHOD:REQUEST") && cancel.contains("METHOD:CANCEL"));
        assert_eq!(value(request, "UID:"), value(cancel, "UID:"));
        let organizer = |ics: &str| value(ics, "ORGANIZER").rsplit_once("mailto:").unwrap().1.to_owned();
        assert_eq!(organizer(request), organizer(cancel));
        assert_eq!((value(request, "SEQUENCE:"), value(cancel, "SEQUENCE:")), ("1", "2"));
        // Links lead to where the service is now.
        assert!(cancel.contains("http://moved.example/bookings/"));
    }
    listening.stop(std::time::Duration::ZERO).await.unwrap();
    again.stop().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calendar_knows_the_appointment_after_the_service_moved_on_sqlite() {
    moved(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calendar_knows_the_appointment_after_the_service_moved_on_postgres() {
    moved(Store::Postgres).await;
}
