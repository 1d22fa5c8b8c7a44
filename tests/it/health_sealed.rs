//! Sensitive answers of forms: kept encrypted, shown to whoever gave them and to officers, found nowhere else; what is
//! consented to is kept, and can be taken back.

use crate::booking::{path, take};
use crate::both_stores;
use crate::calendar_feeds::colleague;
use crate::program::command_on;
use crate::review_values::intact;
use crate::support::{Browser, NOBODY, TestApp, eventually, operations};
use mianqia::app::App;
use mianqia::base::config::Settings;
use mianqia::booking::entities::booking;
use mianqia::booking::jobs::SealAnswers;
use mianqia::db::jobs::Job;
use mianqia::directory::entities::service;
use mianqia::evidence::{self, NewEntry};
use mianqia::review::{DataDir, verify_all, verify_case};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, Database, DatabaseConnection, DbBackend, EntityTrait,
    IntoActiveModel, QueryFilter, Set, Statement,
};
use serde_json::{Value, json};
use uuid::Uuid;

const MARKER: &str = "MARKER-7731-HEPATITIS";

async fn store_of(app: &TestApp) -> DatabaseConnection {
    Database::connect(&app.app.settings.database_url).await.unwrap()
}

/// Gives the health check one more question, sensitive and in free words; the service's id.
async fn with_illness(app: &TestApp) -> String {
    let conn = store_of(app).await;
    let row = service::Entity::find().filter(service::Column::Code.eq("check-up"));
    let row = row.one(&conn).await.unwrap().unwrap();
    let (id, mut spec) = (row.id, row.spec.clone());
    let question = json!({"key": "illness", "kind": "long_text", "label": {"zh-CN": "病史", "en": "Illnesses"}, "hint": null,
        "required": false, "options": null, "sensitive": true, "max_length": 200});
    spec["fields"].as_array_mut().unwrap().insert(0, question);
    let mut row = row.into_active_model();
    row.spec = Set(spec);
    service::Entity::update(row).exec(&conn).await.unwrap();
    app.app.directory.forget();
    id.to_string()
}

fn form() -> Value {
    let fields = json!({"item": "work", "document": "passport", "illness": MARKER, "health_consent": true});
    json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": fields})
}

async fn booked(browser: &Browser, service: &str, starts_at: &str) -> Value {
    let wish = json!({"service_id": service, "starts_at": starts_at, "request": form(), "anyway": true});
    browser.post("/api/v1/bookings", wish).await.ok()
}

async fn row_of(app: &TestApp, booking: &Value) -> booking::Model {
    let id: Uuid = booking["id"].as_str().unwrap().parse().unwrap();
    booking::Entity::find_by_id(id).one(&store_of(app).await).await.unwrap().unwrap()
}

/// Everything that the store holds, as text.
pub async fn everything(app: &TestApp) -> String {
    let conn = store_of(app).await;
    if conn.get_database_backend() == DbBackend::Sqlite {
        let mut all = Vec::new();
        for file in std::fs::read_dir(&app.data_dir).unwrap().flatten().filter(|file| file.path().is_file()) {
            all.extend(std::fs::read(file.path()).unwrap());
        }
        return String::from_utf8_lossy(&all).into_owned();
    }
    let ask = |sql: String| Statement::from_string(DbBackend::Postgres, sql);
    let tables = "select table_name::text from information_schema.tables where table_schema = 'public'";
    let mut all = String::new();
    for table in conn.query_all_raw(ask(tables.to_owned())).await.unwrap() {
        let table: String = table.try_get_by_index(0).unwrap();
        for row in conn.query_all_raw(ask(format!("select t::text from {table} t"))).await.unwrap() {
            all += &row.try_get_by_index::<String>(0).unwrap();
        }
    }
    all
}

async fn sealed_under(app: &TestApp, booking: &Value) -> String {
    row_of(app, booking).await.fields["illness"]["key"].as_str().unwrap().to_owned()
}

/// A round of the job that brings answers under the newest key, by its time.
pub async fn all_sealed(app: &TestApp, key: &str) {
    let mut at = app.clock.now();
    eventually("all is under the newest key", || {
        at += chrono::TimeDelta::seconds(31);
        app.clock.set(at);
        async {
            let keys = app.app.db.data_keys().await.unwrap();
            keys.iter().find(|row| row.id == key)?.sealed_at
        }
    })
    .await;
}

pub fn rotate(app: &TestApp) -> String {
    let settings = &app.app.settings;
    let mut command = command_on(&app.data_dir, &settings.database_url, 1, &["keys", "rotate"]);
    let said = command.stdout(std::process::Stdio::piped()).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

both_stores! { at "2026-11-26T01:00:00Z";
    async fn a_health_answer_is_found_only_where_it_belongs(app: &TestApp) {
        let service = with_illness(app).await;
        let lin = app.signed_in("lin").await;
        let one = booked(&lin, &service, "2026-11-27T01:00:00Z").await;
        // By way of a hold, too.
        let held = take(&lin, &service, "2026-11-27T01:15:00Z").await;
        lin.post(&path(&held, "/check"), form()).await.ok();
        lin.post(&path(&held, "/request"), form()).await.ok();
        lin.post(&path(&held, "/request"), form()).await.ok();
        assert_eq!(lin.get(&path(&one, "")).await.ok()["fields"]["illness"], MARKER);

        let readers = [
            ("lin", lin, true), ("colleague", colleague(app, "sun").await, false),
            ("officer", app.signed_in("zhou").await, true), ("chief", app.signed_in("shen").await, true),
            ("auditor", app.signed_in("tang").await, false), ("other", app.signed_in("luo").await, false),
        ];
        let document: Value = serde_json::from_str(&mianqia::app::document().await.unwrap()).unwrap();
        let mut seen = 0;
        for (who, browser, may) in &readers {
            for operation in operations(&document) {
                if operation.method != reqwest::Method::GET || operation.path.ends_with("/events") {
                    continue;
                }
                for id in [one["id"].as_str().unwrap(), &service] {
                    let mut asked = operation.filled(None).replace(NOBODY, id);
                    if operation.path.ends_with("/day") || operation.path.ends_with("/board") {
                        asked += "?date=2026-11-27&from=2026-11-27&to=2026-11-27";
                    }
                    let answer = operation.send(browser, &asked, None).await;
                    let itself = *may && operation.path.ends_with("/bookings/{id}") && id == one["id"];
                    assert_eq!(answer.text.contains(MARKER), itself, "{who} {asked}: {}", answer.text);
                    seen += usize::from(answer.status.is_success());
                }
            }
        }
        assert!(seen > 60, "most of them answer somebody: {seen}");
        let masked = readers[1].1.get(&path(&one, "")).await.ok();
        assert_eq!((&masked["fields"]["illness"], &masked["fields"]["document"]), (&json!("•••"), &json!("passport")));

        let everything = everything(app).await;
        assert!(everything.contains(one["id"].as_str().unwrap()) || everything.contains("passport"), "it was read");
        assert!(!everything.contains(MARKER), "it stands in the store");
        let (fine, report) = intact(app, one["id"].as_str().unwrap()).await;
        assert!(fine && report.contains(" 0 not told"), "{report}");
    }

    async fn keys_are_rotated_and_nothing_is_lost(app: &TestApp) {
        let service = with_illness(app).await;
        let lin = app.signed_in("lin").await;
        let one = booked(&lin, &service, "2026-11-27T01:00:00Z").await;
        let first = sealed_under(app, &one).await;
        all_sealed(app, &first).await;
        let second = rotate(app);
        assert_ne!(first, second);
        // The running program has heard of it, and reads both.
        let lin = app.signed_in("lin").await;
        let two = booked(&lin, &service, "2026-11-27T02:00:00Z").await;
        assert_eq!(sealed_under(app, &two).await, second);
        // The older one is still under its key, or the job was that quick.
        assert!([&first, &second].contains(&&sealed_under(app, &one).await));
        all_sealed(app, &second).await;
        let lin = app.signed_in("lin").await;
        for booking in [&one, &two] {
            assert_eq!(sealed_under(app, booking).await, second);
            assert_eq!(lin.get(&path(booking, "")).await.ok()["fields"]["illness"], MARKER);
            let (fine, report) = intact(app, booking["id"].as_str().unwrap()).await;
            assert!(fine && report.contains(" 0 not told"), "{report}");
        }
        // An answer that was put into another row does not open there, and the check names it.
        let (mut row, of_two) = (row_of(app, &one).await.into_active_model(), row_of(app, &two).await);
        row.fields = Set(of_two.fields);
        booking::Entity::update(row).exec(&store_of(app).await).await.unwrap();
        let shown = lin.get(&path(&one, "")).await.ok();
        assert_eq!((&shown["fields"]["illness"], &shown["fields"]["document"]), (&Value::Null, &json!("passport")));
        assert_eq!(shown["unreadable_fields"], json!(["illness", "item"]));
        assert!(!intact(app, one["id"].as_str().unwrap()).await.0);
    }

    async fn a_sealed_answer_that_was_changed_behind_our_back_is_found_with_its_case(app: &TestApp) {
        let service = with_illness(app).await;
        let lin = app.signed_in("lin").await;
        let one = booked(&lin, &service, "2026-11-27T01:00:00Z").await;
        let first = sealed_under(app, &one).await;
        let second = rotate(app);
        all_sealed(app, &second).await;
        let case = one["id"].as_str().unwrap();
        let kept = row_of(app, &one).await;
        let sealed = kept.fields["illness"]["sealed"].as_str().unwrap();
        let begin = if sealed.starts_with('A') { "B" } else { "A" };
        for (what, value, said) in [
            // None of them is anything that an entry tells: all of it changes with every rotation.
            ("key", first, "cannot be opened"),
            ("key", "ffffffff".to_owned(), "is under the key ffffffff, which the keyring does not have"),
            ("sealed", format!("{begin}{}", &sealed[1..]), "cannot be opened"),
            ("sealed", String::new(), "cannot be opened"),
        ] {
            let mut row = kept.clone();
            row.fields["illness"][what] = json!(value);
            booking::Entity::update(row.into_active_model().reset_all()).exec(&store_of(app).await).await.unwrap();
            let (fine, report) = intact(app, case).await;
            assert!(!fine && report.contains(said) && report.contains("“illness”"), "{what} = {value}: {report}");
            let mut lines = Vec::new();
            let all = verify_all(&app.app.db, &app.data(), |line| lines.push(line.to_owned())).await.unwrap();
            assert_eq!((all.broken, lines.len()), (1, 1), "{lines:?}");
            assert!(lines[0].starts_with(&format!("case {case}: BROKEN at row {case}")), "{lines:?}");
        }
        booking::Entity::update(kept.into_active_model().reset_all()).exec(&store_of(app).await).await.unwrap();
        assert!(intact(app, case).await.0);
        // A copy of the store can be checked without its keyring; it is said that something was not opened.
        let without = DataDir { keyring: None, ..app.data() };
        let report = verify_case(&app.app.db, &without, case).await.unwrap();
        let said = report.to_string();
        assert!(report.is_intact() && said.contains("2 encrypted ones not opened"), "{said}");
    }

    async fn a_missing_key_is_said_at_the_start_and_at_the_booking(app: &TestApp) {
        let service = with_illness(app).await;
        let lin = app.signed_in("lin").await;
        let before = std::fs::read_to_string(app.data_dir.join("keyring")).unwrap();
        let second = rotate(app);
        let one = booked(&lin, &service, "2026-11-27T01:00:00Z").await;
        assert_eq!(sealed_under(app, &one).await, second);
        // A copy of the keyring from before the rotation.
        let whole = std::fs::read_to_string(app.data_dir.join("keyring")).unwrap();
        std::fs::write(app.data_dir.join("keyring"), &before).unwrap();
        let shown = lin.get(&path(&one, "")).await.ok();
        assert_eq!((&shown["fields"]["illness"], &shown["unreadable_fields"]), (&Value::Null, &json!(["illness", "item"])));
        lin.post(&path(&one, "/cancel"), json!({"reason": "改期"})).await.ok();
        app.app.stop().await;
        let start = App::start(Settings::clone(&app.app.settings), app.clock.clone()).await;
        let said = start.err().expect("it started without a key").to_string();
        assert!(said.contains(&second) && said.contains("copy the keyring"), "{said}");
        std::fs::write(app.data_dir.join("keyring"), &whole).unwrap();
        let again = app.reopen().await;
        let lin = again.signed_in("lin").await;
        assert_eq!(lin.get(&path(&one, "")).await.ok()["fields"]["illness"], MARKER);
        again.app.stop().await;
    }

    async fn what_an_older_version_kept_readable_is_sealed(app: &TestApp) {
        let service = with_illness(app).await;
        let lin = app.signed_in("lin").await;
        let one = booked(&lin, &service, "2026-11-27T01:00:00Z").await;
        // As it stood then: readable in the row and in the texts of the entries.
        let before = row_of(app, &one).await;
        let mut row = before.clone();
        for (key, plain) in [("illness", MARKER), ("item", "work")] {
            row.fields[key] = json!(plain);
        }
        let now = app.clock.now();
        let plain = row.clone();
        let what = mianqia::booking::log::BookingEntry::Explained { reference: row.reference.clone() };
        let told: Result<(), sea_orm::DbErr> = app.app.db.write(move |tx| {
            let (before, row, what) = (before.clone(), row.clone(), what.clone());
            Box::pin(async move {
                let entry = NewEntry::new(row.id, &what, evidence::Actor::PROGRAM, now);
                evidence::append(tx, entry.row(evidence::changed(&before, &row))).await?;
                let mut changed = before.into_active_model();
                changed.fields = Set(row.fields);
                booking::Entity::update(changed).exec(tx.conn()).await.map(drop)
            })
        }).await;
        told.unwrap();
        // The entry tells the answers as they are told of a row that has them readable.
        let conn = store_of(app).await;
        assert!(everything(app).await.contains(MARKER));
        assert!(intact(app, one["id"].as_str().unwrap()).await.0);
        conn.execute_unprepared("update data_key set sealed_at = null, sealed_up_to = null").await.unwrap();
        let key = app.app.db.data_keys().await.unwrap()[0].id.clone();
        all_sealed(app, &key).await;
        let sealed = row_of(app, &one).await;
        assert_ne!(sealed.fields, plain.fields);
        let texts = evidence::ask::commitments(app.app.db.reader(), sealed.id).await.unwrap();
        assert!(!texts.iter().any(|text| text.value.contains(MARKER)), "the entries' texts hold it still");
        let (fine, report) = intact(app, one["id"].as_str().unwrap()).await;
        assert!(fine && report.contains(" 0 not told"), "{report}");
        let lin = app.signed_in("lin").await;
        let shown = lin.get(&path(&one, "")).await.ok();
        assert_eq!(shown["fields"]["illness"], MARKER);
        let kinds: Vec<&str> =
            shown["history"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
        assert!(!kinds.contains(&"booking.answers_sealed"), "it is nothing of the booker's: {kinds:?}");
        assert_eq!(SealAnswers::KIND, "booking.seal_answers");
    }

    async fn consent_is_kept_with_its_words_and_can_be_taken_back(app: &TestApp) {
        let service = with_illness(app).await;
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let one = booked(&lin, &service, "2026-11-27T01:00:00Z").await;
        let shown = lin.get(&path(&one, "")).await.ok();
        let consent = &shown["consent"];
        assert_eq!((&consent["given_at"], &consent["can_withdraw"]), (&json!("2026-11-26T01:00:00Z"), &json!(true)));
        assert!(consent["words"][0]["label"]["zh-CN"].as_str().unwrap().contains("单独同意"), "{consent}");
        assert!(!consent["words"][0]["hint"]["en"].as_str().unwrap().is_empty());
        assert_eq!(zhou.get(&path(&one, "")).await.ok()["consent"]["can_withdraw"], false);
        // Other words are another version; the one that was agreed to stays.
        let conn = store_of(app).await;
        let row = service::Entity::find_by_id(service.parse::<Uuid>().unwrap()).one(&conn).await.unwrap().unwrap();
        let mut spec = row.spec.clone();
        let fields = spec["fields"].as_array_mut().unwrap();
        fields.iter_mut().find(|field| field["key"] == "health_consent").unwrap()["label"]["zh-CN"] = json!("我同意新的说法");
        let mut row = row.into_active_model();
        row.spec = Set(spec);
        service::Entity::update(row).exec(&conn).await.unwrap();
        app.app.directory.forget();
        let two = booked(&lin, &service, "2026-11-27T02:00:00Z").await;
        let other = lin.get(&path(&two, "")).await.ok()["consent"].clone();
        assert_eq!(other["words"][0]["label"]["zh-CN"], "我同意新的说法");
        assert_ne!(other["version"], consent["version"]);
        assert_eq!(lin.get(&path(&one, "")).await.ok()["consent"]["words"], consent["words"]);

        app.set_time("2026-11-26T02:00:00Z");
        let after = lin.post(&path(&one, "/withdraw-consent"), json!({})).await.ok();
        assert_eq!((&after["state"], &after["fields"]), (&json!("accepted"), &json!({"document": "passport", "health_consent": true})));
        assert_eq!(after["consent"]["withdrawn_at"], "2026-11-26T02:00:00Z");
        assert_eq!(after["consent"]["can_withdraw"], false);
        assert_eq!(after["history"].as_array().unwrap().last().unwrap()["kind"], "booking.consent_withdrawn");
        assert_eq!(row_of(app, &one).await.fields, json!({"document": "passport", "health_consent": true}));
        let (fine, report) = intact(app, one["id"].as_str().unwrap()).await;
        assert!(fine, "{report}");
        // Twice is once.
        let again = lin.post(&path(&one, "/withdraw-consent"), json!({})).await.ok();
        assert_eq!(again["history"], after["history"]);

        let held = take(&lin, &service, "2026-11-27T03:00:00Z").await;
        lin.post(&path(&held, "/withdraw-consent"), json!({})).await.refused(409, "no_consent");
        app.set_time("2026-11-27T02:00:00Z");
        app.signed_in("zhou").await.post(&path(&two, "/check-in"), json!({})).await.ok();
        let lin = app.signed_in("lin").await;
        lin.post(&path(&two, "/withdraw-consent"), json!({})).await.refused(409, "consent_kept");
        assert_eq!(lin.get(&path(&two, "")).await.ok()["consent"]["can_withdraw"], false);
    }
}

/// The real program, at its most talkative.
#[tokio::test]
async fn no_log_line_holds_a_health_answer() {
    use crate::program::Program;
    let data = std::env::temp_dir().join(format!("mianqia_health_log_{}", crate::support::unique()));
    std::fs::create_dir_all(&data).unwrap();
    let store = format!("sqlite://{}", data.join("test.sqlite").display());
    assert!(
        command_on(&data, &store, 1, &["demo", "--bare"])
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap()
            .success()
    );
    let log = data.join("log");
    let program = Program::start_talking(&data, &store, "2026-11-26T01:00:00Z", &log).await;
    let luo = program.signed_in("luo").await;
    let services = luo.get("/api/v1/services").await.ok();
    let service =
        services["items"].as_array().unwrap().iter().find(|one| one["code"] == "vaccination").unwrap();
    let fields = json!({"item": "yellow_fever", "document": "passport", "health_consent": true});
    let request = json!({"contact_name": "罗某", "contact_mobile": "15400000005", "fields": fields});
    let starts_at = service["now"]["next_free_at"].clone();
    let wish = json!({"service_id": service["id"], "starts_at": starts_at, "request": request});
    let one = luo.post("/api/v1/bookings", wish).await.ok();
    assert_eq!(luo.get(&path(&one, "")).await.ok()["fields"]["item"], "yellow_fever");
    let unreadable = json!({"fields": {"item": ["yellow_fever"]}, "contact_name": "罗某", "contact_mobile": "15400000005"});
    luo.post(&path(&one, "/check"), unreadable).await.refused(422, "invalid_field");
    drop(program);
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains("/api/v1/bookings"), "the log was written: {said}");
    assert!(!said.contains("yellow_fever"), "a health answer stands in the log");
    std::fs::remove_dir_all(&data).unwrap();
}
