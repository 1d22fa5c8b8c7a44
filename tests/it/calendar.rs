//! Bringing in the official calendar: read whole, asked about, or refused; never half.

use crate::both_stores;
use crate::people::system_entries;
use crate::support::{TestApp, unique};
use encoding_rs::GBK;
use mianqia::base::words::Language;
use mianqia::directory::{FileFault, Import, ImportFault, Oddity};
use serde_json::{Value, json};
use std::process::Command;

/// 2027 as a notice could have it: made up, its festivals are not.
const MADE_UP: &str = include_str!("data/made_up_2027.csv");
const THREE_LINES: &str =
    "date,name,kind\n2027-01-01,元旦,holiday\n2027-05-01,劳动节,holiday\n2027-10-01,国庆节,holiday\n";

async fn import(app: &TestApp, csv: &[u8], unusual: bool) -> Result<String, ImportFault> {
    let result = mianqia::directory::import_calendar(
        &app.app.db,
        &app.clock,
        csv,
        Import::by_command(None, None, unusual),
    )
    .await;
    app.app.directory.forget();
    result.map(|summary| summary.to_string())
}

async fn kind(app: &TestApp, date: &str) -> String {
    let day = app.browser().get(&format!("/api/v1/calendar?from={date}&to={date}")).await.ok();
    day["days"][0]["kind"].as_str().unwrap().to_owned()
}

/// What the entries of imports hold about what was unusual.
async fn unusual_in_entries(app: &TestApp) -> Vec<Value> {
    let entries = system_entries(app).await;
    let imports = entries.into_iter().filter(|(kind, _)| kind == "calendar.imported");
    let unusual = |bytes: String| serde_json::from_str::<Value>(&bytes).unwrap()["data"]["unusual"].clone();
    imports.map(|(_, bytes)| unusual(bytes)).collect()
}

both_stores! {
    at "2026-11-26T02:00:00Z";

    async fn a_year_is_imported_whole_or_not_at_all(app: &TestApp) {
        let fault = import(app, format!("{MADE_UP}2027-02-30,春节,holiday\n").as_bytes(), true).await.unwrap_err();
        assert!(matches!(fault, ImportFault::File(FileFault::Date { line: 33 })), "{fault}");
        assert!(fault.to_string().starts_with("Line 33: the date does not exist"), "{fault}");
        assert_eq!(kind(app, "2027-01-01").await, "unpublished");

        assert_eq!(import(app, MADE_UP.as_bytes(), false).await.unwrap(), "imported 31 days of 2027");
        for (date, expected) in [
            ("2027-01-01", "holiday"),
            ("2027-01-04", "workday"),
            ("2027-02-11", "holiday"),
            ("2027-01-31", "makeup_workday"),
            ("2026-02-14", "makeup_workday"),
        ] {
            assert_eq!(kind(app, date).await, expected, "{date}");
        }
        // The year is replaced as a whole.
        let moved = MADE_UP.replace("2027-01-31,春节,workday", "2027-02-20,春节,workday");
        import(app, moved.as_bytes(), false).await.unwrap();
        assert_eq!(kind(app, "2027-01-31").await, "weekend");
        assert_eq!(kind(app, "2027-02-20").await, "makeup_workday");
        assert_eq!(unusual_in_entries(app).await, [json!([]), json!([]), json!([])], "the shipped years, two imports");
    }

    async fn a_calendar_of_three_lines_or_with_spring_festival_in_the_wrong_week_is_asked_about(app: &TestApp) {
        let wrong_week: String = MADE_UP
            .lines()
            .map(|line| match line.strip_prefix("2027-02-").and_then(|rest| rest.split_once(',')) {
                // A fortnight late, on the same weekdays.
                Some((day, rest)) => format!("2027-02-{},{rest}\n", day.parse::<u32>().unwrap() + 14),
                None => format!("{line}\n"),
            })
            .collect();
        for (csv, first) in [(THREE_LINES, "calendar_festival_missing"), (&wrong_week, "calendar_festival_missing")] {
            let fault = import(app, csv.as_bytes(), false).await.unwrap_err();
            let ImportFault::Unusual(odd) = &fault else { panic!("{fault}") };
            assert_eq!(odd[0].code(), first);
            let Oddity::FestivalMissing { date, .. } = odd[0] else { panic!("{odd:?}") };
            assert_eq!(date.to_string(), "2027-02-06");
            let text = fault.text();
            let [zh, en] = [Language::ZhCn, Language::En].map(|language| text.in_language(language));
            assert!(zh.contains("2027-02-06 是春节，文件里这一天不放假。 [calendar_festival_missing]"), "{zh}");
            assert!(en.contains("--unusual") && zh.contains("--unusual"), "{en}");
        }
        assert_eq!(kind(app, "2027-01-01").await, "unpublished");
        assert_eq!(unusual_in_entries(app).await.len(), 1, "nothing is written of a refusal");

        // Whoever has looked at the notice has the last word, and it is kept that they had it.
        assert_eq!(import(app, THREE_LINES.as_bytes(), true).await.unwrap(), "imported 3 days of 2027");
        assert_eq!(kind(app, "2027-01-01").await, "holiday");
        assert_eq!(
            unusual_in_entries(app).await[1],
            json!(["calendar_balance", "calendar_festival_length", "calendar_festival_missing", "calendar_no_makeup"])
        );
    }

    async fn a_term_of_working_days_is_told_with_its_last_day_as_far_as_the_calendar_reaches(app: &TestApp) {
        for (now, expected) in [
            // Thursday; Friday and Monday are worked.
            ("2026-11-26T02:00:00Z", json!("2026-11-30")),
            // The evening before National Day: a week of holidays, then Thursday and Friday.
            ("2026-09-30T12:00:00Z", json!("2026-10-09")),
            // Already Wednesday in the office's zone.
            ("2026-12-29T16:00:00Z", Value::Null),
        ] {
            app.set_time(now);
            app.app.directory.forget();
            let office = app.browser().get("/api/v1/office").await.ok();
            assert_eq!((&office["approval_by"], &office["approval_working_days"]), (&expected, &json!(2)), "{now}");
        }
    }

    async fn a_calendar_in_gbk_is_read_and_one_in_no_encoding_refused_in_our_words(app: &TestApp) {
        let broken = [MADE_UP.as_bytes(), b"2027-12-31,\xff\xfe,holiday\n"].concat();
        let fault = import(app, &broken, true).await.unwrap_err();
        let text = fault.text();
        assert_eq!(
            text.in_language(Language::ZhCn),
            "第 33 行的文字编码无法识别。请把文件另存为 UTF-8 或 GBK（GB18030）编码的 CSV。 [file_encoding]"
        );
        assert_eq!(
            text.in_language(Language::En),
            "Line 33 cannot be decoded. Save the file as CSV in UTF-8 or GBK (GB18030). [file_encoding]"
        );
        assert_eq!(kind(app, "2027-01-01").await, "unpublished");

        let gbk = GBK.encode(MADE_UP).0;
        assert!(std::str::from_utf8(&gbk).is_err());
        import(app, &gbk, false).await.unwrap();
        let day = app.browser().get("/api/v1/calendar?from=2027-06-09&to=2027-06-09").await.ok();
        assert_eq!(day["days"][0], json!({"date": "2027-06-09", "kind": "holiday", "name": "端午节"}));
    }
}

/// The command as an operator uses it.
#[test]
fn the_command_tells_in_the_operators_language_and_imports_only_on_wish() {
    let dir = std::env::temp_dir().join(format!("mianqia_it_calendar_{}", unique()));
    std::fs::create_dir(&dir).unwrap();
    let run = |language: &str, file: &str, wish: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mianqia"));
        command.args(["calendar", file]).args(wish).env("MIANQIA_DATA_DIR", dir.join("office"));
        let output =
            command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", language).output().unwrap();
        let told = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), told(output.stdout), told(output.stderr))
    };
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let (done, _, said) = run("zh_CN.UTF-8", &file("utf-16.csv", b"\xff\xfed\0a\0t\0e\0"), &[]);
    assert!(!done && said.contains("mianqia: 第 1 行的文字编码无法识别。"), "{said}");
    let (done, _, said) = run("C", "/nowhere/2027.csv", &[]);
    assert!(!done && said.contains("mianqia: There is no file /nowhere/2027.csv. [file_missing]"), "{said}");

    let wrong = format!("{MADE_UP}2027-02-30,春节,holiday\n2027-12-31,元旦\n");
    let (done, _, said) = run("C", &file("wrong.csv", wrong.as_bytes()), &["--dry-run"]);
    assert!(!done && said.contains("2 things are wrong in the file"), "{said}");
    for line in [
        "Line 33: the date does not exist",
        "[calendar_date]",
        "Line 34 must have three values",
        "[calendar_columns]",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }

    let three = file("three.csv", &GBK.encode(THREE_LINES).0);
    let (done, _, said) = run("en_US.UTF-8", &three, &[]);
    assert!(!done && said.contains("2027-02-06 is the Spring Festival, but it is not a holiday"), "{said}");
    let (done, printed, said) = run("en", &file("looked_at.csv", MADE_UP.as_bytes()), &["--dry-run"]);
    assert!(
        done && printed.contains("2027: 31 days that differ from the plain week, 31 of them unlike"),
        "{printed}{said}"
    );
    assert!(printed.contains("\n2027-01-31 春节: not announced → a make-up workday"), "{printed}");
    let (done, printed, _) = run("zh_CN.UTF-8", &three, &["--dry-run"]);
    assert!(done && printed.contains("[calendar_no_makeup]"), "{printed}");
    let (done, printed, said) =
        run("zh_CN.UTF-8", &three, &["--unusual", "--source", "样例〔2026〕1 号", "--reason", "公布"]);
    assert!(done && printed == "已导入 2027 年的 3 天。\n", "{printed}{said}");
    // Nothing was imported by looking: this is the first version of the year.
    let (done, printed, said) = run("C", &file("whole.csv", MADE_UP.as_bytes()), &["--dry-run"]);
    assert!(
        done && printed.contains("2027-01-31 春节: a weekend day → a make-up workday"),
        "{printed}{said}"
    );
    let (done, printed, said) = run("C", &file("whole.csv", MADE_UP.as_bytes()), &[]);
    assert!(done && printed == "imported 31 days of 2027\n", "{printed}{said}");
    std::fs::remove_dir_all(&dir).unwrap();
}
