//! The clearance clock from the office's own systems: a file in, all of it or nothing, and what everybody sees of it.

use crate::booking_stages::{book, three};
use crate::both_stores;
use crate::support::{Answer, Browser, TestApp, unique};
use base64::{Engine, engine::general_purpose::STANDARD};
use encoding_rs::GBK;
use mianqia::evidence::entities::entry;
use mianqia::notify::entities::outbox;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use std::process::Command;

/// Tuesday, 24 November, from 19:00 in Shanghai.
const EVENING: [&str; 3] = ["2026-11-24T11:00:00Z", "2026-11-24T11:30:00Z", "2026-11-24T12:30:00Z"];
const NIGHT: &str = "2026-11-24T14:00:00Z";

fn file(bytes: impl AsRef<[u8]>) -> Value {
    json!({"file_base64": STANDARD.encode(bytes)})
}

fn import(bytes: impl AsRef<[u8]>) -> Value {
    let mut body = file(bytes);
    body["source"] = json!("通关作业系统 导出 20261124");
    body
}

fn csv(lines: &[String]) -> String {
    format!("预约编号,环节,开始,结束\n{}\n", lines.join("\n"))
}

async fn preview(browser: &Browser, text: &str) -> Value {
    browser.post("/api/v1/clearance/preview", file(text)).await.ok()
}

/// A booking of three stages that was accepted.
async fn accepted(app: &TestApp) -> Value {
    let lin = app.signed_in("lin").await;
    let booking = book(&lin, app, three(EVENING)).await;
    let path = format!("/api/v1/bookings/{}/accept", booking["id"].as_str().unwrap());
    app.signed_in("zhou").await.post(&path, json!({})).await.ok()
}

async fn shown(browser: &Browser, booking: &Value) -> Value {
    browser.get(&format!("/api/v1/bookings/{}", booking["id"].as_str().unwrap())).await.ok()
}

async fn entries(app: &TestApp) -> Vec<Value> {
    let found = entry::Entity::find().filter(entry::Column::Kind.eq("booking.stages_imported"));
    let rows = found.all(app.app.db.reader()).await.unwrap();
    rows.iter().map(|row| serde_json::from_slice(&row.bytes).unwrap()).collect()
}

fn line(booking: &Value, rest: &str) -> String {
    format!("{},{rest}", booking["reference"].as_str().unwrap())
}

/// The mails about corrected times, the newest last.
async fn corrections(app: &TestApp) -> Vec<Value> {
    let mails = outbox::Entity::find().filter(outbox::Column::Template.eq("booking.times_corrected"));
    let mails = mails.order_by_asc(outbox::Column::Id).all(app.app.db.reader()).await.unwrap();
    mails.into_iter().map(|mail| mail.payload).collect()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn the_clock_is_imported_as_it_runs_and_the_same_file_again_changes_nothing(app: &TestApp) {
        let booking = accepted(app).await;
        app.set_time(NIGHT);
        let (lin, zhou, shen) = (app.signed_in("lin").await, app.signed_in("zhou").await, app.signed_in("shen").await);
        let first = csv(&[line(&booking, "申报,2026-11-24 19:00,2026-11-24 19:20"), line(&booking, "查验,2026/11/24 19:30,")]);
        let told = preview(&zhou, &first).await;
        assert_eq!((&told["lines"], &told["bookings"], &told["stages"]), (&json!(2), &json!(1), &json!(2)), "{told}");
        assert_eq!(shown(&lin, &booking).await["stages"][0]["began_at"], Value::Null, "looking writes nothing");
        let gbk = GBK.encode(&first).0;
        assert!(std::str::from_utf8(&gbk).is_err());
        let done = zhou.post("/api/v1/clearance/imports", import(&gbk)).await.ok();
        assert_eq!((&done["stages"], &done["unchanged"]), (&json!(2), &json!(0)));
        let seen = shown(&lin, &booking).await;
        assert_eq!(seen["state"], "checked_in");
        assert_eq!(seen["stages"][0]["ended_at"], "2026-11-24T11:20:00Z");
        assert_eq!((&seen["stages"][1]["began_at"], &seen["stages"][1]["ended_at"]), (&json!("2026-11-24T11:30:00Z"), &Value::Null));
        let history = seen["history"].as_array().unwrap();
        assert!(history.iter().any(|item| item["kind"] == "booking.stages_imported"), "{history:?}");

        assert!(corrections(app).await.is_empty(), "what is told first corrects nothing");
        let again = zhou.post("/api/v1/clearance/imports", import(&gbk)).await.ok();
        assert_eq!((&again["bookings"], &again["stages"], &again["unchanged"]), (&json!(0), &json!(0), &json!(2)));
        assert_eq!(entries(app).await.len(), 1);

        // The whole of it by a chief, in another zone's clocks; what is there is only added to.
        let whole = csv(&[
            line(&booking, "申报,2026-11-24 19:00,2026-11-24 19:20"),
            line(&booking, "查验,2026-11-24T20:30:00+09:00,2026-11-24T21:05:00+09:00"),
            line(&booking, "放行,2026-11-24 20:10,2026-11-24 20:17"),
        ]);
        let done = shen.post("/api/v1/clearance/imports", import(format!("\u{feff}{whole}"))).await.ok();
        assert_eq!((&done["stages"], &done["unchanged"], &done["conflicts_total"]), (&json!(2), &json!(1), &json!(0)));
        assert_eq!(shown(&lin, &booking).await["state"], "completed");
        let told = entries(app).await;
        assert_eq!(told.len(), 2);
        let told = &told[1];
        assert_eq!(told["data"]["stages"].as_array().unwrap().len(), 2);
        assert_eq!(told["data"]["sha256"].as_str().unwrap().len(), 64);
        assert!(told["commitments"]["source"].is_string() && told["commitments"].get("reason").is_none(), "{told}");
        let id = booking["id"].as_str().unwrap();
        let checked = mianqia::review::verify_case(&app.app.db, &app.data(), id).await;
        assert!(checked.unwrap().is_intact());

        let month = shen.get("/api/v1/figures/work?months=1").await.ok()["months"][0].clone();
        assert_eq!(month["stages"], json!([
            {"stage": "declaration", "n": 1, "median_minutes": 20, "most_minutes": 20},
            {"stage": "inspection", "n": 1, "median_minutes": 35, "most_minutes": 35},
            {"stage": "release", "n": 1, "median_minutes": 7, "most_minutes": 7},
        ]));
    }

    async fn one_wrong_line_and_nothing_is_imported(app: &TestApp) {
        let booking = accepted(app).await;
        app.set_time(NIGHT);
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let text = csv(&[
            line(&booking, "申报,2026-11-24 19:00,2026-11-24 19:20"),
            line(&booking, "装卸,2026-11-24 19:00,"),
            String::new(),
            "MQ 2611 2222-2,申报,2026-11-24 19:00,".to_owned(),
            line(&booking, "查验,2026-11-25 19:00,"),
        ]);
        let told = preview(&zhou, &text).await;
        assert_eq!((&told["lines"], &told["faults_total"], &told["stages"]), (&json!(4), &json!(3), &json!(0)), "{told}");
        let faults: Vec<(u64, &str)> =
            told["faults"].as_array().unwrap().iter().map(|one| (one["line"].as_u64().unwrap(), one["code"].as_str().unwrap())).collect();
        assert_eq!((faults[0], faults[2]), ((3, "clearance_no_stage"), (6, "clearance_future")));
        assert!(faults[1].0 == 5 && ["clearance_unknown", "clearance_no_reference"].contains(&faults[1].1), "{faults:?}");
        let refused = zhou.post("/api/v1/clearance/imports", import(&text)).await;
        refused.refused(422, "clearance_lines_wrong");
        assert!(refused.json()["title"].as_str().unwrap().contains("第 3 行"), "{}", refused.text);
        let seen = shown(&lin, &booking).await;
        assert_eq!((&seen["state"], &seen["stages"][0]["began_at"]), (&json!("accepted"), &Value::Null));
        assert!(entries(app).await.is_empty());
        // Of a booking that is cancelled nothing can be noted.
        let gone = json!({"reason": "不用了"});
        app.set_time("2026-11-24T02:00:00Z");
        lin.post(&format!("/api/v1/bookings/{}/cancel", booking["id"].as_str().unwrap()), gone).await.ok();
        app.set_time(NIGHT);
        let told = preview(&zhou, &csv(&[line(&booking, "申报,2026-11-24 19:00,")])).await;
        assert_eq!(told["faults"][0]["code"], "clearance_state");
    }

    async fn what_an_officer_has_clicked_is_changed_with_a_reason_only(app: &TestApp) {
        let booking = accepted(app).await;
        let step = async |at: &str, what: &str| {
            app.set_time(at);
            let path = format!("/api/v1/bookings/{}/stages/{what}", booking["id"].as_str().unwrap());
            app.signed_in("zhou").await.post(&path, json!({})).await.ok();
        };
        step("2026-11-24T11:00:20Z", "declaration/begin").await;
        step("2026-11-24T11:20:40Z", "declaration/end").await;
        app.set_time(NIGHT);
        let zhou = app.signed_in("zhou").await;
        // The same minutes are the same times.
        let same = csv(&[line(&booking, "申报,2026-11-24 19:00,2026-11-24 19:20")]);
        let told = preview(&zhou, &same).await;
        assert_eq!((&told["unchanged"], &told["conflicts_total"]), (&json!(1), &json!(0)));
        let other = csv(&[line(&booking, "申报,2026-11-24 19:00,2026-11-24 19:25")]);
        let told = preview(&zhou, &other).await;
        assert_eq!((&told["stages"], &told["conflicts_total"]), (&json!(1), &json!(1)));
        let conflict = &told["conflicts"][0];
        assert_eq!((&conflict["line"], &conflict["stage"]), (&json!(2), &json!("declaration")));
        assert_eq!((&conflict["was_ended_at"], &conflict["ended_at"]), (&json!("2026-11-24T11:20:40Z"), &json!("2026-11-24T11:25:00Z")));
        let mut wish = import(&other);
        zhou.post("/api/v1/clearance/imports", wish.clone()).await.refused(409, "clearance_conflicts");
        wish["reason"] = json!(" ");
        zhou.post("/api/v1/clearance/imports", wish.clone()).await.refused(409, "clearance_conflicts");
        wish["reason"] = json!("点击晚了，以系统为准");
        assert!(corrections(app).await.is_empty());
        zhou.post("/api/v1/clearance/imports", wish.clone()).await.ok();
        let mails = corrections(app).await;
        let text = mails[0]["text"].as_str().unwrap();
        let (now, before) = text.split_once("更正前：").unwrap();
        assert!(now.contains("申报：") && now.contains("19:25") && before.contains("19:20"), "{text}");
        assert!(!text.contains("点击晚了"), "why is for the office: {text}");
        let seen = shown(&zhou, &booking).await;
        assert_eq!(seen["stages"][0]["ended_at"], "2026-11-24T11:25:00Z");
        assert_eq!(seen["stages"][0]["began_at"], "2026-11-24T11:00:20Z", "what the file says less exactly stays");
        let told = entries(app).await;
        assert_eq!((told.len(), &told[0]["data"]["corrects"]), (1, &json!(true)));
        assert!(told[0]["commitments"]["reason"].is_string());
        assert_eq!(zhou.post("/api/v1/clearance/imports", wish).await.ok()["stages"], 0);
        assert_eq!(corrections(app).await.len(), 1);
    }

    async fn a_file_that_is_none_and_a_form_that_lacks_something_are_refused(app: &TestApp) {
        let zhou = app.signed_in("zhou").await;
        let many = "MQ,申报,2026-11-24 19:00,\n".repeat(401);
        for (bytes, code) in [
            (b"PK\x03\x04\0\0".to_vec(), "clearance_file_kind"),
            ("预约编号,环节\nx,y\n".into(), "clearance_header"),
            (csv(&[]).into_bytes(), "clearance_empty"),
            (format!("预约编号,环节,开始,结束\n{many}").into_bytes(), "clearance_too_many"),
            (b"reference,stage,began,ended\n\xff\n".to_vec(), "file_encoding"),
        ] {
            zhou.post("/api/v1/clearance/preview", file(&bytes)).await.refused(422, code);
            let answer: Answer = zhou.post("/api/v1/clearance/imports", import(&bytes)).await;
            answer.refused(422, code);
            assert_eq!(answer.json()["field"], "file_base64");
        }
        zhou.post("/api/v1/clearance/preview", json!({"file_base64": "a"})).await.refused(422, "invalid_field");
        let good = csv(&["MQ,申报,2026-11-24 19:00,".to_owned()]);
        for (field, value, code) in [
            ("source", json!(" "), "clearance_source_required"),
            ("source", json!("字".repeat(201)), "too_long"),
            ("reason", json!("字".repeat(501)), "too_long"),
        ] {
            let mut wish = import(&good);
            wish[field] = value;
            zhou.post("/api/v1/clearance/imports", wish).await.refused(422, code);
        }
        zhou.post("/api/v1/clearance/imports", import(&good)).await.refused(422, "clearance_lines_wrong");
    }

    async fn an_operator_imports_by_the_same_rules(app: &TestApp) {
        let booking = accepted(app).await;
        app.set_time(NIGHT);
        let by = |reason: Option<&str>| mianqia::booking::ClockImport::by_command("系统导出".into(), reason.map(Into::into));
        let import = async |text: &str, reason| app.app.booking.import_clearance(text.as_bytes(), by(reason)).await;
        let first = csv(&[line(&booking, "申报,2026-11-24 19:00,2026-11-24 19:20")]);
        assert_eq!(import(&first, None).await.unwrap().stages(), 1);
        assert_eq!(import(&first, None).await.unwrap().unchanged, 1);
        let other = csv(&[line(&booking, "申报,2026-11-24 19:01,2026-11-24 19:20")]);
        assert_eq!(import(&other, None).await.unwrap_err().code, "clearance_conflicts");
        assert_eq!(import(&other, Some("更正")).await.unwrap().stages(), 1);
        let told = entries(app).await;
        assert_eq!((told.len(), &told[0]["actor"]["role"]), (2, &json!("program")));
        let seen = shown(&app.signed_in("lin").await, &booking).await;
        assert_eq!((&seen["state"], &seen["stages"][0]["began_at"]), (&json!("checked_in"), &json!("2026-11-24T11:01:00Z")));
    }
}

/// The command as an operator uses it, in an office without bookings.
#[test]
fn the_command_tells_every_line_that_is_wrong_and_imports_nothing() {
    let dir = std::env::temp_dir().join(format!("mianqia_it_clearance_{}", unique()));
    std::fs::create_dir(&dir).unwrap();
    let run = |language: &str, bytes: &[u8], wish: &[&str]| {
        let path = dir.join("clock.csv");
        std::fs::write(&path, bytes).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mianqia"));
        command.arg("import-clearance").arg(&path).args(wish).env("MIANQIA_DATA_DIR", dir.join("office"));
        let output =
            command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", language).output().unwrap();
        let told = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), told(output.stdout), told(output.stderr))
    };
    let text = "reference,stage,began,ended\nMQ,declaration,2026-11-24 19:00,\nMQ 2611 4K7P-X,unloading,2026-11-24 19:00,\n";
    for wish in [&["--dry-run"][..], &[]] {
        let (done, printed, said) = run("C", text.as_bytes(), wish);
        assert!(!done && said.contains("[clearance_lines_wrong]"), "{printed}{said}");
        assert!(printed.contains("Line 2: ") && printed.contains("Line 3: "), "{printed}");
    }
    let (done, _, said) = run("zh_CN.UTF-8", b"reference,stage\nx,y\n", &[]);
    assert!(
        !done && said.contains("缺少：开始时间、结束时间") && said.contains("[clearance_header]"),
        "{said}"
    );
    std::fs::remove_dir_all(&dir).unwrap();
}
