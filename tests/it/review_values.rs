//! Every value that entries tell of is compared with them: each column of each such table is changed once,
//! past all guards of the store, and the check must find it. On both stores.

use crate::both_stores;
use crate::support::{TestApp, eventually};
use crate::video::{book, closed_recordings, id, open_call, publish, step};
use mianqia::review::{verify_all, verify_case};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a change of a column must lead to.
enum Must {
    /// It is found; the change is one of the kind of the column's type.
    Found,
    /// It is found; the column takes only certain values, and this is another one than it has.
    FoundWith(&'static str),
    /// It is not compared, and this is why.
    NotCompared(&'static str),
}
use Must::{Found, FoundWith, NotCompared};

/// Every column of every table that entries tell of. A new column needs a line here.
const COLUMNS: &[(&str, &str, Must)] = &[
    ("booking", "id", Found),
    ("booking", "reference", Found),
    ("booking", "service_id", Found),
    ("booking", "account_id", Found),
    ("booking", "enterprise_id", Found),
    ("booking", "state", FoundWith("'cancelled'")),
    ("booking", "starts_at", Found),
    ("booking", "ends_at", Found),
    ("booking", "hold_expires_at", Found),
    ("booking", "contact_name", Found),
    ("booking", "contact_mobile", Found),
    ("booking", "fields", Found),
    ("booking", "officer_id", Found),
    ("booking", "reason", Found),
    ("booking", "sequence", Found),
    ("booking", "created_at", Found),
    ("booking", "updated_at", Found),
    ("booking", "explain_by", Found),
    ("booking", "explanation", Found),
    ("booking", "explained_at", Found),
    ("booking", "channel", FoundWith("'counter'")),
    ("booking", "consent_version", Found),
    ("booking", "consented_at", Found),
    ("booking", "consent_withdrawn_at", Found),
    ("booking", "people", Found),
    ("booking", "results_ready_at", Found),
    ("booking", "requested_at", Found),
    ("booking", "decided_at", Found),
    ("booking", "late_from", Found),
    ("appointment", "id", Found),
    ("appointment", "booking_id", Found),
    ("appointment", "position", Found),
    ("appointment", "stage", FoundWith("'release'")),
    ("appointment", "site", FoundWith("'enterprise'")),
    ("appointment", "starts_at", Found),
    ("appointment", "ends_at", Found),
    ("appointment", "began_at", Found),
    ("appointment", "ended_at", Found),
    ("appointment", "officer_id", Found),
    ("video_session", "id", Found),
    ("video_session", "booking_id", Found),
    ("video_session", "state", FoundWith("'waiting'")),
    ("video_session", "created_at", Found),
    ("video_session", "opened_at", Found),
    ("video_session", "ended_at", Found),
    ("video_session", "interrupted", Found),
    ("video_session", "node_id", NotCompared("which machine holds it at the moment; not evidence")),
    ("participant", "id", Found),
    ("participant", "session_id", Found),
    ("participant", "account_id", Found),
    ("participant", "name", Found),
    ("participant", "role", FoundWith("'officer'")),
    ("participant", "state", FoundWith("'waiting'")),
    ("participant", "notice_version", Found),
    ("participant", "acknowledged_at", Found),
    ("participant", "waiting_since", Found),
    ("participant", "admitted_at", Found),
    ("participant", "admitted_by", Found),
    ("participant", "left_at", Found),
    ("participant", "resumes", Found),
    (
        "participant",
        "microphone",
        NotCompared("whether it is on at the moment; not evidence, no entry tells it"),
    ),
    ("participant", "camera", NotCompared("whether it is on at the moment; not evidence, no entry tells it")),
    ("publication", "id", Found),
    ("publication", "session_id", Found),
    ("publication", "participant_id", Found),
    ("publication", "source", FoundWith("'document'")),
    (
        "publication",
        "live",
        NotCompared("whether something is sent at the moment; the recordings are the evidence"),
    ),
    ("publication", "created_at", Found),
    ("recording", "id", Found),
    ("recording", "session_id", Found),
    ("recording", "publication_id", Found),
    ("recording", "segment", Found),
    ("recording", "state", FoundWith("'failed'")),
    ("recording", "file", Found),
    ("recording", "created_at", Found),
    ("recording", "started_at", Found),
    ("recording", "ended_at", Found),
    ("recording", "duration_ms", Found),
    ("recording", "bytes", Found),
    ("recording", "clusters", Found),
    ("recording", "manifest_sha256", Found),
    ("recording", "reason", Found),
    ("recording", "audio_error_ms", Found),
    ("recording", "video_error_ms", Found),
    ("recording", "node_id", NotCompared("on which machine the bytes lie; they may be moved")),
    ("recording_gap", "id", Found),
    ("recording_gap", "recording_id", Found),
    ("recording_gap", "from_ms", Found),
    ("recording_gap", "to_ms", Found),
    ("recording_gap", "cause", Found),
    ("recording_gap", "medium", FoundWith("'audio'")),
    ("recording_gap", "missing_ms", Found),
    ("invitation", "id", Found),
    ("invitation", "booking_id", Found),
    ("invitation", "token_hash", Found),
    ("invitation", "label", Found),
    ("invitation", "invited_by", Found),
    ("invitation", "created_at", Found),
    ("invitation", "account_id", Found),
    ("invitation", "accepted_at", Found),
    ("invitation", "withdrawn_at", Found),
    ("session_check", "session_id", Found),
    ("session_check", "key", Found),
    ("session_check", "account_id", Found),
    ("session_check", "checked_at", Found),
    ("line_check", "id", Found),
    ("line_check", "booking_id", Found),
    ("line_check", "account_id", Found),
    ("line_check", "role", FoundWith("'officer'")),
    ("line_check", "checked_at", Found),
    ("line_check", "camera", FoundWith("'fails'")),
    ("line_check", "microphone", FoundWith("'fails'")),
    ("line_check", "speaker", FoundWith("'fails'")),
    ("line_check", "loss_up", Found),
    ("line_check", "loss_down", Found),
    ("line_check", "round_trip_ms", Found),
    ("line_check", "kbps_up", Found),
    ("line_check", "kbps_down", Found),
    ("line_check", "path", FoundWith("'tcp'")),
    ("unrecorded_stretch", "id", Found),
    ("unrecorded_stretch", "session_id", Found),
    ("unrecorded_stretch", "publication_id", Found),
    ("unrecorded_stretch", "cause", FoundWith("'not_written'")),
    ("unrecorded_stretch", "medium", FoundWith("'audio'")),
    ("unrecorded_stretch", "began_at", Found),
    ("unrecorded_stretch", "ended_at", Found),
    ("unrecorded_stretch", "reason", Found),
    ("unrecorded_stretch", "noted_by", Found),
    ("unrecorded_stretch", "noted_at", Found),
    ("playback", "id", Found),
    ("playback", "session_id", Found),
    ("playback", "account_id", Found),
    ("playback", "purpose", Found),
    ("playback", "at", Found),
    ("composite", "id", Found),
    ("composite", "session_id", Found),
    ("composite", "playback_id", Found),
    ("composite", "account_id", Found),
    ("composite", "language", FoundWith("'en'")),
    ("composite", "state", FoundWith("'failed'")),
    ("composite", "asked_at", Found),
    ("composite", "made_at", Found),
    ("composite", "duration_ms", Found),
    ("composite", "bytes", Found),
    ("composite", "sha256", Found),
    ("composite", "node_id", NotCompared("on which machine its file lies; it is no evidence")),
    ("rating_invite", "id", Found),
    ("rating_invite", "booking_id", Found),
    ("rating_invite", "service_id", Found),
    ("rating_invite", "officer_id", Found),
    ("rating_invite", "token_hash", Found),
    ("rating_invite", "invited_at", Found),
    ("rating_invite", "expires_at", Found),
    ("rating_invite", "answered_at", Found),
    ("rating", "id", Found),
    ("rating", "invite_id", Found),
    ("rating", "level", Found),
    ("rating", "comment", Found),
    ("rating", "answered_at", Found),
    ("rating", "salt", Found),
    ("rating", "entry_seq", Found),
    ("entry", "case_id", Found),
    ("entry", "seq", Found),
    ("entry", "at", Found),
    ("entry", "kind", Found),
    ("entry", "bytes", Found),
    ("entry", "hash", Found),
    ("chain", "case_id", Found),
    ("chain", "length", Found),
    ("chain", "head", Found),
    ("commitment", "case_id", Found),
    ("commitment", "seq", Found),
    ("commitment", "name", Found),
    ("commitment", "salt", Found),
    ("commitment", "value", Found),
];

/// The tables of the evidence itself, and of what is committed to without naming it.
const BESIDE: [&str; 4] = ["entry", "chain", "commitment", "rating"];

/// A booking that was held, recorded with a gap, played back and rated; its id.
async fn full_case(app: &TestApp) -> String {
    app.set_time("2026-11-23T02:05:00Z");
    let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
    let booking = book(app, &owner).await;
    owner
        .post(&format!("/api/v1/bookings/{}/invitations", id(&booking)), json!({"label": "王经理"}))
        .await
        .ok();
    let found = json!({"camera": "works", "microphone": "works", "speaker": "works", "loss_up_permille": 3, "round_trip_ms": 40, "path": "udp"});
    owner.post(&format!("/api/v1/bookings/{}/line-checks", id(&booking)), found).await.ok();
    let session = open_call(&owner, &officer, &booking).await;
    let check = format!("/api/v1/sessions/{}/checks/face", id(&session));
    for done in [true, false, true] {
        officer.call(reqwest::Method::PUT, &check, Some(json!({"done": done}))).await.ok();
    }
    let (publisher, _) = publish(&owner, &session, "camera", 800).await;
    // Nothing for longer than two seconds is a gap.
    tokio::time::sleep(std::time::Duration::from_millis(2600)).await;
    publisher.send_for_ms(800, |_| true).await;
    step(&officer, &session, "/recording/pause", json!({"reason": "出示私人材料"})).await.ok();
    step(&officer, &session, "/recording/resume", json!({})).await.ok();
    app.set_time("2026-11-23T02:05:05Z");
    step(&officer, &session, "/end", json!({})).await.ok();
    closed_recordings(app, &session, 1).await;
    let auditor = app.signed_in("tang").await;
    let open = format!("/api/v1/review/sessions/{}/playbacks", id(&session));
    let playback = auditor.post(&open, json!({"purpose": "核对录像"})).await.ok();
    let films = format!("/api/v1/review/sessions/{}/composites", id(&session));
    let film = auditor.post(&films, json!({"playback_id": playback["id"]})).await.ok();
    auditor.post(&format!("{films}/{}/cancel", id(&film)), json!({})).await.ok();
    let link = eventually("an invitation", || async {
        let rating = owner.get(&format!("/api/v1/bookings/{}/rating", id(&booking))).await.ok();
        rating["url"].as_str().map(str::to_owned)
    })
    .await;
    let (_, token) = link.rsplit_once("/rate/").unwrap();
    let answer = json!({"level": 4, "comment": "还可以"});
    app.browser().post(&format!("/api/v1/ratings/{token}"), answer).await.ok();
    id(&booking).to_owned()
}

/// A connection of one's own, on which nothing guards the rows.
pub async fn unguarded(app: &TestApp) -> DatabaseConnection {
    let conn = app.app.db.reader();
    let postgres = conn.get_database_backend() == DbBackend::Postgres;
    let mut options = ConnectOptions::new(&app.app.settings.database_url);
    options.max_connections(1).sqlx_logging(false);
    let own = Database::connect(options).await.unwrap();
    let off: &[&str] = if postgres {
        // Triggers and foreign keys rest on this connection.
        &["set session_replication_role = replica"]
    } else {
        &["pragma foreign_keys = off", "drop trigger entry_no_update", "drop trigger entry_no_delete"]
    };
    for statement in off {
        own.execute_unprepared(statement).await.unwrap();
    }
    own
}

/// All columns of all tables as (table, column) with the type.
pub async fn schema(conn: &DatabaseConnection) -> BTreeMap<(String, String), String> {
    let backend = conn.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => {
            "select table_name::text, column_name::text, data_type::text from information_schema.columns \
             where table_schema = 'public'"
        }
        _ => {
            "select m.name, c.name, c.type from sqlite_master m, pragma_table_info(m.name) c \
             where m.type = 'table'"
        }
    };
    let rows = conn.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, index| row.try_get_by_index::<String>(index).unwrap();
    rows.iter().map(|row| ((text(row, 0), text(row, 1)), text(row, 2).to_lowercase())).collect()
}

/// An expression that gives another value of the column's type.
pub fn other(postgres: bool, column: &str, kind: &str) -> String {
    match (kind, postgres) {
        ("uuid", _) => "gen_random_uuid()".to_owned(),
        ("blob", _) => "randomblob(16)".to_owned(),
        ("bytea", _) => {
            format!("coalesce(set_byte({column}, 0, (get_byte({column}, 0) + 1) % 256), '\\x01')")
        }
        ("datetime", _) => {
            format!(
                "strftime('%Y-%m-%d %H:%M:%f+00:00', coalesce({column}, '2026-01-01 00:00:00'), '+1 second')"
            )
        }
        (kind, true) if kind.starts_with("timestamp") => {
            format!("coalesce({column}, '2026-01-01') + interval '1 second'")
        }
        (kind, _) if kind.contains("int") => format!("coalesce({column}, 0) + 1000"),
        ("boolean", _) => format!("not {column}"),
        ("jsonb", _) => "'{\"about\": \"other\"}'".to_owned(),
        ("text", false) if column == "fields" => "'{\"about\": \"other\"}'".to_owned(),
        ("text", _) => format!("coalesce({column}, '') || 'x'"),
        other => panic!("how is a value of {other:?} changed?"),
    }
}

/// Which row of the table is changed.
fn row_of(table: &str) -> &'static str {
    match table {
        "participant" => "role = 'guest'",
        "entry" => "kind = 'session.created'",
        "chain" => "case_id = (select id from booking)",
        "commitment" => "name = 'contact_name'",
        "recording_gap" => "cause <> 'paused'",
        _ => "1 = 1",
    }
}

pub async fn intact(app: &TestApp, case: &str) -> (bool, String) {
    let report = verify_case(&app.app.db, &app.data(), case).await.unwrap();
    (report.is_intact(), report.to_string())
}

both_stores! { at "2026-11-23T01:30:00Z";
    async fn each_value_that_entries_tell_is_compared_with_them(app: &TestApp) {
        let case = full_case(app).await;
        let (fine, report) = intact(app, &case).await;
        assert!(fine && report.contains(" 0 not told"), "{report}");
        let conn = unguarded(app).await;
        let postgres = conn.get_database_backend() == DbBackend::Postgres;
        let schema = schema(&conn).await;

        let mut told: BTreeSet<String> = BESIDE.iter().map(|table| (*table).to_owned()).collect();
        let entries = mianqia::evidence::entries(app.app.db.reader(), case.parse().unwrap()).await.unwrap();
        for entry in &entries {
            let bytes: Value = serde_json::from_slice(&entry.bytes).unwrap();
            told.extend(bytes["rows"].as_array().unwrap().iter().map(|row| row["table"].as_str().unwrap().to_owned()));
        }
        assert_eq!(told.len(), 18, "a full case has rows of all tables: {told:?}");
        let there: BTreeSet<(&str, &str)> =
            schema.keys().filter(|(table, _)| told.contains(table)).map(|(t, c)| (t.as_str(), c.as_str())).collect();
        let listed: BTreeSet<(&str, &str)> = COLUMNS.iter().map(|(table, column, _)| (*table, *column)).collect();
        assert_eq!(there, listed, "each column needs a line: compared, or why not");

        for table in &told {
            conn.execute_unprepared(&format!("create table saved_{table} as select * from {table}")).await.unwrap();
        }
        let mut missed = Vec::new();
        for (table, column, must) in COLUMNS {
            let kind = &schema[&((*table).to_owned(), (*column).to_owned())];
            let value = match must {
                Found => other(postgres, column, kind),
                FoundWith(value) => (*value).to_owned(),
                NotCompared(why) => {
                    assert!(why.len() > 20, "{table}.{column} needs a reason");
                    continue;
                }
            };
            let change = format!("update {table} set {column} = {value} where {}", row_of(table));
            assert_eq!(conn.execute_unprepared(&change).await.expect(&change).rows_affected(), 1, "{change}");
            if intact(app, &case).await.0 {
                missed.push(format!("{table}.{column}"));
            }
            conn.execute_unprepared(&format!("delete from {table}")).await.unwrap();
            conn.execute_unprepared(&format!("insert into {table} select * from saved_{table}")).await.unwrap();
        }
        assert!(missed.is_empty(), "changed and not found: {missed:?}");
        let (fine, report) = intact(app, &case).await;
        assert!(fine, "{report}");
    }

    async fn the_first_difference_is_named(app: &TestApp) {
        let case = full_case(app).await;
        let conn = unguarded(app).await;
        conn.execute_unprepared("update participant set name = '王女士' where role = 'guest'").await.unwrap();
        let (fine, report) = intact(app, &case).await;
        assert!(!fine && report.contains("participant.name is “王女士”; by entry "), "{report}");
        assert!(report.contains("it should be “林女士”"), "{report}");
    }

    async fn a_check_of_everything_finds_the_one_case_and_the_lost_answer(app: &TestApp) {
        let case = full_case(app).await;
        let dir = app.data();
        let mut lines = Vec::new();
        let summary = verify_all(&app.app.db, &dir, |line| lines.push(line.to_owned())).await.unwrap();
        assert!(summary.is_intact() && lines.is_empty(), "{summary} {lines:?}");
        assert_eq!((summary.cases, summary.recordings, summary.compared.not_told), (2, 1, 0));

        let conn = unguarded(app).await;
        conn.execute_unprepared("update booking set sequence = 9").await.unwrap();
        let summary = verify_all(&app.app.db, &dir, |line| lines.push(line.to_owned())).await.unwrap();
        assert!(!summary.is_intact() && summary.broken == 1, "{summary}");
        assert!(lines[0].starts_with(&format!("case {case}: BROKEN at row")), "{lines:?}");
        conn.execute_unprepared("update booking set sequence = 1").await.unwrap();

        // An answer that is taken away with every trace of it in the case is missed in the chain `system`.
        conn.execute_unprepared("delete from rating").await.unwrap();
        conn.execute_unprepared("update rating_invite set answered_at = null").await.unwrap();
        lines.clear();
        let summary = verify_all(&app.app.db, &dir, |line| lines.push(line.to_owned())).await.unwrap();
        assert_eq!(summary.broken, 1, "{lines:?}");
        assert!(lines[0].starts_with("case system: BROKEN at entry") && lines[0].contains("rating"), "{lines:?}");
    }

    async fn a_case_without_any_entry_is_not_intact(app: &TestApp) {
        let case = full_case(app).await;
        let conn = unguarded(app).await;
        erase_chain(&conn, &case_literal(&conn, &case)).await;
        conn.execute_unprepared("update booking set contact_name = '伪造'").await.unwrap();
        let (fine, report) = intact(app, &case).await;
        assert!(!fine && report.contains("no entry at all"), "{report}");
        let auditor = app.signed_in("tang").await;
        let listed = auditor.get("/api/v1/review/sessions").await.json();
        assert_eq!(listed["items"][0]["integrity"], "broken", "{listed}");
    }

    async fn what_a_case_that_was_taken_out_as_a_whole_leaves_behind_is_found(app: &TestApp) {
        let case = full_case(app).await;
        let conn = unguarded(app).await;
        erase_chain(&conn, &case_literal(&conn, &case)).await;
        // Children first, for a store that looks.
        for table in [
            "line_check", "unrecorded_stretch", "session_check", "playback", "recording_gap", "recording", "publication", "rating_about", "rating",
            "rating_invite", "invitation", "occupied", "appointment",
        ] {
            conn.execute_unprepared(&format!("delete from {table}")).await.unwrap();
        }
        for table in ["video_session", "booking"] {
            conn.execute_unprepared(&format!("delete from {table}")).await.unwrap();
        }
        let mut lines = Vec::new();
        let dir = app.data();
        let summary = verify_all(&app.app.db, &dir, |line| lines.push(line.to_owned())).await.unwrap();
        assert!(!summary.is_intact(), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains(".webm: BROKEN: no recording knows it")), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("its session is missing")), "{lines:?}");
    }

    async fn the_chain_of_the_office_cannot_be_taken_away_as_a_whole(app: &TestApp) {
        full_case(app).await;
        let conn = unguarded(app).await;
        erase_chain(&conn, &case_literal(&conn, &uuid::Uuid::nil().to_string())).await;
        conn.execute_unprepared("delete from rating").await.unwrap();
        conn.execute_unprepared("update rating_invite set answered_at = null").await.unwrap();
        let (fine, report) = intact(app, "system").await;
        assert!(!fine && report.contains("no entry at all"), "{report}");
    }
}

/// A case's id as the store writes it.
fn case_literal(conn: &DatabaseConnection, case: &str) -> String {
    match conn.get_database_backend() {
        DbBackend::Postgres => format!("'{case}'"),
        _ => format!("x'{}'", case.replace('-', "")),
    }
}

async fn erase_chain(conn: &DatabaseConnection, case: &str) {
    for table in ["commitment", "entry", "chain"] {
        conn.execute_unprepared(&format!("delete from {table} where case_id = {case}")).await.unwrap();
    }
}
