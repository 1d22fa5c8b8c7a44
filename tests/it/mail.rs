//! Queued mail against a real SMTP server that fails when told to.

use crate::both_stores;
use crate::support::{MailServer, Store, TestApp, eventually};
use chrono::TimeDelta;
use mianqia::base::words::Language;
use mianqia::notify::entities::outbox::{self, OutboxState};
use mianqia::notify::layout;
use mianqia::notify::model::ics::{Event, Method, render};
use mianqia::notify::{CalendarPart, Identity, Mail, enqueue};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use uuid::Uuid;

const NOON: &str = "2026-11-10T04:00:00Z";

/// The server of `scripts/smtp_sink.py`; it ends with this value.
pub struct Sink {
    pub port: u16,
    dir: PathBuf,
    _process: Child,
}

impl Sink {
    pub async fn start() -> Self {
        let dir = std::env::temp_dir().join(format!("mianqia_sink_{}", Uuid::now_v7()));
        std::fs::create_dir_all(&dir).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/smtp-sink.sh");
        let mut process = Command::new("bash")
            .arg(script)
            .arg(&dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next_line().await.unwrap().expect("the sink tells its port").parse().unwrap();
        Self { port, dir, _process: process }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn control(&self, control: &Value) {
        std::fs::write(self.dir.join("control.json"), control.to_string()).unwrap();
    }

    /// All mails that have arrived, in order.
    pub fn mails(&self) -> Vec<Value> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.file_stem().is_some_and(|name| name.to_string_lossy().parse::<u32>().is_ok())
                    && path.extension().is_some_and(|kind| kind == "json")
            })
            .collect();
        files.sort();
        files.iter().map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).collect()
    }

    /// The first mail to this address, once it is there.
    pub async fn mail_to(&self, to: &str) -> Value {
        eventually(&format!("a mail to {to}"), || async {
            self.mails().into_iter().find(|mail| mail["to"] == json!([to]))
        })
        .await
    }
}

impl MailServer for Sink {
    async fn begin() -> Self {
        Self::start().await
    }

    fn url(&self) -> String {
        Self::url(self)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

pub fn mail(to: &str) -> Mail {
    let (text, html) = layout(Language::ZhCn, "预约已受理", &["您好 <&>".to_owned()], None);
    Mail {
        case_id: None,
        template: "booking.accepted",
        to: to.to_owned(),
        language: Language::ZhCn,
        subject: "预约已受理：视频面洽（2026年11月10日 14:00，北京时间）".to_owned(),
        text,
        html,
        calendar: None,
        thread: None,
        useful_until: None,
    }
}

fn appointment(to: &str) -> String {
    let event = Event {
        identity: Identity {
            uid: "019a@mianqia.invalid".into(),
            organizer_mail: "mianqia@mianqia.invalid".into(),
        },
        sequence: 1,
        stamp: NOON.parse().unwrap(),
        starts_at: "2026-11-10T06:00:00Z".parse().unwrap(),
        ends_at: "2026-11-10T06:30:00Z".parse().unwrap(),
        zone: chrono_tz::Asia::Shanghai,
        summary: "视频面洽：企业信用培育政策说明与材料补正，请提前十分钟进入等候室".into(),
        description: "第一行\n第二行".into(),
        location: "冰城海关".into(),
        organizer_name: "冰城海关".into(),
        attendee_mail: Some(to.into()),
        url: None,
    };
    render(&event, Method::Request)
}

pub async fn queue(app: &TestApp, mail: Mail) {
    let now = app.clock.now();
    let queued: Result<(), DbErr> =
        app.app.db.write(move |tx| Box::pin(async move { enqueue(tx, now, mail).await })).await;
    queued.unwrap();
    app.app.notify.poke();
}

async fn row(app: &TestApp, to: &str) -> outbox::Model {
    let rows = outbox::Entity::find().filter(outbox::Column::ToAddress.eq(to)).all(app.app.db.reader()).await;
    rows.unwrap().pop().expect("the mail is queued")
}

/// The row once `is` holds.
async fn row_when(app: &TestApp, to: &str, what: &str, is: impl Fn(&outbox::Model) -> bool) -> outbox::Model {
    eventually(what, || async { Some(row(app, to).await).filter(|row| is(row)) }).await
}

both_stores! {
    at NOON, beside Sink;

    async fn a_mail_arrives_with_all_its_parts(app: &TestApp, sink: &Sink) {
        let ics = appointment("lin@example.com");
        let calendar = Some(CalendarPart { method: Method::Request, ics: ics.clone() });
        queue(app, Mail { calendar, ..mail("lin@example.com") }).await;
        let got = sink.mail_to("lin@example.com").await;
        let sent = mail("lin@example.com");
        let plain = |value: &Value| value.as_str().unwrap().replace("\r\n", "\n");
        assert_eq!(got["from"], "mianqia@mianqia.invalid");
        assert_eq!(got["subject"], sent.subject.as_str());
        assert_eq!(plain(&got["text"]), sent.text);
        assert_eq!(plain(&got["html"]), sent.html);
        assert_eq!(got["calendar"], ics.as_str());
        assert_eq!(got["calendar_method"], "REQUEST");
        let stored = row_when(app, "lin@example.com", "sent", |row| row.state == OutboxState::Sent).await;
        assert_eq!((stored.attempts, stored.sent_at, stored.last_error), (1, Some(app.clock.now()), None));
        let raw = got["raw"].as_str().unwrap();
        assert!(raw.contains(&format!("Message-ID: <{}@mianqia.invalid>", stored.id)), "{raw}");
        assert!(raw.contains("Date: Tue, 10 Nov 2026 04:00:00 +0000"), "{raw}");
        assert!(raw.lines().all(|line| line.len() <= 998), "{raw}");
    }

    async fn what_a_mail_said_is_not_kept_once_nobody_will_send_it(app: &TestApp, sink: &Sink) {
        let key = "https://mianqia.example/rate/the-key-of-somebody";
        let with_key = |to: &str| {
            let (text, html) = layout(Language::ZhCn, "请评价", &["您好".to_owned()], Some(("评价", key)));
            let calendar = Some(CalendarPart { method: Method::Request, ics: appointment(to) });
            Mail { text, html, calendar, ..mail(to) }
        };
        queue(app, with_key("lin@example.com")).await;
        let got = sink.mail_to("lin@example.com").await;
        assert!(got["text"].as_str().unwrap().contains(key) && got["html"].as_str().unwrap().contains(key));
        let over = Some(app.clock.now() - TimeDelta::seconds(1));
        queue(app, Mail { useful_until: over, ..with_key("gao@example.com") }).await;
        for (to, state) in [("lin@example.com", OutboxState::Sent), ("gao@example.com", OutboxState::Withdrawn)] {
            let kept = row_when(app, to, "its end", |row| row.state == state).await.payload;
            assert!(!kept.to_string().contains("the-key-of-somebody"), "{kept}");
            assert!(kept["calendar"]["ics"].as_str().unwrap().contains("BEGIN:VEVENT"));
        }
        // What failed can be sent again, so it keeps its words until it was.
        queue(app, with_key("refused@example.com")).await;
        let failed = row_when(app, "refused@example.com", "its end", |row| row.state == OutboxState::Failed).await;
        assert!(failed.payload.to_string().contains(key));
    }

    async fn what_is_deferred_is_tried_again_later(app: &TestApp, sink: &Sink) {
        queue(app, mail("later.on@example.com")).await;
        let first = row_when(app, "later.on@example.com", "one try", |row| row.last_error.is_some()).await;
        assert_eq!((first.state, first.attempts), (OutboxState::Pending, 1));
        assert_eq!(first.next_at, app.clock.now() + TimeDelta::seconds(30));
        assert_eq!(first.last_error.as_deref(), Some("451 4.3.0 Try again later"));
        // Not before its time.
        app.clock.advance(TimeDelta::seconds(29));
        app.app.notify.poke();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(row(app, "later.on@example.com").await.attempts, 1);
        app.clock.advance(TimeDelta::seconds(1));
        app.app.notify.poke();
        let due = app.clock.now() + TimeDelta::minutes(2);
        row_when(app, "later.on@example.com", "a second try", |row| row.next_at == due).await;
        app.clock.advance(TimeDelta::minutes(2));
        app.app.notify.poke();
        sink.mail_to("later.on@example.com").await;
        let sent = row_when(app, "later.on@example.com", "sent", |row| row.state == OutboxState::Sent).await;
        assert_eq!((sent.attempts, sent.last_error), (3, None));
        assert_eq!(sink.mails().len(), 1);
    }

    async fn a_refusal_is_shown_to_staff_who_can_try_again(app: &TestApp, sink: &Sink) {
        queue(app, mail("refuse.lin@example.com")).await;
        queue(app, mail("fine@example.com")).await;
        row_when(app, "refuse.lin@example.com", "failed", |row| row.state == OutboxState::Failed).await;
        sink.mail_to("fine@example.com").await;
        row_when(app, "fine@example.com", "sent", |row| row.state == OutboxState::Sent).await;

        app.browser().get("/api/v1/messages").await.refused(401, "not_signed_in");
        for nosy in ["lin", "luo", "tang", "sys"] {
            app.signed_in(nosy).await.get("/api/v1/messages").await.refused(403, "forbidden");
        }
        let officer = app.signed_in("zhou").await;
        let list = officer.get("/api/v1/messages?state=failed").await.ok();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        let failed = &list["items"][0];
        assert_eq!(failed["to_masked"], "r***@example.com");
        assert_eq!(failed["last_error"], "550 5.1.1 No such mailbox");
        assert_eq!((&failed["state"], &failed["attempts"], &failed["next_at"]), (&json!("failed"), &json!(1), &Value::Null));
        assert!(!list.to_string().contains("refuse.lin"));
        let all = officer.get("/api/v1/messages").await.ok();
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
        officer.get("/api/v1/messages?state=lost").await.refused(422, "invalid_parameter");
        officer.get("/api/v1/messages?cursor=x").await.refused(422, "invalid_cursor");

        let retry = |id: &str| format!("/api/v1/messages/{id}/retry");
        app.signed_in("lin").await.post(&retry(failed["id"].as_str().unwrap()), json!({})).await.refused(403, "forbidden");
        let again = officer.post(&retry(failed["id"].as_str().unwrap()), json!({})).await.ok();
        assert_eq!((&again["state"], &again["attempts"]), (&json!("pending"), &json!(0)));
        row_when(app, "refuse.lin@example.com", "failed again", |row| row.state == OutboxState::Failed).await;
        let sent = row(app, "fine@example.com").await.id.to_string();
        officer.post(&retry(&sent), json!({})).await.refused(409, "message_not_failed");
        officer.post(&retry(&Uuid::nil().to_string()), json!({})).await.refused(404, "not_found");
        officer.post(&retry("x"), json!({})).await.refused(404, "not_found");
    }

    async fn what_is_no_address_fails_in_plain_words(app: &TestApp, sink: &Sink) {
        queue(app, mail("nobody")).await;
        row_when(app, "nobody", "failed", |row| row.state == OutboxState::Failed).await;
        let list = app.signed_in("shen").await.get("/api/v1/messages?state=failed").await.ok();
        assert!(list["items"][0]["last_error"].as_str().unwrap().contains("收件地址无效"), "{list}");
        assert!(sink.mails().is_empty());
    }

    async fn bad_mails_do_not_hold_up_good_ones(app: &TestApp, sink: &Sink) {
        sink.control(&json!({"later_times": 1000}));
        for n in 0..30 {
            let to = match n % 3 {
                0 => format!("refuse{n}@example.com"),
                1 => format!("later{n}@example.com"),
                _ => format!("good{n}@example.com"),
            };
            queue(app, mail(&to)).await;
        }
        eventually("ten good mails", || async { (sink.mails().len() == 10).then_some(()) }).await;
        let good = |mail: &Value| mail["to"][0].as_str().unwrap().starts_with("good");
        assert!(sink.mails().iter().all(good));
    }

    async fn a_mail_whose_cause_is_rolled_back_is_not_sent(app: &TestApp, sink: &Sink) {
        let now = app.clock.now();
        let undone: Result<(), DbErr> = app.app.db.write(move |tx| Box::pin(async move {
            enqueue(tx, now, mail("never@example.com")).await?;
            Err(DbErr::Custom("the cause failed".into()))
        })).await;
        assert!(undone.is_err());
        queue(app, mail("after@example.com")).await;
        sink.mail_to("after@example.com").await;
        assert_eq!(sink.mails().len(), 1);
    }

    async fn a_mail_that_a_crash_left_claimed_goes_out_after_its_lease(app: &TestApp, sink: &Sink) {
        // What a process leaves that dies between claiming and sending.
        let now = app.clock.now();
        let lease = now + TimeDelta::minutes(5);
        let left: Result<(), DbErr> = app.app.db.write(move |tx| Box::pin(async move {
            enqueue(tx, now, mail("lin@example.com")).await?;
            outbox::Entity::update_many()
                .col_expr(outbox::Column::Attempts, Expr::value(1))
                .col_expr(outbox::Column::NextAt, Expr::value(lease))
                .col_expr(outbox::Column::LeasedUntil, Expr::value(lease))
                .exec(tx.conn()).await.map(drop)
        })).await;
        left.unwrap();
        app.app.notify.poke();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(sink.mails().is_empty());
        app.clock.set(lease);
        sink.mail_to("lin@example.com").await;
        let sent = row_when(app, "lin@example.com", "sent", |row| row.state == OutboxState::Sent).await;
        assert_eq!((sent.attempts, sent.leased_until, sent.may_have_arrived), (2, None, true));
    }
}

/// A port at which nobody listens until the server is said to be up.
async fn outage(store: Store) {
    let sink = Sink::start().await;
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let url = format!("smtp://127.0.0.1:{port}");
    let app = TestApp::start_with(store, NOON, &[("MIANQIA_SMTP_URL", &url)]).await;
    queue(&app, mail("lin@example.com")).await;
    let waiting = row_when(&app, "lin@example.com", "a try", |row| row.last_error.is_some()).await;
    assert_eq!((waiting.state, waiting.attempts), (OutboxState::Pending, 1));
    assert_eq!(waiting.last_error.as_deref(), Some("unreachable"));

    let up = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let to = sink.port;
    let relay = tokio::spawn(async move {
        while let Ok((mut client, _)) = up.accept().await {
            tokio::spawn(async move {
                let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    app.clock.advance(TimeDelta::seconds(30));
    sink.mail_to("lin@example.com").await;
    row_when(&app, "lin@example.com", "sent", |row| row.state == OutboxState::Sent).await;
    relay.abort();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_down_gets_the_mail_when_it_is_back_on_sqlite() {
    outage(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_down_gets_the_mail_when_it_is_back_on_postgres() {
    outage(Store::Postgres).await;
}

/// Takes mails over as many connections as come; on the first one the answer to DATA never comes.
async fn forgetful_server(listener: TcpListener) {
    let mut connections = 0;
    while let Ok((stream, _)) = listener.accept().await {
        connections += 1;
        let forgets = connections == 1;
        tokio::spawn(async move {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let _ = write.write_all(b"220 ready\r\n").await;
            let mut data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                let answer: &[u8] = match (data, line.split(' ').next().unwrap_or_default()) {
                    (true, ".") if forgets => return,
                    (true, ".") => {
                        data = false;
                        b"250 taken\r\n"
                    }
                    (true, _) => continue,
                    (_, "DATA") => {
                        data = true;
                        b"354 go on\r\n"
                    }
                    _ => b"250 fine\r\n",
                };
                let _ = write.write_all(answer).await;
            }
        });
    }
}

async fn lost_answer(store: Store) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(forgetful_server(listener));
    let app = TestApp::start_with(store, NOON, &[("MIANQIA_SMTP_URL", &url)]).await;
    queue(&app, mail("first@example.com")).await;
    let first = row_when(&app, "first@example.com", "a try", |row| row.last_error.is_some()).await;
    assert_eq!((first.state, first.last_error.as_deref()), (OutboxState::Pending, Some("unanswered")));
    let list = app.signed_in("zhou").await.get("/api/v1/messages").await.ok();
    assert!(list["items"][0]["last_error"].as_str().unwrap().contains("可能已经送达"), "{list}");
    // The next mail has a connection of its own, and so has the second try.
    queue(&app, mail("second@example.com")).await;
    row_when(&app, "second@example.com", "sent", |row| row.state == OutboxState::Sent).await;
    app.clock.advance(TimeDelta::seconds(30));
    app.app.notify.poke();
    row_when(&app, "first@example.com", "sent", |row| row.state == OutboxState::Sent).await;
    // And stays told: a second copy may be there.
    let list = app.signed_in("zhou").await.get("/api/v1/messages?state=sent").await.ok();
    let twice: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|item| item["may_have_arrived"].as_bool()).collect();
    assert_eq!(twice, [Some(false), Some(true)]);
    server.abort();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_whose_answer_is_lost_is_told_as_perhaps_arrived_on_sqlite() {
    lost_answer(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_whose_answer_is_lost_is_told_as_perhaps_arrived_on_postgres() {
    lost_answer(Store::Postgres).await;
}
