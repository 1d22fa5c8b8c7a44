//! Groups that are booked by a list of persons: a place for everybody or for nobody.

use crate::booking::{path, wish};
use crate::both_stores;
use crate::documents::respec;
use crate::health_sealed::everything;
use crate::review_values::intact;
use crate::support::{Answer, Browser, TestApp};
use base64::{Engine, engine::general_purpose::STANDARD};
use mianqia::booking::entities::booking;
use mianqia::places::entities::occupied;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use std::io::{Cursor, Write};

const HEAD: &str = "姓名,证件类型,证件号码,出生日期,手机\n";
/// A Monday more than two weeks ahead, 09:00 in Shanghai.
pub const AT: &str = "2026-12-14T01:00:00Z";

/// So many persons with passports of nobody.
pub fn people(count: usize) -> String {
    let line = |at: usize| {
        format!(
            "测试甲{},护照,MARKER{at:04},1990-01-01,\n",
            ["一", "二", "三", "四", "五", "六", "七"][at % 7]
        )
    };
    HEAD.to_owned() + &(0..count).map(line).collect::<String>()
}

fn file(bytes: impl AsRef<[u8]>, name: &str) -> Value {
    json!({"list_base64": STANDARD.encode(bytes), "file_name": name})
}

async fn check(browser: &Browser, service: &str, bytes: impl AsRef<[u8]>, name: &str) -> Answer {
    browser.post(&format!("/api/v1/services/{service}/group/check"), file(bytes, name)).await
}

fn group(list: &str, starts_at: &str) -> Value {
    let mut group = file(list, "名单.csv");
    group["starts_at"] = json!(starts_at);
    group["anyway"] = json!(true);
    group["request"] = json!({"contact_name": "林女士", "contact_mobile": "15400000001",
        "fields": {"item": "work", "document": "passport", "health_consent": true}});
    group
}

pub async fn book(browser: &Browser, service: &str, list: &str, starts_at: &str) -> Answer {
    browser.post(&format!("/api/v1/services/{service}/group"), group(list, starts_at)).await
}

/// What is free in the slot, and on its day.
async fn free(app: &TestApp, service: &str, starts_at: &str) -> (i64, i64) {
    let date = &starts_at[..10];
    let slots = app.browser().get(&format!("/api/v1/services/{service}/slots?date={date}")).await.ok();
    let slot = slots["slots"]
        .as_array()
        .unwrap()
        .iter()
        .find(|slot| slot["starts_at"] == starts_at)
        .unwrap()
        .clone();
    let days =
        app.browser().get(&format!("/api/v1/services/{service}/days?from={date}&to={date}")).await.ok();
    (slot["free"].as_i64().unwrap(), days["days"][0]["free"].as_i64().unwrap())
}

pub async fn counts(app: &TestApp) -> (u64, u64) {
    let conn = app.app.db.reader();
    (occupied::Entity::find().count(conn).await.unwrap(), booking::Entity::find().count(conn).await.unwrap())
}

both_stores! { at "2026-11-26T01:00:00Z";
    async fn a_group_has_a_place_for_everybody_or_nobody_has_one(app: &TestApp) {
        let service = app.service("check-up").await;
        let lin = app.signed_in("lin").await;
        let (seats, of_day) = free(app, &service, AT).await;
        assert_eq!(seats, 6);
        let one = book(&lin, &service, &people(4), AT).await.ok();
        assert_eq!((&one["state"], &one["people"]), (&json!("accepted"), &json!(4)));
        assert_eq!(free(app, &service, AT).await, (2, of_day - 4));
        // Three do not fit into two, and nothing of them is left.
        let before = counts(app).await;
        book(&lin, &service, &people(3), AT).await.refused(409, "slot_taken");
        assert_eq!(counts(app).await, before);
        book(&lin, &service, &people(2), AT).await.ok();
        assert_eq!(free(app, &service, AT).await, (0, of_day - 6));
        // All of them move together, and give back all that they had.
        let other = "2026-12-14T02:00:00Z";
        let moved = json!({"starts_at": other});
        lin.post(&path(&one, "/reschedule"), moved).await.ok();
        assert_eq!((free(app, &service, AT).await.0, free(app, &service, other).await), (4, (2, of_day - 6)));
        lin.post(&path(&one, "/cancel"), json!({"reason": "行程取消"})).await.ok();
        assert_eq!(free(app, &service, other).await, (6, of_day - 2));
        let (fine, report) = intact(app, one["id"].as_str().unwrap()).await;
        assert!(fine && report.contains(" 0 not told"), "{report}");
    }

    async fn what_a_party_may_book_is_counted_in_persons(app: &TestApp) {
        respec(app, "check-up", |spec| {
            spec["terms"]["quotas"] = json!([{"of": "enterprise", "per": "day", "most": 5}]);
        }).await;
        let service = app.service("check-up").await;
        let lin = app.signed_in("lin").await;
        let later = "2026-12-14T02:00:00Z";
        book(&lin, &service, &people(6), AT).await.refused(409, "quota_reached");
        let one = book(&lin, &service, &people(3), AT).await.ok();
        let before = counts(app).await;
        let refused = book(&lin, &service, &people(3), later).await;
        refused.refused(409, "quota_reached");
        assert_eq!((&refused.json()["earliest_at"], counts(app).await), (&json!("2026-12-15T00:30:00Z"), before));
        // Told beforehand, for as many as come.
        let told = async |people: &str| {
            let slots = lin.get(&format!("/api/v1/services/{service}/slots?date=2026-12-14{people}")).await.ok();
            let slot = slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == later).unwrap().clone();
            slot["hindrances"][0]["rule"].clone()
        };
        assert_eq!((told("").await, told("&people=2").await, told("&people=3").await), (Value::Null, Value::Null, json!("quota_reached")));
        lin.get(&format!("/api/v1/services/{service}/slots?date=2026-12-14&people=-1")).await.refused(422, "invalid_parameter");
        book(&lin, &service, &people(2), later).await.ok();
        lin.post("/api/v1/bookings", wish(&service, "2026-12-14T00:30:00Z")).await.refused(409, "quota_reached");
        // Its own persons do not count against a group that moves, and those of the other day do.
        let other_day = book(&lin, &service, &people(3), "2026-12-15T01:00:00Z").await.ok();
        lin.post(&path(&other_day, "/reschedule"), json!({"starts_at": "2026-12-14T03:00:00Z"})).await.refused(409, "quota_reached");
        lin.post(&path(&one, "/reschedule"), json!({"starts_at": "2026-12-14T03:00:00Z"})).await.ok();
        // What such a rule would have done to requests of the past counts them so too.
        let chief = app.signed_in("shen").await;
        let terms = |most: i32| json!({"terms": {"quotas": [{"of": "enterprise", "per": "day", "most": most}]}});
        let tried = chief.post(&format!("/api/v1/services/{service}/terms/preview"), terms(2)).await.ok();
        assert_eq!((&tried["in_force"]["count"], &tried["newly_refused"]), (&json!(0), &json!(2)), "{tried}");
    }

    async fn of_two_groups_at_once_one_comes(app: &TestApp) {
        let service = app.service("check-up").await;
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let list = people(4);
        let (one, other) = tokio::join!(book(&lin, &service, &list, AT), book(&gao, &service, &list, AT));
        let mut both = [one.status.as_u16(), other.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [201, 409], "{} {}", one.text, other.text);
        assert_eq!(free(app, &service, AT).await.0, 2);
    }

    async fn every_wrong_line_is_told_and_nothing_is_kept(app: &TestApp) {
        let service = app.service("check-up").await;
        let lin = app.signed_in("lin").await;
        let before = counts(app).await;
        let list = format!("{HEAD}张\u{202e}三,护照,P1234567,1990-01-01,\n\n李四,身份证,2.39999E+17,,\n王五,护照,P7654321,1990-13-01,\n");
        let report = check(&lin, &service, &list, "名单.csv").await.ok();
        let told: Vec<_> = report["faults"].as_array().unwrap().iter().map(|fault| (&fault["line"], &fault["column"], &fault["code"])).collect();
        assert_eq!(json!(told), json!([
            [2, "name", "text_not_allowed"], [4, "document_number", "number_mangled"], [5, "birth_date", "invalid_birth_date"]]));
        assert_eq!((&report["lines"], &report["faults_total"]), (&json!(3), &json!(3)));
        assert!(report["faults"][1]["text"].as_str().unwrap().contains("文本"), "{report}");
        let good = check(&lin, &service, people(3), "名单.csv").await.ok();
        assert_eq!((&good["lines"], &good["faults"]), (&json!(3), &json!([])));
        let refused = book(&lin, &service, &list, AT).await;
        refused.refused(422, "group_lines_wrong");
        assert_eq!(refused.json()["field"], "list_base64");
        assert_eq!(counts(app).await, before);
    }

    async fn what_is_no_list_and_who_is_no_group_is_refused(app: &TestApp) {
        let service = app.service("check-up").await;
        let lin = app.signed_in("lin").await;
        let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
        bomb.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
        bomb.write_all(&vec![b'0'; 9 << 20]).unwrap();
        let bomb = bomb.finish().unwrap().into_inner();
        for (bytes, name, code) in [
            (&b"\x89PNG\r\n\0"[..], "名单.csv", "group_file_kind"),
            (HEAD.as_bytes(), "名单.xlsx", "group_file_kind"),
            (b"PK\x03\x04nothing", "名单.xlsx", "group_file_broken"),
            (&bomb, "名单.xlsx", "group_file_too_much"),
            ("姓名,手机\n甲,1\n".as_bytes(), "", "group_header"),
            (HEAD.as_bytes(), "", "group_empty"),
            (people(7).as_bytes(), "", "group_too_many"),
            (b"\xff\xfe\xd3", "", "file_encoding"),
        ] {
            check(&lin, &service, bytes, name).await.refused(422, code);
        }
        let video = app.service("video-try").await;
        check(&lin, &video, people(2), "").await.refused(409, "no_groups");
        book(&lin, &service, &people(1), AT).await.refused(422, "group_too_small");
        let soon = book(&lin, &service, &people(2), "2026-12-09T01:00:00Z").await;
        soon.refused(422, "group_lead");
        assert_eq!(soon.json()["earliest_at"], "2026-12-09T16:00:00Z");
        let one = book(&lin, &service, &people(2), "2026-12-10T01:00:00Z").await.ok();
        let sooner = json!({"starts_at": "2026-12-09T01:00:00Z"});
        lin.post(&path(&one, "/reschedule"), sooner).await.refused(422, "group_lead");
        let mut long = group(&people(2), AT);
        long["list_base64"] = json!("A".repeat(96_001));
        lin.post(&format!("/api/v1/services/{service}/group"), long).await.refused(422, "text_too_long");
    }

    async fn who_comes_is_read_by_who_booked_and_by_officers_alone(app: &TestApp) {
        let service = app.service("check-up").await;
        let lin = app.signed_in("lin").await;
        let one = book(&lin, &service, &people(3), AT).await.ok();
        let shown = lin.get(&path(&one, "")).await.ok();
        assert_eq!(shown["persons"][2], json!({"name": "测试甲三", "document_kind": "passport", "document_number": "MARKER0002",
            "birth_date": "1990-01-01", "mobile": null}));
        assert!(shown["fields"].get("$persons").is_none(), "{shown}");
        let zhou = app.signed_in("zhou").await;
        assert_eq!(zhou.get(&path(&one, "")).await.ok()["persons"].as_array().unwrap().len(), 3);
        let day = zhou.get("/api/v1/day?date=2026-12-14").await.ok();
        assert!(day.to_string().contains(one["id"].as_str().unwrap()) && !day.to_string().contains("MARKER"), "{day}");
        let sun = crate::calendar_feeds::colleague(app, "sun").await;
        assert_eq!(sun.get(&path(&one, "")).await.ok()["persons"], json!([]));
        let everything = everything(app).await;
        assert!(!everything.contains("MARKER0002") && !everything.contains("测试甲三"), "it stands in the store");
        // What they agreed to for the group ends for the group.
        lin.post(&path(&one, "/withdraw-consent"), json!({})).await.ok();
        assert_eq!(lin.get(&path(&one, "")).await.ok()["persons"], json!([]));
    }
}
