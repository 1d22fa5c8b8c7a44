//! A calendar that was imported before versions were kept, after the step that keeps them.

use crate::support::{OwnDatabase, Store, unique};
use mianqia::directory::entities::calendar_import::ImportOrigin;
use mianqia::directory::entities::{calendar_import, calendar_version};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, EntityTrait, QueryOrder};
use serde_json::json;
use sha2::{Digest, Sha256};

const BEFORE: &str = "
insert into calendar_year (year, imported_at) values (2026, '2026-01-02 03:04:05+00:00');
insert into calendar_year (year, imported_at) values (2027, '2026-11-26 03:04:05+00:00');
insert into calendar_day (date, kind, name) values ('2027-01-01', 'holiday', '元旦');
insert into calendar_day (date, kind, name) values ('2026-02-14', 'workday', '春节');
insert into calendar_day (date, kind, name) values ('2026-01-01', 'holiday', '元旦');
";

async fn carried_over(store: Store) {
    let file = std::env::temp_dir().join(format!("mianqia_it_{}", unique()));
    let (url, _database) = match store {
        Store::Sqlite => (format!("sqlite://{}?mode=rwc", file.display()), None),
        Store::Postgres => {
            let own = OwnDatabase::create().await;
            (own.url.clone(), Some(own))
        }
    };
    let conn = Database::connect(&url).await.unwrap();
    let steps = Migrator::migrations();
    let before = steps.iter().position(|step| step.name().ends_with("calendar_versions")).unwrap();
    Migrator::up(&conn, Some(u32::try_from(before).unwrap())).await.unwrap();
    conn.execute_unprepared(BEFORE).await.unwrap();

    Migrator::up(&conn, None).await.unwrap();
    let versions = calendar_version::Entity::find()
        .order_by_asc(calendar_version::Column::Year)
        .all(&conn)
        .await
        .unwrap();
    let numbers: Vec<_> = versions.iter().map(|row| (row.year, row.number)).collect();
    assert_eq!(numbers, [(2026, 1), (2027, 1)]);
    let files = [
        "date,name,kind\n2026-01-01,元旦,holiday\n2026-02-14,春节,workday\n",
        "date,name,kind\n2027-01-01,元旦,holiday\n",
    ];
    for (version, file) in versions.iter().zip(files) {
        let import =
            calendar_import::Entity::find_by_id(version.import_id).one(&conn).await.unwrap().unwrap();
        assert_eq!(String::from_utf8(import.file).unwrap(), file);
        assert_eq!(
            import.sha256,
            Sha256::digest(file).iter().map(|b| format!("{b:02x}")).collect::<String>()
        );
        assert_eq!((import.origin, import.oddities), (ImportOrigin::Program, json!([])));
        assert_eq!((import.source, import.account_id), (None, None));
        let at = if version.year == 2026 { 1_767_323_045 } else { 1_795_662_245 };
        assert_eq!(import.imported_at.timestamp(), at);
    }
    conn.close().await.unwrap();
    let _ = std::fs::remove_file(&file);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_imported_before_is_version_1_of_its_year_on_sqlite() {
    carried_over(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_imported_before_is_version_1_of_its_year_on_postgres() {
    carried_over(Store::Postgres).await;
}
