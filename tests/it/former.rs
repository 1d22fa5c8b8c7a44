//! An office that the former version made is opened by this one: it migrates, its old entries are verified, people
//! sign in and go on with what they had begun. Made by the former program itself (`tests/fixtures/former`).

use crate::program::{Program, command_on};
use crate::support::{OwnDatabase, Store, unique};
use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::json;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A quarter of an hour after the office was left.
const AT: &str = "2026-11-26T14:00:00Z";

/// An unpacked office with the URL of its store.
struct Former {
    dir: PathBuf,
    url: String,
    _database: Option<OwnDatabase>,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/former").join(name)
}

impl Former {
    async fn unpack(store: Store) -> Self {
        let dir = std::env::temp_dir().join(format!("mianqia_former_{}", unique()));
        fs::create_dir(&dir).unwrap();
        let archive = match store {
            Store::Sqlite => "sqlite.tar.gz",
            Store::Postgres => "postgres.tar.gz",
        };
        let unpacked = Command::new("tar").arg("xzf").arg(fixture(archive)).arg("-C").arg(&dir).status();
        assert!(unpacked.unwrap().success());
        if store == Store::Sqlite {
            let url = format!("sqlite://{}", dir.join("mianqia.sqlite").display());
            return Self { dir, url, _database: None };
        }
        let database = OwnDatabase::create().await;
        let dump = Command::new("gzip").arg("-dc").arg(fixture("postgres.sql.gz")).output().unwrap();
        let psql = ["-q", "-v", "ON_ERROR_STOP=1", "-d", &database.url];
        let mut load =
            Command::new("psql").args(psql).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        load.stdin.take().unwrap().write_all(&dump.stdout).unwrap();
        assert!(load.wait().unwrap().success());
        Self { dir, url: database.url.clone(), _database: Some(database) }
    }

    fn command(&self, words: &[&str]) -> Command {
        command_on(&self.dir, &self.url, 1, words)
    }

    /// What a check of everything says; it has to be content.
    fn verified(&self) -> String {
        let output = self.command(&["verify", "--all"]).stdout(Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("0 broken, 0 with a recording still running"), "{said}");
        said
    }
}

impl Drop for Former {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

async fn an_office_of_the_former_version_goes_on(store: Store) {
    let office = Former::unpack(store).await;
    assert!(office.command(&["migrate"]).output().unwrap().status.success());
    // Everything that was told before is compared still, not passed over.
    let before = office.verified();
    assert!(before.contains("48 cases, 417 entries, 4 recordings"), "{before}");
    assert!(before.contains("1736 values compared with the entries, 0 not told by any entry"), "{before}");

    let served = Program::start_at(&office.dir, &office.url, AT).await;
    let browser = served.signed_in("zhou").await;
    let waiting = browser.get("/api/v1/decisions").await.ok();
    let rows = waiting["items"].as_array().unwrap();
    assert_eq!(rows.len(), 3, "{waiting}");
    let id = rows[0]["id"].as_str().unwrap();
    let detail = browser.get(&format!("/api/v1/bookings/{id}")).await.ok();
    let kinds = |detail: &serde_json::Value| -> Vec<String> {
        let history = detail["history"].as_array().unwrap();
        history.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&detail), ["booking.held", "booking.requested"]);
    browser.post(&format!("/api/v1/bookings/{id}/accept"), json!({})).await.ok();
    let detail = browser.get(&format!("/api/v1/bookings/{id}")).await.ok();
    assert_eq!(kinds(&detail), ["booking.held", "booking.requested", "booking.accepted"]);

    let browser = served.signed_in("tang").await;
    let sessions = browser.get("/api/v1/review/sessions").await.ok();
    let session = sessions["items"].as_array().unwrap().iter().find(|row| row["recordings"] == 2).unwrap();
    let session = session["session_id"].as_str().unwrap();
    let checked = browser.get(&format!("/api/v1/review/sessions/{session}/integrity")).await.ok();
    assert_eq!(checked["state"], "intact", "{checked}");
    drop(served);

    let after = office.verified();
    assert!(after.contains("48 cases"), "{after}");
}

/// A declaration number that stood in a form before bookings were found by it.
async fn numbers_of_before_are_found(store: Store) {
    let office = Former::unpack(store).await;
    let at_store = Database::connect(&office.url).await.unwrap();
    let put = match store {
        Store::Sqlite => "fields = json_set(fields, '$.declaration_no', '199920261000000007')",
        Store::Postgres => "fields = jsonb_set(fields, '{declaration_no}', '\"199920261000000007\"')",
    };
    let of_clearance = "service_id in (select id from service where code = 'after-hours')";
    let done = at_store.execute_unprepared(&format!("update booking set {put} where {of_clearance}")).await;
    let changed = done.unwrap().rows_affected();
    assert!(changed > 0);
    assert!(office.command(&["migrate"]).output().unwrap().status.success());
    let statement = "select count(*) from external_number where field = 'declaration_no' and number = '199920261000000007'";
    let statement = Statement::from_string(at_store.get_database_backend(), statement);
    let row = at_store.query_one_raw(statement).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), i64::try_from(changed).unwrap());
    at_store.close().await.unwrap();
}

/// Office hours of a service's own terms, from before they were the venue's: the venue without any has them now.
async fn office_hours_of_terms_become_those_of_the_venue(store: Store) {
    let office = Former::unpack(store).await;
    let at_store = Database::connect(&office.url).await.unwrap();
    let terms =
        r#"{"applications_in_office_hours": true, "office_hours": {"from_minute": 540, "to_minute": 990}}"#;
    let put = match store {
        Store::Sqlite => format!("spec = json_set(spec, '$.terms', json('{terms}'))"),
        Store::Postgres => format!("spec = jsonb_set(spec, '{{terms}}', '{terms}')"),
    };
    let done = at_store.execute_unprepared(&format!("update service set {put} where code = 'video'")).await;
    assert_eq!(done.unwrap().rows_affected(), 1);
    assert!(office.command(&["migrate"]).output().unwrap().status.success());
    let statement = "select code, cast(office_hours as text) from venue order by code";
    let statement = Statement::from_string(at_store.get_database_backend(), statement);
    let rows = at_store.query_all_raw(statement).await.unwrap();
    let hours: Vec<(String, serde_json::Value)> = rows
        .iter()
        .map(|row| {
            let hours: String = row.try_get_by_index(1).unwrap();
            (row.try_get_by_index(0).unwrap(), serde_json::from_str(&hours).unwrap())
        })
        .collect();
    let of = |code: &str| hours.iter().find(|(found, _)| found == code).map(|(_, hours)| hours.clone());
    assert_eq!(of("city"), Some(json!([{"from_minute": 540, "to_minute": 990}])), "{hours:?}");
    assert_eq!(of("rail"), Some(json!([])), "{hours:?}");
    // Rules of before stand, and there may be such for after hours beside them.
    let rule = "update opening_rule set day_kind = 'after_hours' where day_kind = 'non_working'";
    assert!(at_store.execute_unprepared(rule).await.unwrap().rows_affected() > 0);
    at_store.close().await.unwrap();
}

#[tokio::test]
async fn office_hours_of_terms_become_those_of_the_venue_on_sqlite() {
    office_hours_of_terms_become_those_of_the_venue(Store::Sqlite).await;
}

#[tokio::test]
async fn office_hours_of_terms_become_those_of_the_venue_on_postgres() {
    office_hours_of_terms_become_those_of_the_venue(Store::Postgres).await;
}

#[tokio::test]
async fn numbers_of_before_are_found_on_sqlite() {
    numbers_of_before_are_found(Store::Sqlite).await;
}

#[tokio::test]
async fn numbers_of_before_are_found_on_postgres() {
    numbers_of_before_are_found(Store::Postgres).await;
}

#[tokio::test]
async fn an_office_of_the_former_version_goes_on_on_sqlite() {
    an_office_of_the_former_version_goes_on(Store::Sqlite).await;
}

#[tokio::test]
async fn an_office_of_the_former_version_goes_on_on_postgres() {
    an_office_of_the_former_version_goes_on(Store::Postgres).await;
}
