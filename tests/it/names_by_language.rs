//! Names that were kept in a column for each of two languages, after the step that makes one map of them.

use crate::both_stores;
use crate::support::{OwnDatabase, Store, unique};
use mianqia::base::words::{ByLanguage, Language};
use mianqia::directory::entities::{customs_office, service, venue};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DbBackend, EntityTrait, Statement};
use serde_json::json;

const BEFORE: &str = "
insert into venue (id, code, name_zh, name_en, address_zh, address_en, zone, grid_minutes)
    values (ID, 'city', '市区业务大厅', 'City \"service\" hall', '松江大街 1 号', '1 Songjiang Avenue', 'Asia/Shanghai', 15);
insert into resource (id, venue_id, code, seats, cell) values (ID, ID, 'desk', 1, 'grid');
insert into service (id, code, kind, venue_id, resource_id, name_zh, name_en, duration_minutes, lead_minutes,
        horizon_days, hold_minutes, needs_decision, position, active, spec)
    values (ID, 'desk', 'health', ID, ID, '体检', 'Check-up', 30, 60, 14, 10, true, 1, true, 'SPEC');
insert into customs_office (code, name_zh, name_en) values ('1901', '样例海关', 'Sample Customs');
insert into customs_office (code, name_zh, name_en) values ('1902', '样例机场海关', null);
";

fn both(zh: &str, en: &str) -> ByLanguage {
    ByLanguage::of([(Language::ZhCn, zh.to_owned()), (Language::En, en.to_owned())])
}

async fn carried_over(store: Store) {
    let file = std::env::temp_dir().join(format!("mianqia_it_{}", unique()));
    let (url, id, _database) = match store {
        Store::Sqlite => {
            (format!("sqlite://{}?mode=rwc", file.display()), "x'018f0000000070008000000000000001'", None)
        }
        Store::Postgres => {
            let own = OwnDatabase::create().await;
            (own.url.clone(), "'018f0000-0000-7000-8000-000000000001'", Some(own))
        }
    };
    let conn = Database::connect(&url).await.unwrap();
    let steps = Migrator::migrations();
    let before = steps.iter().position(|step| step.name().ends_with("names_by_language")).unwrap();
    Migrator::up(&conn, Some(u32::try_from(before).unwrap())).await.unwrap();
    let spec = r#"{"summary": {"zh": "一句话", "en": "He said \\"zh\\": it"}, "fields": [{"value": "zh"}]}"#;
    // A quote inside a text of the form is no key.
    let spec = spec.replace("\\\\", "\\");
    conn.execute_unprepared(&BEFORE.replace("ID", id).replace("SPEC", &spec)).await.unwrap();

    Migrator::up(&conn, None).await.unwrap();
    let venue = venue::Entity::find().one(&conn).await.unwrap().unwrap();
    assert_eq!(venue.name, both("市区业务大厅", "City \"service\" hall"));
    assert_eq!(venue.address, both("松江大街 1 号", "1 Songjiang Avenue"));
    let service = service::Entity::find().one(&conn).await.unwrap().unwrap();
    assert_eq!(service.name, both("体检", "Check-up"));
    let said = json!({"zh-CN": "一句话", "en": "He said \"zh\": it"});
    assert_eq!(service.spec, json!({"summary": said, "fields": [{"value": "zh"}]}));
    let offices = customs_office::Entity::find().all(&conn).await.unwrap();
    let names: Vec<ByLanguage> = offices.into_iter().map(|office| office.name).collect();
    assert_eq!(
        names,
        [both("样例海关", "Sample Customs"), ByLanguage::of([(Language::ZhCn, "样例机场海关")])]
    );

    conn.close().await.unwrap();
    let _ = std::fs::remove_file(&file);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_of_two_columns_become_one_map_by_language_on_sqlite() {
    carried_over(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_of_two_columns_become_one_map_by_language_on_postgres() {
    carried_over(Store::Postgres).await;
}

// Another language is its files of words: a schema that named languages would refuse whoever speaks it.
both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn the_schema_names_no_language(app: &TestApp) {
        let conn = app.app.db.reader();
        let backend = conn.get_database_backend();
        let defined = match backend {
            DbBackend::Postgres => {
                "select pg_get_constraintdef(oid) as text from pg_constraint where contype = 'c' \
                 union all select pg_get_expr(adbin, adrelid) from pg_attrdef"
            }
            _ => "select sql as text from sqlite_master where sql is not null",
        };
        let rows = conn.query_all_raw(Statement::from_string(backend, defined)).await.unwrap();
        let texts: Vec<String> = rows.iter().map(|row| row.try_get("", "text").unwrap()).collect();
        assert!(texts.len() > 20, "the schema was not found");
        let named = |text: &String| Language::ALL.iter().any(|one| text.contains(&format!("'{}'", one.tag())));
        let wrong: Vec<String> = texts.into_iter().filter(named).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
