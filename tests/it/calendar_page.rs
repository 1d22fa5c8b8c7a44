//! Bringing in the official calendar by the page: looked at before, whole or not at all, each import a version; the
//! bookings that a correction touches; and a year that is missing.

use crate::booking::{after_hours_form, path, take, wish, with_choices};
use crate::both_stores;
use crate::people::system_entries;
use crate::support::{Browser, NOBODY, TestApp, eventually};
use base64::{Engine, engine::general_purpose::STANDARD};
use encoding_rs::GBK;
use mianqia::booking::entities::calendar_touched;
use mianqia::booking::entities::refusal::{self, RefusalRule};
use mianqia::db::entities::job;
use mianqia::directory::entities::{calendar_import, calendar_version};
use mianqia::evidence;
use mianqia::notify::entities::outbox;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use uuid::Uuid;

/// 2027 as a notice could have it: made up, its festivals are not.
const MADE_UP: &str = include_str!("data/made_up_2027.csv");
const SHIPPED: &str = include_str!("../../src/directory/data/cn_holidays.csv");

/// 2026 as it is shipped.
fn year_2026() -> String {
    let of_2026 = SHIPPED.lines().filter(|line| line.starts_with("2026-"));
    std::iter::once("date,name,kind").chain(of_2026).map(|line| format!("{line}\n")).collect()
}

/// The make-up Saturday before the Spring Festival becomes a make-up Sunday: as usual a year as before.
fn corrected_2026() -> String {
    year_2026()
        .replace("2026-02-14,春节,workday\n", "")
        .replace("2026-02-15,春节,holiday", "2026-02-15,春节,workday")
}

fn file(csv: impl AsRef<[u8]>) -> Value {
    json!({"file_base64": STANDARD.encode(csv)})
}

fn import(csv: impl AsRef<[u8]>) -> Value {
    json!({
        "file_base64": STANDARD.encode(csv),
        "source": "样例〔2026〕1 号",
        "reason": "通知有更正",
    })
}

async fn count<E: EntityTrait>(app: &TestApp) -> u64
where
    E::Model: Sync,
{
    E::find().count(app.app.db.reader()).await.unwrap()
}

/// As much as an import could have written.
async fn rows(app: &TestApp) -> [u64; 6] {
    [
        count::<calendar_import::Entity>(app).await,
        count::<calendar_version::Entity>(app).await,
        count::<calendar_touched::Entity>(app).await,
        count::<outbox::Entity>(app).await,
        count::<job::Entity>(app).await,
        count::<evidence::entities::entry::Entity>(app).await,
    ]
}

async fn kind(app: &TestApp, date: &str) -> Value {
    let day = app.browser().get(&format!("/api/v1/calendar?from={date}&to={date}")).await.ok();
    day["days"][0]["kind"].clone()
}

async fn requested(app: &TestApp, booker: &Browser, starts_at: &str) -> Value {
    let service = app.service("after-hours").await;
    let form = with_choices(app, &service, after_hours_form()).await;
    let held = take(booker, &service, starts_at).await;
    booker.post(&path(&held, "/request"), form).await.ok()
}

/// The open list, once it has so many.
async fn touched(staff: &Browser, many: usize) -> Vec<Value> {
    eventually(&format!("{many} touched bookings"), || async {
        let list = staff.get("/api/v1/calendar/touched").await.ok();
        let items = list["items"].as_array().unwrap().clone();
        (items.len() == many).then_some(items)
    })
    .await
}

async fn told(app: &TestApp) -> Vec<outbox::Model> {
    let mails = outbox::Entity::find().all(app.app.db.reader()).await.unwrap();
    mails.into_iter().filter(|mail| mail.template == "booking.reclassified").collect()
}

fn id(value: &Value) -> Uuid {
    value["id"].as_str().unwrap().parse().unwrap()
}

both_stores! {
    at "2026-02-10T01:00:00Z";

    async fn a_preview_tells_what_a_calendar_would_change_and_whom_it_would_touch_and_writes_nothing(app: &TestApp) {
        let (owner, chief) = (app.signed_in("lin").await, app.signed_in("shen").await);
        requested(app, &owner, "2026-02-14T12:00:00Z").await;
        let sunday = requested(app, &owner, "2026-02-15T02:00:00Z").await;
        requested(app, &owner, "2026-02-16T02:00:00Z").await;
        let before = rows(app).await;
        let preview = chief.post("/api/v1/calendar/preview", file(GBK.encode(&corrected_2026()).0)).await.ok();
        assert_eq!(preview["years"], json!([{"year": 2026, "in_force": 1}]));
        assert_eq!(
            preview["changes"],
            json!([
                {"date": "2026-02-14", "change": "removed", "was": "makeup_workday", "is_now": "weekend", "name": "春节"},
                {"date": "2026-02-15", "change": "changed", "was": "holiday", "is_now": "makeup_workday", "name": "春节"},
            ])
        );
        assert_eq!((&preview["oddities"], &preview["touched_total"]), (&json!([]), &json!(2)));
        let touched: Vec<_> = preview["touched"].as_array().unwrap().iter()
            .map(|one| (one["date"].as_str().unwrap(), one["is_open"].as_bool().unwrap()))
            .collect();
        // The evening of the Saturday stays after hours, the morning of the Sunday does not.
        assert_eq!(touched, [("2026-02-14", true), ("2026-02-15", false)]);
        assert_eq!(preview["touched"][1]["reference"], sunday["reference"]);
        let next = chief.post("/api/v1/calendar/preview", file(MADE_UP)).await.ok();
        assert_eq!((&next["years"][0]["in_force"], &next["touched_total"]), (&Value::Null, &json!(0)));
        assert_eq!(next["changes"].as_array().unwrap().len(), 31);
        assert_eq!(next["changes"][0]["was"], "unpublished");
        assert_eq!(rows(app).await, before, "a preview writes nothing");
        assert_eq!(kind(app, "2026-02-15").await, "holiday");
    }

    async fn one_bad_line_refuses_a_calendar_whole_and_is_named(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let before = rows(app).await;
        let with = |line: &str| format!("{MADE_UP}{line}\n").into_bytes();
        for (csv, code, words) in [
            ([MADE_UP.as_bytes(), b"2027-12-31,\xff\xfe,holiday\n"].concat(), "file_encoding", "第 33 行"),
            (b"datum,name,art\n".to_vec(), "calendar_header", "第 1 行"),
            (b"date,name,kind\n".to_vec(), "calendar_empty", "没有日期"),
            (with("2027-12-31,元旦"), "calendar_columns", "第 33 行"),
            (with("2027-02-30,春节,holiday"), "calendar_date", "第 33 行"),
            (with("2127-02-03,春节,holiday"), "calendar_year", "第 33 行"),
            (with("2027-12-31,元\u{202e}旦,holiday"), "calendar_name", "第 33 行"),
            (with("2027-12-31,元旦,Holiday"), "calendar_kind", "第 33 行"),
            (with("2027-12-31,元旦,workday"), "calendar_plain_workday", "第 33 行"),
            (with("2027-10-01,国庆节,holiday"), "calendar_twice", "第 33 行"),
            (with("2028-01-01,元旦,holiday\n2028-05-01,劳动节,holiday"), "calendar_incomplete", "2028"),
        ] {
            for (path, body) in [("preview", file(&csv)), ("imports", import(&csv))] {
                let answer = chief.post(&format!("/api/v1/calendar/{path}"), body).await;
                answer.refused(422, code);
                let problem = answer.json();
                assert!(problem["title"].as_str().unwrap().contains(words), "{problem}");
                assert_eq!(problem["field"], "file_base64");
            }
        }
        for (body, code) in [
            (json!({"file_base64": "Zm9"}), "invalid_field"),
            (json!({"file_base64": "Zm9v".repeat(8_001)}), "text_too_long"),
            (json!({"file_base64": "date,name,kind"}), "text_not_allowed"),
            (json!({}), "invalid_field"),
        ] {
            chief.post("/api/v1/calendar/preview", body).await.refused(422, code);
        }
        let mut said = import(MADE_UP);
        said["source"] = json!("  ");
        chief.post("/api/v1/calendar/imports", said.clone()).await.refused(422, "calendar_source_required");
        said["source"] = json!("长".repeat(201));
        chief.post("/api/v1/calendar/imports", said.clone()).await.refused(422, "too_long");
        (said["source"], said["reason"]) = (json!("样例〔2026〕2 号"), json!(""));
        chief.post("/api/v1/calendar/imports", said.clone()).await.refused(422, "reason_required");
        said["reason"] = json!("长".repeat(501));
        chief.post("/api/v1/calendar/imports", said).await.refused(422, "too_long");
        assert_eq!(rows(app).await, before, "nothing is written of a refusal");
        assert_eq!(kind(app, "2027-01-01").await, "unpublished");
    }

    async fn all_wrong_lines_of_a_calendar_are_named_at_once_as_far_as_somebody_reads(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let before = rows(app).await;
        let wrong = "2027-02-30,春节,holiday\n2027-12-31,元旦\n\n2027-12-31,元旦,Holiday\n2027-10-01,国庆节,holiday\n";
        for (path, body) in [("preview", file(format!("{MADE_UP}{wrong}"))), ("imports", import(format!("{MADE_UP}{wrong}")))] {
            let answer = chief.post(&format!("/api/v1/calendar/{path}"), body).await;
            answer.refused(422, "calendar_lines");
            let problem = answer.json();
            let title = problem["title"].as_str().unwrap();
            assert!(title.starts_with("文件里有 4 处错误"), "{title}");
            for line in ["第 33 行的日期不存在", "第 34 行应当有三项", "第 36 行的类别", "第 37 行的日期在第"] {
                assert!(title.contains(line), "{line} in {title}");
            }
            assert_eq!(problem["field"], "file_base64");
        }
        // Two years, of which neither is whole.
        let half = "date,name,kind\n2027-01-01,元旦,holiday\n2028-01-01,元旦,holiday\n2028-05-01,劳动节,holiday\n";
        let answer = chief.post("/api/v1/calendar/preview", file(half)).await;
        answer.refused(422, "calendar_lines");
        for date in ["2027-05-01", "2027-10-01", "2028-10-01"] {
            assert!(answer.json()["title"].as_str().unwrap().contains(date), "{}", answer.text);
        }
        // Nobody reads hundreds of them: so many are named, and that there are more.
        let many = "2027-12-31,元旦\n".repeat(250);
        let answer = chief.post("/api/v1/calendar/preview", file(format!("{MADE_UP}{many}"))).await;
        answer.refused(422, "calendar_lines");
        let title = answer.json()["title"].as_str().unwrap().to_owned();
        assert!(title.starts_with("文件里有 250 处错误") && title.contains("第 232 行"), "{title}");
        assert!(!title.contains("第 233 行"), "{title}");
        assert_eq!(rows(app).await, before, "nothing is written of a refusal");
    }

    async fn a_year_without_a_make_up_workday_is_asked_about_and_what_was_acknowledged_is_kept(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let plain: String = MADE_UP.lines().filter(|line| !line.ends_with("workday")).map(|line| format!("{line}\n")).collect();
        let preview = chief.post("/api/v1/calendar/preview", file(&plain)).await.ok();
        let codes: Vec<_> = preview["oddities"].as_array().unwrap().iter().map(|odd| odd["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["calendar_no_makeup", "calendar_balance"]);
        assert_eq!(preview["oddities"][0]["text"], "2027 年没有一天调休上班（workday）。");
        let mut wish = import(&plain);
        let answer = chief.post("/api/v1/calendar/imports", wish.clone()).await;
        answer.refused(409, "calendar_odd");
        assert!(answer.json()["title"].as_str().unwrap().contains("2027 年没有一天调休上班"), "{}", answer.text);
        assert_eq!(kind(app, "2027-01-01").await, "unpublished");
        wish["anyway"] = json!(true);
        let done = chief.post("/api/v1/calendar/imports", wish).await.ok();
        assert_eq!(done["versions"], json!([{"year": 2027, "in_force": 1}]));
        assert_eq!(kind(app, "2027-01-01").await, "holiday");
        let versions = chief.get("/api/v1/calendar/versions").await.ok();
        assert_eq!(versions["items"][0]["oddities"], json!(["calendar_balance", "calendar_no_makeup"]));
    }

    async fn each_import_is_a_version_and_former_ones_stay_readable(app: &TestApp) {
        let (officer, chief) = (app.signed_in("zhou").await, app.signed_in("shen").await);
        let gbk = GBK.encode(&corrected_2026()).0.into_owned();
        let done = chief.post("/api/v1/calendar/imports", import(&gbk)).await;
        assert_eq!(done.status, 201, "{}", done.text);
        assert_eq!(done.json()["versions"], json!([{"year": 2026, "in_force": 2}]));
        assert_eq!((kind(app, "2026-02-14").await, kind(app, "2026-02-15").await), (json!("weekend"), json!("makeup_workday")));
        let versions = officer.get("/api/v1/calendar/versions").await.ok();
        let items = versions["items"].as_array().unwrap();
        let numbers: Vec<_> = items.iter()
            .map(|one| (one["year"].as_i64().unwrap(), one["number"].as_i64().unwrap(), one["in_force"].as_bool().unwrap()))
            .collect();
        assert_eq!(numbers, [(2026, 2, true), (2026, 1, false), (2025, 1, true), (2024, 1, true)]);
        let me = chief.get("/api/v1/me").await.ok();
        let newest = &items[0];
        assert_eq!(newest["imported_by"], json!({"id": me["id"], "name": me["name"]}));
        assert_eq!((&newest["origin"], &newest["source"], &newest["reason"]), (&json!("page"), &json!("样例〔2026〕1 号"), &json!("通知有更正")));
        assert_eq!((&newest["bytes"], &newest["oddities"]), (&json!(gbk.len()), &json!([])));
        assert_eq!((&items[1]["origin"], &items[1]["imported_by"]), (&json!("program"), &Value::Null));

        // The files come back as they came.
        for (item, bytes) in [(newest, gbk.as_slice()), (&items[1], SHIPPED.as_bytes())] {
            let path = format!("/api/v1/calendar/imports/{}/file", item["import_id"].as_str().unwrap());
            let answer = officer.client.get(format!("{}{path}", officer.base)).send().await.unwrap();
            assert_eq!(answer.headers()["content-type"], "text/csv");
            assert_eq!(answer.bytes().await.unwrap(), bytes);
        }
        officer.get(&format!("/api/v1/calendar/imports/{NOBODY}/file")).await.refused(404, "not_found");
        app.signed_in("lin").await.get("/api/v1/calendar/versions").await.refused(403, "forbidden");

        let (kind, bytes) = system_entries(app).await.into_iter().rfind(|(kind, _)| kind.starts_with("calendar")).unwrap();
        let entry: Value = serde_json::from_str(&bytes).unwrap();
        assert_eq!((kind.as_str(), &entry["actor"]["id"]), ("calendar.imported", &me["id"]));
        assert_eq!((&entry["data"]["versions"], &entry["data"]["file_sha256"]), (&json!({"2026": 2}), &newest["sha256"]));
        // What was typed freely stands in it as commitments.
        assert!(!bytes.contains("样例") && !bytes.contains("通知有更正"), "{bytes}");

        // Brought in again it is one more version; the command's have no person.
        let import = mianqia::directory::Import::by_command(Some("year.csv".into()), None, false);
        app.app.booking.import_calendar(year_2026().as_bytes(), import).await.unwrap();
        let newest = chief.get("/api/v1/calendar/versions").await.ok()["items"][0].clone();
        assert_eq!((&newest["number"], &newest["origin"], &newest["source"]), (&json!(3), &json!("command"), &json!("year.csv")));
        assert_eq!(self::kind(app, "2026-02-15").await, "holiday");
    }

    async fn a_correction_lists_the_bookings_it_touches_tells_their_bookers_and_leaves_them_standing(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let (officer, chief) = (app.signed_in("zhou").await, app.signed_in("shen").await);
        let saturday = requested(app, &lin, "2026-02-14T12:00:00Z").await;
        let sunday = requested(app, &lin, "2026-02-15T02:00:00Z").await;
        officer.post(&path(&sunday, "/accept"), json!({})).await.ok();
        let held = take(&gao, &app.service("after-hours").await, "2026-02-15T03:00:00Z").await;
        requested(app, &lin, "2026-02-16T02:00:00Z").await;
        let gone = requested(app, &lin, "2026-02-15T05:00:00Z").await;
        lin.post(&path(&gone, "/cancel"), json!({"reason": "船期推迟"})).await.ok();

        chief.post("/api/v1/calendar/imports", import(corrected_2026())).await.ok();
        let list = touched(&officer, 3).await;
        let told_of: Vec<_> = list.iter().map(|one| (one["booking"]["id"].clone(), one["is_now"].as_str().unwrap(), one["is_open"] == true)).collect();
        assert!(told_of.contains(&(saturday["id"].clone(), "weekend", true)), "{told_of:?}");
        assert!(told_of.contains(&(sunday["id"].clone(), "makeup_workday", false)), "{told_of:?}");
        assert!(told_of.contains(&(held["id"].clone(), "makeup_workday", false)), "{told_of:?}");
        assert_eq!((&list[0]["year"], &list[0]["number"], &list[0]["settled_at"]), (&json!(2026), &json!(2), &Value::Null));
        assert_eq!(officer.get("/api/v1/day").await.ok()["touched_total"], 3);

        let mails = told(app).await;
        assert_eq!(mails.len(), 3);
        let mail = mails.iter().find(|mail| mail.case_id == Some(id(&sunday))).unwrap();
        let text = mail.payload["text"].as_str().unwrap();
        assert!(text.contains("2026年2月15日改为调休上班日（原为法定节假日）"), "{text}");
        assert!(text.contains("一直有效"), "{text}");
        // It stands, with the entry in its case.
        let detail = lin.get(&path(&sunday, "")).await.ok();
        assert_eq!(detail["state"], "accepted");
        let last = detail["history"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["kind"], &last["actor"]), (&json!("booking.reclassified"), &json!("system")));
        assert!(evidence::verify_chain(app.app.db.reader(), id(&sunday)).await.unwrap().is_ok());

        let one = list.iter().find(|one| one["booking"]["id"] == sunday["id"]).unwrap();
        let settle = format!("/api/v1/calendar/touched/{}/settle", one["id"].as_str().unwrap());
        for _ in 0..2 {
            assert_eq!(officer.post(&settle, json!({})).await.status, 204);
        }
        officer.post(&format!("/api/v1/calendar/touched/{NOBODY}/settle"), json!({})).await.refused(404, "not_found");
        lin.post(&settle, json!({})).await.refused(403, "forbidden");
        lin.get("/api/v1/calendar/touched").await.refused(403, "forbidden");
        touched(&officer, 2).await;
        let settled = officer.get("/api/v1/calendar/touched?settled=true").await.ok();
        assert_eq!((&settled["items"][0]["id"], &settled["items"][0]["settled_by"]["name"]), (&one["id"], &officer.get("/api/v1/me").await.ok()["name"]));
        let entries = evidence::entries(app.app.db.reader(), id(&sunday)).await.unwrap();
        assert_eq!(entries.iter().filter(|entry| entry.kind == "booking.reclassification_settled").count(), 1);
        // That an officer has dealt with it is the office's.
        assert_eq!(lin.get(&path(&sunday, "")).await.ok()["history"].as_array().unwrap().len(), detail["history"].as_array().unwrap().len());

        // Taken back, the list tells of the version that is in force.
        chief.post("/api/v1/calendar/imports", import(year_2026())).await.ok();
        let list = eventually("the third version's list", || async {
            let list = touched(&officer, 3).await;
            list.iter().all(|one| one["number"] == 3).then_some(list)
        })
        .await;
        assert!(list.iter().all(|one| one["is_open"] == true), "{list:?}");
        assert_eq!(told(app).await.len(), 6);
    }

    async fn a_booking_that_was_made_by_the_calendar_before_is_found_by_a_second_look(app: &TestApp) {
        let (lin, chief) = (app.signed_in("lin").await, app.signed_in("shen").await);
        requested(app, &lin, "2026-02-15T02:00:00Z").await;
        chief.post("/api/v1/calendar/imports", import(corrected_2026())).await.ok();
        touched(&chief, 1).await;
        // As if another process had taken it only now.
        calendar_touched::Entity::delete_many().exec(app.app.db.reader()).await.unwrap();
        app.clock.advance(chrono::TimeDelta::minutes(3));
        let found = touched(&chief, 1).await;
        assert_eq!(found[0]["date"], "2026-02-15");
        assert_eq!(told(app).await.len(), 2);
    }
}

both_stores! {
    at "2026-12-10T02:00:00Z";

    async fn from_november_the_chief_reads_that_the_next_year_is_missing_and_how_many_were_refused_for_it(app: &TestApp) {
        let service = app.service("after-hours").await;
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let answers = [
            lin.post("/api/v1/bookings", wish(&service, "2027-01-04T12:00:00Z")).await,
            gao.post("/api/v1/bookings", wish(&service, "2027-01-05T12:00:00Z")).await,
        ];
        answers.iter().for_each(|answer| answer.refused(422, "year_unpublished"));
        // What is no time of the service is refused by no rule.
        lin.post("/api/v1/bookings", wish(&service, "2026-12-14T04:00:00Z")).await.refused(422, "not_a_slot");
        let chief = app.signed_in("shen").await;
        let missing = eventually("both are counted", || async {
            let missing = chief.get("/api/v1/day").await.ok()["missing_year"].clone();
            (missing["refused"] == 2).then_some(missing)
        })
        .await;
        assert_eq!(missing, json!({"year": 2027, "refused": 2}));
        let counted = refusal::Entity::find().all(app.app.db.reader()).await.unwrap();
        assert_eq!(counted.len(), 1, "{counted:?}");
        let one = &counted[0];
        let expected = (RefusalRule::YearUnpublished, 2027, "2026-12-10", service.as_str());
        assert_eq!(
            (one.rule, one.year, one.date.to_string().as_str(), one.service_id.to_string().as_str()),
            expected
        );
        assert_eq!(app.signed_in("zhou").await.get("/api/v1/day").await.ok()["missing_year"], Value::Null);

        chief.post("/api/v1/calendar/imports", import(MADE_UP)).await.ok();
        assert_eq!(chief.get("/api/v1/day").await.ok()["missing_year"], Value::Null);
        take(&lin, &service, "2027-01-04T12:00:00Z").await;
    }

    async fn before_november_nobody_expects_the_next_year(app: &TestApp) {
        for (at, expected) in [
            ("2027-10-31T15:59:59Z", Value::Null),
            // The first minute of November in the office's zone.
            ("2027-10-31T16:00:00Z", json!({"year": 2028, "refused": 0})),
        ] {
            app.set_time(at);
            assert_eq!(app.signed_in("shen").await.get("/api/v1/day").await.ok()["missing_year"], expected, "{at}");
        }
    }
}
